# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Overview screen: backlog, failures and throughput of each backend."""

import logging
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import config

from ...queue import store
from ...queue.notify import wake_after_commit
from ...queue.server.hooks import find_unaware_master

_logger = logging.getLogger(__name__)

LIMIT = 10_000  # counts stop here
HOUR_LIMIT = 100_000  # counts of jobs of an hour stop here
HOURS = 24
KINDS = ("done", "failed", "by_hand")  # of the ends that are counted by hour
CRON = "cron"  # the kind of process where the cron runs jobs
CARDS = 200  # backends shown of a model
NONE = (0, None, 0, 0, 0, None)  # figures of a backend without jobs

REVIEWER = "connector.group_connector_reviewer"
MANAGER = "connector.group_connector_manager"


class ConnectorOverview(models.AbstractModel):
    """Data and buttons of the overview: a card for each backend.

    Reviewers see the backends that they may read; only managers see the jobs without
    a backend, pause and resume.
    """

    _name = "connector.overview"
    _description = "Connector Overview"

    # === ACTIONS === #

    @api.model
    def read_cards(self) -> dict:
        """Return the figures of all backends, cheap enough to be read all day."""
        self._check_viewer()
        backends = self._find_backends()
        references = [one.reference() for one in backends]
        midnight = self._midnight()
        counts = store.count_by_backend(self.env.cr, references, midnight, LIMIT)
        running = store.count_running(self.env.cr)
        channels = self._find_channels(backends)
        streams = self._find_stale_streams()
        cards = [
            {
                **self._describe(backend),
                **_figures(counts.get(reference), running, reference),
                "checkpoints": self._count_checkpoints(reference),
                "channels": channels[reference],
                "stale": streams.get(reference, []),
            }
            for reference, backend in zip(references, backends, strict=True)
        ]
        workers = store.find_live_workers(self.env.cr)
        is_manager = self.env.user.has_group(MANAGER)
        return {
            "cards": cards,
            "others": is_manager and _figures(counts[None], running, None),
            "workers": len(workers),
            "note": self._find_note(workers),
            "is_manager": is_manager,
            "midnight": fields.Datetime.to_string(midnight),
            "limit": LIMIT,
        }

    @api.model
    def read_hours(self) -> dict:
        """Return counts of done and failed jobs of the last day, by hour and backend.

        Returns:
            ``starts`` (of the hours, the oldest first), ``limit``, and ``counts``: for
            each ``model,id`` (empty text for no backend) ``done``, ``failed`` and
            ``by_hand`` (set to done by people), lists as long as ``starts``.
        """
        self._check_viewer()
        references = [one.reference() for one in self._find_backends()]
        now = fields.Datetime.now().replace(minute=0, second=0, microsecond=0)
        starts = [now - timedelta(hours=back) for back in reversed(range(HOURS))]
        rows = store.count_by_hour(self.env.cr, references, starts, HOUR_LIMIT)
        names = [*references, *([""] if self.env.user.has_group(MANAGER) else [])]
        counts = {name: {kind: [0] * HOURS for kind in KINDS} for name in names}
        for reference, place, *figures in rows:
            if (reference or "") in counts:
                for kind, figure in zip(KINDS, figures, strict=True):
                    counts[reference or ""][kind][place - 1] = figure
        return {
            "starts": [fields.Datetime.to_string(start) for start in starts],
            "limit": HOUR_LIMIT,
            "counts": counts,
        }

    @api.model
    def set_paused(self, reference: str, is_paused: bool) -> None:
        """Pause or resume a backend."""
        self.env["connector.queue.channel"].check_access("write")
        self._backend_of(reference)._set_paused(is_paused)

    @api.model
    def begin_jobs(self) -> None:
        """Accept a new database or copy, so that its jobs begin now."""
        self.env["connector.queue.channel"].check_access("write")
        if store.find_admission(self.env.cr).is_neutralized:
            raise UserError(
                self.env._(
                    "Cannot start the jobs: this database is neutralized. Delete the "
                    "system parameter database.is_neutralized first."
                )
            )
        if store.admit(self.env.cr):
            _logger.info(
                "jobs of %s begin: user %s accepts the database",
                self.env.cr.dbname,
                self.env.uid,
            )
        wake_after_commit(self.env.cr)

    @api.model
    def check_connection(self, reference: str) -> dict:
        """Check the connection of a backend; return an action that shows the result."""
        self._check_viewer()
        return self._backend_of(reference).action_check_connection()

    # === HELPERS === #

    def _check_viewer(self) -> None:
        if not self.env.user.has_group(REVIEWER):
            raise AccessError(
                self.env._(
                    "The overview is for users who review checkpoints and for "
                    "Connector Managers. Ask a manager for the group Reviewer."
                )
            )

    def _find_backends(self) -> list:
        """Return the backends that the user may see, as a list of single records."""
        found = []
        for model_name, _label in self.env["connector.backend"]._select_models():
            if self.env[model_name].has_access("read"):
                found += self.env[model_name].search([], limit=CARDS)
        return sorted(found, key=lambda one: (one.name or "").lower())

    def _backend_of(self, reference: str):
        """Return the backend with a reference, as a card gives it."""
        model_name, _comma, record_id = reference.partition(",")
        known = dict(self.env["connector.backend"]._select_models())
        if model_name in known and record_id.isdigit():
            backend = self.env[model_name].browse(int(record_id)).exists()
            if backend:
                return backend
        raise UserError(
            self.env._(
                "Backend %(reference)s no longer exists. Reload the page.",
                reference=reference,
            )
        )

    def _describe(self, backend) -> dict:
        may_check = backend._can_check_connection() and backend.has_access("write")
        return {
            "reference": backend.reference(),
            "model": backend._name,
            "id": backend.id,
            "name": backend.display_name,
            "kind": backend._description,
            "connection": backend.connection_state,
            "answer": backend.connection_message or "",
            "checked_at": _text(backend.connection_checked_at),
            "may_check": may_check,
            "outage": backend.outage_text or "",
            "answered_at": _text(backend.last_answer_at),
        }

    def _find_channels(self, backends: list) -> dict[str, list[dict]]:
        """Return the channels of each backend, with the others that share them."""
        found = {}
        for model_name in {one._name for one in backends}:
            ids = [one.id for one in backends if one._name == model_name]
            of_model = self.env[model_name].browse(ids)
            for record_id, channels in of_model._queue_channels().items():
                found[f"{model_name},{record_id}"] = channels
        return {
            reference: [
                {
                    "name": channel.complete_name,
                    "is_paused": channel.is_paused,
                    "is_open": channel.is_open,
                    "reason": channel.pause_reason or "",
                    "others": [
                        one.display_name
                        for one in backends
                        if one.reference() != reference
                        and channel in found[one.reference()]
                    ],
                }
                for channel in channels
            ]
            for reference, channels in found.items()
        }

    def _count_checkpoints(self, reference: str) -> int:
        """Return how many checkpoints of a backend wait for the user."""
        domain = [("state", "=", "need_review"), ("backend_id", "=", reference)]
        return self.env["connector.checkpoint"].search_count(domain, limit=LIMIT)

    def _find_stale_streams(self) -> dict[str, list[str]]:
        """Return a line for each stream without a success for too long, by backend."""
        found: dict[str, list[str]] = {}
        for stream in self.env["connector.stream"].search([("is_stale", "=", True)]):
            lines = found.setdefault(stream.backend_id.reference(), [])
            lines.append(stream._success_text())
        return found

    def _midnight(self) -> datetime:
        """Return the start of the user's day, in naive UTC."""
        now = fields.Datetime.context_timestamp(self, fields.Datetime.now())
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight.astimezone(timezone.utc).replace(tzinfo=None)

    @api.model
    def _find_note(self, workers: list[store.LiveWorker]) -> dict | bool:
        """Return a note when only the cron runs jobs until a restart, else False."""
        pid = find_unaware_master()
        if not pid or any(one.process_type != CRON for one in workers):
            return False
        database = self.env.cr.dbname
        text = self.env._(
            "The server was started before this addon was installed. Restart it, or "
            "reload its master process (kill -HUP %(pid)s): it then has job processes "
            "of its own, and jobs start immediately.",
            pid=pid,
        )
        if database not in config["db_name"]:
            text += " " + self.env._(
                "Set the database in its configuration: db_name = %(database)s.",
                database=database,
            )
        return {
            "title": self.env._("Jobs run once a minute, by the scheduled action."),
            "text": text,
        }


def _figures(
    counts: tuple | None, running: dict[str | None, int], reference: str | None
) -> dict:
    """Return the figures of a card."""
    backlog, oldest_at, failed, done_today, by_hand_today, done_at = counts or NONE
    return {
        "backlog": backlog,
        "oldest_at": _text(oldest_at),
        "running": running.get(reference, 0),
        "failed": failed,
        "done_today": done_today,
        "by_hand_today": by_hand_today,
        "done_at": _text(done_at),
    }


def _text(at: datetime | None) -> str | bool:
    return fields.Datetime.to_string(at) if at else False
