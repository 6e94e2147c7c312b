# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Selection of a stream as text: parameters for the adapter, in JSON."""

import json
from collections.abc import Mapping
from typing import Any


def text_of(params: Mapping[str, Any] | None) -> str | bool:
    """Return parameters as the text that people edit, False for none."""
    return json.dumps(dict(params), ensure_ascii=False) if params else False


def params_of(text: str | bool | None) -> dict[str, Any]:
    """Return the parameters of a text.

    Raises:
        ValueError: it is no JSON object.

    >>> params_of('{"status": "paid"}')
    {'status': 'paid'}
    """
    if not text or not str(text).strip():
        return {}
    params = json.loads(str(text))
    if not isinstance(params, dict):
        raise ValueError("it is no object in braces")
    return params
