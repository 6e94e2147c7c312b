# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Health and metrics of the queue, for monitoring every few seconds."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from odoo import api, models

from ...queue import store
from ...queue.server.cron_fallback import PATIENCE_S

TOKEN = "connector.monitoring_token"  # noqa: S105 the name of a parameter, no secret
MAX_FAILED = 1_000  # jobs: somebody has to look, whatever the monitor asks for
MAX_PAUSED_S = 24 * 3600  # longer than any pause that nobody has forgotten
LIMIT = 100_000  # counts stop here
FAILED_LIMIT = 10_000  # that of failed jobs in the health, unless it is to be exceeded
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
    def _read_health(
        self,
        max_wait_s: float | None = None,
        max_failed: float = MAX_FAILED,
        max_paused_s: float = MAX_PAUSED_S,
    ) -> dict:
        """Return the health of the queue, with reasons unless all is well.

        It warns of failed jobs and of paused channels, and fails beyond the limits.

        Args:
            max_wait_s: how long the next job of an open channel may wait; None for no
                limit while workers are alive.
            max_failed: how many failed jobs there may be.
            max_paused_s: how long the next job of a paused channel may wait.
        """
        workers = len(store.find_live_workers(self.env.cr))
        channels = store.count_channels(self.env.cr, 1)
        wait_s = self._wait_s(one for one in channels if one.is_open)
        paused_s = self._wait_s(one for one in channels if not one.is_open)
        enough = max(FAILED_LIMIT, math.ceil(max_failed) + 1)
        failed = store.count_failed(self.env.cr, enough)
        text = f"{failed:,}{'+' if failed >= enough else ''} jobs have failed"
        are_too_many = failed > max_failed
        failures = [
            *_fail_of_wait(workers, wait_s, max_wait_s),
            *([f"{text}, at most {max_failed:,.0f}"] if are_too_many else []),
            *_fail_of_pause(paused_s, max_paused_s),
        ]
        warnings = [
            *self._warn_of_channels(channels),
            *self._warn_of_streams(),
            *([text] if failed and not are_too_many else []),
        ]
        return {
            "status": "fail" if failures else "warn" if warnings else "pass",
            "reasons": failures + warnings,
            "workers": workers,
            "wait_s": round(wait_s, 3),
            "failed": failed,
            "paused": [one.name for one in channels if one.is_paused],
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

    def _wait_s(self, channels: Iterable[store.ChannelFigures]) -> float:
        """Return how long the next job of some channels waits, in seconds."""
        wait = store.longest_wait(channels, store.read_clock(self.env.cr))
        return wait.total_seconds()

    def _open_wait_s(self, channel: store.ChannelFigures) -> float:
        """Return how long the next job of a channel waits, 0 where it is paused."""
        return round(self._wait_s([channel] if channel.is_open else []), 3)

    def _warn_of_channels(self, channels: list) -> Iterator[str]:
        paused = [one.name for one in channels if one.is_paused]
        if paused:
            yield f"paused: {', '.join(paused)}"
        lost = store.find_lost_channels(self.env.cr, 1)
        if lost:
            yield f"jobs wait in {len(lost)} channels that were deleted"

    def _warn_of_streams(self) -> Iterator[str]:
        """Return a line for each stream without a success for too long, or held."""
        for stream in self.env["connector.stream"].search([("is_stale", "=", True)]):
            yield f"stream {stream._success_text()}"

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
                [({"channel": one.name}, self._open_wait_s(one)) for one in channels],
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
        workers = store.find_live_workers(self.env.cr)
        kinds = Counter(one.process_type for one in workers)
        return [
            (
                "connector_queue_workers",
                "gauge",
                "Workers that are alive, by the kind of their process.",
                [({"type": kind}, count) for kind, count in sorted(kinds.items())]
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


def _fail_of_wait(workers: int, wait_s: float, max_s: float | None) -> Iterator[str]:
    if not workers and wait_s > PATIENCE_S:
        yield f"no worker is alive, and jobs wait for {wait_s:.0f} s"
    if max_s is not None and wait_s > max_s:
        yield f"a job waits for {wait_s:.0f} s, at most {max_s:g}"


def _fail_of_pause(paused_s: float, max_s: float) -> Iterator[str]:
    if paused_s > max_s:
        yield f"a job of a paused channel waits for {paused_s:.0f} s, at most {max_s:g}"


def _timestamp(at: datetime) -> float:
    return round((at - datetime(1970, 1, 1)).total_seconds(), 3)  # noqa: DTZ001 as Odoo
