# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Burst mode: many short transactions delay jobs without a wake-up each.

A wake-up is a statement after the commit, and PostgreSQL sends it to every listener:
hundreds in a second cost a tenth of the throughput of the transactions. So a process
of workers that receives many announces a burst. Each process that receives this polls
for jobs for a while; commits need not notify until that is over. The announcing
process renews it in time, while as many jobs are delayed.

See ``docs/decisions/0003-bursts.md``.
"""

import time
from collections import deque

from .. import store
from ..store.burst import BURST, BURST_S
from .registration import ControlConnection

MANY = 10  # wake-ups, or jobs
MANY_S = 0.05  # within so long
POLL_S = 0.02  # between two polls in a burst
RENEW_S = 0.3  # before an announcement is over
LONGER_S = 0.1  # than announced: clocks of two machines are not the same


class Burst:
    """Burst mode of one database: detects bursts, announces and ends them.

    A new listener polls first: a burst may be under way.

    Args:
        control: connection that receives the notifications.
    """

    def __init__(self, control: ControlConnection):
        self._control = control
        self._times = deque(maxlen=MANY)
        self._last_count: int | None = None  # of jobs, at our announcement
        self._begin()

    @property
    def is_on(self) -> bool:
        """Whether to poll for jobs without notifications."""
        return self._until is not None

    def note(self, payloads: list[str]) -> None:
        """Record received notifications; many of them are a burst."""
        if BURST in payloads:
            self._begin()
            return
        now = time.monotonic()
        self._times.extend([now] * len(payloads))
        are_many = len(self._times) == MANY and now - self._times[0] <= MANY_S
        if are_many and now > self._announced_until:
            self._announce()

    def go_on(self) -> bool:
        """Renew the announcement in time; False once, when the burst is over."""
        now = time.monotonic()
        if self._last_count is not None and now > self._announced_until - RENEW_S:
            before, self._last_count = self._last_count, None
            count = self._control.run(store.count_ever_delayed) - before
            if count >= MANY / MANY_S * (BURST_S - RENEW_S):
                self._announce()
        if now > self._until:
            self._until = None
        return self.is_on

    def _announce(self) -> None:
        self._control.run(store.announce_burst)
        self._last_count = self._control.run(store.count_ever_delayed)

    def _begin(self) -> None:
        self._times.clear()
        self._announced_until = time.monotonic() + BURST_S
        self._until = self._announced_until + LONGER_S
