# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Health and metrics of the queue, for monitoring every few seconds."""

from datetime import datetime

from odoo import api, models

from ...queue import store
from ...queue.engine.registration import SILENCE_S

TOKEN = "connector.monitoring_token"  # noqa: S105 the name of a parameter, no secret
PATIENCE_S = 90  # without workers the cron comes once a minute
LIMIT = 100_000  # counts stop here
STATES = ("ready", "held", "waiting", "enqueued", "failed")


class ConnectorMonitor(models.AbstractModel):
    """Health and metrics; none of them reads jobs that are done."""

    _name = "connector.monitor"
    _description = "Connector Monitor"

    @api.model
    def _token(self) -> str:
        """Return the token for access, empty while monitoring is off."""
        return self.env["ir.config_parameter"].get_param(TOKEN) or ""

    @api.model
    def _read_health(self, max_wait_s: float | None = None) -> dict:
        """Return the health of the queue, with reasons when it fails.

        Args:
            max_wait_s: how long the next job of an open channel may wait; None for no
                limit while workers are alive.
        """
        workers = sum(store.count_workers(self.env.cr, SILENCE_S).values())
        wait_s = self._longest_wait_s(store.count_channels(self.env.cr, 1))
        reasons = []
        if not workers and wait_s > PATIENCE_S:
            reasons.append(f"no worker is alive, and jobs wait for {wait_s:.0f} s")
        if max_wait_s is not None and wait_s > max_wait_s:
            reasons.append(f"a job waits for {wait_s:.0f} s, at most {max_wait_s:g}")
        return {
            "status": "fail" if reasons else "pass",
            "reasons": reasons,
            "workers": workers,
            "wait_s": round(wait_s, 3),
        }

    @api.model
    def _read_metrics(self) -> list[tuple]:
        """Return families of metrics, see ``controllers.prometheus_text``."""
        return [
            *self._channel_metrics(),
            *self._worker_metrics(),
            *self._backend_metrics(),
            *self._checkpoint_metrics(),
        ]

    # === HELPERS === #

    def _longest_wait_s(self, channels: list) -> float:
        """Return how long the next job of an open channel waits, in seconds."""
        now = store.read_clock(self.env.cr)
        since = [one.ready_since for one in channels if one.is_open and one.ready_since]
        return max([0.0, *((now - one).total_seconds() for one in since)])

    def _backend_metrics(self) -> list[tuple]:
        names = {
            one.reference(): one.display_name
            for model_name, _label in self.env["connector.backend"]._select_models()
            for one in self.env[model_name].search([], limit=1000)
        }
        now = store.read_clock(self.env.cr)
        counts = store.count_by_backend(self.env.cr, list(names), now, LIMIT)
        rows = [
            ({"backend": reference, "name": name}, *counts[reference])
            for reference, name in names.items()
        ]
        return [
            (
                "connector_backend_jobs",
                "gauge",
                f"Jobs of a backend that wait or failed, counted up to {LIMIT}.",
                [
                    ({**labels, "state": state}, count)
                    for labels, backlog, _oldest, failed, *_done in rows
                    for state, count in (("open", backlog), ("failed", failed))
                ],
            ),
            (
                "connector_backend_last_success_timestamp_seconds",
                "gauge",
                "When a job of a backend was done last.",
                [(row[0], _timestamp(row[-1])) for row in rows if row[-1]],
            ),
        ]

    def _channel_metrics(self) -> list[tuple]:
        channels = store.count_channels(self.env.cr, LIMIT)
        return [
            (
                "connector_queue_jobs",
                "gauge",
                f"Jobs that are not done, counted up to {LIMIT}.",
                [
                    ({"channel": one.name, "state": state}, getattr(one, state))
                    for one in channels
                    for state in STATES
                ],
            ),
            (
                "connector_queue_wait_seconds",
                "gauge",
                "How long the next job of an open channel waits.",
                [
                    ({"channel": one.name}, round(self._longest_wait_s([one]), 3))
                    for one in channels
                ],
            ),
            (
                "connector_queue_channel_open",
                "gauge",
                "1 when jobs of the channel may start, 0 when it is paused.",
                [({"channel": one.name}, int(one.is_open)) for one in channels],
            ),
        ]

    def _worker_metrics(self) -> list[tuple]:
        jobs, attempts = store.count_ever(self.env.cr)
        workers = store.count_workers(self.env.cr, SILENCE_S)
        return [
            (
                "connector_queue_workers",
                "gauge",
                "Workers that are alive, by the kind of their process.",
                [({"type": kind}, count) for kind, count in sorted(workers.items())]
                or [({"type": "none"}, 0)],
            ),
            (
                "connector_queue_jobs_created_total",
                "counter",
                "Jobs that were made, with small gaps.",
                [({}, jobs)],
            ),
            (
                "connector_queue_attempts_total",
                "counter",
                "Starts of jobs that have ended, with small gaps.",
                [({}, attempts)],
            ),
        ]

    def _checkpoint_metrics(self) -> list[tuple]:
        domain = [("state", "=", "need_review")]
        count = self.env["connector.checkpoint"].search_count(domain, limit=LIMIT)
        meaning = f"Checkpoints that somebody has to review, up to {LIMIT}."
        return [("connector_checkpoints_open", "gauge", meaning, [({}, count)])]


def _timestamp(at: datetime) -> float:
    return round((at - datetime(1970, 1, 1)).total_seconds(), 3)  # noqa: DTZ001 as Odoo
