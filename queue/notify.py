# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Wake-up of the workers after a commit; of the cron when there are none."""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import sql_db

from . import store

_logger = logging.getLogger(__name__)

KEY = "connector.queue.wake"
SEEN_S = 10.0  # how long workers count as alive after a check

_seen_at: dict[str, float] = {}


def wake_after_commit(cr, looked_until: float = 0.0) -> None:
    """Wake the workers of the database once, after the transaction's commit.

    Args:
        looked_until: a moment of ``time.monotonic``. The workers poll for new jobs
            until then: a commit before it need not wake them.
    """
    data = cr.postcommit.data
    if KEY not in data:
        cr.postcommit.add(partial(_wake_unless_burst, cr))
    data[KEY] = min(looked_until, data.get(KEY, math.inf))


def after_commit(cr, key: str, act: Callable) -> None:
    """Call a function once, after the commit, with a cursor in autocommit."""
    if not cr.postcommit.data.get(key):
        cr.postcommit.data[key] = True
        cr.postcommit.add(partial(_act, cr, act))


def _wake_unless_burst(cr) -> None:
    if time.monotonic() >= cr.postcommit.data[KEY]:
        _act(cr, partial(wake, cr.dbname))


def _act(cr, act: Callable) -> None:
    """Act now; after a failure the workers find the jobs by polling.

    A statement is one round trip on the cursor's own connection, which has just
    committed, unless a new transaction has begun on it.
    """
    try:
        if cr.connection.get_transaction_status() == TRANSACTION_STATUS_IDLE:
            with in_autocommit(cr.connection) as own_cr:
                act(own_cr)
        else:
            with closing(sql_db.db_connect(cr.dbname).cursor()) as other_cr:
                with in_autocommit(other_cr.connection) as own_cr:
                    act(own_cr)
    except Exception:  # noqa: BLE001 the caller's commit is made: a hint may get lost
        _logger.warning("could not wake the workers of %s", cr.dbname, exc_info=True)


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
    if store.has_lasting_worker(cr):
        _seen_at[db_name] = now
    elif store.trigger_cron(cr):
        _call_cron(db_name)


def _call_cron(db_name: str) -> None:
    """Wake the cron workers of the servers; they listen in another database."""
    with closing(sql_db.db_connect("postgres").cursor()) as cr:
        with in_autocommit(cr.connection) as own_cr:
            store.call_cron(own_cr, db_name)


@contextmanager
def in_autocommit(connection) -> Iterator:
    """Open a cursor in autocommit on an idle connection.

    The switch costs no round trip: the driver sends PostgreSQL only levels that are not
    the default, so they are put aside meanwhile.
    """
    level, readonly = connection.isolation_level, connection.readonly
    connection.set_session(isolation_level="DEFAULT", readonly="DEFAULT")
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        if not connection.closed:
            connection.autocommit = False
            connection.set_session(isolation_level=level, readonly=readonly)
