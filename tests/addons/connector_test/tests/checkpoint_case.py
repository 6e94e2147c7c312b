# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of checkpoints."""

from odoo.tests import new_test_user

from odoo.addons.connector.tests.common import UnitCase


class CheckpointCase(UnitCase):
    """A test with a contact to review."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.checkpoints = cls.env["connector.checkpoint"]
        cls.partner = cls.env["res.partner"].create({"name": "Ada Lovelace"})

    @classmethod
    def new_user(cls, login: str, *groups: str, **values):
        """Create a user of some groups of the connector."""
        names = ["base.group_user", *(f"connector.{group}" for group in groups)]
        return new_test_user(cls.env, login, ",".join(names), **values)

    def add(self, record=None, message=None, user_id=None, state=None, **details):
        """Add a checkpoint of the backend, for the contact if nothing is said.

        Assign it and bring it into a state as a person does.
        """
        if not message:
            record = self.partner if record is None else record
        subject = (record._name, record.id) if record else (None, None)
        checkpoint = self.backend_record.add_checkpoint(*subject, message, **details)
        if user_id:
            checkpoint.user_id = user_id
        if state:
            checkpoint.state = state
        return checkpoint

    def add_other(self, **values):
        """Add a checkpoint for another contact."""
        return self.add(self.env["res.partner"].create({"name": "Bob"}), **values)

    def lose_addon(self, checkpoints) -> None:
        """Leave checkpoints as the removal of their addons does."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            UPDATE connector_checkpoint
               SET model = 'gone.product', model_id = NULL, backend_id = 'gone.shop,1'
             WHERE id IN %(ids)s
            """,
            {"ids": checkpoints._ids},
        )
        self.env.invalidate_all()
