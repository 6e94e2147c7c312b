# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bodies and parameters of requests: values as they are sent."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from ..exception import NotSentError
from ..redaction import redact
from ..text import sentence
from .answer import SHOWN


def encode_body(data: Any) -> tuple[bytes | None, dict[str, str]]:
    """Return the body of a request, and the header with its type.

    Raises:
        NotSentError: it cannot be written as JSON.
    """
    if data is None:
        return None, {}
    if isinstance(data, bytes):
        return data, {}
    try:
        text = json.dumps(data, allow_nan=False, default=_json_value)
    except (TypeError, ValueError, RecursionError) as error:
        raise NotSentError(
            f"Cannot send {redact(data, SHOWN)} as JSON: {sentence(error)} Correct the "
            "mapping."
        ) from error
    return text.encode(), {"Content-Type": "application/json"}


def _json_value(value: object) -> str:
    """Return a value that JSON has no form for."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            raise ValueError(f"{value} is no number of JSON")
        return format(value, "f")
    if isinstance(value, datetime):
        if value.tzinfo is None:
            return f"{value.isoformat()}Z"  # Odoo keeps times in UTC
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is no value of JSON")


def encode_params(params: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the parameters of an address: booleans are ``true`` and ``false``."""
    return {name: _param(value) for name, value in (params or {}).items()}


def _param(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [_param(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else value
