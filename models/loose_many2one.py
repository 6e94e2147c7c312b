# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A many2one that the database does not check."""

from odoo import fields


class LooseMany2one(fields.Many2one):
    """A many2one without foreign key, for rows that come by the thousand.

    A foreign key would cost a check for each new row, and would let rows of the
    queue lock rows of users and channels against each other.
    """

    def update_db_foreign_key(self, model, column):
        """Leave the column alone."""


class LooseMany2many(fields.Many2many):
    """A many2many whose table does not refer to the other model's.

    For the dialogs that show rows of the queue: deleting these stays cheap.
    """

    def update_db_foreign_keys(self, model):
        """Let the rows go with ours, and leave the other side alone."""
        model.pool.add_foreign_key(
            self.relation,
            self.column1,
            model._table,
            "id",
            "cascade",
            model,
            self._module,
            force=False,
        )
