# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Routes of a sync: source, target and callbacks."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

ODOO = "odoo"
EXTERNAL = "external"  # the other system, where the sync has no name for it

ODOO2X = "sync_odoo2x"
X2ODOO = "sync_x2odoo"
EXTERNAL_TO_EXTERNAL = "sync_external"

RAISE = "raise"  # the failures, after their chunk
COLLECT = "collect"  # them, and go on


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
