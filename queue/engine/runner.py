# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runner of jobs: claims them, runs them and stores their outcomes."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from odoo import api
from odoo.sql_db import Cursor

from ...exception import traceback_text
from ...redaction import MESSAGE_SIZE, TEXT_SIZE
from ...session import ConnectorSession
from .. import store
from ..channels.limits import Limits
from ..channels.served import ServedChannels
from ..current import CurrentJob, running
from ..delay import codec
from ..settings import Settings
from ..state import FAILED
from .claimed_job import ClaimedJob
from .completer import JobCompleter
from .connection import one_transaction
from .dependencies import unblock_children
from .interrupt import RunningAttempt
from .job_connection import Fence, JobConnection, last_word
from .outcome import (
    AttemptLost,
    JobHistory,
    outcome_of,
    own_row_error,
    result_json,
    result_text,
)

_logger = logging.getLogger(__name__)

BATCH = 50  # most jobs of one claim
BATCH_S = 0.2  # of a batch's work: other workers may be free earlier
LAST_WEIGHT = 0.2  # of the last job in the mean duration
NOT_OURS = (
    "Cannot run the job: its row was not made by delaying a job, or was altered since; "
    "its seal is wrong, or a column is empty. Find out who wrote it, and delay the job "
    "again if it is wanted."
)

Transaction = Callable[[Fence], AbstractContextManager[Cursor]]


