# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wake the workers, or call the cron when there are none."""

import math
import time
from contextlib import closing

from odoo import sql_db

from .. import store
from ..store.liveness import SILENCE_S
from .connection import in_autocommit

SEEN_S = 10.0  # how long workers count as alive after a check

_seen_at: dict[str, float] = {}


def wake(db_name: str, cr) -> None:
    """Wake the workers of a database; call the cron where there are none.

    Args:
        db_name: the database.
        cr: a cursor in autocommit.
    """
    store.wake(cr)
    now = time.monotonic()
    if now - _seen_at.get(db_name, -math.inf) < SEEN_S:
        return
    if store.has_lasting_worker(cr, SILENCE_S):
        _seen_at[db_name] = now
    elif store.trigger_cron(cr):
        _call_cron(db_name)


def _call_cron(db_name: str) -> None:
    """Wake the cron workers of the servers; they listen in another database."""
    with closing(sql_db.db_connect("postgres").cursor()) as cr:
        with in_autocommit(cr.connection) as own_cr:
            store.call_cron(own_cr, db_name)
