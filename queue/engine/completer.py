# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Asynchronous completion: the next job starts while the last success is written.

See ``docs/decisions/0002-ends-not-waited-for.md``.
"""

import logging

import psycopg2
from psycopg2.extras import wait_select

from odoo import sql_db

from .. import store
from .connection import KEEPALIVES
from .forked import keep_from_children

_logger = logging.getLogger(__name__)


class JobCompleter:
    """Sends the success of a job to PostgreSQL without waiting for the disk.

    Only for a job that ran no SQL: the next job can neither miss nor hinder its work.
    PostgreSQL has received its end before the next job begins, one at a time: a job
    that kills the worker is never mistaken for the job before it.

    Args:
        db_name: the database; no transaction pooler stands before it.
    """

    def __init__(self, db_name: str):
        self._db_name = db_name
        self._connection = None
        self._cr = None
        self._sent: dict | None = None

    def send(self, values: dict) -> None:
        """Send the success of an attempt, after the previous success is stored."""
        self.wait()
        self._sent = values
        try:
            self._execute()
        except psycopg2.Error:
            self.close()  # wait() sends it again

    def wait(self) -> None:
        """Wait until the success that was sent is stored.

        Raises:
            psycopg2.Error: the database is unreachable; the job is freed as that of a
                dead worker.
        """
        if self._sent is None:
            return
        try:
            is_stored = self._answer()
        except psycopg2.Error:
            self.close()
            self._execute()
            is_stored = self._answer()
        if not is_stored:
            _logger.warning("job %s: another worker has it", self._sent["job_id"])
        self._sent = None

    def close(self) -> None:
        """Close the connection; the next success opens it again."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _execute(self) -> None:
        if self._connection is None:
            self._open()
        store.send_finish(self._cr, self._sent)

    def _open(self) -> None:
        _name, info = sql_db.connection_info_for(self._db_name)
        self._connection = keep_from_children(
            psycopg2.connect(**info, **KEEPALIVES, async_=True)
        )
        wait_select(self._connection)
        self._cr = self._connection.cursor()

    def _answer(self) -> bool:
        if self._connection is None:
            raise psycopg2.InterfaceError("it was not sent")
        wait_select(self._connection)
        return self._cr.fetchone()[0]
