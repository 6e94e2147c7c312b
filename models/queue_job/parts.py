# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changes of very many jobs in parts, while workers take some of them."""

from collections.abc import Callable, Iterator

from psycopg2.errors import SerializationFailure

from odoo.sql_db import BaseCursor

PART = 1_000  # jobs in one statement: few are tried again after a collision


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
