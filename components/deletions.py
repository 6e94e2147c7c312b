# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declarations of deletions: how an adapter learns what was deleted on the backend.

Whatever is declared, a full refresh of a stream also finds what is missing, unless the
declaration is None: some backends forget to list a deletion.
"""

from dataclasses import dataclass
from typing import Any

from ..exception import InvalidUsageError
from ..text import did_you_mean


class Deletions:
    """Base of the declarations."""

    def needed_method(self) -> str | None:
        """Return the method that an adapter with the declaration has to define."""
        return None


@dataclass(frozen=True)
class FullPass(Deletions):
    """A full refresh finds what was deleted: no page of it has the record."""


@dataclass(frozen=True)
class Listed(Deletions):
    """The backend lists what was deleted.

    Args:
        field: key of a record that is filled where the record was deleted: such records
            come among the others. None: ``read_deleted`` of the adapter lists the ids.
    """

    field: str | None = None

    def needed_method(self) -> str | None:
        """Return the method that lists, where no field marks the records."""
        return None if self.field else "read_deleted"


@dataclass(frozen=True)
class Token(Deletions):
    """A sync token is the cursor: the backend tells what changed and is gone since.

    The adapter derives from ``TokenAdapter``.
    """

    def needed_method(self) -> str:
        """Return the method that asks with a token."""
        return "read_changes"


CHOICES = ("FullPass()", "Listed()", "Token()", "None")


def check_deletions(adapter_class: Any) -> None:
    """Refuse an adapter class whose declaration of deletions cannot work.

    Raises:
        InvalidUsageError: it cannot; raised where the class is defined, so that its
            addon does not load.
    """
    declared = adapter_class._deletions
    where = f"_deletions of {adapter_class.__qualname__}"
    if declared is not None and not isinstance(declared, Deletions):
        raise InvalidUsageError(
            f"{where} is {declared!r}, expected one of {', '.join(CHOICES)}."
            f"{_hint(declared)}"
        )
    needed = declared.needed_method() if declared else None
    if needed and adapter_class._model_name and not _defines(adapter_class, needed):
        raise InvalidUsageError(
            f"{where} is {declared!r}, and {adapter_class.__qualname__} has no "
            f"{needed}(). Define it.{did_you_mean(needed, vars(adapter_class))}"
        )


def _defines(adapter_class: type, method: str) -> bool:
    """Return whether a method is there, and not only that of a base, which raises."""
    owners = (one for one in adapter_class.__mro__ if method in vars(one))
    owner = next(owners, None)
    return owner is not None and not owner.__module__.startswith(f"{__package__}.")


def _hint(declared: object) -> str:
    """Return what was meant by a class, or by a text."""
    if isinstance(declared, type) and issubclass(declared, Deletions):
        return f" Did you mean '{declared.__name__}()'?"
    word = declared if isinstance(declared, str) else type(declared).__name__
    return did_you_mean(word, CHOICES, cutoff=0.5)
