# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Value maps: what values of a backend are here, filled in by people."""

from collections import defaultdict
from collections.abc import Iterable

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import ConcurrencyError, UserError, ValidationError

from ...fields.reference import LastingReference
from ...flows.values.value_map import MapNote, ValueBook, declared_maps
from ...text import reference_of
from ..access_guard import framework_context, own_code


class ConnectorValueMap(models.Model):
    """A value of a backend, and what it is here.

    A connector declares the maps (``_maps``). A value that an import meets for the
    first time gets a row by itself; a person fills it in.
    """

    _name = "connector.value.map"
    _inherit = ["connector.of.backend"]
    _description = "Mapped Value"
    _order = "backend_id, map_name, external_value, id"
    _rec_name = "external_value"
    _rec_names_search = ("external_value", "map_name")

    backend_id = LastingReference(
        readonly=False, help="The external system that sends the value."
    )
    map_name = fields.Char(
        string="Map", required=True, help="The kind of values, such as carriers."
    )
    external_value = fields.Char(
        string="Value There", required=True, help="The value as the backend sends it."
    )
    record_ref = LastingReference(
        selection="_select_models",
        string="Record Here",
        help="The record that stands for the value in Odoo.",
    )
    text_value = fields.Char(
        string="Text Here", help="The text that stands for the value in Odoo."
    )
    is_text = fields.Boolean(string="Mapped to a Text", compute="_compute_is_text")
    is_filled = fields.Boolean(
        string="Filled In",
        compute="_compute_is_filled",
        store=True,
        index=True,
        help="Whether somebody said what the value is in Odoo.",
    )
    waiting_ids = fields.One2many(
        "connector.value.map.waiting",
        "value_map_id",
        string="Records That Wait",
        groups="base.group_no_one",
        help="Records that were rejected because of this value.",
    )
    waiting_count = fields.Integer(
        string="Waiting Records",
        compute="_compute_waiting_count",
        compute_sudo=True,
        help="Records that were rejected because of this value. Retry imports them.",
    )

    _value_uniq = models.UniqueIndex(
        "(backend_id, map_name, external_value)", "The map has this value already."
    )

    # === COMPUTE === #

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        """Return the models of records to which some backend maps values."""
        names = {
            value_map.model
            for backend, _label in self._select_backends()
            for value_map in declared_maps(self.env.registry[backend]).values()
            if value_map.model
        }
        return sorted((name, self.env[name]._description) for name in names)

    @api.depends("backend_id", "map_name")
    def _compute_is_text(self):
        for row in self:
            value_map = row._declared()
            row.is_text = value_map is not None and value_map.model is None

    @api.depends("record_ref", "text_value")
    def _compute_is_filled(self):
        for row in self:
            row.is_filled = bool(row.record_ref or row.text_value)

    def _compute_waiting_count(self):
        counts = self.env["connector.value.map.waiting"]._read_group(
            [("value_map_id", "in", self.ids)], ["value_map_id"], ["__count"]
        )
        by_row = {row.id: count for row, count in counts}
        for row in self:
            row.waiting_count = by_row.get(row.id, 0)

    # === CONSTRAINTS === #

    @api.constrains("backend_id", "map_name", "record_ref", "text_value")
    def _check_declared(self):
        """Refuse a map that the backend does not have, and a record of another kind."""
        for row in self:
            value_map = row._declared()
            if value_map is None:
                known = declared_maps(type(row.backend_id)) if row.backend_id else {}
                raise ValidationError(
                    self.env._(
                        "%(backend)s has no value map %(map)s. It has: %(known)s.",
                        backend=row.backend_id and row.backend_id.display_name,
                        map=row.map_name,
                        known=", ".join(known) or "-",
                    )
                )
            if row.record_ref and row.record_ref._name != value_map.model:
                raise ValidationError(
                    self.env._(
                        "Value %(value)s of map %(map)s cannot be %(record)s: the map "
                        "is for %(model)s.",
                        value=row.external_value,
                        map=row.map_name,
                        record=reference_of(row.record_ref),
                        model=value_map.model or self.env._("texts"),
                    )
                )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create; refuse backends that the user may not read."""
        rows = super().create(vals_list)
        rows._check_backend()
        ValueBook.forget(self.env)
        return rows

    def write(self, vals):
        """Write; refuse backends that the user may not read."""
        result = super().write(vals)
        if "backend_id" in vals:
            self._check_backend()
        ValueBook.forget(self.env)
        return result

    def unlink(self):
        """Delete; the values have to be filled in again."""
        ValueBook.forget(self.env)
        return super().unlink()

    # === ACTIONS === #

    def action_retry(self) -> None:
        """Import the records again that waited for these values."""
        self.check_access("write")
        if missing := self.filtered(lambda row: not row.is_filled):
            raise UserError(
                self.env._(
                    "Value %(value)s of map %(map)s is empty. Fill it in first.",
                    value=missing[0].external_value,
                    map=missing[0].map_name,
                )
            )
        for row in self:
            row._retry_waiting()

    def _retry_waiting(self) -> None:
        """Delay the import of each record that waited for a value."""
        # with elevated rights: who may edit the map may not see the list
        waiting_sudo = self.sudo().waiting_ids
        for one in waiting_sudo:
            self.backend_id.delay_import_record(one.model, one.external_id, force=True)
        waiting_sudo.unlink()
        checkpoints = self.env["connector.checkpoint"].search(
            [
                ("model", "=", self._name),
                ("record_id", "=", self.id),
                ("state", "=", "need_review"),
            ]
        )
        checkpoints.reviewed()

    # === HELPERS === #

    def _declared(self):
        """Return the declaration of the map, None where the backend has none."""
        self.ensure_one()
        backend = self.backend_id
        return declared_maps(type(backend)).get(self.map_name) if backend else None

    def _check_backend(self) -> None:
        """Refuse a backend that the user may not read; elevated code may name any."""
        if not self.env.su:
            for row in self:
                row.backend_id.check_access("read")

    @api.private
    def _read_targets(self, backend) -> dict[tuple[str, str], int | str]:
        """Return what the values of a backend are here, by map and value.

        Rows whose record was deleted are left out.
        """
        rows = self.search(
            [("backend_id", "=", backend.reference()), ("is_filled", "=", True)]
        )
        found: dict[tuple[str, str], int | str] = {}
        by_model = defaultdict(list)
        for row in rows:
            key = row.map_name, row.external_value
            if row.record_ref:
                by_model[row.record_ref._name].append((key, row.record_ref.id))
            elif row.text_value:
                found[key] = row.text_value
        for model, pairs in by_model.items():
            ids = set(self.env[model].browse(id_ for _key, id_ in pairs).exists().ids)
            found.update((key, id_) for key, id_ in pairs if id_ in ids)
        return found

    @api.private
    def _keep(self, backend, model: str, notes: Iterable[tuple[str, MapNote]]) -> None:
        """Keep values that an import met, and what waits for them.

        Args:
            backend: that sent them.
            model: binding model of the records.
            notes: pairs of an external id and a value that a mapping of it met.
        """
        notes = list(notes)
        rows = self._rows_of(backend, [note for _external_id, note in notes])
        waiting: dict[int, set[str]] = defaultdict(set)
        for external_id, note in notes:
            if note.target is None:
                waiting[rows[note.map_name, note.value].id].add(external_id)
        for row in self.browse(waiting):
            row._wait(model, waiting[row.id])
            row._add_checkpoint(backend)

    def _rows_of(self, backend, notes: list[MapNote]) -> dict[tuple[str, str], object]:
        """Return the rows of values by map and value; those that are new are made."""
        reference = backend.reference()
        known = self.search(
            [
                ("backend_id", "=", reference),
                ("external_value", "in", list({note.value for note in notes})),
            ]
        )
        rows = {(row.map_name, row.external_value): row for row in known}
        new = {(note.map_name, note.value): note for note in notes}
        maps = declared_maps(type(backend))
        vals_list = [
            {
                "backend_id": reference,
                "map_name": note.map_name,
                "external_value": note.value,
                **_target_values(maps[note.map_name].model, note.target),
            }
            for key, note in new.items()
            if key not in rows
        ]
        created = self._insert(vals_list)
        return rows | {(row.map_name, row.external_value): row for row in created}

    def _insert(self, vals_list: list[dict]) -> "ConnectorValueMap":
        try:
            rows = self.create(vals_list)
            rows.flush_recordset()
        except psycopg2.errors.UniqueViolation as error:
            raise ConcurrencyError(
                "Cannot keep new values of a value map: another transaction just kept "
                "the same. Run the transaction again; it will find them."
            ) from error
        return rows

    def _wait(self, model: str, external_ids: set[str]) -> None:
        """Note which records wait for this value; its record may have been deleted."""
        if self.record_ref:
            self.record_ref = False
        known = self.waiting_ids.filtered(lambda one: one.model == model)
        new = external_ids - set(known.mapped("external_id"))
        with own_code():
            framework_context(self.waiting_ids).create(
                [
                    {
                        "value_map_id": self.id,
                        "model": model,
                        "external_id": external_id,
                    }
                    for external_id in sorted(new)
                ]
            )

    def _add_checkpoint(self, backend) -> None:
        backend.add_checkpoint(
            self._name,
            self.id,
            self.env._(
                "%(value)s is not filled in in the value map %(map)s. Records wait for "
                "it: open the row, fill it in, then press Retry.",
                value=self.external_value,
                map=self.map_name,
            ),
            reason="not_mapped",
        )


def _target_values(model: str | None, target: int | str | None) -> dict:
    """Return the values of a row that is filled in by itself."""
    if target is None:
        return {}
    return {"record_ref": f"{model},{target}"} if model else {"text_value": target}
