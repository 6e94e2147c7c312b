# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of callback arguments and results: each is one thing with a reference."""

from typing import Any

from odoo.models import BaseModel

from ...components.binder import is_missing
from ...exception import InvalidDataError, LinkError
from ..links.ref import Ref, store_ref
from ..links.row import Side
from .route import ODOO, Route


def check_record(item: Any) -> tuple[str, Ref | None]:
    """Return model and id of a record item; None while it has no id.

    Raises:
        InvalidDataError: it is none, or several.
    """
    if not isinstance(item, BaseModel) or len(item._ids) > 1:
        raise InvalidDataError(
            f"Cannot synchronize {item!r:.80}: it is a {type(item).__name__}, expected "
            "one record. Pass the records themselves in src_list."
        )
    record_id = item._ids[0] if item._ids else None
    return item._name, record_id if isinstance(record_id, int) else None


def side_of(route: Route, target: Any, callback: str) -> Side:
    """Return the link side for the return value of a callback.

    Args:
        callback: its name, for messages.

    Raises:
        InvalidDataError: it is no saved record, or no ref.
    """
    if route.target == ODOO:
        if isinstance(target, BaseModel) and len(target._ids) == 1:
            (record_id,) = target._ids
            if isinstance(record_id, int):
                return Side(target._name, record_id)
        raise _refusal(target, callback, "one record that is saved")
    if is_missing(target):
        raise _refusal(target, callback, "a ref")
    try:
        store_ref(target)
    except LinkError as error:
        raise _refusal(target, callback, "a ref") from error
    return Side("", target)


def _refusal(target: Any, callback: str, expected: str) -> InvalidDataError:
    return InvalidDataError(
        f"Cannot link what {callback} returned: it is {target!r:.80}, expected "
        f"{expected}. Return it at the end of {callback}, or raise NothingToDoJob."
    )
