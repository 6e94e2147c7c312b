# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A many2one that the database does not check, and rows that outlive what it names."""

from odoo import api, fields, models


class ConnectorLoose(models.AbstractModel):
    """Rows that are still shown when what they refer to was deleted."""

    _name = "connector.loose"
    _description = "Rows With Loose References"

    @api.readonly
    def web_read(self, specification: dict[str, dict]) -> list[dict]:
        """Read the records for a screen; a reference to a deleted record is empty."""
        for name, details in specification.items():
            if "fields" in details:
                self._forget_deleted(name)
        return super().web_read(specification)

    def _web_read_group_groupby_formatter(self, groupby_spec: str, values):
        """Show a group of a deleted record by its number; Odoo would ask its name."""
        show = super()._web_read_group_groupby_formatter(groupby_spec, values)
        field = self._fields.get(groupby_spec)
        if not isinstance(field, LooseMany2one):
            return show
        existing = self.env[field.comodel_name].union(*values).sudo().exists()

        def show_deleted_too(record):
            if not record or record in existing:
                return show(record)
            name = self.env._("Deleted, No. %(id)s", id=record.id)
            return (record.id, name), [(groupby_spec, "=", record.id)]

        return show_deleted_too

    def _forget_deleted(self, name: str) -> None:
        field = self._fields.get(name)
        if isinstance(field, LooseMany2one):
            gone = self[name] - self[name].sudo().exists()
            if gone:
                lost = self.filtered(lambda record: record[name] in gone)
                field._update_cache(lost, None)


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
