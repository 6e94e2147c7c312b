# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports of a backend that triggers make due: a job for each, or a run for many."""

from collections import Counter
from collections.abc import Sequence

from odoo import api, models

from ...components.synchronizer import Exporter
from ...flows.exporting.change import Change, Packed
from ...flows.exporting.run_part import export_part
from ...flows.exporting.spread import spread
from ...queue.delay.acting_user import acting_env
from ...queue.job import job
from .exports import ANYBODY, EXPORTED

PART = 100  # records that one job of a run exports


class ConnectorBackend(models.AbstractModel):
    """The delayed exports of records that were changed."""

    _inherit = "connector.backend"

    # === JOBS === #

    @api.private
    @job(public_user=ANYBODY)
    def export_run(
        self, model_name: str, binding_ids: Sequence[int] = (), after: int = 0
    ) -> str:
        """Export a part of the records that are due, and delay the next part.

        Args:
            model_name: binding model.
            binding_ids: of this part; none in the first job, which only finds some.
            after: id of the binding where the next part begins.

        Returns:
            What became of the records of this part.
        """
        backend = self._in_flow()
        if not backend.active:
            return backend._keep_due(model_name, binding_ids)
        scope = backend.get_environment(model_name)
        outcomes = export_part(scope.get_connector_unit(Exporter), binding_ids)
        if done := [id_ for id_, outcome in outcomes.items() if outcome in EXPORTED]:
            self._settle_failed_exports(model_name, done)
        self._delay_next_part(model_name, after)
        counts = Counter(outcomes.values())
        return ", ".join(f"{count} {what}" for what, count in sorted(counts.items()))

    @api.private
    @job(public_user=ANYBODY)
    def export_changed(self, model_name: str, root: str, changes: list[Packed]) -> None:
        """Find what many changes of one transaction make due, and export it.

        Args:
            model_name: binding model.
            root: the same model; or the wrapped one, whose records get bindings.
            changes: see :class:`~..flows.exporting.change.Change`.
        """
        bindings = self._in_flow().env[model_name]
        found = [Change.unpacked(one) for one in changes]
        spread(bindings, root, found, lambda backend: backend.id == self.id)

    @api.private
    def delay_export_run(self, model_name: str, **options) -> str:
        """Delay a run that exports all records which are due, once until it starts.

        Args:
            model_name: binding model.
            options: of the job, such as ``priority``.

        Returns:
            The uuid of the job.
        """
        self.ensure_one()
        what = self.env[model_name]._description
        options = {
            "identity_key": _run_key,
            "description": self.env._("Export all %(what)s that are due", what=what),
            **options,
        }
        return self.delayed(**options).export_run(model_name)

    # === HELPERS === #

    def _delay_next_part(self, model_name: str, after: int) -> None:
        """Take the next bindings that are due, and delay their exports."""
        bindings_sudo = self.env[model_name].sudo()  # the columns of a run
        ids = bindings_sudo._take_due(self.id, after, PART)
        if not ids and after:  # what became due before that place, meanwhile
            ids = bindings_sudo._take_due(self.id, 0, PART)
        if ids:
            self.delayed().export_run(model_name, ids, ids[-1])
            return
        runs_sudo = self.env["connector.stream.run"].sudo()  # they are the managers'
        runs_sudo._end_exports(self, model_name)

    def _delay_due(self, model_name: str, binding_ids: Sequence[int]) -> None:
        """Delay the exports of bindings that changed, as the user of the backend.

        They stay due where it is archived, and are exported when it is back.
        """
        if not self.active:
            self._keep_due(model_name, binding_ids)
            return
        bindings = self.env[model_name]
        is_run = len(binding_ids) > bindings._export_run_above
        bindings._set_due(binding_ids, is_run)
        backend = self._as_job_user()
        wait_s = bindings._export_after_s
        options = {"eta": wait_s} if wait_s else {}
        if is_run:
            backend.delay_export_run(model_name, **options)
        else:
            backend.delay_export_records(model_name, sorted(binding_ids), **options)

    def _delay_spread(self, model_name: str, root: str, changes: list[Packed]) -> None:
        """Delay the look-up of what many changes make due."""
        delayed = self._as_job_user().delayed()
        delayed.export_changed(model_name, root, changes)

    def _delay_deletions(
        self, model_name: str, gone: list[tuple[str, str | None]]
    ) -> None:
        """Delay the deletions there of what was deleted here, by id and version."""
        self._as_job_user().delay_export_deletes(model_name, gone)

    def _as_job_user(self):
        """Return the backend as the user of its jobs, whoever causes them."""
        user = self._get_job_user()
        return self.with_env(acting_env(self.env, user, self)) if user else self


def _run_key(call) -> str:
    """Return the identity key of a run."""
    backend, model_name = call.args
    return f"export run {backend.reference()} {model_name}"
