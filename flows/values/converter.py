# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters: modifiers that give Odoo a value as it takes it, or say why not.

Odoo takes some wrong values without a word: the name of a country in place of its code,
the text ``"false"`` as a true boolean, an error page as a picture. A converter refuses
them, naming the field, the value and what was expected.
"""

from collections.abc import Callable
from functools import wraps

from ...components.modifier import LEAVE, Modifier, source_value
from ...exception import InvalidUsageError, MappingError

RECORD = "record"  # a bad value rejects its record
PART = "part"  # a bad value is left out, and the record says so
SHOWN = 200  # characters of a value that a message shows


class UnfitValueError(ValueError):
    """A value is not what a converter expects; its text says what that is."""


def converter(convert: Callable[..., object]) -> Callable[..., Modifier]:
    """Make a modifier of a function that converts one value.

    Args:
        convert: called as ``convert(mapper, value, to_attr, **options)`` with a value
            that is not empty. It raises UnfitValueError with what was expected.

    Returns:
        A function ``(field, on_bad="record", **options)`` for direct mappings. With
        ``on_bad="part"`` a bad value costs its field only: the field is left alone, and
        the import tells of it.
    """

    @wraps(convert)
    def declare(field: str | Modifier, on_bad: str = RECORD, **options) -> Modifier:
        check_on_bad(convert.__name__, field, on_bad)

        def modifier(self, record, to_attr):
            value = source_value(self, record, field, to_attr)
            if value is None:
                return False
            try:
                return convert(self, value, to_attr, **options)
            except UnfitValueError as error:
                message = _describe(self, field, to_attr, value, error)
                if on_bad == RECORD:
                    raise MappingError(message) from error
                if self.options.dropped is not None:
                    self.options.dropped.append(message)
                return LEAVE

        return modifier

    return declare


def check_on_bad(name: str, field: str | Modifier, on_bad: str) -> None:
    """Refuse a way of bad values that there is not.

    Args:
        name: of the converter.
        field: that it is for.
        on_bad: what it was given.
    """
    if on_bad not in (RECORD, PART):
        raise InvalidUsageError(
            f"{name}({field!r}) has on_bad={on_bad!r}, expected {RECORD!r} or "
            f"{PART!r}. Correct it."
        )


def _describe(mapper, field, to_attr: str, value, error: UnfitValueError) -> str:
    name = repr(field) if isinstance(field, str) else "a value"
    shown = repr(value)[:SHOWN]
    return (
        f"Cannot map {name} to {to_attr!r} of {mapper.connector_env.model_name!r}: it "
        f"is {shown}, expected {error}."
    )
