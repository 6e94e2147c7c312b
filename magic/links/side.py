# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""References and sides of links: as a caller names them, and as they are stored.

A reference is stored as text and the name of its type: 1 and "1" are the same thing,
and come back as they were given first.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from odoo import models

from ...exception import LinkError
from ...text import is_missing
from .store import ODOO, StoredSide

Ref = int | str | UUID
Refs: TypeAlias = Ref | models.BaseModel | Mapping[str, object]

EXTERNAL = "external"  # the system of a reference that comes without one

# The functions of the classes: the text of an enumeration's member is its name.
# No float: 1.0 equals 1 here and is another text there.
TO_TEXT = {int: int.__repr__, str: str.__str__, UUID: UUID.__str__}
TYPES = {cls.__name__: cls for cls in TO_TEXT}
MAX_BYTES = 2000  # an entry of PostgreSQL's indexes holds 2,704
MAX_BITS = 6644  # of a number with so many digits; Python shows none of over 4,300
MAX_NAME_BYTES = 500  # beside a reference in one entry of an index


# === REFERENCES === #


class StoredRef(NamedTuple):
    """A reference as it is stored."""

    text: str
    type_name: str


def is_ref(value: object) -> bool:
    """Return whether a value can be a reference: not None, False or ""; 0 can."""
    return bool(value) or not is_missing(value)


def store_ref(ref: Ref) -> StoredRef:
    """Return a reference as it is stored.

    >>> store_ref(7)
    StoredRef(text='7', type_name='int')

    Raises:
        LinkError: it is missing, or no reference; 0 is one.
    """
    if not is_ref(ref):
        raise LinkError(
            f"Cannot link {show(ref)}: it is no reference (0 would be one). Skip what "
            "has no reference yet."
        )
    cls = type(ref) if type(ref) in TO_TEXT else _class_of(ref)
    if isinstance(ref, int) and ref.bit_length() > MAX_BITS:
        raise LinkError(
            f"Cannot link {show(ref)}: expected {MAX_BYTES} digits at most. Pass "
            "another name of the thing, or a hash of it."
        )
    return StoredRef(check_text(TO_TEXT[cls](ref)), cls.__name__)


def restore_ref(text: str, type_name: str) -> Ref:
    """Return a stored reference as it was given.

    >>> restore_ref("7", "int"), restore_ref("7", "str")
    (7, '7')
    """
    return TYPES[type_name](text)


def _class_of(ref: Ref) -> type:
    """Return the base class that a value of a subclass is stored as."""
    for cls in TO_TEXT:
        if isinstance(ref, cls) and not isinstance(ref, bool):
            return cls
    raise LinkError(
        f"Cannot link {show(ref)}: it is a {type(ref).__name__}, expected one of "
        f"{', '.join(TYPES)}. Pass the id or the name of the thing as one of these."
    )


def show(value: object) -> str:
    """Return the repr of any value, even of one without a working repr."""
    try:
        return repr(value)
    except ValueError:  # it is, or holds, a number with too many digits
        return f"a {type(value).__name__} with a number of over 4,300 digits"


def check_text(text: str, max_bytes: int = MAX_BYTES) -> str:
    """Return a text, checked to fit into an index of the database.

    Raises:
        LinkError: it cannot.
    """
    try:
        size_bytes = len(text) if text.isascii() else len(text.encode())
    except UnicodeEncodeError:
        size_bytes = 0
    if not size_bytes or "\0" in text:
        raise LinkError(
            f"Cannot link {text!r}: a database stores no NUL characters and no lone "
            "surrogates. Pass its repr(), or another name of the thing."
        )
    if size_bytes > max_bytes:
        raise LinkError(
            f"Cannot link {text[:20]!r}…: it has {size_bytes} bytes, expected "
            f"{max_bytes} at most. Pass another name of the thing, or a hash of it."
        )
    return text


# === SIDES === #


