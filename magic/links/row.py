# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Stored links as rows, and as text for messages."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from odoo import api

from .ref import Ref, restore_ref, store_ref
from .store import ODOO, StoredSide


class Side(NamedTuple):
    """A side of a link: its reference on one system."""

    model: str  # empty on systems other than Odoo
    ref: Ref

    def store(self, system: str) -> StoredSide:
        """Return the side as it is stored.

        Raises:
            LinkError: the reference is missing, or none.
        """
        return StoredSide(system, self.model, *store_ref(self.ref))

    def describe(self, system: str) -> str:
        """Return the side as text for messages.

        >>> Side("res.partner", 5).describe("odoo"), Side("", "A1").describe("shop")
        ("'odoo' res.partner,5", "'shop' 'A1'")
        """
        name = f"{self.model},{self.ref}" if self.model else repr(self.ref)
        return f"{system!r} {name}"


@dataclass(slots=True)
class Row:
    """A stored link; its references as they were first given."""

    link_id: int
    sync_date: datetime | None = None
    sides: dict[str, Side] = field(default_factory=dict)

    @property
    def is_link(self) -> bool:
        """Tell whether it has two sides; with one it is a reservation."""
        return len(self.sides) > 1

    def has(self, system: str, side: Side) -> bool:
        """Tell whether the link has a side; 1 and "1" are the same."""
        own = self.sides.get(system)
        return own is not None and own.store(system)[:3] == side.store(system)[:3]

    def describe(self) -> str:
        """Return the link as text for messages, with all of its sides."""
        sides = [side.describe(system) for system, side in self.sides.items()]
        return f"link No. {self.link_id} ({' = '.join(sides)})"


def read_rows(records: Iterable[tuple]) -> list[Row]:
    """Return the links from rows of the store, which hold one side each."""
    rows: dict[int, Row] = {}
    for link_id, sync_date, system, model, ref, ref_type in records:
        row = rows.get(link_id) or rows.setdefault(link_id, Row(link_id, sync_date))
        row.sides[system] = Side(model, restore_ref(ref, ref_type))
    return list(rows.values())


def find_dead(env: api.Environment, rows: Iterable[Row]) -> set[int]:
    """Return the ids of the links to deleted records.

    One query for each model: Odoo does not notice what SQL deletes.
    """
    ids_by_model: dict[str, dict[int, list[int]]] = {}
    for row in rows:
        if side := row.sides.get(ODOO):
            of_model = ids_by_model.setdefault(side.model, {})
            of_model.setdefault(side.ref, []).append(row.link_id)
    return {
        link_id
        for model, by_record in ids_by_model.items()
        for record_id in by_record.keys() - _existing(env, model, by_record)
        for link_id in by_record[record_id]
    }


def _existing(env: api.Environment, model: str, ids: Iterable[int]) -> set[int]:
    """Return the ids of the existing records; none when the model is gone."""
    if model not in env or env[model]._abstract:
        return set()
    return set(env[model].browse(ids).exists()._ids)
