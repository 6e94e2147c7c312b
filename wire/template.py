# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Templates of paths and headers: texts with fields of the backend in braces."""

from collections.abc import Collection, Mapping
from string import Formatter
from urllib.parse import quote

from ..exception import InvalidUsageError, NotSentError
from ..text import did_you_mean, is_missing

DOTS = (".", "..")  # parts of a path that libraries take for a way up


def placeholders_in(template: str) -> list[str]:
    """Return the names in the braces of a template.

    Raises:
        InvalidUsageError: braces do not match, or hold more than a name.
    """
    try:
        parts = list(Formatter().parse(template))
    except ValueError as error:
        raise InvalidUsageError(
            f"Cannot read {template!r}: {error}. Write the names of fields in braces."
        ) from error
    names = [part[1] for part in parts if part[1] is not None]
    is_plain = all(not part[2] and part[3] is None for part in parts if part[1])
    if not is_plain or not all(name.isidentifier() for name in names):
        raise InvalidUsageError(
            f"Cannot read {template!r}: expected only the names of fields in braces, "
            "such as '{token}'."
        )
    return names


def check_placeholders(template: str, known: Collection[str], where: str) -> None:
    """Refuse a template with a name that is no field.

    Raises:
        InvalidUsageError: there is no such field.
    """
    for name in placeholders_in(template):
        if name not in known:
            raise InvalidUsageError(
                f"{where} is {template!r}, and there is no field {name!r}."
                f"{did_you_mean(name, known)}"
            )


def fill_path(template: str, values: Mapping[str, object], owner: str) -> str:
    """Return a path with values in place of the names, each as one part of the path.

    Args:
        values: by the names in the braces.
        owner: the backend, for messages.

    Raises:
        NotSentError: a value is missing.
    """
    names = placeholders_in(template)
    return template.format(**{name: _part(name, values, owner) for name in names})


def _part(name: str, values: Mapping[str, object], owner: str) -> str:
    value = values.get(name)
    if is_missing(value):
        raise NotSentError(
            f"Cannot ask {owner}: its field {name!r} is empty, and is a part of the "
            "address. Fill it in."
        )
    return path_part(value)


def path_part(value: object) -> str:
    """Return a value as one part of a path, with all that is special escaped.

    Raises:
        NotSentError: it is empty, or a dot or two, which lead to another path.
    """
    if is_missing(value):  # else a deletion would go to the whole collection
        raise NotSentError(
            f"Cannot ask for {value!r}: it is no part of an address. Give an id."
        )
    if str(value) in DOTS:
        raise NotSentError(
            f"Cannot ask for {str(value)!r}: in an address it leads elsewhere. Correct "
            "the id or the field."
        )
    return quote(str(value), safe="")
