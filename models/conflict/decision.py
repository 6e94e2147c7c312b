# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Decisions about conflicts: ours or theirs, and back again."""

from contextlib import contextmanager

from odoo import models
from odoo.exceptions import UserError

from ...flows.conflicts.bases import Base, read_bases, write_bases
from ...flows.conflicts.export_conflicts import exports
from ...flows.conflicts.texts import in_form_of
from ...flows.conflicts.values import kept_value
from ...flows.importing.record_importer import RecordImporter
from ...flows.importing.tombstones import import_from
from .conflict import ODOO, REMOTE
from .sides import is_written, values_of


class ConnectorConflict(models.Model):
    """The decision of a person about a field."""

    _inherit = "connector.conflict"

    # === ACTIONS === #

    def action_take_ours(self) -> None:
        """Keep the values in Odoo; they are exported, where the connector does so."""
        self._decide(ODOO)

    def action_take_theirs(self) -> None:
        """Take the values of the backend."""
        self._decide(REMOTE)

    def action_take_back(self) -> None:
        """Ask again about fields that were decided."""
        self.checkpoint_id.check_access("write")
        for row in self.filtered("decision"):
            row._take_back()
        self.checkpoint_id._ask_again()

    # === HELPERS === #

    def _decide(self, decision: str) -> None:
        # what reviewers may do is to answer the question, without rights on the record
        self.checkpoint_id.check_access("write")
        # a form may be older than the decision of somebody else
        for row in self.checkpoint_id._undecided(self):
            with row._at_work() as (importer, binding, base):
                if decision == ODOO:
                    row._take_ours(importer, binding, base)
                else:
                    row._take_theirs(importer, binding, base)
        self.checkpoint_id._close_decided()

    @contextmanager
    def _at_work(self):
        """Give importer, binding and base; what the block does to the base is kept."""
        binding_sudo = self._binding_sudo()
        if not binding_sudo:
            raise UserError(
                self.env._(
                    "The binding of %(name)s was deleted. Press Reviewed.",
                    name=self.checkpoint_id.name,
                )
            )
        backend = binding_sudo.backend_id._in_flow()
        scope = backend.get_environment(binding_sudo._name)
        importer = scope.get_connector_unit(RecordImporter)
        binding = binding_sudo.with_env(importer.env)
        base = read_bases(binding)[binding.id]
        with import_from(importer.backend_record.reference()):
            yield importer, binding, base
        write_bases(binding, {binding.id: base})
        importer.backend_record._rest_conflicts(binding, base)

    def _binding_sudo(self) -> models.BaseModel | None:
        """Return the binding that a line is about, with elevated rights."""
        checkpoint_sudo = self.sudo().checkpoint_id
        binding_sudo = checkpoint_sudo.binding_id
        binding_sudo = binding_sudo.exists() if binding_sudo else None
        if not binding_sudo or self.field not in binding_sudo._fields:
            return None
        return binding_sudo

    def _take_ours(self, importer, binding: models.BaseModel, base: Base) -> None:
        """Keep ours, or write it back where theirs was taken before."""
        sides = self.sudo().sides
        applied = sides.get("applied")
        theirs = sides["theirs"]["plain"]
        ours = kept_value(binding, self.field, like=theirs)
        if applied and ours == applied["plain"]:
            self._write_ours(importer, binding, sides["ours"])
        base.decided(self.field)
        base.diverge(self.field, base.mapped.get(self.field, theirs))
        base.give(self.field)
        self._set({"decision": ODOO, "sides": {**sides, "applied": None}})
        self._export(importer, binding)

    def _write_ours(self, importer, binding: models.BaseModel, side: dict) -> None:
        if not is_written(binding, self.field, side):
            raise UserError(
                self.env._(
                    "%(name)s: what stood in %(field)s here was deleted since. Fill it "
                    "in on the record, then press Take Ours: that counts then.",
                    name=self.checkpoint_id.name,
                    field=self.label,
                )
            )
        self._write_side(importer, binding, side)

    def _take_theirs(self, importer, binding: models.BaseModel, base: Base) -> None:
        """Write theirs; what cannot be written from here is imported again."""
        sides, name = self.sudo().sides, self.field
        theirs = sides["theirs"]["plain"]
        there = base.mapped.get(name)
        has_ours, has_theirs = (
            in_form_of(side, there, base.lang) == side
            for side in (sides["ours"]["plain"], theirs)
        )  # ours, where it was exported in between
        is_last = has_ours or has_theirs
        if not (is_last and is_written(binding, name, sides["theirs"])):
            base.taken = [*base.taken, name]
            base.flips.pop(name, None)
            self._set({"decision": REMOTE})
            importer.backend_record.delay_import_record(
                binding._name, binding.external_id, force=True
            )
            return
        self._write_side(importer, binding, sides["theirs"])
        ours = kept_value(binding, name, like=theirs)
        base.decided(name)
        if has_ours and not has_theirs:
            base.diverge(name, there)
            self._export(importer, binding)
        else:
            base.settle(name, theirs, ours)
        applied = {**sides, "applied": {"plain": ours}}
        self._set({"decision": REMOTE, "sides": applied})

    def _export(self, importer, binding: models.BaseModel) -> None:
        """Send what was decided, where the connector exports the record."""
        if exports(importer):
            binding.with_context(connector_no_export=True).write({"export_hash": False})
            importer.backend_record.sudo()._delay_due(binding._name, binding.ids)

    def _write_side(self, importer, binding: models.BaseModel, side: dict) -> None:
        values = values_of(binding, self.field, side)
        importer._update(binding, values)
        importer._translate(binding, values)

    def _take_back(self) -> None:
        """Hold the field again, with the base that it had."""
        with self._at_work() as (_importer, _binding, base):
            known = (self.sudo().sides or {}).get("base") or {}
            base.hold(self.field, base.mapped.get(self.field))
            base.held[self.field] = {"mapped": known["plain"]} if known else {}
            base.taken = [name for name in base.taken if name != self.field]
        self._set({"decision": False})
