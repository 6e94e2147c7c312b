# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Gate of a backend over HTTP: its requests wait for their turn, or for its return.

A process looks into the database every ``LOOK_S`` at most, and notes a success every
``SUCCESS_S``, unless there is something to say.
"""

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

import psycopg2

from odoo import models

from ...exception import CircuitOpenError, NetworkRetryableError, NotSentError
from ...queue.current import current_job
from ...retry_after import server_time
from ...wire.breaker import CLOSED, is_away
from ...wire.gate import Gate
from ...wire.rate import MAX_RATE, read_quota
from ...wire.status import RATE_LIMITED, wait_s
from . import statements
from .traffic import in_turn

_logger = logging.getLogger(__name__)

TRAFFIC = "connector.traffic"
LOOK_S = 10  # what another process has noted is known so much later at most
SUCCESS_S = 60  # between two notes that all is well
MOST_S = 5  # longest wait for a turn in place; then the job comes back
RESERVED_S = 30  # of turns that are reserved together
STALE_S = 1  # a reserved turn that was not taken for so long is lost


@dataclass
class Known:
    """What this process knows of the traffic of a backend; times are monotonic."""

    state: str = CLOSED
    failures: int = 0
    back_at: float = 0  # when the next probe is
    rate: float | None = None  # requests a second, None for any number
    free_at: float = 0  # when the next turn is
    looked_at: float = float("-inf")
    noted_at: float = float("-inf")

    @property
    def is_paced(self) -> bool:
        """Whether a rate is known."""
        return self.rate is not None and self.rate < MAX_RATE

    @property
    def is_limited(self) -> bool:
        """Whether requests have to wait for a turn."""
        return self.is_paced or self.free_at > time.monotonic()


_all_known: dict[tuple[str, str], Known] = {}


def forget_known() -> None:
    """Forget what this process knows, for tests."""
    _all_known.clear()


class BackendGate(Gate):
    """The gate of a backend.

    Args:
        backend: its record.
        is_probe: its requests find out whether it is back.
        sleep: waits some seconds.
    """

    def __init__(
        self,
        backend: models.BaseModel,
        is_probe: bool = False,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.patience_s = backend.network_retry_h * 3600 or None
        self._backend = backend
        self._is_probe = is_probe
        self._rate = backend.rate or None
        self._sleep = sleep
        self._turns: deque[float] = deque()
        self._key = backend._traffic_key()

    # === REQUESTS === #

    def enter(self) -> None:
        """Return when a request may be sent.

        Raises:
            CircuitOpenError: the backend does not answer.
            NetworkRetryableError: it takes no more requests for a while.
        """
        known = self._look()
        if known.state != CLOSED and not self._is_probe and self._is_in_job():
            known = self._look(0)  # it may be back since
            if known.state != CLOSED:
                raise self._away(known)
        if self._rate or known.is_limited:
            self._wait_turn()

    def reserve(self, count: int) -> None:
        """Reserve the turns of some requests that come now, one after the other."""
        known = self._look()
        if count and (self._rate or known.is_limited):
            most = int(RESERVED_S * (self._rate or known.rate or MAX_RATE))
            self._reserve(max(1, min(count, most)))

    def failed(self, error: Exception) -> None:
        """Note that no answer came."""
        known, told = self._known(), str(error)
        known.failures += 1
        opens_after = self._backend._outage_after
        self._note(
            lambda traffic, backend: traffic._note_failure(
                self._key, backend, told, opens_after
            )
        )
        known.looked_at = float("-inf")  # it may count as away now

    def answered(self, status: int, headers: Mapping[str, str], means: str) -> None:
        """Note an answer: that there was one, and what it says of limits."""
        if is_away(status, headers, means):
            self.failed(NetworkRetryableError(f"It answered {status}."))
            return
        known, now = self._known(), time.monotonic()
        is_news = known.state != CLOSED or known.failures
        if is_news or now - known.noted_at > SUCCESS_S:
            known.noted_at, known.failures, known.state = now, 0, CLOSED
            self._note(
                lambda traffic, backend: traffic._note_success(self._key, backend)
            )
        self._learn(headers, means, known)

    # === OUTAGE === #

    def _away(self, known: Known) -> CircuitOpenError:
        told = (
            f"{self._backend.describe()} does not answer: nothing is sent before a "
            "probe was answered. The job goes on then."
        )
        seconds = max(1, round(known.back_at - time.monotonic()))
        error = CircuitOpenError(told, seconds=seconds)
        error.network_retry_s = self.patience_s
        error.__cause__ = NotSentError(told)
        return error

    def _is_in_job(self) -> bool:
        """Return whether a job asks: a person who checks gets a real answer."""
        return current_job(self._backend.env) is not None

    # === RATE === #

    def _wait_turn(self) -> None:
        now = time.monotonic()
        while self._turns and self._turns[0] < now - STALE_S:
            self._turns.popleft()
        if not self._turns:
            self._reserve(1)
        seconds = self._turns.popleft() - time.monotonic()
        if seconds > 0:
            self._sleep(seconds)

    def _reserve(self, count: int) -> None:
        """Reserve turns.

        Raises:
            NetworkRetryableError: the first one is too late to wait for it.
        """
        turns = in_turn(
            self._backend.env,
            lambda env: env[TRAFFIC]._reserve(self._key, count, self._rate, MOST_S),
        )
        if not turns.are_ours:
            told = (
                f"{self._backend.describe()} takes no more requests for "
                f"{turns.wait_s:.0f} s. The job comes back then."
            )
            seconds = max(1, round(turns.wait_s))
            late = NetworkRetryableError(told, seconds=seconds, ignore_retry=True)
            raise late from NotSentError(told)
        first = time.monotonic() + turns.wait_s
        self._turns.extend(first + n * turns.interval_s for n in range(count))

    def _learn(self, headers: Mapping[str, str], means: str, known: Known) -> None:
        now = server_time(headers, datetime.now(timezone.utc).replace(tzinfo=None))
        quota, is_paced = read_quota(headers, now), self._rate or known.is_paced
        if means == RATE_LIMITED:
            seconds = wait_s(means, headers, now)
            self._note(
                lambda traffic, _backend: traffic._learn(
                    self._key, quota, seconds, self._rate
                )
            )
            self._turns.clear()
        elif quota.wait_s or (quota.is_low and quota.rate and not is_paced):
            self._note(
                lambda traffic, _backend: traffic._keep_quota(
                    self._key, quota, self._rate
                )
            )
        else:
            return
        known.looked_at = float("-inf")

    # === HELPERS === #

    def _known(self) -> Known:
        name = self._backend.env.cr.dbname, self._key["backend"]
        return _all_known.setdefault(name, Known())

    def _look(self, age_s: float = LOOK_S) -> Known:
        """Return what is known, read anew where it is older than so many seconds."""
        known, now = self._known(), time.monotonic()
        if now - known.looked_at < age_s:
            return known
        row = in_turn(
            self._backend.env,
            lambda env: env[TRAFFIC]._run(statements.LOOK, self._key),
        )
        known.looked_at = now
        if row:
            known.state, known.failures, probe_s, known.rate, free_s = row
            known.back_at, known.free_at = now + probe_s, now + (free_s or 0)
        return known

    def _note(self, work: Callable[[Any, models.BaseModel], Any]) -> None:
        """Note something; what goes wrong here changes nothing for the request."""
        backend = self._backend
        try:
            in_turn(backend.env, lambda env: work(env[TRAFFIC], backend.with_env(env)))
        except psycopg2.Error:
            _logger.warning(
                "the traffic of %s was not noted", self._key["backend"], exc_info=True
            )
