# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk actions on all jobs of a filter, in parts."""

from collections.abc import Callable, Iterator

from psycopg2.errors import SerializationFailure

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.sql_db import BaseCursor

from ...queue import store
from ...queue.engine.dependencies import unblock_after_commit
from ...queue.notify import wake_after_commit
from ...queue.state import CANCELLED, DONE, ENQUEUED, NOT_STARTED, PENDING
from .actions import NOT_DONE, OVER
from .change import to_columns

PART = 1_000  # jobs in one statement: few are tried again after a collision


class QueueJob(models.Model):
    """Buttons of the list when all jobs that match a filter are selected.

    Jobs in another state are left alone, and so are jobs that a worker takes
    meanwhile: in a busy queue these are not known in advance.
    """

    _inherit = "connector.queue.job"

    # === ACTIONS === #

    @api.model
    def act_on_all(self, button: str, domain: list) -> dict:
        """Run a button on all jobs of a domain; return an action that shows how many.

        Raises:
            UserError: there is no such button.
        """
        done = {"message": self._done_text(), "done_by_id": self.env.uid}
        moves = {
            "requeue": (OVER, PENDING, {}),
            "button_cancel": (
                NOT_STARTED,
                CANCELLED,
                {"message": self._cancelled_text()},
            ),
            "button_done": (NOT_DONE, DONE, done),
        }
        if button == "button_stop":
            return self._stop_all(domain)
        if button == "button_take_over":
            return self._take_over_all(domain)
        if button not in moves:
            raise UserError(
                self.env._(
                    "Cannot press %(button)s on many jobs: expected one of %(known)s.",
                    button=button,
                    known=", ".join([*moves, "button_stop", "button_take_over"]),
                )
            )
        sources, target, values = moves[button]
        return self._move_all(domain, sources, target, **values)

    # === HELPERS === #

    def _move_all(
        self,
        domain: list,
        sources: tuple[str, ...],
        target: str,
        **values,
    ) -> dict:
        """Change the state of the jobs of a domain that are in a source state."""

        def move(cr, ids):
            return store.move_jobs(cr, ids, list(sources), target, **values)

        jobs = self._may_act_on(domain, sources)
        if target == PENDING:  # of all: some may be parents of others
            store.reopen_edges(self.env.cr, jobs.ids, list(sources))
        moved = jobs._change_in_parts(move)
        if any(any(part.values()) for part in moved):
            unblock_after_commit(self.env.cr)
        return self._tell_count(sum(map(len, moved)))

    def _reschedule_all(self, domain: list, **vals) -> dict:
        """Reschedule the jobs of a domain that have not started."""
        vals = to_columns(vals)

        def rewrite(cr, ids):
            return store.rewrite(cr, ids, list(NOT_STARTED), **vals)

        changed = self._may_act_on(domain, NOT_STARTED)._change_in_parts(rewrite)
        return self._tell_count(sum(map(len, changed)))

    def _change_in_parts(self, act: Callable) -> list:
        """Change the jobs part by part; return the result of each part."""
        parts = list(act_in_parts(self.env.cr, self.ids, act))
        self.env.invalidate_all(flush=False)
        wake_after_commit(self.env.cr)
        return parts

    def _stop_all(self, domain: list) -> dict:
        """Request the running jobs of a domain to stop."""
        jobs = self._may_act_on(domain, (ENQUEUED,))
        store.request_stop(self.env.cr, jobs.ids, self.env.uid)
        wake_after_commit(self.env.cr)
        return self._tell_count(len(jobs))

    def _may_act_on(self, domain: list, states: tuple[str, ...]):
        """Return the jobs of a domain, in given states, that the user may act on."""
        domain = Domain(domain) & Domain("state", "in", states)
        if not self.env.user.has_group("connector.group_connector_manager"):
            domain &= Domain("user_id", "=", self.env.uid)
        return self.search(domain, order="id")

    def _tell_count(self, count: int) -> dict:
        message = self.env._(
            "Jobs changed: %(count)s. Jobs in other states were left as they are.",
            count=f"{count:,}",
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if count else "warning",
                "message": message,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }


class _Quiet:
    """A cursor that does not log errors: collisions are expected."""

    def __init__(self, cr: BaseCursor):
        self._cr = cr
        self.fetchall = cr.fetchall

    def execute(self, query: str, values: dict) -> None:
        self._cr.execute(query, values, log_exceptions=False)


def act_in_parts(cr: BaseCursor, job_ids: list[int], act: Callable) -> Iterator:
    """Yield the result of a statement for each part of the jobs.

    Our snapshot cannot change rows that others changed after it began. Such rows are
    found by halving, and left alone: they are few, and workers take neighbours.

    Args:
        cr: cursor of Odoo, at REPEATABLE READ.
        job_ids: ids of the jobs, in order.
        act: runs the statement; takes a cursor and ids.
    """
    for at in range(0, len(job_ids), PART):
        yield from _act_or_leave(cr, job_ids[at : at + PART], act)


def _act_or_leave(cr: BaseCursor, job_ids: list[int], act: Callable) -> Iterator:
    try:
        with cr.savepoint(flush=False):
            done = act(_Quiet(cr), job_ids)
    except SerializationFailure:
        if len(job_ids) > 1:
            middle = len(job_ids) // 2
            yield from _act_or_leave(cr, job_ids[:middle], act)
            yield from _act_or_leave(cr, job_ids[middle:], act)
        return
    yield done
