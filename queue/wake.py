# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How do the workers learn at once that there is something to do?"""

import logging
from contextlib import closing
from functools import partial

from psycopg2.extensions import TRANSACTION_STATUS_IDLE

from odoo import sql_db

from . import store
from .connection import in_autocommit

_logger = logging.getLogger(__name__)

_KEY = "connector.queue.wake"


def wake_after_commit(cr) -> None:
    """Wake the workers of the database once, after the transaction's commit."""
    if not cr.postcommit.data.get(_KEY):
        cr.postcommit.data[_KEY] = True
        cr.postcommit.add(partial(wake, cr))


def wake(cr) -> None:
    """Wake the workers of a cursor's database now; without success they poll.

    It is one round trip on the cursor's own connection, which has just committed,
    unless somebody has begun a transaction on it again.
    """
    try:
        if cr.connection.get_transaction_status() == TRANSACTION_STATUS_IDLE:
            with in_autocommit(cr.connection) as own_cr:
                store.wake(own_cr)
        else:
            _wake_elsewhere(cr.dbname)
    except Exception:  # noqa: BLE001 the caller's commit is made: a hint may get lost
        _logger.warning("could not wake the workers of %s", cr.dbname, exc_info=True)


def _wake_elsewhere(db_name: str) -> None:
    with closing(sql_db.db_connect(db_name).cursor()) as cr:
        store.wake(cr)
        # a transaction of its own, with nothing in it but the notification
        cr.commit()  # pylint: disable=invalid-commit
