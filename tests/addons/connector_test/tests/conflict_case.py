# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of conflicts: a contact that both sides change."""

from odoo.addons.connector.api import ImportMapper
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase


class ConflictCase(FlowCase):
    """A test with a contact whose fields have owners."""

    _owner = {"city": "odoo", "email": "manual", "*": "remote"}

    def setUp(self):
        super().setUp()
        self.patch(type(self.env[CONTACT]), "_owner", self._owner)

    def mapper_class(self):
        class ContactMapper(ImportMapper):
            _model_name = CONTACT
            direct = [
                *[("name", "name"), ("mail", "email"), ("town", "city")],
                *[("note", "comment"), ("lat", "partner_latitude")],
                *[("site", "website"), ("tags", "category_id")],
                *[("zip", "zip"), ("photo", "image_1920")],
            ]

        return ContactMapper

    def bring(self, **values):
        """Import the contact with some values; return what became of it."""
        record = {"id": "C1", "name": "Ada", **values}
        (outcome,) = self.import_page([record]).counts
        return outcome

    @property
    def contact(self):
        return self.binding("C1")

    @property
    def partner(self):
        return self.contact.odoo_id

    @property
    def checkpoint(self):
        """The open checkpoints about the contact."""
        return self.env["connector.checkpoint"].search(
            [
                ("model", "=", CONTACT),
                ("record_id", "=", self.contact.id),
                ("state", "=", "need_review"),
            ]
        )
