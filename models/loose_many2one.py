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