class Side(NamedTuple):
    """A side of a link: its reference on one system."""

    model: str  # empty on systems other than Odoo
    ref: Ref

    def store(self, system: str) -> StoredSide:
        """Return the side as it is stored.

        Raises:
            LinkError: the reference is missing, or none.
        """
        return StoredSide(system, self.model, *store_ref(self.ref))

    def describe(self, system: str) -> str:
        """Return the side as text for messages.

        >>> Side("res.partner", 5).describe("odoo"), Side("", "A1").describe("shop")
        ("'odoo' res.partner,5", "'shop' 'A1'")
        """
        name = f"{self.model},{self.ref}" if self.model else repr(self.ref)
        return f"{system!r} {name}"


def name_sides(refs: Refs | None) -> Mapping[str, object]:
    """Return references by system; a bare reference belongs to "external".

    Raises:
        LinkError: a system is no name.
    """
    if isinstance(refs, models.BaseModel):
        return {ODOO: refs}
    if not isinstance(refs, Mapping):
        return {EXTERNAL: refs}
    for system in refs:
        check_name(system, "system")
    return refs


def one_side(system: str, ref: Ref | models.BaseModel) -> Side:
    """Return a single side.

    Raises:
        LinkError: Odoo's is not one record, or another one is a record.
    """
    if system == ODOO:
        if not isinstance(ref, models.BaseModel) or len(ref) != 1 or not ref.id:
            raise LinkError(
                f"Cannot link {show(ref)} of system 'odoo': expected one record. Pass "
                "env[model].browse(id)."
            )
        return Side(ref._name, ref.id)
    if isinstance(ref, models.BaseModel):
        raise LinkError(
            f"Cannot link {ref} of system {system!r}: records are of system 'odoo'. "
            "Pass the reference that the record has on the other system."
        )
    return Side("", ref)


def many_sides(system: str, refs: Any) -> tuple[str, list[Ref]]:
    """Return the model, and the given references of one system.

    Raises:
        LinkError: Odoo's are no records, or it is one reference and not many.
    """
    if system == ODOO:
        if not isinstance(refs, models.BaseModel):
            raise LinkError(
                f"Cannot search links of {show(refs)} on system 'odoo': expected "
                "records. Pass env[model].browse(ids)."
            )
        return refs._name, [id_ for id_ in refs._ids if id_]
    if isinstance(refs, str | bytes | Mapping) or not isinstance(refs, Iterable):
        raise LinkError(
            f"Cannot search links of {show(refs)} on system {system!r}: expected a "
            f"list of references. Pass [{show(refs)}]."
        )
    return "", [ref for ref in refs if is_ref(ref)]


def group_by_model(items: Iterable[Any]) -> dict[str, list[Any]]:
    """Return sides, or other things with a ``model``, by the name of their model."""
    groups: dict[str, list[Any]] = {}
    for item in items:
        groups.setdefault(item.model, []).append(item)
    return groups


def describe_refs(refs: Mapping[str, object]) -> str:
    """Return references with their systems, as text for messages."""
    return " and ".join(f"{system!r} {show(ref)}" for system, ref in refs.items())


# === CHECKS === #


def check_name(name: str, what: str = "relation") -> str:
    """Return the name of a relation or system, checked.

    Raises:
        LinkError: it is none.
    """
    if not isinstance(name, str) or not name:
        raise LinkError(
            f"Cannot link: the {what} is {show(name)}, expected its name. Pass a text."
        )
    return check_text(name, MAX_NAME_BYTES)


def check_system(system: str, model: str) -> None:
    """Refuse a side without a system, and one of Odoo without a model.

    Raises:
        LinkError: it is such a side.
    """
    check_name(system, "system")
    if (system == ODOO) != bool(model):
        raise LinkError(
            f"Cannot link on system {system!r} with model {model!r}: sides of Odoo "
            'have a model, others have none. Pass the record, or "".'
        )
