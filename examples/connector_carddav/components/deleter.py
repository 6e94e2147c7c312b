# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What happens to a contact whose card was deleted?"""

from odoo.addons.connector.components.synchronizer import Deleter

from ..backend import carddav


@carddav
class ContactDeleter(Deleter):
    """Archives contacts: they may stand on orders that have to stay.

    The binding is kept. Should the card come back, so does the contact.
    """

    _model_name = "carddav.res.partner"

    def run(self, bindings) -> None:
        """Archive the contacts of bindings, with their further addresses."""
        bindings = bindings.with_context(connector_no_export=True)
        bindings.write({"is_card_deleted": True, "etag": False})
        (bindings.odoo_id | bindings.address_ids.odoo_id).action_archive()