class Runner:
    """Claims jobs for a worker and runs them, one after the other.

    Args:
        bookkeeping: cursor of the bookkeeping connection, for claims and failures.
        worker_id: the worker that holds the jobs.
        transaction: opens the transaction of one job; see :func:`own_transaction`.
        served: the channels to claim from; all when it is left out.
        completer: writes the end of plain jobs asynchronously; without, all ends are
            synchronous.
        has_changed: checks whether addons changed since a job was claimed.
    """

    def __init__(
        self,
        bookkeeping,
        worker_id: int,
        transaction: Transaction,
        served: ServedChannels | None = None,
        completer: JobCompleter | None = None,
        has_changed: Callable[[ClaimedJob], bool] = lambda job: False,
    ):
        self.worker_id = worker_id
        self.attempt: RunningAttempt | None = None
        """The attempt of the running job, for interruptions."""
        self._bookkeeping = bookkeeping
        self._transaction = transaction
        self._served = served or ServedChannels()
        self._completer = completer
        self._has_changed = has_changed
        self.network_retry_s = Settings.network_retry_s
        """For how long jobs are retried after errors of the network; 0: by count."""
        self.ready_count = 0
        """Jobs that may run because the last one ended."""
        self.start_in_s: float | None = None
        """Seconds until a throttled channel lets a job start, when one waits."""
        self._claimed_count = 0
        self._mean_s = BATCH_S  # of a job; the first claims are small

    def claim(self) -> list[ClaimedJob]:
        """Claim the jobs to run next, in the order in which they must run.

        They are either one job of a channel with limits, or a batch of the others;
        whichever is more urgent. Jobs that may not run are set aside for others.
        """
        self.start_in_s = None
        jobs, has_more = [], True
        while has_more and not jobs:
            rows = self._claim_batch(has_seen_limits=False)
            if rows is None:
                rows = self._claim_limited() or self._claim_batch()
            self._claimed_count += len(rows)
            jobs = self._set_aside(rows)
            has_more = bool(rows)
        return [ClaimedJob.from_row(row) for row in jobs]

    def _set_aside(self, rows: list[dict]) -> list[dict]:
        """Return the claimed jobs that may run; the others end as failed."""
        jobs = [row for row in rows if row["payload"] is not None]
        others = [row for row in rows if row["payload"] is None]
        if others:
            ids = [row["id"] for row in others]
            store.set_aside(self._bookkeeping, self.worker_id, ids, NOT_OURS)
            for row in others:
                _logger.warning("job %s (No. %s): %s", row["uuid"], row["id"], NOT_OURS)
            unblock_children(self._bookkeeping, ids)
        return jobs

    def _claim_batch(self, has_seen_limits: bool = True) -> list[dict] | None:
        limit = max(1, min(BATCH, int(BATCH_S / max(self._mean_s, 1e-6))))
        return store.claim_jobs(
            self._bookkeeping,
            self.worker_id,
            limit,
            self._claimed_count,
            has_seen_limits,
            self._served.ids,
        )

    def _claim_limited(self) -> list[dict]:
        """Claim one job of the first limited channel that has room."""
        for channel_id, limiting_ids in store.find_limited(
            self._bookkeeping, self._served.ids
        ):
            with one_transaction(self._bookkeeping):
                if self._has_room(limiting_ids):
                    rows = store.claim_limited_job(
                        self._bookkeeping,
                        self.worker_id,
                        channel_id,
                        self._claimed_count,
                    )
                    if rows and rows[0]["payload"] is not None:
                        store.note_start(self._bookkeeping, limiting_ids)
                    if rows:
                        return [{**row, "is_limited": True} for row in rows]
        return []

    def _has_room(self, channel_ids: list[int]) -> bool:
        """Return whether every channel lets a job start; lock their limits."""
        channels = [
            Limits(**row) for row in store.lock_limits(self._bookkeeping, channel_ids)
        ]
        wait_s = max(channel.start_in_s() for channel in channels)
        if wait_s:
            known_s = self.start_in_s
            self.start_in_s = wait_s if known_s is None else min(known_s, wait_s)
            return False
        return not any(self._is_full(channel) for channel in channels)

    def _is_full(self, channel: Limits) -> bool:
        if channel.slots is not None:
            if store.count_taken(self._bookkeeping, channel.id) >= channel.slots:
                return True
        return channel.is_sequential and store.is_order_blocked(
            self._bookkeeping, channel.id
        )

    def release(self, jobs: list[ClaimedJob]) -> None:
        """Release claimed jobs that were not started."""
        store.release_jobs(self._bookkeeping, self.worker_id, [job.id for job in jobs])

    def run_job(self, job: ClaimedJob) -> None:
        """Run one job and store its outcome."""
        job.date_started = job.now()
        job.attempt += 1
        attempt = self.attempt = RunningAttempt(job)
        failure = None
        try:
            self._perform(attempt)
        except AttemptLost as error:
            self._settle_lost(attempt, error)
        except BaseException as error:  # noqa: BLE001 the one place that must see them all
            failure = self._settle(attempt, error)
            if _is_of_a_person(error):
                raise
        finally:
            attempt.end()
            self.attempt = None
            seconds = time.monotonic() - attempt.started
            self._mean_s += (seconds - self._mean_s) * LAST_WEIGHT
            _logger.debug("job %s ran %.3f s", job.uuid, seconds)
        if failure is not None and job.method_name:
            self._report_failure(job, failure)
        self.ready_count = 0
        if job.has_edges:  # after the commit: others may have ended meanwhile
            self.ready_count = unblock_children(self._bookkeeping, [job.id])

    def _perform(self, attempt: RunningAttempt) -> None:
        job = attempt.job

        def is_ours(cr: Cursor) -> bool:
            attempt.check()
            return store.fence(cr, self.worker_id, job.id, job.attempt)

        with self._transaction(is_ours) as cr:
            env = job.open_env(cr)
            job.args, job.kwargs = codec.decode(job.payload, env, job.payload_version)
            with running(CurrentJob(job, self._bookkeeping, attempt.secrets)):
                result = attempt.perform(partial(_call, job, env), cr.connection)
            self._finish(cr, attempt, result)

    def _finish(self, cr: Cursor, attempt: RunningAttempt, result) -> None:
        job, secrets = attempt.job, attempt.secrets
        values = self._attempt_values(
            job,
            result=result_text(result, secrets),
            result_json=result_json(result, secrets),
        )
        if self._completer and _is_plain(job, cr):
            self._completer.send(values)
            return
        with last_word(cr) as own_cr:
            is_stored = store.finish(own_cr, values, job.has_edges)
        if not is_stored:
            raise AttemptLost("another worker has it; its work is undone")

    def _settle(self, attempt: RunningAttempt, error: BaseException) -> str | None:
        """Store the end of an attempt that raised; return why the job failed, if so."""
        if attempt.is_given_up:
            return None
        values = self.end_values(attempt, error)
        if not store.settle(self._bookkeeping, values, attempt.job.has_edges):
            _logger.warning("job %s: another worker has it", attempt.job.uuid)
            return None
        return values["message"] or "" if values["state"] == FAILED else None

    def _report_failure(self, job: ClaimedJob, reason: str) -> None:
        """Let the records of a job react to its failure, in a transaction of their own.

        The failure is stored already: what goes wrong here changes nothing of it.
        """
        try:
            with self._transaction(lambda _cr: True) as cr:
                env = job.open_env(cr)
                args, kwargs = codec.decode(job.payload, env, job.payload_version)
                if records := args[0].exists():
                    records._on_job_failed(job.method_name, args[1:], kwargs, reason)
                    env.cr.flush()
        except Exception:  # noqa: BLE001 the worker goes on with the next job
            _logger.warning(
                "job %s: its failure was not noted", job.uuid, exc_info=True
            )

    def _settle_lost(self, attempt: RunningAttempt, error: AttemptLost) -> None:
        """Fail a job that wrote its own row, if it is still ours; undo the write."""
        job = attempt.job
        if store.is_held(self._bookkeeping, self.worker_id, job.id, job.attempt):
            self._settle(attempt, own_row_error(job, error))
        else:
            _logger.warning("job %s: %s", job.uuid, error)

    def end_values(
        self,
        attempt: RunningAttempt,
        error: BaseException | None = None,
        where: str = "",
    ) -> dict:
        """Return the stored values of an attempt that did not succeed.

        Args:
            error: the raised error. The reason of an interruption goes before it.
            where: where in the code the job hangs.
        """
        job, reason = attempt.job, attempt.reason
        if reason:
            is_cancelled = reason.is_cancelled
            reason.error.__cause__, error = error, reason.error
        else:
            is_cancelled = CurrentJob(job, self._bookkeeping).find_cancelled()
        history = self._history_of(job)
        outcome = outcome_of(
            error, job, job.now(), is_cancelled, history, self._has_changed
        )
        secrets, exc_info = attempt.secrets, None
        message = secrets.stored(outcome.message, MESSAGE_SIZE)
        if outcome.state == FAILED:
            exc_info = secrets.stored(traceback_text(error) + where, TEXT_SIZE)
            is_usual = isinstance(error, Exception)
            logged = message if is_usual else f"{message}\n{exc_info}"
            _logger.error("job %s failed: %s", job.uuid, logged)
        return self._attempt_values(
            job,
            outcome=outcome.outcome,
            state=outcome.state,
            hold=None if outcome.delay_s is None else store.HOLD_ETA,
            delay_s=outcome.delay_s,
            retry=outcome.retry,
            network_since=outcome.network_since,
            network_until=outcome.network_until,
            message=message,
            exc_info=exc_info,
        )

    def _history_of(self, job: ClaimedJob) -> JobHistory:
        return JobHistory(
            partial(store.count_conflicts, self._bookkeeping, job.id),
            partial(store.find_outage, self._bookkeeping, job.id),
            self.network_retry_s,
        )

    def _attempt_values(self, job: ClaimedJob, **values) -> dict:
        return {
            "job_id": job.id,
            "attempt": job.attempt,
            "worker_id": self.worker_id,
            "date_started": job.date_started,
            **values,
        }


def _call(job: ClaimedJob, env: api.Environment):
    result = job.perform(ConnectorSession.from_env(env))
    env.cr.flush()  # the job's own row comes last
    return result


def _is_of_a_person(error: BaseException) -> bool:
    """Return whether a person ends the whole process, as by ^C in a shell."""
    is_main = threading.current_thread() is threading.main_thread()
    return is_main and isinstance(error, KeyboardInterrupt)


def _is_plain(job: ClaimedJob, cr: Cursor) -> bool:
    """Return whether nothing waits for the end of a job."""
    session = cr.connection
    return (
        isinstance(session, JobConnection)
        and session.is_untouched
        and not (job.has_edges or job.is_limited or job.concurrency_key)
        and not len(cr.postcommit)
    )
