# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mixin to show rows that refer to records without foreign keys."""

from collections.abc import Iterable

from odoo import api, models

from ..fields.loose import LooseMany2one
from .reviewed_record import name_closed


class ConnectorLoose(models.AbstractModel):
    """Mixin for rows that are shown after the records they refer to were deleted.

    A record that the user may not read is shown by its id; Odoo shows the names of
    all referenced records.
    """

    _name = "connector.loose"
    _description = "Records with References to Deleted Records"

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
        """Read the records for RPC clients, with names as in :meth:`web_read`."""
        rows = super()._read_format(fnames, load)
        if load == "_classic_read":
            self._hide_names(rows, fnames)
        return rows

    def _read_group_format_result(self, rows_dict, lazy_groupby):
        """Format groups for RPC clients, with names as in :meth:`web_read`."""
        super()._read_group_format_result(rows_dict, lazy_groupby)
        self._hide_names(rows_dict, lazy_groupby)

    def _web_read_group_groupby_formatter(self, groupby_spec: str, values):
        """Label the group of a deleted record by its id; Odoo would read its name."""
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
        """Replace the names that the user may not read, in rows with (id, name)."""
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
