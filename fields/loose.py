# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A many2one that the database does not check, and rows that outlive what it names."""

from collections.abc import Iterable

from odoo import api, fields, models

from ..models.reviewed_record import name_closed


class ConnectorLoose(models.AbstractModel):
    """Rows that are still shown when what they refer to was deleted.

    What is closed to the user is called by its id; Odoo tells the name of all that a
    row refers to.
    """

    _name = "connector.loose"
    _description = "Rows With Loose References"

    @api.readonly
    def web_read(self, specification: dict[str, dict]) -> list[dict]:
        """Read the records for a screen; a reference to a deleted record is empty."""
        shown = {
            name: details["fields"]
            for name, details in specification.items()
            if "fields" in details and self._is_loose(name)
        }
        for name in shown:
            self._forget_deleted(name)
        rows = super().web_read(specification)
        for name, fields_of_it in shown.items():
            if "display_name" in fields_of_it:
                closed = name_closed(self[name])
                for values in filter(None, (row[name] for row in rows)):
                    if values["id"] in closed:
                        values["display_name"] = closed[values["id"]]
        return rows

    def _read_format(self, fnames, load="_classic_read"):
        """Read the records for a client of RPC, with names as in :meth:`web_read`."""
        rows = super()._read_format(fnames, load)
        if load == "_classic_read":
            self._hide_names(rows, fnames)
        return rows

    def _read_group_format_result(self, rows_dict, lazy_groupby):
        """Show groups to a client of RPC, with names as in :meth:`web_read`."""
        super()._read_group_format_result(rows_dict, lazy_groupby)
        self._hide_names(rows_dict, lazy_groupby)

    def _web_read_group_groupby_formatter(self, groupby_spec: str, values):
        """Show a group of a deleted record by its number; Odoo would ask its name."""
        show = super()._web_read_group_groupby_formatter(groupby_spec, values)
        if not self._is_loose(groupby_spec):
            return show
        records = self.env[self._fields[groupby_spec].comodel_name].union(*values)
        existing = records.browse(records.sudo().exists().ids)
        closed = name_closed(existing)
        named = existing - existing.browse(closed)

        def show_deleted_too(record):
            if not record or record in named:
                return show(record)
            deleted = self.env._("Deleted, No. %(id)s", id=record.id)
            name = closed.get(record.id, deleted)
            return (record.id, name), [(groupby_spec, "=", record.id)]

        return show_deleted_too

    def _forget_deleted(self, name: str) -> None:
        gone = self[name] - self[name].sudo().exists()
        if gone:
            lost = self.filtered(lambda record: record[name] in gone)
            self._fields[name]._update_cache(lost, None)

    def _hide_names(self, rows: list[dict], names: Iterable[str]) -> None:
        """Call what is closed to the user by its id, in rows with (id, name)."""
        for name in filter(self._is_loose, names):
            shown = [row for row in rows if row.get(name)]
            records = self.env[self._fields[name].comodel_name]
            closed = name_closed(records.browse({row[name][0] for row in shown}))
            for row in shown:
                id_, label = row[name]
                row[name] = (id_, closed.get(id_, label))

    @api.model
    def _is_loose(self, name: str) -> bool:
        return isinstance(self._fields.get(name), LooseMany2one)


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
