# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The running job, as its own code sees it: progress, stop requests, snooze."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

from odoo import api

from ..exception import InvalidUsageError, RetryableJobError
from ..redaction import MESSAGE_SIZE, KnownSecrets
from ..secret import known_secrets, known_to_job
from ..session import ConnectorSession
from . import store
from .delay import codec

QUIET_S = 0.2  # between two reports, and between two checks for a stop request

_current: ContextVar["CurrentJob | None"] = ContextVar("current_job", default=None)


def current_job(env: api.Environment) -> "CurrentJob | None":
    """Return the job that runs in an environment, None outside of jobs."""
    job = _current.get()
    is_inside = job is not None and env.context.get("job_uuid") == job.uuid
    return job if is_inside else None


class CurrentJob:
    """The running job, as its own function sees it.

    It writes and reads over the worker's connection: progress is visible at once, and
    the job's row stays untouched until the end.

    Args:
        job: the claimed job that runs.
        bookkeeping: cursor of the worker's connection.
        secrets: the secrets that the job has read; progress messages hide them.
    """

    def __init__(self, job, bookkeeping, secrets: KnownSecrets | None = None):
        self.uuid: str = job.uuid
        self.attempt: int = job.attempt
        """Number of this start; the first is 1."""
        self.id: int = job.id
        self.secrets = KnownSecrets() if secrets is None else secrets
        self._bookkeeping = bookkeeping
        self._reported_at = self._checked_at = float("-inf")
        self._is_cancelled = False

    def progress(
        self, done: float, total: float | None = None, message: str | None = None
    ) -> None:
        """Report the progress of the job; cheap enough to call for each item.

        Args:
            done: work done so far, in any unit.
            total: all the work, in the same unit; None when unknown.
            message: what is being done.
        """
        now = time.monotonic()
        is_last = total is not None and done >= total
        if now - self._reported_at >= QUIET_S or is_last:
            self._reported_at = now
            text = message and self.secrets.stored(str(message), MESSAGE_SIZE)
            store.write_progress(self._bookkeeping, self.id, done, total, text)

    @property
    def is_cancelled(self) -> bool:
        """Whether the job was requested to stop: raise NothingToDoJob, or return."""
        now = time.monotonic()
        if not self._is_cancelled and now - self._checked_at >= QUIET_S:
            self._checked_at = now
            self._is_cancelled = self.find_cancelled()
        return self._is_cancelled

    def snooze(self, seconds: float, message: str | None = None) -> NoReturn:
        """Roll back this attempt and run again later, any number of times.

        Args:
            seconds: until the next attempt.
            message: why, shown as the result meanwhile.

        Raises:
            RetryableJobError: always; it does not count as a retry.
            InvalidUsageError: ``seconds`` is not a valid delay.
        """
        if type(seconds) not in (int, float) or not 0 <= seconds < math.inf:
            raise InvalidUsageError(
                f"Cannot snooze: the time is {seconds!r}, expected a number of seconds."
            )
        message = message or f"Snoozed for {seconds:g} s."
        raise RetryableJobError(message, seconds=seconds, ignore_retry=True)

    def commit_rest(self, env: api.Environment, *args, **kwargs) -> None:
        """Commit the work so far and leave the rest to the next attempt.

        Args:
            env: of the job.
            args: of the function from now on; so are ``kwargs``.

        Raises:
            UnserializableArgumentError: an argument cannot be stored.
        """
        # the row is the job's own: it is written in its transaction, before the fence
        payload = codec.encode(args, kwargs, known_secrets(env.cr))
        store.replace_payload(env.cr, self.id, payload)
        ConnectorSession.from_env(env).commit()

    def find_cancelled(self) -> bool:
        """Check in the database now whether the job was requested to stop."""
        return store.is_cancelled(self._bookkeeping, self.id, self.attempt)


@contextmanager
def running(job: CurrentJob) -> Iterator[None]:
    """Make a job the current job inside the block."""
    token, secrets_token = _current.set(job), known_to_job.set(job.secrets)
    try:
        yield
    finally:
        known_to_job.reset(secrets_token)
        _current.reset(token)
