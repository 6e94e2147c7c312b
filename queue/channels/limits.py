# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Limits of a channel: how many jobs may start now, or when the next may."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The limits of one channel, as read under its lock.

    Args:
        id: of the channel.
        capacity: jobs at the same time, 0 for any number.
        is_sequential: one job at a time, in order, none after a failed job.
        throttle_s: at least so many seconds between two starts, 0 for none.
        rate_count: so many starts in a period, 0 for any number.
        wait_s: seconds until the throttle lets the next one start.
        period_count: starts in the period that runs.
        period_left_s: seconds until that period ends.
    """

    id: int
    capacity: int
    is_sequential: bool
    throttle_s: float
    rate_count: int
    wait_s: float | None
    period_count: int
    period_left_s: float | None

    @property
    def slots(self) -> int | None:
        """How many jobs may be taken at the same time, None for any number."""
        return 1 if self.is_sequential else self.capacity or None

    def start_in_s(self) -> float:
        """Return the seconds until throttle and rate let another job start."""
        throttle_s = (self.wait_s or 0) if self.throttle_s else 0
        is_full = self.rate_count and self.period_count >= self.rate_count
        rate_s = (self.period_left_s or 0) if is_full else 0
        return max(0.0, float(throttle_s), float(rate_s))
