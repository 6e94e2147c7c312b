# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rate of a backend: turns that all processes take from one row, and what is learnt.

Each method runs in a short transaction of its own, see ``in_turn``.
"""

from dataclasses import asdict, replace
from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models

from ...wire.rate import SAFETY, Pace, Quota, learn
from . import statements


class Turns(NamedTuple):
    """Turns that were reserved.

    Args:
        wait_s: seconds until the first one.
        interval_s: seconds between two of them.
        are_ours: False where the first one is too late; nothing is reserved then.
    """

    wait_s: float
    interval_s: float = 0
    are_ours: bool = True


class ConnectorTraffic(models.Model):
    """Traffic, with the pace of the requests."""

    _inherit = "connector.traffic"

    rate = fields.Float(
        string="Pace",
        readonly=True,
        help="Requests a second while it is learnt how many the backend takes.",
    )
    settled = fields.Float(
        string="Learnt Rate",
        readonly=True,
        help="Requests a second that the backend takes, learnt from its answers; 0: "
        "it has refused none yet.",
    )
    growth = fields.Float(
        readonly=True, help="By which the rate grows each second while it is learnt."
    )
    grows_at = fields.Datetime(
        string="Grows From", readonly=True, help="From when on the rate grows."
    )
    settles_at = fields.Datetime(
        string="Settles", readonly=True, help="When the rate counts as learnt."
    )
    refusals = fields.Integer(
        readonly=True, help="Answers that it had too many requests."
    )
    refused_at = fields.Datetime(
        string="First Refusal", readonly=True, help="When the first of them came."
    )
    counted = fields.Float(
        string="Requests", readonly=True, help="Sent since the last refusal."
    )
    counted_at = fields.Datetime(
        string="Last Refusal", readonly=True, help="When the last refusal came."
    )
    idle_s = fields.Float(
        string="Idle Seconds",
        readonly=True,
        help="Since the last refusal, in which no request waited.",
    )
    free_at = fields.Datetime(
        string="Next Turn", readonly=True, help="When the next request may be sent."
    )

    # === HELPERS === #

    @api.model
    def _reserve(
        self, key: dict, count: int, rate: float | None, most_s: float
    ) -> Turns:
        """Reserve the next turns.

        Args:
            count: turns.
            rate: requests a second by the settings; None: the learnt one.
            most_s: longest wait for the first turn; 0 reserves only a free one.
        """
        values = {"count": float(count), "rate": rate, "most_s": most_s}
        if row := self._run(statements.RESERVE, key, **values):
            return Turns(max(row[0], 0), row[1])
        look = self._run(statements.LOOK, key, rate=rate)
        if look is None:
            self._run(statements.ADD_ROW, key)
            return self._reserve(key, count, rate, most_s)
        return Turns(look[4] or 0, are_ours=False)

    @api.model
    def _learn(
        self, key: dict, quota: Quota, wait_s: float | None, rate: float | None
    ) -> None:
        """Learn from a refusal; a rate of the settings only waits."""
        now, pace = self._lock_pace(key)
        learnt = learn(pace, quota, wait_s, now)
        if rate:
            learnt = replace(pace, free_at=learnt.free_at)
        self._run(statements.KEEP_PACE, key, **asdict(learnt))

    @api.model
    def _keep_quota(self, key: dict, quota: Quota, rate: float | None) -> None:
        """Keep to what an answer says of the limit, before it refuses anything."""
        now, pace = self._lock_pace(key)
        if quota.wait_s:
            back_at = now + timedelta(seconds=quota.wait_s)
            pace = replace(pace, free_at=max(pace.free_at or back_at, back_at))
        if quota.rate and not rate and not pace.refusals:
            times = {"grows_at": now, "settles_at": now, "counted_at": now}
            rates = {"rate": SAFETY * quota.rate, "settled": SAFETY * quota.rate}
            pace = replace(pace, **rates, growth=1.0, **times)
        self._run(statements.KEEP_PACE, key, **asdict(pace))

    def _lock_pace(self, key: dict) -> tuple:
        now, *values = self._run_surely(statements.LOCK_PACE, key)
        pace = Pace(**dict(zip(statements.PACE, values, strict=True)))
        return now, replace(
            pace,
            growth=pace.growth or 1.0,
            refusals=pace.refusals or 0,
            counted=pace.counted or 0,
            idle_s=pace.idle_s or 0,
        )
