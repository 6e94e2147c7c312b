# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bookkeeping connections of the engine."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import psycopg2
import psycopg2.extensions
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import sql_db
from odoo.tools import SQL

from .. import store
from .forked import keep_from_children

KEEPALIVE_S = 10  # a half-open connection is noticed after about 30 s
KEEPALIVES = {
    "keepalives_idle": KEEPALIVE_S,
    "keepalives_interval": KEEPALIVE_S,
    "keepalives_count": 2,
    "tcp_user_timeout": 3 * KEEPALIVE_S * 1000,  # ms; what we sent was not received
    "connect_timeout": 10,  # s
}
PROBES = 5  # for a session that two connections share


class BookkeepingConnection(psycopg2.extensions.connection):
    """A bookkeeping connection of the engine."""

    is_pooled = False
    """Whether each transaction may have another session: what a session keeps (locks,
    LISTEN, settings) is not ours then, and would be found by others."""

    @property
    def session_pids(self) -> list[int]:
        """The pid of the PostgreSQL session, if it is ours alone."""
        return [] if self.closed or self.is_pooled else [self.info.backend_pid]


class BoundedCursor(psycopg2.extensions.cursor):
    """A cursor in autocommit whose statements have short timeouts."""

    def execute(self, query: str, values=None) -> None:
        """Execute a statement and set its timeouts in the same round trip."""
        super().execute(f"{store.BOUND}{query}", values)


def bounded_cursor(connection) -> BoundedCursor:
    """Return a cursor in autocommit that raises instead of waiting for long.

    Raises:
        psycopg2.OperationalError: from a statement: a lock is held, or PostgreSQL is
            overloaded.
    """
    return connection.cursor(cursor_factory=BoundedCursor)


def connect(db_name: str, is_pooled: bool | None = None) -> BookkeepingConnection:
    """Return a connection at READ COMMITTED, in autocommit, outside of Odoo's pool.

    Args:
        db_name: the database.
        is_pooled: whether a transaction pooler stands before it; None to detect it.
    """
    connection = _open(db_name)
    connection.autocommit = True
    if is_pooled is None:
        is_pooled = _has_pooler(connection, db_name)
    connection.is_pooled = is_pooled
    if not is_pooled:
        connection.set_session(isolation_level=ISOLATION_LEVEL_READ_COMMITTED)
        store.commit_later(connection.cursor())
    return connection


def _open(db_name: str) -> BookkeepingConnection:
    _name, info = sql_db.connection_info_for(db_name)
    return keep_from_children(
        psycopg2.connect(**info, **KEEPALIVES, connection_factory=BookkeepingConnection)
    )


def _has_pooler(connection: BookkeepingConnection, db_name: str) -> bool:
    """Return whether the sessions of connections change after each transaction.

    A pooler answers a new connection itself, with a process number of its own. If it
    shares sessions, then two connections that query in turn get the same session, or
    one of them gets different sessions.
    """
    cr = connection.cursor()
    first = store.find_session(cr)
    if first == connection.info.backend_pid:
        return False  # PostgreSQL itself has answered
    with closing(_open(db_name)) as other:
        other.autocommit = True
        other_cr = other.cursor()
        ours, theirs = {first}, set()
        for _probe in range(PROBES):
            theirs.add(store.find_session(other_cr))
            ours.add(store.find_session(cr))
        return len(ours) > 1 or not ours.isdisjoint(theirs)


def cut(connection) -> None:
    """End a connection that another thread uses, without waiting for that thread.

    PostgreSQL rolls back uncommitted work when it notices.
    """
    with suppress(OSError, psycopg2.Error):  # it is closed already
        with socket.socket(fileno=os.dup(connection.fileno())) as own:
            own.shutdown(socket.SHUT_RDWR)


class OdooCursor:
    """Cursor that runs Odoo's queries on a bookkeeping connection.

    Args:
        cr: a cursor of psycopg2.
    """

    def __init__(self, cr):
        self._cr = cr
        self.fetchone = cr.fetchone

    def execute(self, query: SQL) -> None:
        """Execute a query of Odoo's own kind."""
        self._cr.execute(query.code, query.params)


@contextmanager
def one_transaction(cr) -> Iterator[None]:
    """Run the bookkeeping statements of a block in one transaction.

    On the cursor of a test they are part of its transaction anyway.
    """
    if cr.connection.autocommit:
        with cr.connection:
            yield
    else:
        yield
