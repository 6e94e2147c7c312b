# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stored form of a link's side."""

from collections.abc import Iterable
from typing import NamedTuple

from ....sql import to_column

ODOO = "odoo"
COLUMNS = ("systems", "models", "refs", "ref_types")


class StoredSide(NamedTuple):
    """A side of a link, as it is stored."""

    system: str
    model: str  # empty on systems other than Odoo
    ref: str
    ref_type: str


def columns_of(sides: Iterable[StoredSide]) -> dict[str, str]:
    """Return sides as the column parameters of a statement."""
    columns = map(to_column, zip(*sides, strict=True))
    return dict(zip(COLUMNS, columns, strict=True))
