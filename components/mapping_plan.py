# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Compiled direct mappings of a mapper class, the same for every record."""

from collections.abc import Callable
from typing import NamedTuple

from .mapping import source_field
from .modifier import Modifier

DirectMapping = tuple[str | Modifier, str]


class DirectStep(NamedTuple):
    """A direct mapping, with the source field that a modifier may hide."""

    field: str
    source: str | Modifier
    target: str


class DirectPlan:
    """The direct mappings of a mapper class for one model.

    Args:
        direct: the list declared on the mapper.
        is_copy: returns for a source and a target whether the value is taken over
            as it is, so that no method has to be called for it.
    """

    def __init__(
        self, direct: list[DirectMapping], is_copy: Callable[..., bool]
    ) -> None:
        self.declared = direct[:]
        self.steps = [DirectStep(source_field(s), s, t) for s, t in direct]
        # of two mappings to one target the later wins: there, the order counts
        has_order = len({step.target for step in self.steps}) < len(direct)
        copied = [
            not has_order and is_copy(step.source, step.target) for step in self.steps
        ]
        pairs = list(zip(self.steps, copied, strict=True))
        self.copies = [(step.source, step.target) for step, copy in pairs if copy]
        self.others = [step for step, copy in pairs if not copy]

    def holds_for(self, direct: list[DirectMapping]) -> bool:
        """Tell whether the plan still matches the list of direct mappings."""
        return self.declared == direct
