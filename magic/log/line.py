# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log lines: a message, or a transmission to another system."""

from dataclasses import dataclass
from datetime import datetime, timezone

from odoo import api
from odoo.models import BaseModel

from ...exception import InvalidUsageError
from ...queue.current import current_job
from ...redaction import MESSAGE_SIZE, redact
from ...secret import known_secrets
from .scope import current_scope

DEBUG = "debug"
INFO = "info"
WARNING = "warning"
ERROR = "error"
CRITICAL = "critical"
LEVELS = (DEBUG, INFO, WARNING, ERROR, CRITICAL)

MESSAGE = "message"
TRANSMISSION = "transmission"

DATA_SIZE = 64_000  # characters of what was sent: a log is no archive


@dataclass(frozen=True)
class LogLine:
    """A log line; its fields are the columns of the table."""

    date: str  # naive UTC, in ISO format
    kind: str
    level: str
    message: str
    recipient: str | None
    data: str | None
    user_id: int
    company_id: int
    job_uuid: str | None
    action_id: int | None  # of the server action whose code logs
    relation: str | None
    res_model: str | None
    res_id: int | None


def message_line(env: api.Environment, message, level: str, **about) -> LogLine:
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


def transmission_line(env: api.Environment, recipient, data, **about) -> LogLine:
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


def _line(
    env: api.Environment,
    action_id: int | None = None,
    relation: str | None = None,
    record: BaseModel | None = None,
    **columns,
) -> LogLine:
    """Return a log line about the given record, else about the current scope."""
    scope = current_scope()
    job = current_job(env)  # a client may send any uuid in its context
    model, res_id = _reference(record or scope.record, env, action_id)
    return LogLine(
        date=datetime.now(timezone.utc).replace(tzinfo=None).isoformat(),
        user_id=env.uid,
        company_id=env.company.id,
        job_uuid=job and job.uuid,
        action_id=action_id,
        relation=relation or scope.relation,
        res_model=model,
        res_id=res_id,
        **{"recipient": None, "data": None, **columns},
    )


def _reference(record, env, action_id) -> tuple[str | None, int | None]:
    """Return the record of a log line; in a server action, the active record."""
    if record:
        return record._name, record._origin.ids[0] if record._origin else None
    model, res_id = (env.context.get(key) for key in ("active_model", "active_id"))
    if action_id and _text(model) and type(res_id) is int:
        return model, res_id
    return None, None


def _text(value) -> str | None:
    """Return a context value if it is text; clients may send anything."""
    return value if isinstance(value, str) and "\0" not in value else None
