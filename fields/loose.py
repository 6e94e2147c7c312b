# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Relational fields without foreign keys."""

from odoo import fields


class LooseMany2one(fields.Many2one):
    """A many2one without foreign key, for tables with very many new rows.

    A foreign key would cost a check for each new row, and would let rows of the
    queue lock rows of users and channels against each other.
    """

    def update_db_foreign_key(self, model, column):
        """Add no foreign key."""


class LooseMany2many(fields.Many2many):
    """A many2many without foreign key to the other model's table.

    Dialogs that list rows of the queue use it, so that deleting rows stays cheap.
    """

    def update_db_foreign_keys(self, model):
        """Add the foreign key to our table only, with cascading delete."""
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
