# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Retry policy: whether a job is retried, and after which delay."""

import logging
import math
import random
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from odoo.tools.safe_eval import safe_eval

from ...exception import (
    FailedJobError,
    InvalidDataError,
    InvalidUsageError,
    MappingError,
    NothingToDoJob,
    RetryableJobError,
    SessionEndedError,
)
from ...retry_after import seconds_until
from ..delay.call import shorten
from ..eta import MAX_DELAY_S, bounded_s
from .http_errors import is_network_error, retry_after_s

_logger = logging.getLogger(__name__)

RETRY_INTERVAL = 10 * 60  # seconds; when nothing else is declared
FINAL_ERRORS = (FailedJobError, InvalidDataError, MappingError, NothingToDoJob)

CONFLICTS_AT_ONCE = 3  # first conflicts in a row, each retried within a second
CONFLICT_AT_ONCE_S = (0.1, 1.0)  # the other transaction is gone by then
CONFLICT_CAP_S = 60.0  # between two attempts
MAX_CONFLICTS = 30  # in a row; about a quarter of an hour, besides what the job takes

Uniform = Callable[[float, float], float]
Pattern = dict[int, float | tuple[float, float]]


@dataclass(frozen=True)
class Backoff:
    """Delays that double from retry to retry.

    Args:
        base_s: the window after the first failure, in seconds.
        cap_s: the widest window, in seconds.
        jitter: wait anywhere within the window instead of up to its end.
    """

    base_s: float = 10
    cap_s: float = 600
    jitter: bool = True

    def __post_init__(self):
        if not 0 < self.base_s <= self.cap_s < math.inf:
            raise InvalidUsageError(
                f"Cannot declare {self}: expected 0 < base_s <= cap_s, in seconds."
            )

    def delay_s(self, retry_count: int, uniform: Uniform = random.uniform) -> float:
        """Return how long to wait before the next try, in seconds.

        Full jitter: ``uniform(0, min(cap_s, base_s * 2 ** (retry_count - 1)))``.
        It spreads a crowd of jobs that failed together over the whole window.

        Args:
            retry_count: failed tries, 1 after the first.
            uniform: source of randomness; tests pin it.

        Raises:
            ValueError: ``retry_count`` is below 1.

        Source: M. Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog,
        2015.
        """
        if retry_count < 1:
            raise ValueError(f"retry_count is {retry_count!r}, expected 1 or more")
        doublings = min(retry_count - 1, 64)  # beyond, a float overflows
        window_s = min(self.cap_s, self.base_s * 2**doublings)
        return uniform(0, window_s) if self.jitter else window_s


@dataclass(frozen=True)
class Policy:
    """Retry policy of a function's jobs.

    Args:
        retry_pattern: ``{retry count: seconds}`` or ``{…: (least, most)}``; the entry
            with the greatest count that was reached applies, below the smallest
            ``RETRY_INTERVAL`` does.
        retry_on: exceptions worth another try, besides RetryableJobError and those
            of the network.
        backoff: doubling delays instead of a pattern.
        network_retry_s: for how long a job is retried after network errors, in
            seconds; 0 counts its retries instead. None: by count where there is a
            pattern, else as the setting says.

    Raises:
        InvalidUsageError: one of them is invalid.
    """

    retry_pattern: Pattern | None = None
    retry_on: tuple[type[Exception], ...] = ()
    backoff: Backoff | None = None
    network_retry_s: float | None = None

    def __post_init__(self):
        _check_pattern(self.retry_pattern)
        _check_retry_on(self.retry_on)
        _check_backoff(self.backoff, self.retry_pattern)
        _check_network_retry(self.network_retry_s)

    def describe(self) -> str:
        """Return the delays as text, such as ``1: 10 s, 5: 300 s``."""
        if self.network_retry_s is None:
            return self._describe_delays()
        return f"{self._describe_delays()}; network errors: {self.network_retry_s:g} s"

    def _describe_delays(self) -> str:
        if self.retry_pattern is not None:
            return ", ".join(
                f"{count}: {_seconds_text(self.retry_pattern[count])}"
                for count in sorted(self.retry_pattern)
            )
        if self.backoff is None:
            return f"{RETRY_INTERVAL} s"
        return f"{self.backoff.base_s:g} s … {self.backoff.cap_s:g} s"

    def is_retryable(self, error: BaseException) -> bool:
        """Return whether the job may be tried again after the error."""
        if isinstance(error, FINAL_ERRORS):
            return False
        is_declared = isinstance(error, (RetryableJobError, *self.retry_on))
        return is_declared or is_network_error(error)

    def network_budget_s(self, default_s: float, has_own_max_retries: bool) -> float:
        """Return for how long a job is retried after network errors, in seconds.

        0 where its retries are counted, because a count was given.

        Args:
            default_s: the setting.
            has_own_max_retries: the caller, or a person, gave ``max_retries``.
        """
        if has_own_max_retries:
            return 0
        if self.network_retry_s is not None:
            return self.network_retry_s
        return default_s if self.retry_pattern is None else 0

    def delay_s(
        self,
        error: BaseException,
        retry_count: int,
        uniform: Uniform = random.uniform,
    ) -> float:
        """Return the declared delay, in seconds; else that of the error's kind."""
        if self.retry_pattern is not None:
            return pattern_delay_s(self.retry_pattern, retry_count, uniform)
        if self.backoff is None and not _is_passing(error):
            return RETRY_INTERVAL
        backoff = self.backoff or Backoff()
        return backoff.delay_s(max(retry_count, 1), uniform)  # 0: never counted


