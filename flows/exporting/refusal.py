# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refusals: what an error says about the request it ended.

A refusal is definite: the backend read the request, and did nothing. All others leave
open what it did, but for those that never reached it.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timezone

from odoo import models
from odoo.tools import SQL

from ...exception import (
    ChangedThereError,
    IDMissingInBackend,
    InvalidDataError,
    MappingError,
    message_of,
)
from ...queue.engine.http_errors import is_unreached, retry_after_s, status_of
from ...redaction import MESSAGE_SIZE, KnownSecrets, redact
from ...secret import known_secrets
from .own_transaction import own_transaction

GONE_STATUSES = frozenset({404, 410})
# Statuses of requests that were not worked on, and may be sent again as they are:
# log in, pay, get permission, come later.
UNDONE_STATUSES = frozenset({401, 402, 403, 407, 425, 429})
TIMEOUT, CONFLICT = 408, 409  # it took too long; it is in progress, or there already
OUTDATED = 412  # the record has another version than the request asks for
CLIENT_ERRORS = range(400, 500)
IN_PROGRESS_S = 10  # before a key that is in use is tried again, at least
SHOWN = 500  # characters of an answer
READ = 100_000  # those of which some are shown, once secrets are hidden

# Note on a binding that its record was refused; not where another transaction, perhaps
# the one that waits for us, has the row. Locks: the row. Index: the primary key.
NOTE_REFUSAL = """
UPDATE %s SET sync_state = 'error', sync_reason = %s
 WHERE id IN (SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)
"""


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Return an error, and those of which it says that it was raised from them.

    An error that was only handled before counts as none: a request that was sent again
    after it may have arrived.
    """
    current: BaseException | None = error
    while current is not None:
        yield current
        current = current.__cause__


def status_in(error: BaseException) -> int | None:
    """Return the status of the HTTP answer behind an error, None where there is none.

    An adapter may have raised another error from that of its HTTP library.
    """
    found = (status_of(one) for one in causes_of(error))
    return next((status for status in found if status is not None), None)


def in_progress_s(error: Exception, busy: Collection[int] = ()) -> float | None:
    """Return when to ask again about a key that is in use, None for another error.

    Args:
        busy: statuses with which the backend says so; with ``Retry-After``, 409 does.
    """
    status = status_in(error)
    now = datetime.now(timezone.utc).replace(tzinfo=None)
    waits = (retry_after_s(one, now) for one in causes_of(error))
    wait_s = next(filter(None, waits), 0)
    if status in busy or (status == CONFLICT and wait_s):
        return max(wait_s, IN_PROGRESS_S)
    return None


def is_clash(error: Exception) -> bool:
    """Return whether an error says that a record is there, or is being made."""
    return status_in(error) == CONFLICT


def is_outdated(error: Exception, is_conditional: bool = False) -> bool:
    """Return whether a backend refused an update of a record that changed there.

    What the adapter calls a refusal of the record is none, whatever its status.

    Args:
        is_conditional: the request named a version: 409 says so as well.
    """
    if isinstance(error, InvalidDataError | MappingError):
        return False
    if any(isinstance(one, ChangedThereError) for one in causes_of(error)):
        return True
    return status_in(error) in ({OUTDATED, CONFLICT} if is_conditional else {OUTDATED})


def never_arrived(error: Exception) -> bool:
    """Return whether an error says that the backend did not work on the request."""
    if status_in(error) in UNDONE_STATUSES:
        return True
    return any(is_unreached(one) for one in causes_of(error))


def is_gone(error: Exception) -> bool:
    """Return whether an error says that the backend has no such record."""
    return isinstance(error, IDMissingInBackend) or status_in(error) in GONE_STATUSES


def refusal_of(
    error: Exception,
    what: str,
    secrets: KnownSecrets | None = None,
    is_conflict_final: bool = False,
) -> Exception | None:
    """Return the error with which the backend refused values, None for another one.

    Args:
        what: what was sent, for the message.
        secrets: known ones, which a message does not repeat.
        is_conflict_final: whether 409 is a refusal, and not a sign that the record is
            there, or being made.
    """
    if isinstance(error, InvalidDataError | MappingError):
        return error
    unclear = {TIMEOUT} if is_conflict_final else {TIMEOUT, CONFLICT}
    status = status_in(error)
    is_refusal = status in CLIENT_ERRORS and status not in UNDONE_STATUSES | unclear
    if not is_refusal and not isinstance(error, IDMissingInBackend):
        return None
    answer = f" with status {status}" if status else ""
    text = _text_in(error, secrets)
    return InvalidDataError(
        f"Cannot export {what}: the backend refused it{answer}{text}. "
        "Correct the record, then press Retry."
    )


def report_refusal(binding: models.BaseModel, reason: str) -> None:
    """Note on a binding why its record was refused; the transaction is rolled back."""
    if "sync_state" not in binding._fields:
        return
    reason = known_secrets(binding.env.cr).stored(reason, MESSAGE_SIZE)
    table = SQL.identifier(binding._table)
    with own_transaction(binding.env) as env:
        env.cr.execute(SQL(NOTE_REFUSAL, table, reason, table, binding.id))
    binding.invalidate_recordset(["sync_state", "sync_reason"], flush=False)


def _text_in(error: Exception, secrets: KnownSecrets | None) -> str:
    """Return what the answer says, without secrets."""
    for one in causes_of(error):
        response = getattr(one, "response", None)
        if text := getattr(response, "text", None):
            # hidden before it is cut: half a secret is not recognized
            text = text[:READ]
            text = secrets.hide(text) if secrets else text
            return f": {redact(text, SHOWN)}"
    return f": {message_of(error)}"
