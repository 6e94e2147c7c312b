# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is a side of a link, as it is stored?"""

from collections.abc import Iterable
from typing import NamedTuple

ODOO = "odoo"


class StoredSide(NamedTuple):
    """One side of a link, as it is stored."""

    system: str
    model: str  # empty on systems other than Odoo
    ref: str
    ref_type: str


def columns_of(sides: Iterable[StoredSide]) -> dict[str, list[str]]:
    """Return the parameters of a statement that takes sides as columns."""
    systems, models, refs, ref_types = zip(*sides, strict=True)
    return {
        "systems": list(systems),
        "models": list(models),
        "refs": list(refs),
        "ref_types": list(ref_types),
    }
