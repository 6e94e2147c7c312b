# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Archived backends: what is not exported meanwhile goes out when they are back.

Nothing is sent to a backend that is archived. Bindings whose record changes stay due,
and tombstones of what is deleted here remember that it is to be deleted there.
"""

from collections.abc import Collection, Iterator

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...flows.binding_declare import wrapped_model
from ...flows.exporting.change import Change
from ...flows.exporting.export_on import ExportOn, declared_export
from ...flows.exporting.trigger import ITSELF
from ...queue.job import job
from ...text import reference_of
from .exports import ANYBODY

KEPT = "waiting: The backend is archived."

# Keep a backend archived until the transaction ends: whoever brings it back has to see
# what this leaves due. Locks: its row, FOR SHARE; one that is back since our snapshot
# raises a serialization error, and Odoo runs the transaction again. Index: the primary
# key.
STAY_ARCHIVED = "SELECT FROM %s WHERE id = %s FOR SHARE"


class ConnectorBackend(models.AbstractModel):
    """What waits while a backend is archived."""

    _inherit = "connector.backend"

    archived_at = fields.Datetime(
        string="Archived Since",
        readonly=True,
        copy=False,
        help="Since when nothing is exported. What changes here meanwhile is exported "
        "when the backend is active again.",
    )

    # === CRUD === #

    def write(self, vals):
        """Write; a backend that is active again gets what changed meanwhile."""
        if "active" not in vals:
            return super().write(vals)
        changed = self.filtered(lambda one: one.active != bool(vals["active"]))
        result = super().write(vals)
        for backend in changed:
            if vals["active"]:
                backend._delay_kept()
            elif not backend.archived_at:
                backend.archived_at = self.env.cr.now()
        return result

    # === JOBS === #

    @api.private
    @job(public_user=ANYBODY)
    def export_kept(self) -> str:
        """Delay the exports of what changed here while the backend was archived.

        Returns:
            The models of which records are due.
        """
        if not self.active:
            return KEPT
        backend_sudo = self.sudo()  # who brought it back need not know its records
        names = []
        for name in backend_sudo._binding_models():
            if backend_sudo._has_due(name):
                backend_sudo._as_job_user().delay_export_run(name)
                names.append(name)
            declared = declared_export(self.env.registry[name])
            if declared and declared.create and backend_sudo.archived_at:
                backend_sudo._bind_created(name, declared)
        backend_sudo._delete_waiting()
        backend_sudo.archived_at = False
        return ", ".join(names)

    # === HELPERS === #

    def _delay_kept(self) -> None:
        """Delay what waits: after the commit, all that was left due is to be seen."""
        key = f"export kept {reference_of(self)}"
        self.sudo()._as_job_user().delayed(identity_key=key).export_kept()

    def _binding_models(self) -> Iterator[str]:
        """Return the models of the bindings to this kind of backend."""
        registry = self.env.registry
        for name in registry.descendants(["connector.binding"], "_inherit"):
            model_class = registry[name]
            is_stored = model_class._auto and not model_class._abstract
            if is_stored and getattr(model_class, "_backend_model", "") == self._name:
                yield name

    def _has_due(self, model_name: str) -> bool:
        """Return whether bindings of a model wait for a run."""
        due = [("backend_id", "=", self.id), ("export_due", "=", True)]
        bindings = self.env[model_name].with_context(active_test=False)
        return bool(bindings.search_count(due, limit=1))

    def _bind_created(self, model_name: str, declared: ExportOn) -> None:
        """Let a job bind the records that were created meanwhile."""
        wrapped = wrapped_model(self.env.registry[model_name])
        records = self.env[wrapped]
        since = Domain("create_date", ">=", self.archived_at)
        if records._log_access:
            found = records.search(since & Domain(list(declared.domain or ())))
            if found:
                change = Change(wrapped, ITSELF, "", False, found.ids)
                self._delay_spread(model_name, wrapped, [change.packed()])

    def _delete_waiting(self) -> None:
        """Delay the deletions there of what was deleted here meanwhile."""
        # whoever ends a dry run, or brings the backend back, all of it is deleted
        stones_sudo = self.env["connector.tombstone"].sudo()
        waiting = [("backend_id", "=", reference_of(self)), ("is_waiting", "=", True)]
        stones_sudo = stones_sudo.search(waiting, order="model, external_id")
        for model_name, stones in stones_sudo.grouped("model").items():
            if model_name not in self.env:  # its addon was removed
                continue
            gone = [(one.external_id, one.version or None) for one in stones]
            self._delay_deletions(model_name, gone)
        stones_sudo._set_waiting(False)

    def _stay_archived(self) -> None:
        """Let nobody bring the backend back before the transaction has ended."""
        self.env.execute_query(SQL(STAY_ARCHIVED, SQL.identifier(self._table), self.id))

    def _keep_due(self, model_name: str, binding_ids: Collection[int]) -> str:
        """Let bindings be exported when the backend is back; return what a job says."""
        self._stay_archived()
        if binding_ids:
            self.env[model_name]._set_due(binding_ids, is_run=True)
        return KEPT

    def _keep_deletion(
        self, model_name: str, external_id: str, version: str | None
    ) -> str:
        """Let a deletion be made when the backend is back; return what a job says."""
        self._stay_archived()
        stones = self.env["connector.tombstone"]
        stones._wait(self, model_name, external_id, version)
        return KEPT
