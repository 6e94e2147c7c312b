# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Keys in keys: values that stand deep in what a backend sent."""

from collections.abc import Mapping
from typing import Any

ABSENT = object()
"""What is found where a record lacks the key, or a part of it."""


def find_value(record: Any, key: str) -> Any:
    """Return what stands under a key, with dots for keys in keys; ABSENT if nothing.

    A key that is there with its dots is taken as it is. Numbers count the entries of
    a list from 0. What is inside of null is null.

    >>> find_value({"address": {"city": "Bern"}}, "address.city")
    'Bern'
    >>> find_value({"images": [{"src": "a.png"}]}, "images.0.src")
    'a.png'
    >>> find_value({"address": None}, "address.city") is None
    True
    >>> find_value({"address": {}}, "address.city") is ABSENT
    True
    """
    if not isinstance(record, Mapping):
        return record.get(key) if hasattr(record, "get") else ABSENT
    if key in record or "." not in key:
        return record.get(key, ABSENT)
    value: Any = record
    for part in key.split("."):
        if value is None:
            return None
        value = _step(value, part)
        if value is ABSENT:
            return ABSENT
    return value


def _step(value: Any, part: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, ABSENT)
    if isinstance(value, list) and part.isdecimal():
        return value[int(part)] if int(part) < len(value) else ABSENT
    return ABSENT
