# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tombstones: bound records that were deleted here, and are not imported again."""

from odoo import api, fields, models
from odoo.tools import ormcache

from ...fields.loose import LooseMany2one
from ...flows.exporting.silence import NO_EXPORT, UNINSTALL
from ...flows.importing.reading import read_clock
from ...flows.importing.tombstones import importing_backend
from ...text import is_missing, reference_of
from ..access_guard import framework_context, own_code
from .cascade import Cascade, find_cascades


class ConnectorTombstone(models.Model):
    """A record of a backend whose counterpart was deleted here."""

    _name = "connector.tombstone"
    _inherit = ["connector.of.backend", "connector.loose", "connector.guarded"]
    _description = "Tombstone"
    _order = "deleted_at desc, id desc"
    _rec_name = "external_id"
    _rec_names_search = ("external_id", "model")

    model = fields.Char(string="Binding Model", required=True, readonly=True)
    external_id = fields.Char(
        string="External ID",
        required=True,
        readonly=True,
        help="Identifier of the record on the backend, where it still is.",
    )
    version = fields.Char(
        readonly=True,
        help="Version of the record on the backend that was imported last.",
    )
    deleted_at = fields.Datetime(string="Deleted Here", required=True, readonly=True)
    user_id = LooseMany2one("res.users", string="Deleted by", readonly=True)
    reason = fields.Char(readonly=True, help="What was deleted here.")
    is_waiting = fields.Boolean(
        string="Still There",
        readonly=True,
        help="The record is to be deleted on the backend, when its dry run ends.",
    )

    _external_uniq = models.UniqueIndex(
        "(backend_id, model, external_id)",
        "There is a tombstone of this record already.",
    )

    # === ACTIONS === #

    def action_forget(self) -> None:
        """Delete tombstones, and import their records again."""
        self.check_access("unlink")
        for stone in self:
            backend = stone.backend_id and stone.backend_id.exists()
            if backend and stone.model in self.env:
                # who may forget it may have no right on the backend itself
                backend.sudo().delay_import_record(stone.model, stone.external_id)
            stone._settle_checkpoints()
        self.unlink()

    # === HELPERS === #

    def _settle_checkpoints(self) -> None:
        # the checkpoint of a colleague, too: its question was answered
        self.env["connector.checkpoint"].sudo().search(
            [
                ("model", "=", self._name),
                ("record_id", "in", self.ids),
                ("state", "=", "need_review"),
            ]
        ).reviewed()

    @api.model
    @ormcache("len(self.pool)", "self.pool.ready")
    def _cascades(self) -> dict[str, list[Cascade]]:
        """Return which bindings go along with the records of which models."""
        return find_cascades(self.env.registry)

    @api.model
    def _of_records(self, records: models.BaseModel) -> list[dict]:
        """Return the values of the tombstones of records that are to be deleted."""
        cascades = self._cascades().get(records._name)
        if not cascades or not records.ids or self._is_no_deletion(records):
            return []
        return [
            values
            for cascade in cascades
            for values in self._of_bindings(cascade, records)
        ]

    @api.model
    def _is_no_deletion(self, records: models.BaseModel) -> bool:
        """Return whether records go for another reason than that somebody wants it.

        An addon is uninstalled; or classic code of a connector deletes here what is
        gone there: it says so by this key.
        """
        context = records.env.context
        is_classic = importing_backend() is None and context.get(NO_EXPORT)
        return bool(context.get(UNINSTALL) or is_classic)

    @api.model
    def _of_bindings(self, cascade: Cascade, records: models.BaseModel) -> list[dict]:
        # bindings that the user may not read are deleted with the record as well
        bindings_sudo = self.env[cascade.binding].sudo().with_context(active_test=False)
        found = bindings_sudo.search([(cascade.path, "in", records.ids)])
        names = ", ".join(f"#{id_}" for id_ in records.ids[:3])
        return [
            {
                "backend_id": binding.backend_id,
                "model": binding._name,
                "external_id": binding.external_id,
                "version": binding.external_version,
                "user_id": self.env.uid,
                "reason": f"{records._description} {names}",
            }
            for binding in found
            if not is_missing(binding.external_id)
            and reference_of(binding.backend_id) != importing_backend()
        ]

    @api.model
    def _write_all(self, values_list: list[dict]) -> None:
        """Write tombstones; of two of one record, the new one stays."""
        by_key = {
            (reference_of(one["backend_id"]), one["model"], one["external_id"]): one
            for one in values_list
        }
        now = read_clock(self.env)
        for (backend, model_name), group in _by_backend(by_key).items():
            ids = [values["external_id"] for values in group]
            self._find(backend, model_name, ids).unlink()
            with own_code():
                # by whoever deletes the record, with whatever rights
                framework_context(self.sudo()).create(
                    [{**values, "deleted_at": now} for values in group]
                )

    @api.model
    def _wait(
        self,
        backend: models.BaseModel,
        model_name: str,
        external_id: str,
        version: str | None,
    ) -> None:
        """Note that a record is to be deleted there when the dry run ends."""
        stone = self._find(reference_of(backend), model_name, [external_id])
        if not stone:
            facts = {"model": model_name, "external_id": external_id}
            more = {"version": version, "user_id": self.env.uid}
            self._write_all([{"backend_id": backend, **facts, **more}])
            stone = self._find(reference_of(backend), model_name, [external_id])
        stone._set_waiting(True)

    def _set_waiting(self, is_waiting: bool) -> None:
        """Note whether records are to be deleted there when the dry run ends."""
        with own_code():
            framework_context(self).write({"is_waiting": is_waiting})

    @api.model
    def _find(self, backend: str, model_name: str, external_ids: list[str]):
        """Return the tombstones of records, with elevated rights."""
        # asked by imports of any user; what they learn are dates
        return self.sudo().search(
            [
                ("backend_id", "=", backend),
                ("model", "=", model_name),
                ("external_id", "in", external_ids),
            ]
        )


def _by_backend(by_key: dict[tuple, dict]) -> dict[tuple[str, str], list[dict]]:
    groups: dict[tuple[str, str], list[dict]] = {}
    for (backend, model_name, _external_id), values in by_key.items():
        groups.setdefault((backend, model_name), []).append(values)
    return groups
