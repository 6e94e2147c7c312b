# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter to the cards of an address book on a CardDAV server."""

from odoo.addons.connector.api import Backend, CardDavAdapter, new_vcard

from .vcard import edit_card, read_card

CONTACT = "carddav.res.partner"
carddav = Backend("carddav")
Backend(parent=carddav, version="3.0")
Backend(parent=carddav, version="4.0")


@carddav
class ContactAdapter(CardDavAdapter):
    """Reads and writes cards; the framework knows the protocol."""

    _model_name = CONTACT
    _media_version = "{version}"

    def parse(self, text):
        """Return what a card says."""
        return read_card(text, self.backend_record.version)

    def edit(self, text, data):
        """Return the text of a card that says something else, or of a new one."""
        new = new_vcard(self.backend_record.version, data.get("uid", ""))
        return edit_card(text or new, data)
