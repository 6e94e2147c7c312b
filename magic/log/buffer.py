# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log lines of a transaction: written at its end or after its failure."""

import logging
from contextlib import closing

import psycopg2

from odoo import api
from odoo.sql_db import PoolError

from . import store as log_store
from .line import LogLine

_logger = logging.getLogger(__name__)

KEY = "connector.log"
MAX_COUNT = 1_000  # lines in memory; what is more is written before the end
MAX_SIZE = 8_000_000  # characters in memory, as well


class LogBuffer:
    """Log lines of one transaction, kept until it ends and written in one statement.

    They are written on a cursor of their own after the commit, and as well after a
    rollback: the lines of what failed are the ones that somebody needs.
    """

    def __init__(self, env: api.Environment):
        self._registry = env.registry
        self._lines: list[LogLine] = []
        self._size = 0
        self._early_ids: list[int] = []  # written before the end was known
        self._is_over = False
        env.cr.postcommit.add(self._end_done)
        env.cr.postrollback.add(self._end_undone)

    def __deepcopy__(self, _memo) -> "LogBuffer":
        return self  # tests copy the hooks of a cursor, but share its buffer

    @classmethod
    def of(cls, env: api.Environment) -> "LogBuffer":
        """Return the buffer of the current transaction."""
        data = env.cr.postrollback.data
        buffer = data.get(KEY)
        if buffer is None or buffer._is_over:
            buffer = data[KEY] = cls(env)
        return buffer

    def add(self, line: LogLine) -> None:
        """Keep a line."""
        self._lines.append(line)
        self._size += len(line.message) + len(line.data or "")
        if len(self._lines) >= MAX_COUNT or self._size >= MAX_SIZE:
            self._early_ids += self._write(is_undone=False)

    def take(self) -> list[LogLine]:
        """Return the unwritten lines and clear the buffer."""
        lines, self._lines, self._size = self._lines, [], 0
        return lines

    def _end_done(self) -> None:
        self._is_over = True
        self._write(is_undone=False)

    def _end_undone(self) -> None:
        self._is_over = True
        self._write(is_undone=True)

    def _write(self, is_undone: bool) -> list[int]:
        """Write the lines and return their ids; a failure stops no work."""
        lines = self.take()
        early_ids = self._early_ids if is_undone else []
        try:
            with closing(self._registry.cursor()) as cr:
                ids = log_store.insert(cr, lines, is_undone) if lines else []
                if early_ids:
                    log_store.mark_undone(cr, early_ids)
                cr.commit()  # pylint: disable=invalid-commit  # our own cursor
                return ids
        except (psycopg2.Error, PoolError) as error:
            _logger.error("cannot write %d lines of the log: %s", len(lines), error)
            for line in lines:
                _logger.warning("log line not written: %s %s", line.level, line.message)
            return []