def _is_passing(error: BaseException) -> bool:
    """Return whether the error may be temporary."""
    return isinstance(error, SessionEndedError) or is_network_error(error)


def _seconds_text(delay: float | tuple[float, float]) -> str:
    if isinstance(delay, tuple | list):
        return f"{delay[0]:g}-{delay[1]:g} s"
    return f"{delay:g} s"


def next_delay_s(
    error: BaseException,
    policy: Policy,
    retry_count: int,
    now: datetime,
    uniform: Uniform = random.uniform,
) -> float | None:
    """Return how long to wait before the next try, in seconds; None for no other try.

    The remote side's ``Retry-After`` goes before the policy,
    ``RetryableJobError.seconds`` before both.

    Args:
        retry_count: failed tries that count, this one included.
        now: naive, in UTC.
    """
    error = real_error(error)
    if not policy.is_retryable(error):
        return None
    delay_s = _asked_s(error, now)
    if delay_s is None:
        delay_s = policy.delay_s(error, retry_count, uniform)
    return bounded_s(delay_s)


def outage_delay_s(
    error: BaseException,
    policy: Policy,
    failures: int,
    left_s: float,
    now: datetime,
    uniform: Uniform = random.uniform,
) -> float:
    """Return how long to wait before the next try in an outage, in seconds.

    Pauses of our own are cut at its end, so that the last try is then.

    Args:
        failures: network errors in a row, this one included.
        left_s: until the tries end.
        now: naive, in UTC.
    """
    delay_s = _asked_s(error, now)
    if delay_s is None:
        delay_s = min(policy.delay_s(error, failures, uniform), left_s)
    return bounded_s(delay_s)


def _asked_s(error, now):
    """Return the delay that the error itself requests, or None."""
    if isinstance(error, RetryableJobError):
        asked = getattr(error, "seconds", None)  # a subclass may not call its base
        seconds = None if asked is None else _seconds_of(asked, now)
        if seconds is not None:
            return seconds
        if asked is not None:
            _logger.warning(
                "seconds of %s is %s, expected a number: the job waits as declared",
                type(error).__name__,
                shorten(asked),
            )
    return retry_after_s(error, now)


def _seconds_of(asked, now: datetime) -> float | None:
    """Return the seconds that ``RetryableJobError.seconds`` means; None for no time.

    Besides numbers it may be a timedelta, or the text of a Retry-After header.
    """
    if isinstance(asked, timedelta):
        return asked.total_seconds()
    if isinstance(asked, bool):
        return None
    try:
        seconds = float(asked)
    except OverflowError:
        return MAX_DELAY_S
    except (TypeError, ValueError):
        return seconds_until(asked, now) if isinstance(asked, str) else None
    return None if math.isnan(seconds) else seconds


