# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Routes of a sync, from a validated description (``sync_info``).

All is checked before the first item: a wrong key found at item 400 comes too late.
"""

import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...exception import InvalidUsageError
from ...text import did_you_mean

ODOO = "odoo"
EXTERNAL = "external"  # the other system, where the sync has no name for it

ODOO2X = "sync_odoo2x"
X2ODOO = "sync_x2odoo"
EXTERNAL_TO_EXTERNAL = "sync_external"

RAISE = "raise"  # the failures, after their chunk
COLLECT = "collect"  # them, and go on

CALLBACKS = {
    ("x", "get_ref"): "a function get_ref(x) that returns the ref of an item",
    ("x", "create"): "a function create(odoo_record) that returns the new ref",
    ("x", "update"): "a function update(ref, odoo_record) that returns the ref",
    ("odoo", "create"): "a function create(x) that returns the new record",
    ("odoo", "update"): "a function update(odoo_record, x) that returns the record",
}
OF_SOURCE = {
    "get_ref": "a function get_ref(src_data) that returns the ref of an item",
    "create": "a function create(src_data) that returns the new ref",
    "update": "a function update(dst_ref, src_data)",
}
RELATION = "the name of a relation, such as 'my_system_and_odoo_employee_rel'"
SYSTEM = "the name of a system, such as 'github'"
OLD_CREATE, OLD_UPDATE = "create_odoo", "update_odoo"


class Flags(NamedTuple):
    """What a helper does with items: each enabled flag needs its callback."""

    create: bool
    update: bool


@dataclass(frozen=True)
class Route:
    """The route from one system to another, with its callbacks.

    The callbacks of all helpers have one form: what is known of the target first,
    then the item.

    Args:
        helper: name of the helper, for messages.
        relation: of the links.
        source: system of the items.
        target: system in which records are created and updated.
        get_ref: returns the ref of an item; None where items are records of Odoo.
        create: returns the new record or ref; None when nothing is to be created.
        update: gets record or ref and the item, and returns None, or the record or
            ref that is linked from now on; None when nothing is to be updated.
    """

    helper: str
    relation: str
    source: str
    target: str
    get_ref: Callable[[Any], Any] | None
    create: Callable[[Any], Any] | None
    update: Callable[[Any, Any], Any] | None

    @property
    def is_outside(self) -> bool:
        """Whether callbacks have effects that a rollback does not undo."""
        return self.target != ODOO


def odoo2x_route(sync_info: Mapping[str, Any], flags: Flags) -> Route:
    """Return the route from Odoo to another system.

    Raises:
        InvalidUsageError: something is missing, wrong or unknown in ``sync_info``.
    """
    described = Described(ODOO2X, "sync_info", sync_info)
    relation, x, _odoo = _both_sides(described, flags, needed="x")
    create, update = x.called_for(flags)
    return Route(ODOO2X, relation, ODOO, EXTERNAL, None, create, update)


def x2odoo_route(sync_info: Mapping[str, Any], flags: Flags) -> Route:
    """Return the route from another system to Odoo; raises as :func:`odoo2x_route`."""
    described = Described(X2ODOO, "sync_info", sync_info)
    relation, x, odoo = _both_sides(described, flags, needed="odoo")
    get_ref = x.function("get_ref", CALLBACKS["x", "get_ref"], is_needed=True)
    create, update = odoo.called_for(flags)
    return Route(X2ODOO, relation, EXTERNAL, ODOO, get_ref, create, update)


def external_route(
    relation: str,
    src_info: Mapping[str, Any] | None,
    dst_info: Mapping[str, Any] | None,
    flags: Flags,
) -> Route:
    """Return the route between other systems; raises as :func:`odoo2x_route`."""
    helper = EXTERNAL_TO_EXTERNAL
    _check_text(helper, "relation", relation, RELATION)
    src = Described(helper, "src_info", _with_new_keys(src_info))
    dst = Described(helper, "dst_info", dst_info)
    src.check_keys(("system", *OF_SOURCE))
    dst.check_keys(("system",))
    source, target = src.text("system", SYSTEM), dst.text("system", SYSTEM)
    _check_systems(source, target)
    functions = {
        name: src.function(name, expected, _is_needed(name, flags))
        for name, expected in OF_SOURCE.items()
    }
    for name in flags._fields:
        if not getattr(flags, name):
            functions[name] = None
    return Route(helper, relation, source, target, **functions)


class Described:
    """A part of a sync description.

    Args:
        helper: that was called.
        path: where in the call it was found.
        given: what was found there.

    Raises:
        InvalidUsageError: it is no dictionary.
    """

    def __init__(self, helper: str, path: str, given: object) -> None:
        self.helper = helper
        self.path = path
        if not isinstance(given, Mapping):
            raise refusal(helper, path, given, "a dictionary")
        self._given: Mapping[str, Any] = given

    def check_keys(self, known: Iterable[str]) -> None:
        """Refuse unknown keys."""
        known = tuple(known)
        for key in self._given:
            if key not in known:
                raise InvalidUsageError(
                    f"Cannot run {self.helper}: {self.path} has the key {key!r}, "
                    f"expected only {', '.join(map(repr, known))}."
                    f"{did_you_mean(key, known)}"
                )

    def part(self, key: str, is_needed: bool) -> "Described":
        """Return the dictionary under a key, empty where it is optional."""
        if key not in self._given and not is_needed:
            return Described(self.helper, self._of(key), {})
        return Described(self.helper, self._of(key), self.value(key))

    def function(
        self, key: str, expected: str, is_needed: bool
    ) -> Callable[..., Any] | None:
        """Return the function under a key, None where it is optional."""
        if key not in self._given and not is_needed:
            return None
        value = self.value(key, expected)
        if not callable(value):
            raise refusal(self.helper, self._of(key), value, expected)
        return value

    def text(self, key: str, expected: str) -> str:
        """Return the text under a key."""
        value = self.value(key, expected)
        _check_text(self.helper, self._of(key), value, expected)
        return value

    def called_for(self, flags: Flags) -> list[Callable[..., Any] | None]:
        """Return ``create`` and ``update``, None where the flag is off."""
        return [
            self._given[name] if getattr(flags, name) else None
            for name in flags._fields
        ]

    def _of(self, key: str) -> str:
        return f"{self.path}[{key!r}]"

    def value(self, key: str, expected: str = "a dictionary") -> Any:
        """Return the value under a key."""
        if key not in self._given:
            raise InvalidUsageError(
                f"Cannot run {self.helper}: {self._of(key)} is missing, expected "
                f"{expected}.{did_you_mean(key, self._given)}"
            )
        return self._given[key]


def _both_sides(
    described: Described, flags: Flags, needed: str
) -> tuple[str, Described, Described]:
    """Return relation, ``x`` and ``odoo`` of a checked sync_info.

    Args:
        needed: the side whose ``create`` and ``update`` are called; the other one's
            may be there as well.
    """
    described.check_keys(("relation", "x", "odoo"))
    relation = described.text("relation", RELATION)
    sides = {}
    for name in ("x", "odoo"):
        keys = {key: text for (side, key), text in CALLBACKS.items() if side == name}
        is_needed = name == needed or described.helper == X2ODOO
        sides[name] = described.part(name, is_needed)
        sides[name].check_keys(keys)
        for key, expected in keys.items():
            is_called = name == needed and _is_needed(key, flags)
            sides[name].function(key, expected, is_called and key != "get_ref")
    return relation, sides["x"], sides["odoo"]


def _is_needed(key: str, flags: Flags) -> bool:
    return key == "get_ref" or getattr(flags, key)


def _with_new_keys(src_info: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """Return ``src_info`` in its documented shape; older code has another shape."""
    if not isinstance(src_info, Mapping):
        return src_info
    old = src_info.get(ODOO)
    if not isinstance(old, Mapping) or not {OLD_CREATE, OLD_UPDATE} & set(old):
        return src_info
    warnings.warn(
        f"src_info['odoo'][{OLD_CREATE!r}] and [{OLD_UPDATE!r}] of "
        "MAGIC.sync_external are deprecated: write src_info['create'] and "
        "src_info['update'].",
        DeprecationWarning,
        stacklevel=4,  # the caller of the helper
    )
    renamed = {OLD_CREATE: "create", OLD_UPDATE: "update"}
    old = {renamed.get(key, key): value for key, value in old.items()}
    return {**old, **{key: src_info[key] for key in src_info if key != ODOO}}


def _check_systems(source: str, target: str) -> None:
    if source == target:
        raise InvalidUsageError(
            f"Cannot run {EXTERNAL_TO_EXTERNAL}: the system of src_info and of "
            f"dst_info is {source!r}, expected two. Give each its own name."
        )
    if ODOO in (source, target):
        raise InvalidUsageError(
            f"Cannot run {EXTERNAL_TO_EXTERNAL}: a system is 'odoo', expected two "
            f"other ones. Call {ODOO2X} or {X2ODOO}."
        )


def _check_text(helper: str, path: str, value: Any, expected: str) -> None:
    if not isinstance(value, str) or not value:
        raise refusal(helper, path, value, expected)


def refusal(helper: str, path: str, seen: Any, expected: str) -> InvalidUsageError:
    """Return the error that names the wrong argument of a helper."""
    return InvalidUsageError(
        f"Cannot run {helper}: {path} is {seen!r:.80}, expected {expected}."
    )
