# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Alerts about the whole queue, and the user's own running jobs."""

from collections.abc import Iterator
from datetime import timedelta

from odoo import api, models
from odoo.tools import babel_locale_parse, format_datetime

from ...queue import store
from ...queue.channel_text import ROOT
from ...queue.server.cron_fallback import PATIENCE_S
from ...queue.state import ENQUEUED, NOT_STARTED
from ..elapsed import elapsed_text

OF_COPIES = {"neutralized", "new"}  # troubles that explain all others
SHOWN = 20  # jobs in the menu of the user's own ones


class QueueJob(models.Model):
    """Facts about many jobs, each found without reading all of them."""

    _inherit = "connector.queue.job"

    @api.model
    def find_warnings(self) -> list[dict]:
        """Return warnings about jobs that wait but should run, empty when all is well.

        Returns:
            For each reason ``kind``, ``title``, ``text`` (what to do), and maybe
            ``since`` (for how long the oldest job waits) and ``can_begin`` (a button
            lets jobs begin); texts for a banner.
        """
        self.check_access("read")
        troubles = self.env["connector.queue.worker"]._find_troubles()
        waiting = []
        if not OF_COPIES.intersection(one["kind"] for one in troubles):
            channels = store.count_channels(self.env.cr, 1)
            waiting = [
                *self._warn_of_workers([one for one in channels if one.is_open]),
                *self._warn_of_pause([one for one in channels if not one.is_open]),
            ]
        if waiting:  # the more precise warning
            troubles = [one for one in troubles if one["kind"] != "nobody"]
        if self.env.user.has_group("connector.group_connector_manager"):
            return troubles + waiting
        remedy = self.env._("Contact your administrator.")
        return [
            {**one, "text": remedy, "can_begin": False} for one in troubles + waiting
        ]

    @api.model
    def find_own_running(self) -> dict:
        """Return the user's jobs that workers have, and whether more jobs wait.

        Returns:
            ``jobs`` (id, name, state, progress in percent, message, duration) and
            ``has_more``.
        """
        own = [("user_id", "=", self.env.uid)]
        taken = self.search([*own, ("state", "=", ENQUEUED)], order="id", limit=SHOWN)
        waiting = self.search_count([*own, ("state", "in", NOT_STARTED)], limit=1)
        return {
            "jobs": [
                {
                    "id": job.id,
                    "name": job.name,
                    "state": job.shown_state,
                    "progress": job.progress,
                    "message": job.progress_message or "",
                    "duration": job.duration,
                }
                for job in taken
            ],
            "has_more": bool(waiting),
        }

    # === HELPERS === #

    @api.model
    def _warn_of_workers(self, channels: list[store.ChannelFigures]) -> Iterator[dict]:
        """Warn of jobs in open channels that no worker runs."""
        now = store.read_clock(self.env.cr)
        wait = store.longest_wait(channels, now)
        if wait <= timedelta(seconds=PATIENCE_S):
            return
        if store.find_live_workers(self.env.cr):
            return
        workers_sudo = self.env["connector.queue.worker"].sudo()  # only a time leaves
        seen = workers_sudo._read_group(
            [("refusal", "=", False)], aggregates=["date_alive:max"]
        )
        since = seen[0][0] or now - wait
        yield {
            "kind": "waiting",
            "title": self.env._(
                "Jobs are waiting, but no worker has been alive since %(time)s.",
                time=format_datetime(self.env, since),
            ),
            "text": self.env._(
                "Start the Odoo server with the option -d %(database)s and without "
                "--max-cron-threads=0, or start separate workers on any host: odoo-bin "
                "connector_worker -d %(database)s. Jobs then start within seconds.",
                database=self.env.cr.dbname,
            ),
            "since": self._age_of(wait),
        }

    @api.model
    def _warn_of_pause(self, channels: list[store.ChannelFigures]) -> Iterator[dict]:
        """Warn of jobs in paused channels, when all are."""
        channels_sudo = self.env["connector.queue.channel"].sudo()  # what is paused,
        root_sudo = channels_sudo.browse(channels_sudo._id_of(ROOT))  # and why
        wait = store.longest_wait(channels, store.read_clock(self.env.cr))
        if not root_sudo.is_paused or not wait:
            return
        remedy = self.env._("Resume the channel root to run them.")
        yield {
            "kind": "paused",
            "title": self.env._("Jobs are on hold: all channels are paused."),
            "text": " ".join(filter(None, [root_sudo.pause_reason, remedy])),
            "since": self._age_of(wait),
        }

    def _age_of(self, span: timedelta) -> str:
        return elapsed_text(span, babel_locale_parse(self.env.lang or "en_US"))
