# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Refusals: what an error says about the request it ended.

A refusal is definite: the backend read the request, and did nothing. All others leave
open what it did, but for those that never reached it.
"""

from collections.abc import Iterator

from odoo import models
from odoo.tools import SQL

from ...exception import IDMissingInBackend, InvalidDataError, MappingError, message_of
from ...queue.engine.http_errors import status_of
from ...redaction import MESSAGE_SIZE, redact
from ...secret import known_secrets
from .own_transaction import own_transaction

GONE_STATUSES = frozenset({404, 410})
# Statuses of requests that were not worked on, and may be sent again as they are:
# log in, pay, get permission, come later.
UNDONE_STATUSES = frozenset({401, 402, 403, 407, 425, 429})
UNCLEAR_STATUSES = frozenset({408, 409})  # it took too long, or is in progress
CLIENT_ERRORS = range(400, 500)
SHOWN = 500  # characters of an answer

# Note on a binding that its record was refused; not where another transaction, perhaps
# the one that waits for us, has the row. Locks: the row. Index: the primary key.
NOTE_REFUSAL = """
UPDATE %s SET sync_state = 'error', sync_reason = %s
 WHERE id IN (SELECT id FROM %s WHERE id = %s FOR NO KEY UPDATE SKIP LOCKED)
"""


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """Return an error and those that it was raised from."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def status_in(error: BaseException) -> int | None:
    """Return the status of the HTTP answer behind an error, None where there is none.

    An adapter may have raised another error from that of its HTTP library.
    """
    found = (status_of(one) for one in causes_of(error))
    return next((status for status in found if status is not None), None)


def is_gone(error: Exception) -> bool:
    """Return whether an error says that the backend has no such record."""
    return isinstance(error, IDMissingInBackend) or status_in(error) in GONE_STATUSES


def refusal_of(error: Exception, what: str) -> Exception | None:
    """Return the error with which the backend refused values, None for another one.

    Args:
        what: what was sent, for the message.
    """
    if isinstance(error, InvalidDataError | MappingError):
        return error
    status = status_in(error)
    is_refusal = (
        status in CLIENT_ERRORS and status not in UNDONE_STATUSES | UNCLEAR_STATUSES
    )
    if not is_refusal:
        return None
    return InvalidDataError(
        f"Cannot export {what}: the backend refused it with status {status}"
        f"{_text_in(error)}. Correct the record, then press Retry."
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


def _text_in(error: Exception) -> str:
    """Return what the answer says, without secrets."""
    for one in causes_of(error):
        response = getattr(one, "response", None)
        if text := getattr(response, "text", None):
            return f": {redact(text, SHOWN)}"
    return f": {message_of(error)}"
