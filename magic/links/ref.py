# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stored form of a reference, and its way back.

As text and the name of its type: 1 and "1" are the same thing, and come back as they
were given first.
"""

from typing import NamedTuple
from uuid import UUID

from ...components.binder import is_missing
from ...exception import LinkError

Ref = int | str | UUID

# The functions of the classes: the text of an enumeration's member is its name.
# No float: 1.0 equals 1 here and is another text there.
TO_TEXT = {int: int.__repr__, str: str.__str__, UUID: UUID.__str__}
TYPES = {cls.__name__: cls for cls in TO_TEXT}
MAX_BYTES = 2000  # an entry of PostgreSQL's indexes holds 2,704
MAX_BITS = 6644  # of a number with so many digits; Python shows none of over 4,300


class StoredRef(NamedTuple):
    """A reference as it is stored."""

    text: str
    type_name: str


def store_ref(ref: Ref) -> StoredRef:
    """Return a reference as it is stored.

    >>> store_ref(7)
    StoredRef(text='7', type_name='int')

    Raises:
        LinkError: it is missing, or no reference; 0 is one.
    """
    if is_missing(ref):
        raise LinkError(
            f"Cannot link {show(ref)}: it is no reference (0 would be one). Skip what "
            "has no reference yet."
        )
    cls = type(ref) if type(ref) in TO_TEXT else _class_of(ref)
    if cls is int and ref.bit_length() > MAX_BITS:
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
