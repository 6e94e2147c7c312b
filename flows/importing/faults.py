# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Faults of an import: which errors reject one record, and which end its page."""

import psycopg2

from odoo.exceptions import RedirectWarning, UserError

from ...exception import (
    AmbiguousUnitError,
    ConnectorException,
    FailedJobError,
    InvalidUsageError,
    NoConnectorUnitError,
    RetryableJobError,
    message_of,
)

# What is the fault of one record. All else, such as a lost connection or a conflict
# with another transaction, ends the page.
RECORD_FAULTS = (
    ConnectorException,
    UserError,
    RedirectWarning,
    psycopg2.IntegrityError,
    psycopg2.DataError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
# What is a ConnectorException, and yet the fault of no record.
PAGE_FAULTS = (
    RetryableJobError,
    FailedJobError,
    InvalidUsageError,
    NoConnectorUnitError,
    AmbiguousUnitError,
)


def reason_of(error: Exception) -> str:
    """Return why a record was rejected, for the person who corrects it."""
    if isinstance(error, RedirectWarning):
        return str(error.args[0]).strip()
    if isinstance(error, psycopg2.Error):
        return " ".join(message_of(error).split())
    if isinstance(error, ConnectorException | UserError):
        return message_of(error)
    return f"{type(error).__name__}: {message_of(error)}"
