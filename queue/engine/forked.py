# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Guard of a job against the processes that it forks.

A forked process inherits the sockets of its parent, on which it would interfere, and
the stack, on which it would return into the engine and end the job a second time. So
it gets no socket of the engine's, and it ends where it would return.
"""

import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from weakref import WeakSet

import psycopg2

from odoo import sql_db

from ...exception import InvalidUsageError, traceback_text
from ...redaction import TEXT_SIZE, KnownSecrets
from ...secret import known_to_job

FAILED = 1  # exit status of a child that raised, as of any Python
STDERR = 2

_connections: WeakSet = WeakSet()  # of this process, not for its children
_is_installed = False


def install() -> None:
    """Keep connections from forked children from now on; may be called repeatedly."""
    global _is_installed  # noqa: PLW0603 what is registered stays
    if not _is_installed:
        _is_installed = True
        os.register_at_fork(after_in_child=_lose_connections)


def keep_from_children(connection):
    """Register a connection that no forked process may use, and return it."""
    _connections.add(connection)
    return connection


def _lose_connections() -> None:
    """Replace each inherited socket with a dead one, in a child just forked.

    Whatever the child does with a connection then fails, as if PostgreSQL had ended the
    session. The parent does not notice, and when it dies, its sessions end: no child
    holds them. Odoo's pool replaces broken connections, so the child can open cursors
    of its own.
    """
    if not _connections:
        return  # no job runs here
    nowhere, other_end = socket.socketpair()
    other_end.close()
    for connection in [*_connections, *_find_pooled()]:
        with suppress(psycopg2.Error, OSError):  # it is closed
            os.dup2(nowhere.fileno(), connection.fileno(), inheritable=False)
    nowhere.close()
    _connections.clear()


def _find_pooled() -> list:
    pools = filter(None, (sql_db._Pool, sql_db._Pool_readonly))
    return [connection for pool in pools for connection in pool._connections]


def call_here(call: Callable[[], Any]) -> Any:
    """Return the result of a call; a process that it forked ends instead."""
    pid = os.getpid()
    try:
        result = call()
    except BaseException as error:
        if os.getpid() != pid:
            _end(error)
        raise
    if os.getpid() != pid:
        os._exit(0)
    return result


def check_process(pid: int) -> None:
    """Raise where a forked process would commit the transaction of its parent.

    Args:
        pid: process that owns the transaction.
    """
    if os.getpid() != pid:
        raise InvalidUsageError(
            f"Cannot commit in process {os.getpid()}: it was forked by a job, and the "
            f"transaction is that of process {pid}. Commit there, or open a cursor of "
            "its own in the child: env.registry.cursor()."
        )


def _end(error: BaseException) -> None:
    """End this process with Python's exit status, but without any cleanup."""
    status = FAILED
    try:
        if isinstance(error, SystemExit) and isinstance(error.code, int | None):
            status = (error.code or 0) & 0xFF
        else:
            known = known_to_job.get() or KnownSecrets()
            text = known.stored(traceback_text(error), TEXT_SIZE)
            # no logging: a thread of the parent may have held a lock
            os.write(STDERR, text.encode())
    finally:
        os._exit(status)  # whatever comes up: nothing of the parent is ended here
