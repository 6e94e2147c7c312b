# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Owners of fields: whose value counts where both sides changed one.

A binding model declares them by field, ``"*"`` for all others::

    _owner = {"list_price": "odoo", "*": "remote"}
"""

from collections.abc import Mapping
from typing import Any

from ...backend import BACKENDS
from ...components.backend_adapter import BackendAdapter
from ...exception import InvalidUsageError
from ...text import did_you_mean
from ..exporting.export_on import declared_export
from .three_way import MANUAL, NEWEST, OWNERS, REMOTE

ALL_OTHERS = "*"


def declared_owners(model_class: type) -> dict[str, str] | None:
    """Return the declared owners of a binding model by field; None where it has none.

    Each addon that extends the model may add fields, and replace the owner of one.
    """
    found: dict[str, str] | None = None
    for cls in reversed(model_class.mro()):
        declared = vars(cls).get("_owner")
        if declared is not None:
            found = {**(found or {}), **declared}
    return found


def keeps_bases(model_class: type) -> bool:
    """Return whether bases are kept of the records of a binding model."""
    return (
        getattr(model_class, "_owner", None) is not None
        or declared_export(model_class) is not None
    )


def exported_fields(model_class: type) -> set[str]:
    """Return the fields whose changes are exported by declaration, ``"*"`` for all."""
    declared = declared_export(model_class)
    names = declared.write if declared else ()
    return {ALL_OTHERS} if names is True else set(names or ())


class Owners:
    """The owners of the fields of a binding model on one backend.

    Args:
        model_class: of the bindings.
        chosen: what people chose on the screen, by field.
    """

    def __init__(self, model_class: type, chosen: Mapping[str, str] = {}):  # noqa: B006 read only
        self.by_field = {**(declared_owners(model_class) or {}), **chosen}
        self.exported = exported_fields(model_class)

    def of(self, field: str) -> str:
        """Return the owner of a field.

        One that nobody named is the backend's, or, where its changes are exported,
        a person decides: no change is lost.
        """
        owner = self.by_field.get(field) or self.by_field.get(ALL_OTHERS)
        return owner or (MANUAL if self.is_exported(field) else REMOTE)

    def is_exported(self, field: str) -> bool:
        """Return whether changes of a field are exported by declaration."""
        return field in self.exported or ALL_OTHERS in self.exported


def check_owners(model_class: type) -> None:
    """Refuse owners of a binding model that name what does not exist.

    Raises:
        InvalidUsageError: a field or an owner is not there, or the newest one is to
            count and no adapter has a clock to be trusted.
    """
    for name, owner in (declared_owners(model_class) or {}).items():
        check_owner(model_class, name, owner)


def check_owner(model_class: type, name: str, owner: str) -> None:
    """Refuse the owner of one field, see :func:`check_owners`."""
    where = f"_owner of {model_class._name!r}"
    known = model_class._fields
    if name != ALL_OTHERS and name not in known:
        raise InvalidUsageError(
            f"{where} names {name!r}, which is no field of that model."
            f"{did_you_mean(name, known)} Correct it, or name '*' for all others."
        )
    if owner not in OWNERS:
        raise InvalidUsageError(
            f"{where} gives {name!r} to {owner!r}, expected one of "
            f"{', '.join(map(repr, OWNERS))}.{did_you_mean(owner, OWNERS)}"
        )
    if owner == NEWEST and not has_trusted_clock(model_class._name):
        raise InvalidUsageError(
            f"{where} gives {name!r} to the side that was changed last, and no adapter "
            "of that model has a clock to be trusted. Set _changed_since and "
            "_trusted_clock = True of its adapter, or choose 'manual'."
        )


def has_trusted_clock(model_name: str) -> bool:
    """Return whether an adapter of a binding model knows when a record was changed."""
    return any(
        _is_trusted(entry.cls, model_name)
        for backend in BACKENDS.backends
        for entry in backend._class_entries
    )


def _is_trusted(cls: Any, model_name: str) -> bool:
    return (
        issubclass(cls, BackendAdapter)
        and cls._trusted_clock
        and getattr(cls, "_changed_since", None) is not None
        and cls._model_name is not None
        and model_name in cls.for_model_names
    )
