# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The databases that have the addon."""

import logging
import time
from contextlib import closing, suppress

import psycopg2

from odoo import sql_db
from odoo.modules.registry import Registry
from odoo.service.server import cron_database_list

from .. import store
from .connection import bounded_cursor, connect

_logger = logging.getLogger(__name__)

LIST_S = 5.0  # how soon a new database is seen
CHECK_S = 20.0  # how soon the addon is seen in a database that had no addon
CHANGE_S = 2.0  # how soon where addons are being installed
RECONNECT_S = 1.0  # how soon an unreachable database is checked again


class Databases:
    """The databases that this process may serve, and when to check them again.

    Args:
        is_pooled: whether a transaction pooler stands before them; None to detect it.
    """

    def __init__(self, is_pooled: bool | None = None):
        self._is_pooled = is_pooled
        self._names: set[str] = set()
        self._list_at = 0.0
        self._check_at: dict[str, float] = {}
        self._incomplete: dict[str, list[str]] = {}  # tables without primary key

    def find(self, served: set[str]) -> set[str]:
        """Return the databases with the addon; those served already are not checked.

        A database that this process has loaded counts even where it is not listed.
        """
        now = time.monotonic()
        if now >= self._list_at:
            self._list_at = now + LIST_S
            with suppress(psycopg2.Error):  # unreachable: keep the last list
                self._names = set(cron_database_list())
        names = self._names | set(Registry.registries.snapshot)
        self._check_at = {
            name: at for name, at in self._check_at.items() if name in names
        }
        return {name for name in names if name in served or self._has_addon(name, now)}

    def forget_if_gone(self, db_name: str) -> bool:
        """Return whether an unreachable database is gone, and drop its registry then.

        A database that may still exist is left alone for a moment.
        """
        self._check_at[db_name] = time.monotonic() + RECONNECT_S
        try:
            with closing(sql_db.db_connect("postgres").cursor()) as cr:
                if store.is_database(cr, db_name):
                    return False
        except psycopg2.Error:
            return False  # unreachable: it may exist
        Registry.delete(db_name)
        sql_db.close_db(db_name)
        self._names.discard(db_name)
        _logger.info("database %s is gone", db_name)
        return True

    def _has_addon(self, db_name: str, now: float) -> bool:
        """Check a database for the addon, unless it was checked a short while ago."""
        if now < self._check_at.get(db_name, 0):
            return False
        self._check_at[db_name] = now + CHECK_S
        try:
            with closing(connect(db_name, self._is_pooled)) as connection:
                cr = bounded_cursor(connection)
                addon = store.read_addon(cr)
                is_there = addon.is_installed and addon.is_our_version
                is_whole = is_there and self._is_complete(db_name, cr)
        except psycopg2.Error:
            self.forget_if_gone(db_name)
            return False
        if addon.is_changing or is_whole is not is_there:  # our addon may come
            self._check_at[db_name] = now + CHANGE_S
        return is_whole

    def _is_complete(self, db_name: str, cr) -> bool:
        """Return whether the database is complete, not in the middle of a restore.

        A restored database counts as new: its admission came with the restored data.
        """
        names = store.find_incomplete(cr)
        if names and names != self._incomplete.get(db_name):
            _logger.info(
                "jobs of %s wait: it is being restored, or else lacks a primary key on "
                "%s",
                db_name,
                ", ".join(names),
            )
        if names:
            self._incomplete[db_name] = names
        elif self._incomplete.pop(db_name, None):
            store.withdraw(cr, store.find_identity(cr))
        return not names
