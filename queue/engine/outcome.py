# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outcome of an attempt: its result, or what its error means, in storable form."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from psycopg2 import errors

from odoo.exceptions import ConcurrencyError

from ...exception import (
    CircuitOpenError,
    FailedJobError,
    NothingToDoJob,
    RetryableJobError,
    message_of,
)
from ...redaction import HIDDEN, TEXT_SIZE, KnownSecrets, storable
from ..settings import Settings
from ..state import CANCELLED, CONFLICTED, DONE, FAILED, PENDING, RETRIED, UNREACHABLE
from ..store import Outage
from .claimed_job import ClaimedJob
from .http_errors import is_network_error
from .registry_watch import is_misfit
from .retry import (
    Policy,
    conflict_delay_s,
    conflict_text,
    next_delay_s,
    outage_delay_s,
    real_error,
)

CONCURRENCY_ERRORS = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
    ConcurrencyError,
)
RENEWAL_S = (1.0, 3.0)  # about as long as a registry takes to be loaded
NOTHING_TO_DO = "Nothing to do."
MAX_DEPTH = 100  # of a result; far below Python's and PostgreSQL's limits
MAX_SIZE = 1_000_000  # characters of a result as JSON; a job is no place for files

_to_json = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, default=lambda value: _plain_of(value)
).encode


class AttemptLost(Exception):
    """The worker no longer holds the job: the attempt must leave nothing behind."""


def own_row_error(job: ClaimedJob, lost: AttemptLost) -> FailedJobError:
    """Return the error of a job that changed or deleted its own row."""
    error = FailedJobError(
        f"Cannot end {job.func_name}: its own row was deleted or changed by it, "
        "expected to find it as it was claimed. What it did is undone. Let it leave "
        "the job alone that it is."
    )
    error.__cause__ = lost
    return error


@dataclass(frozen=True)
class Outcome:
    """The end of an attempt, as it is stored."""

    outcome: str  # of the attempt
    state: str  # state of the job
    message: str
    retry: int  # failed attempts that count as retries
    delay_s: float | None = None
    network_since: datetime | None = None  # when the far side began not to answer
    network_until: datetime | None = None  # when the tries end


@dataclass(frozen=True)
class JobHistory:
    """What decides besides the error; the database is read only where it matters.

    Args:
        count_conflicts: counts the conflicts in a row before this attempt.
        find_outage: finds the outage in which the job was before this attempt.
        network_retry_s: for how long jobs are retried after errors of the network,
            in seconds; 0: by count.
    """

    count_conflicts: Callable[[], int] = int
    find_outage: Callable[[], Outage] = Outage
    network_retry_s: float = Settings.network_retry_s


def outcome_of(
    error: BaseException,
    job: ClaimedJob,
    now: datetime,
    is_cancelled: bool = False,
    history: JobHistory = JobHistory(),
    has_changed: Callable[[ClaimedJob], bool] = lambda job: False,
) -> Outcome:
    """Return the outcome of a job that raised an error.

    An error that raises when it is read fails the job.

    Args:
        now: naive, in UTC.
        is_cancelled: the job was requested to stop.
        has_changed: checks whether addons changed since the job was claimed.
    """
    try:
        return _outcome_of(
            real_error(error), job, now, is_cancelled, history, has_changed
        )
    except BaseException as fault:  # noqa: BLE001 the worker goes on
        message = f"{message_of(error)} (unreadable error: {message_of(fault)})"
        return Outcome(FAILED, FAILED, message, job.retry)


