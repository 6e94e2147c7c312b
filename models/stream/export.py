# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Streams that export: all bound records are compared with the backend, in turns."""

from odoo import api, fields, models

from ...exception import NothingToDoJob, SystemicError
from ...flows.declare import EXPORT
from ...queue.current import current_job
from ...queue.job import job
from ...queue.state import ENQUEUED, FAILED, NOT_STARTED
from .stream import OPEN

POLL_S = 30  # between two looks whether the exports are done


class ConnectorStreamRun(models.Model):
    """Runs of streams that export."""

    _inherit = "connector.stream.run"

    # === JOBS === #

    @api.private
    @job
    def export_bound(self, count: int | None = None) -> str:
        """Have all bound records exported, and end the run when they are.

        Args:
            count: how many records it began with; None begins.
        """
        self.ensure_one()
        if self.state not in OPEN:
            raise NothingToDoJob(f"Run {self.id} has ended.")
        if count is None:
            count = self._make_all_due()
        elif not self._is_exporting():
            self._end_export()
            return f"{count} compared"
        self._delay_page(count)
        return f"{count} are being compared"

    # === HELPERS === #

    def _delay_page(self, state: object) -> None:
        """Delay the next step, in the transaction of the one before."""
        if self.stream_id.direction != EXPORT:
            super()._delay_page(state)
            return
        options = {} if state is None else {"eta": POLL_S}
        key = f"stream export {self.id}"
        uuid = self.delayed(identity_key=key, **options).export_bound(state)
        self._set({"job_uuid": uuid})

    def _make_all_due(self) -> int:
        """Let all records that are bound be exported by a run; return how many."""
        stream = self.stream_id
        backend = stream.backend_id
        # with elevated rights: whoever starts the stream, all records are compared
        bindings_sudo = self.env[stream.model].sudo().with_context(active_test=False)
        ids = bindings_sudo.search(
            [
                ("backend_id", "=", backend.id),
                ("external_id", "!=", False),
                ("is_alias", "=", False),
            ]
        ).ids
        bindings_sudo._set_due(ids, is_run=True)
        backend._as_job_user().delay_export_run(stream.model)
        self._set({"page_count": 1, "read_count": len(ids)})
        return len(ids)

    def _is_exporting(self) -> bool:
        """Return whether records are still to be exported.

        Raises:
            SystemicError: they are, and no job does it any more.
        """
        stream = self.stream_id
        bindings_sudo = self.env[stream.model].sudo()  # as above
        due = bindings_sudo.with_context(active_test=False).search_count(
            [("backend_id", "=", stream.backend_id.id), ("export_due", "=", True)]
        )
        jobs_sudo = self.env["connector.queue.job"].sudo()  # of the user of the backend
        own = [
            ("backend_id", "=", stream.backend_id.reference()),
            ("method_name", "=", "export_run"),
        ]
        if jobs_sudo.search_count([*own, ("state", "in", [*NOT_STARTED, ENQUEUED])]):
            return True
        since = [("state", "=", FAILED), ("date_created", ">=", self.started_at)]
        failed = jobs_sudo.search([*own, *since], limit=1)
        if due or failed:
            raise SystemicError(
                f"The exports of stream {stream.display_name!r} have stopped, and "
                f"{due} records are still due: {failed.result or 'their job is gone'} "
                "Correct it and retry the job of the exports, then press Resume."
            )
        return False

    @api.model
    def _end_exports(self, backend: models.BaseModel, model_name: str) -> None:
        """End the runs of which the job that runs has exported the last record.

        One that it does not end, such as beside another job or after a failed one, is
        ended by its own job.
        """
        job = current_job(self.env)
        for run in self.search([("state", "=", "running")]):
            stream = run.stream_id
            is_meant = stream.direction == EXPORT and stream.model == model_name
            if is_meant and stream.backend_id == backend:
                if not run._is_beside(job.uuid if job else ""):
                    run._end_export()

    def _is_beside(self, uuid: str) -> bool:
        """Return whether another job exports records of the run, or has failed to."""
        jobs_sudo = self.env["connector.queue.job"].sudo()  # of the user of the backend
        return bool(
            jobs_sudo.search_count(
                [
                    ("backend_id", "=", self.stream_id.backend_id.reference()),
                    ("method_name", "=", "export_run"),
                    ("uuid", "!=", uuid),
                    "|",
                    ("state", "in", [*NOT_STARTED, ENQUEUED]),
                    "&",
                    ("state", "=", FAILED),
                    ("date_created", ">=", self.started_at),
                ],
                limit=1,
            )
        )

    def _end_export(self) -> None:
        now = fields.Datetime.now()
        self._set({"state": "done", "ended_at": now, "job_uuid": False})
        self.stream_id._done(self)
