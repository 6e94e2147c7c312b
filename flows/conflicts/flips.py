# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Flips: two systems that set one field back and forth, each after the other.

Kept are the last changes of a field: what came in, and what went out. Where they repeat
each other, neither system gives in, and a person has to decide.
"""

from typing import NamedTuple

IN = "in"  # the backend changed it
OUT = "out"  # Odoo changed it there

WITHIN_S = 3600.0  # older changes do not count
CHANGES = 5  # so many in turn are flips


class Change(NamedTuple):
    """A change of one field.

    Args:
        at: in seconds since 1970.
        side: ``IN`` or ``OUT``.
        value: what it was changed to, as it is compared.
    """

    at: float
    side: str
    value: object


def add_change(log: list, side: str, value: object, now: float) -> list[Change]:
    """Return the last changes with a new one, without those that do not count.

    >>> log = add_change([], IN, "red", now=0.0)
    >>> log = add_change(log, OUT, "blue", now=10.0)
    >>> [change.value for change in add_change(log, IN, "red", now=3605.0)]
    ['blue', 'red']

    Args:
        log: earlier changes, as they were returned, or as JSON has them.
        side: ``IN`` or ``OUT``.
        value: what it was changed to.
        now: in seconds since 1970.
    """
    changes = [*(Change(*one) for one in log), Change(now, side, value)]
    return [one for one in changes if one.at > now - WITHIN_S][-CHANGES:]


def is_flipping(log: list[Change]) -> bool:
    """Return whether the last changes repeat each other, from side to side.

    >>> red, blue = Change(0, IN, "red"), Change(0, OUT, "blue")
    >>> is_flipping([red, blue, red, blue, red]), is_flipping([red, blue, red])
    (True, False)
    """
    if len(log) < CHANGES:
        return False
    is_alternate = all(
        one.side != after.side and one.value != after.value
        for one, after in zip(log, log[1:], strict=False)
    )
    is_repeated = all(
        one.value == again.value for one, again in zip(log, log[2:], strict=False)
    )
    return is_alternate and is_repeated
