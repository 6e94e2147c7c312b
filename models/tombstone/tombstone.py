# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tombstones: bound records that were deleted here, and are not imported again."""

from odoo import api, fields, models
from odoo.tools import ormcache

from ...fields.loose import LooseMany2one
from ...flows.exporting.export_on import declared_export
from ...flows.exporting.silence import NO_EXPORT, UNINSTALL, names_backend
from ...flows.importing.reading import read_clock
from ...flows.importing.stable_key import stable_text
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
    stable_key = fields.Char(
        string="Key of the Record",
        readonly=True,
        help="What identifies the record where its external ID changes, for "
        "connectors that know such a value.",
    )
    deleted_at = fields.Datetime(string="Deleted Here", required=True, readonly=True)
    user_id = LooseMany2one("res.users", string="Deleted by", readonly=True)
    reason = fields.Char(readonly=True, help="What was deleted here.")
    is_waiting = fields.Boolean(
        string="Still There",
        readonly=True,
        help="The record is to be deleted on the backend, when its dry run ends or it "
        "is active again.",
    )

    _external_uniq = models.UniqueIndex(
        "(backend_id, model, external_id)",
        "There is a tombstone of this record already.",
    )
    _stable_key_idx = models.Index(
        "(backend_id, model, stable_key) WHERE stable_key IS NOT NULL"
    )
    _is_waiting_idx = models.Index("(backend_id) WHERE is_waiting IS TRUE")

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
    def _bindings_of(self, records: models.BaseModel) -> list[models.BaseModel]:
        """Return the bindings that go along with records, by model, by sudo."""
        cascades = self._cascades().get(records._name)
        is_uninstall = records.env.context.get(UNINSTALL)
        if not cascades or not records.ids or is_uninstall:
            return []
        found = []
        for cascade in cascades:
            # what the user may not read is deleted with the record as well
            model_sudo = self.env[cascade.binding].sudo()
            bindings_sudo = model_sudo.with_context(active_test=False)
            found.append(bindings_sudo.search([(cascade.path, "in", records.ids)]))
        return [bindings for bindings in found if bindings]

    @api.model
    def _is_no_deletion(self, records: models.BaseModel) -> bool:
        """Return whether records go for another reason than that somebody wants it.

        Classic code of a connector deletes here what is gone there: it says so by this
        key, unless that names the backend.
        """
        key = records.env.context.get(NO_EXPORT)
        is_classic = importing_backend() is None and key and not names_backend(key)
        return bool(is_classic)

    @api.model
    def _of_bindings(
        self, gone: list[models.BaseModel], records: models.BaseModel
    ) -> list[dict]:
        """Return the values of the tombstones of bindings that are to be deleted."""
        if self._is_no_deletion(records):
            return []
        names = ", ".join(f"#{id_}" for id_ in records.ids[:3])
        return [
            {
                "backend_id": binding.backend_id,
                "model": binding._name,
                "external_id": binding.external_id,
                "version": binding.external_version,
                "stable_key": _stable_key(binding),
                "is_waiting": _is_waiting(binding),
                "user_id": self.env.uid,
                "reason": f"{records._description} {names}",
            }
            for bindings in gone
            for binding in bindings
            if not is_missing(binding.external_id)
            and reference_of(binding.backend_id) != importing_backend()
            and reference_of(binding.backend_id) != records.env.context.get(NO_EXPORT)
        ]

    @api.model
    def _write_all(self, values_list: list[dict]) -> None:
        """Write tombstones; of two of one record, the new one stays."""
        if not values_list:
            return
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
        """Note that a record is to be deleted there when that is possible again."""
        if stone := self._find(reference_of(backend), model_name, [external_id]):
            stone._set_waiting(True)
            return
        facts = {"model": model_name, "external_id": external_id, "is_waiting": True}
        more = {"version": version, "user_id": self.env.uid}
        self._write_all([{"backend_id": backend, **facts, **more}])

    def _set_waiting(self, is_waiting: bool) -> None:
        """Note whether records are to be deleted there when that is possible again."""
        self._set({"is_waiting": is_waiting})

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


def _stable_key(binding: models.BaseModel) -> str | None:
    """Return what identifies the record of a binding, None where nothing does."""
    name = getattr(binding, "_stable_key", None)
    return stable_text(binding[name]) if name else None


def _is_waiting(binding: models.BaseModel) -> bool:
    """Return whether a record is to be deleted there, and cannot be by now."""
    backend, declared = binding.backend_id, declared_export(type(binding))
    is_wanted = declared is not None and declared.unlink and not binding.is_alias
    return bool(is_wanted and not backend.active)


def _by_backend(by_key: dict[tuple, dict]) -> dict[tuple[str, str], list[dict]]:
    groups: dict[tuple[str, str], list[dict]] = {}
    for (backend, model_name, _external_id), values in by_key.items():
        groups.setdefault((backend, model_name), []).append(values)
    return groups
