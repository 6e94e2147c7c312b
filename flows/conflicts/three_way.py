# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Three-way merge of one field: which side it takes its value from.

A field is compared with two bases, because Odoo may alter what it is given: theirs with
what was mapped last, ours with what Odoo then kept.
"""

from typing import Any, NamedTuple

from .texts import is_empty

ODOO = "odoo"  # ours counts, and is exported
REMOTE = "remote"  # theirs counts
MANUAL = "manual"  # a person decides
NEWEST = "newest"  # the side that was changed last counts
OWNERS = (ODOO, REMOTE, MANUAL, NEWEST)

SAME = "same"  # both sides have the same value
KEEP = "keep"  # it did not change there: ours stays
TAKE = "take"  # theirs is written here
SEND = "send"  # ours stays, and the backend gets it back
ASK = "ask"  # a person decides


class Unknown:
    """A base that is not known: each value differs from it."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Sides(NamedTuple):
    """One field on both sides, now and when both were last seen equal.

    Args:
        mapped: what was mapped last, ``UNKNOWN`` where nothing was.
        kept: what Odoo then kept.
        theirs: what is mapped now.
        ours: what is in Odoo now.
    """

    mapped: Any
    kept: Any
    theirs: Any
    ours: Any

    @property
    def changed_there(self) -> bool:
        """Whether the backend changed the field."""
        return self.theirs != self.mapped

    @property
    def changed_here(self) -> bool:
        """Whether Odoo changed the field; an empty one may get its first value."""
        if self.kept is UNKNOWN and is_empty(self.ours):
            return False
        return self.ours != self.kept


def decide(sides: Sides, owner: str, is_newer_there: bool = False) -> str:
    """Return what becomes of a field.

    >>> decide(Sides("red", "red", theirs="blue", ours="red"), MANUAL)
    'take'
    >>> decide(Sides("red", "red", theirs="red", ours="green"), REMOTE)
    'keep'
    >>> decide(Sides("red", "red", theirs="blue", ours="green"), MANUAL)
    'ask'

    Args:
        sides: values that can be compared.
        owner: whose value counts where both differ.
        is_newer_there: the backend changed the record after Odoo, for ``NEWEST``.

    Returns:
        ``SAME``, ``KEEP``, ``TAKE``, ``SEND`` or ``ASK``.
    """
    if sides.theirs == sides.ours:
        return SAME
    if not sides.changed_there:
        return KEEP
    if owner == ODOO:
        return SEND
    if owner == REMOTE or not sides.changed_here:
        return TAKE
    if owner == NEWEST:
        return TAKE if is_newer_there else SEND
    return ASK