def _outcome_of(error, job, now, is_cancelled, history, has_changed) -> Outcome:
    message = message_of(error)
    if is_cancelled:
        return Outcome(CANCELLED, CANCELLED, message, job.retry)
    if isinstance(error, NothingToDoJob):
        return Outcome(DONE, DONE, message_of(error, NOTHING_TO_DO), job.retry)
    if isinstance(error, CONCURRENCY_ERRORS):
        delay_s = conflict_delay_s(history.count_conflicts() + 1)
        if delay_s is None:
            return Outcome(FAILED, FAILED, conflict_text(message), job.retry)
        return Outcome(CONFLICTED, PENDING, message, job.retry, delay_s)
    is_retryable = isinstance(error, RetryableJobError)
    if not is_retryable and is_misfit(error) and has_changed(job):
        delay_s = random.uniform(*RENEWAL_S)
        message = f"Addons changed meanwhile: {message}"
        return Outcome(RETRIED, PENDING, message, job.retry, delay_s)
    # a subclass may not have called its base
    is_counted = not (is_retryable and getattr(error, "ignore_retry", False))
    retry = job.retry + is_counted
    policy = getattr(job.func, "retry_policy", None) or Policy()
    if is_counted and policy.is_retryable(error) and is_network_error(error):
        outcome = _outage_outcome(error, job, now, policy, history)
        if outcome:
            return outcome
    delay_s = next_delay_s(error, policy, retry, now)
    if delay_s is None:
        return Outcome(FAILED, FAILED, message, job.retry)
    if is_counted and job.max_retries and retry >= job.max_retries:
        message = f"Max. retries ({job.max_retries}) reached: {message}"
        return Outcome(FAILED, FAILED, message, retry)
    return Outcome(RETRIED, PENDING, message, retry, delay_s)


def _outage_outcome(error, job, now, policy, history) -> Outcome | None:
    """Return the outcome of a job that is retried by time; None for one by count."""
    outage = history.find_outage()
    own_s = getattr(error, "network_retry_s", None)  # of the backend
    budget_s = policy.network_budget_s(
        history.network_retry_s if own_s is None else own_s, outage.has_own_max_retries
    )
    since = outage.since or now
    if not budget_s and isinstance(error, CircuitOpenError):  # it was no try
        delay_s = next_delay_s(error, policy, job.retry, now)
        message = message_of(error)
        return Outcome(UNREACHABLE, PENDING, message, job.retry, delay_s, since)
    if not budget_s:
        return None
    until = since + timedelta(seconds=budget_s)
    message, left_s = message_of(error), (until - now).total_seconds()
    if left_s <= 0:
        message = (
            f"No answer since {since:%Y-%m-%d %H:%M} UTC, retried for "
            f"{timedelta(seconds=budget_s)}: {message}"
        )
        return Outcome(FAILED, FAILED, message, job.retry, None, since, until)
    delay_s = outage_delay_s(error, policy, outage.failures + 1, left_s, now)
    return Outcome(UNREACHABLE, PENDING, message, job.retry, delay_s, since, until)


# === RESULTS === #


def result_text(result: Any, secrets: KnownSecrets) -> str | None:
    """Return a result as text that a column can hold; None for None.

    Args:
        secrets: texts that must not be stored.
    """
    return None if result is None else secrets.stored(_text_of(result), TEXT_SIZE)


def result_json(result: Any, secrets: KnownSecrets) -> str | None:
    """Return a result as JSON that jsonb can hold; None for None.

    Values unknown to JSON become their ``as_json()`` or, without it (a date, a record),
    their text. The whole becomes text where jsonb would refuse it: with nan, a zero
    character, or half a surrogate pair; nested deeper than ``MAX_DEPTH``, or longer
    than ``MAX_SIZE``.
    """
    if result is None:
        return None
    text = _storable_json(result)
    if text is None:
        text = _to_json(storable(secrets.hide(_text_of(result)))[:MAX_SIZE])
    return _hide_in_json(text, secrets) if secrets else text


def _hide_in_json(text: str, secrets: KnownSecrets) -> str:
    """Return JSON without secrets; hide all of it if it would be invalid otherwise."""
    hidden = secrets.hide(text)
    try:
        json.loads(hidden)
    except ValueError:  # the secret was a number, or part of an escape
        return _to_json(HIDDEN)
    return hidden


def _text_of(value: Any) -> str:
    try:
        return str(value)
    except Exception:  # noqa: BLE001 no readable text, but the job is done
        return object.__repr__(value)


def _plain_of(value: Any) -> Any:
    return value.as_json() if hasattr(value, "as_json") else _text_of(value)


def _storable_json(result: Any) -> str | None:
    """Return a result as JSON, None where Python or PostgreSQL would refuse it."""
    try:
        text = _to_json(result)
        text.encode()  # fails for half surrogates
    except (TypeError, ValueError, RecursionError):
        return None  # also keys that are no text, a circle, thousands of digits
    is_short = len(text) <= MAX_SIZE and _depth(text) <= MAX_DEPTH
    return text if is_short and "\\u0000" not in text else None


def _depth(text: str) -> int:
    """Return at least how deep the values of a JSON text are nested."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return 0  # true of nearly every result
    depth = deepest = 0
    for character in text:
        if character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
