# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log lines: what they are about, and how they outlive the transaction they report."""

import logging
from collections.abc import Callable
from contextlib import closing
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any, NamedTuple

import psycopg2

from odoo import api
from odoo.models import BaseModel
from odoo.sql_db import PoolError

from ...exception import InvalidUsageError
from ...queue.current import current_job
from ...redaction import MESSAGE_SIZE, redact
from ...secret import known_secrets
from . import store as log_store
from .store import LogLine

_logger = logging.getLogger(__name__)

DEBUG = "debug"
INFO = "info"
WARNING = "warning"
ERROR = "error"
CRITICAL = "critical"
LEVELS = (DEBUG, INFO, WARNING, ERROR, CRITICAL)

MESSAGE = "message"
TRANSMISSION = "transmission"
REQUEST = "request"

DATA_SIZE = 64_000  # characters of what was sent: a log is no archive

KEY = "connector.log"
MAX_COUNT = 1_000  # lines in memory; what is more is written before the end
MAX_SIZE = 8_000_000  # characters in memory, as well


# === WHAT IT IS ABOUT === #


class LogScope(NamedTuple):
    """The relation and the record that log lines are about."""

    relation: str | None = None
    record: BaseModel | None = None


_NOTHING = LogScope()
_scope: ContextVar[LogScope] = ContextVar("connector_log_scope", default=_NOTHING)


class log_about:  # noqa: N801 used as a function
    """Attach relation and record to every log line written inside the block.

    What is not given stays as it is around the block. A class, as each item of a sync
    is such a block: a generator takes twice as long.
    """

    __slots__ = ("_record", "_relation", "_token")

    def __init__(self, relation: str | None = None, record: BaseModel | None = None):
        self._relation = relation
        self._record = record

    def __enter__(self) -> None:
        around = _scope.get()
        scope = LogScope(
            self._relation or around.relation, self._record or around.record
        )
        self._token = _scope.set(scope)

    def __exit__(self, *_error: object) -> None:
        _scope.reset(self._token)


# === LINES === #


def message_line(
    env: api.Environment, message: object, level: str, **about: Any
) -> LogLine:
    """Return the log line of a message.

    Args:
        about: see :func:`_line`.

    Raises:
        InvalidUsageError: there is no such level.
    """
    if level not in LEVELS:
        raise InvalidUsageError(
            f"Cannot log {str(message)[:80]!r}: the level is {level!r}, expected one "
            f"of {', '.join(map(repr, LEVELS))}. MAGIC.LOG_INFO is one."
        )
    text = redact(message, MESSAGE_SIZE, known_secrets(env.cr))
    return _line(env, kind=MESSAGE, level=level, message=text, **about)


def transmission_line(
    env: api.Environment, recipient: object, data: object, **about: Any
) -> LogLine:
    """Return the log line of a transmission."""
    secrets = known_secrets(env.cr)
    who = redact(recipient, MESSAGE_SIZE, secrets)
    return _line(
        env,
        kind=TRANSMISSION,
        level=INFO,
        message=f"Sent to {who}",
        recipient=who,
        data=redact(data, DATA_SIZE, secrets),
        **about,
    )


def request_line(env: api.Environment, **about: Any) -> LogLine:
    """Return the log line of a request to a backend, of which only the facts stand.

    Args:
        about: columns of requests, see :class:`~.store.LogLine`; all are redacted.
    """
    return _line(env, kind=REQUEST, **{"level": INFO, "message": "", **about})


def _line(
    env: api.Environment,
    action_id: int | None = None,
    relation: str | None = None,
    record: BaseModel | None = None,
    **columns: Any,
) -> LogLine:
    """Return a log line about the given record, else about the current scope."""
    scope = _scope.get()
    job = current_job(env)  # a client may send any uuid in its context
    model, res_id = _reference(record or scope.record, env, action_id)
    return LogLine(
        date=datetime.now(timezone.utc).replace(tzinfo=None).isoformat(),
        user_id=env.uid,
        company_id=env.company.id,
        job_uuid=job.uuid if job else None,
        action_id=action_id,
        relation=relation or scope.relation,
        res_model=model,
        res_id=res_id,
        **{"recipient": None, "data": None, **columns},
    )


def _reference(
    record: BaseModel | None, env: api.Environment, action_id: int | None
) -> tuple[str | None, int | None]:
    """Return the record of a log line; in a server action, the active record."""
    if record:
        return record._name, record._origin.ids[0] if record._origin else None
    model, res_id = (env.context.get(key) for key in ("active_model", "active_id"))
    if action_id and _text(model) and type(res_id) is int:
        return model, res_id
    return None, None


def _text(value: object) -> str | None:
    """Return a context value if it is text; clients may send anything."""
    return value if isinstance(value, str) and "\0" not in value else None


# === BUFFER === #

LastLine = Callable[[bool], LogLine | None]


def _no_line(_is_undone: bool) -> LogLine | None:
    return None


class LogBuffer:
    """Log lines of one transaction, kept until it ends and written in one statement.

    They are written on a cursor of their own after the commit, and as well after a
    rollback: the lines of what failed are the ones that somebody needs.
    """

    def __init__(self, env: api.Environment) -> None:
        self._registry = env.registry
        self._lines: list[LogLine] = []
        self._size = 0
        self._last: LastLine = _no_line
        self._early_ids: list[int] = []  # written before the end was known
        self._is_over = False
        env.cr.postcommit.add(self._end_done)
        env.cr.postrollback.add(self._end_undone)

    def __deepcopy__(self, _memo: object) -> "LogBuffer":
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
        texts = (line.message, line.data, line.answer)
        self._size += sum(len(text or "") for text in texts)
        if len(self._lines) >= MAX_COUNT or self._size >= MAX_SIZE:
            self._early_ids += self._write(is_undone=False)

    def keep_last(self, make: LastLine) -> None:
        """Keep a line whose text depends on how the transaction ends.

        It is so until another one is kept: this one is made then as if all went well.

        Args:
            make: returns the line, or None for none; it is given whether the
                transaction was rolled back.
        """
        before, self._last = self._last, make
        if line := before(False):
            self.add(line)

    def take(self) -> list[LogLine]:
        """Return the unwritten lines and clear the buffer."""
        lines, self._lines, self._size = self._lines, [], 0
        return lines

    def _end_done(self) -> None:
        self._end(is_undone=False)

    # a step that is undone leaves its lines in the log, see flows.importing.undo
    _end_done.outlives_undo = True  # type: ignore[attr-defined]

    def _end_undone(self) -> None:
        self._end(is_undone=True)

    def _end(self, is_undone: bool) -> None:
        self._is_over = True
        make, self._last = self._last, _no_line
        if line := make(is_undone):
            self._lines.append(line)
        if self._lines or (is_undone and self._early_ids):
            self._write(is_undone)

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
