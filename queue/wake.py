# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How do the workers learn at once that there is something to do?"""

import logging
from contextlib import closing
from functools import partial

from odoo import sql_db

from . import store

_logger = logging.getLogger(__name__)

_KEY = "connector.queue.wake"


def wake_after_commit(cr) -> None:
    """Wake the workers of the database once, after the transaction's commit."""
    if not cr.postcommit.data.get(_KEY):
        cr.postcommit.data[_KEY] = True
        cr.postcommit.add(partial(wake, cr.dbname))


def wake(db_name: str) -> None:
    """Wake the workers of a database now; without success they poll."""
    try:
        with closing(sql_db.db_connect(db_name).cursor()) as cr:
            store.wake(cr)
            # a transaction of its own, with nothing in it but the notification
            cr.commit()  # pylint: disable=invalid-commit
    except Exception:  # noqa: BLE001 the caller's commit is made: a hint may get lost
        _logger.warning("could not wake the workers of %s", db_name, exc_info=True)
