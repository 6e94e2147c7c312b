# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Alerts about workers: why jobs do not run, and what to do."""

import math
from datetime import timedelta

from odoo import api, fields, models

from ...queue import store

CRON = "connector.queue_cron_run"
LATE = timedelta(minutes=5)  # longest normal delay of a cron that runs every minute


class QueueWorker(models.Model):
    """Workers, with the alerts of the jobs screen."""

    _inherit = "connector.queue.worker"

    @api.model
    def _find_troubles(self) -> list[dict[str, str]]:
        """Return the troubles that keep jobs from running, for a banner.

        Returns:
            For each trouble its ``kind`` (``neutralized``, ``new``, ``refusal``,
            ``changing``, ``unknown``, ``unserved``, ``lost`` or ``nobody``), a
            ``title`` and a ``text``: what was found, and what to do; ``can_begin``
            where a person may let jobs begin. Empty when all is well, also while the
            cron runs the jobs.
        """
        of_copy = list(self._tell_copy())
        workers = store.find_workers(self.env.cr)
        working = [one for one in workers if not one.refusal]
        return [
            *of_copy,
            *self._tell_refusals(one for one in workers if one.refusal),
            *self._tell_changing(),
            *self._tell_unknown(working),
            *self._tell_unserved(working),
            *self._tell_lost(),
            *(() if of_copy else self._tell_nobody(working)),
        ]

    def _tell_copy(self):
        admission = store.find_admission(self.env.cr)
        if admission.is_neutralized:
            yield {
                "kind": "neutralized",
                "title": self.env._("No job runs: this database is neutralized."),
                "text": self.env._(
                    "The jobs of a copy would call the systems of the original. To "
                    "run them anyway, delete the system parameter "
                    "database.is_neutralized and resume the channel root."
                ),
            }
        elif not admission.is_admitted:
            yield {
                "kind": "new",
                "title": self.env._(
                    "Jobs are on hold: this database is new on this server."
                ),
                "text": f"{self._tell_new()} {self._tell_begin(admission)}",
                "can_begin": True,
            }

    def _tell_new(self) -> str:
        return self.env._(
            "It was copied, restored or moved. If it is a copy, neutralize it, because "
            "its jobs would call the systems of the original: odoo-bin neutralize "
            "-d %(database)s.",
            database=self.env.cr.dbname,
        )

    def _tell_begin(self, admission: store.Admitted) -> str:
        seconds = admission.begins_in_s
        if seconds is None or seconds < 0:  # no worker has checked, or checks any more
            return self.env._("Jobs start once the database has been idle for a while.")
        return self.env._(
            "Jobs start in %(seconds)s s if the database stays idle.",
            seconds=math.ceil(seconds),
        )

    def _tell_refusals(self, misconfigured):
        for one in misconfigured:
            title = self.env._(
                "The server on %(host)s (process %(pid)s) runs no jobs.",
                host=one.host,
                pid=one.pid,
            )
            yield {"kind": "refusal", "title": title, "text": one.refusal}

    def _tell_changing(self):
        names = store.find_changing(self.env.cr)
        if names:
            yield {
                "kind": "changing",
                "title": self.env._(
                    "Jobs are on hold while addons are installed, upgraded or removed."
                ),
                "text": self.env._(
                    "Pending changes: %(names)s. If nobody is working on them, apply "
                    "or cancel them in Apps.",
                    names=", ".join(names),
                ),
            }

    def _tell_unknown(self, working):
        told = {one.unknown_channels for one in working if one.unknown_channels}
        for names in sorted(told):
            yield {
                "kind": "unknown",
                "title": self.env._(
                    "A worker should serve channels that do not exist."
                ),
                "text": self.env._(
                    "Not found: %(names)s. Correct the setting only_channels of the "
                    "worker's server.",
                    names=names,
                ),
            }

    def _tell_unserved(self, working):
        if not working or any(not one.only_channels for one in working):
            return
        served = {name for one in working for name in one.only_channels.split(", ")}
        names = [
            one.name
            for one in store.count_channels(self.env.cr, 1)
            if one.is_open and one.ready and not _is_below(one.name, served)
        ]
        if names:
            yield {
                "kind": "unserved",
                "title": self.env._("Jobs wait in channels that no worker serves."),
                "text": self.env._(
                    "No worker serves %(names)s: each one is limited to other "
                    "channels. Start a worker for these channels, or remove the "
                    "setting only_channels from one.",
                    names=", ".join(names),
                ),
            }

    def _tell_lost(self):
        lost = store.find_lost_channels(self.env.cr, store.COUNT_LIMIT)
        if lost:
            yield {
                "kind": "lost",
                "title": self.env._("Jobs wait in channels that were deleted."),
                "text": self.env._(
                    "No worker serves them: %(count)s jobs in %(channels)s. Group the "
                    "jobs by channel, and move these to another one with Reschedule….",
                    count=f"{sum(count for _id, count in lost):,}",
                    channels=", ".join(f"No. {id_}" for id_, _count in lost),
                ),
            }

    def _tell_nobody(self, working):
        cron_sudo = self.env.ref(CRON).sudo()  # only its schedule is read
        is_late = cron_sudo.nextcall < fields.Datetime.now() - LATE
        if not working and (is_late or not cron_sudo.active):
            yield {
                "kind": "nobody",
                "title": self.env._("Nothing runs the jobs."),
                "text": self.env._(
                    "No worker is alive, and the scheduled action that replaces "
                    "workers does not run either. Start a server with cron threads, "
                    "or run odoo-bin connector_worker -d %(database)s.",
                    database=self.env.cr.dbname,
                ),
            }


def _is_below(name: str, served: set[str]) -> bool:
    """Return whether a channel, or a channel above it, is in a set of names."""
    parts = name.split(".")
    return any(".".join(parts[: end + 1]) in served for end in range(len(parts)))
