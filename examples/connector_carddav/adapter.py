# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Adapter to the cards of an address book on a CardDAV server."""

from odoo.addons.connector.api import Backend, CardDavAdapter

from .vcard import edit_card, new_card, read_card

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
        version = self.backend_record.version
        return edit_card(text, data) if text else new_card(version, data)
