# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Supervision of running jobs: timeouts, stop requests, hanging jobs."""

import logging
import time

from ...exception import FailedJobError, JobTimeoutError
from .. import store
from .dependencies import unblock_children
from .interrupt import Reason, RunningAttempt
from .process import SupervisedWorker

_logger = logging.getLogger(__name__)

SHORT_S = 1.0  # a shorter job is not checked for stop requests
CHECK_S = 5.0  # between two checks for a stop request without notification
GRACE_S = 5.0  # for a job to notice the stop request by itself
AGAIN_S = 2.0  # between two interruptions of a job that goes on
HARD_S = 10.0  # after the first one: it hangs where Python cannot interrupt it


class JobSupervisor:
    """Supervisor of a worker's running job; interrupts it when it must end.

    It runs in the thread of the watcher, which goes on while the job runs.

    Args:
        worker: the supervised worker.
    """

    def __init__(self, worker: SupervisedWorker):
        self._worker = worker
        self.is_notified = False
        """Whether a notification came, perhaps of a stop request."""
        self.has_given_up = False
        """Whether the worker's thread was abandoned to its job."""
        self._attempt: RunningAttempt | None = None
        self._begin(None)

    def check(self) -> None:
        """Interrupt the running job, or give it up, if it must end."""
        attempt = self._worker.runner.attempt
        if attempt is not self._attempt:
            self._begin(attempt)
        if attempt is None or self.has_given_up:
            return
        now = time.monotonic()
        if self._reason is None:
            self._reason = self._find_reason(now)
            self._first_at = self._again_at = now
        if self._reason is None:
            return
        if now - self._first_at >= HARD_S:
            self._give_up()
        elif now >= self._again_at:
            self._again_at = now + AGAIN_S
            attempt.interrupt(self._reason)

    def _begin(self, attempt: RunningAttempt | None) -> None:
        self._attempt = attempt
        self._reason: Reason | None = None
        self._requested_by: str | None = None
        self._first_at = self._again_at = self._seen_at = 0.0
        self._checked_at = attempt.started if attempt else 0.0

    def _find_reason(self, now: float) -> Reason | None:
        attempt = self._attempt
        timeout_s = attempt.job.timeout
        if timeout_s and now - attempt.started >= timeout_s:
            return Reason(
                JobTimeoutError(
                    f"The job ran longer than its timeout of {timeout_s:g} s and was "
                    "interrupted. Give it more time, or less to do."
                )
            )
        if self._requested_by is None and self._is_check_due(now):
            self._check_stop_request(now)
        if self._requested_by is not None and now - self._seen_at >= GRACE_S:
            return Reason(
                FailedJobError(f"Stopped by {self._requested_by}"), is_cancelled=True
            )
        return None

    def _is_check_due(self, now: float) -> bool:
        return now - self._checked_at >= (SHORT_S if self.is_notified else CHECK_S)

    def _check_stop_request(self, now: float) -> None:
        """Check for a stop request."""
        self.is_notified = False
        self._checked_at = self._seen_at = now
        job = self._attempt.job
        run = self._worker.registration.control.run
        self._requested_by = run(store.find_stop_request, job.id, job.attempt)

    def _give_up(self) -> None:
        """Store the end of the job here, and abandon its thread.

        The thread may never return, and must not commit if it does: its session is
        ended before, and its worker no longer holds the job.
        """
        worker, attempt = self._worker, self._attempt
        worker.stop()  # before: should the thread come back, it takes no next job
        if not attempt.give_up(self._reason):
            return
        self.has_given_up = True
        run, job = worker.registration.control.run, attempt.job
        where = attempt.where()
        _logger.error("job %s hangs, its thread is left to it:\n%s", job.uuid, where)
        worker.end_sessions()
        values = worker.runner.end_values(attempt, where=where)
        run(store.settle, values, job.has_edges)
        if job.has_edges:
            run(unblock_children, [job.id])
        ids = [claimed.id for claimed in worker.drain()]
        run(store.release_jobs, worker.runner.worker_id, ids)
        run(store.wake)
        worker.registration.leave()