def pattern_delay_s(
    retry_pattern: Pattern, retry_count: int, uniform: Uniform = random.uniform
) -> float:
    """Return the delay of the greatest count that was reached, in seconds."""
    reached = [count for count in retry_pattern if count <= retry_count]
    delay = retry_pattern[max(reached)] if reached else RETRY_INTERVAL
    return uniform(*delay) if isinstance(delay, (tuple, list)) else delay


def real_error(error: BaseException) -> BaseException:
    """Return the error that code under ``safe_eval`` raised, else the given one.

    ``safe_eval`` turns nearly every exception into a ValueError of its own.
    """
    while _is_wrapped(error):
        error = error.__context__
    return error


def _is_wrapped(error):
    """Return whether the ValueError was raised by the frame of ``safe_eval`` itself."""
    if type(error) is not ValueError or error.__context__ is None:
        return False
    frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
    return bool(frames) and frames[-1].f_code is safe_eval.__code__


# === CONFLICTS === #


def conflict_delay_s(
    conflict_count: int, uniform: Uniform = random.uniform
) -> float | None:
    """Return how long a job waits after a conflict, in seconds; None for ever.

    After ``CONFLICTS_AT_ONCE`` conflicts the pause doubles, up to ``CONFLICT_CAP_S``;
    it is random in its second half, so that the same jobs do not conflict again.

    Args:
        conflict_count: conflicts in a row, this one included.
        uniform: source of randomness; tests pin it.
    """
    if conflict_count >= MAX_CONFLICTS:
        return None
    if conflict_count <= CONFLICTS_AT_ONCE:
        return uniform(*CONFLICT_AT_ONCE_S)
    window_s = min(CONFLICT_CAP_S, 2.0 ** (conflict_count - CONFLICTS_AT_ONCE))
    return uniform(window_s / 2, window_s)


def conflict_text(message: str) -> str:
    """Return why a job fails after so many conflicts."""
    return (
        f"{MAX_CONFLICTS} conflicts in a row with other transactions, the last: "
        f"{message} Look for what writes the same records: another cursor of the job "
        "itself, or jobs that need one concurrency key."
    )


# === CHECKS === #


def _check_pattern(pattern):
    if pattern is None:
        return
    if not isinstance(pattern, dict):
        raise _refusal("retry_pattern", pattern, _PATTERN_FORM)
    for count, delay in pattern.items():
        is_count = type(count) is int and count >= 0
        if not (is_count and (_is_seconds(delay) or _is_range(delay))):
            raise _refusal("retry_pattern", {count: delay}, _PATTERN_FORM)


def _check_retry_on(classes):
    if not isinstance(classes, tuple) or not all(map(_is_exception, classes)):
        raise _refusal("retry_on", classes, "a tuple of exception classes")
    final = [cls for cls in classes if issubclass(cls, FINAL_ERRORS)]
    if final:
        raise _refusal("retry_on", final, "none that ends a job for good")


def _check_backoff(backoff, pattern):
    if backoff is None:
        return
    if not isinstance(backoff, Backoff):
        raise _refusal("backoff", backoff, "a Backoff such as Backoff(base_s=10)")
    if pattern is not None:
        raise _refusal("backoff", backoff, "none beside a retry_pattern; drop one")


def _check_network_retry(seconds):
    if seconds is None:
        return
    if not _is_seconds(seconds) or seconds > MAX_DELAY_S:
        raise _refusal("network_retry_s", seconds, "seconds, 0 to count the retries")


_PATTERN_FORM = "retry counts with seconds or a range: {1: 10, 5: (300, 600)}"


def _is_seconds(delay):
    return type(delay) in (int, float) and 0 <= delay < math.inf


def _is_range(delay):
    is_pair = isinstance(delay, (tuple, list)) and len(delay) == 2
    return is_pair and all(map(_is_seconds, delay)) and delay[0] <= delay[1]


def _is_exception(cls):
    return isinstance(cls, type) and issubclass(cls, Exception)


def _refusal(option, seen, expected):
    return InvalidUsageError(
        f"Cannot declare a job: its {option} has {seen!r}, expected {expected}."
    )
