# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deleter of contacts whose cards were deleted."""

from odoo.addons.connector.api import Deleter

from ..backend import carddav

ARCHIVED = "archived"


@carddav
class ContactDeleter(Deleter):
    """Archives contacts: they may stand on orders that have to stay.

    The binding is kept. Should the card come back, so does the contact.
    """

    _model_name = "carddav.res.partner"

    def run(self, binding) -> str:
        """Archive the contact of a binding, with its further addresses."""
        binding = binding.with_context(connector_no_export=True)
        binding.write({"is_card_deleted": True, "etag": False})
        (binding.odoo_id | binding.address_ids.odoo_id).action_archive()
        return ARCHIVED
