# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rings of dependencies: records that need each other to be there first.

A link that would close a ring is left empty, and set once both records are here.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import NamedTuple

from odoo import api, models

Key = tuple[str, str]  # binding model and external id
_IN_CACHE = "connector_import_ring"


class OpenLink(NamedTuple):
    """A link that is empty until its target is imported."""

    binding: models.BaseModel
    field: str
    target: Key


@dataclass
class ImportRing:
    """The records whose dependencies are being imported, and the links left empty."""

    waiting: list[Key] = field(default_factory=list)
    links: list[OpenLink] = field(default_factory=list)

    @classmethod
    def of(cls, env: api.Environment) -> "ImportRing":
        """Return that of the transaction."""
        return env.cr.cache.setdefault(_IN_CACHE, cls())

    @contextmanager
    def wait(self, keys: Iterable[Key]) -> Iterator[None]:
        """Note inside the block that these records wait for a dependency."""
        before = len(self.waiting)
        self.waiting.extend(keys)
        try:
            yield
        finally:
            del self.waiting[before:]

    def restore(self, env: api.Environment) -> None:
        """Be that of the transaction again: a rollback to a savepoint forgets it."""
        env.cr.cache[_IN_CACHE] = self

    def describe(self, target: Key, linking: Key | None) -> str:
        """Return the ring that a link between two records would close.

        Args:
            target: the record that is linked to.
            linking: the record that has the link; None where nobody knows.
        """
        start = self.waiting.index(target)
        last = [linking] if linking else []
        ring = [*self.waiting[start:], *last, target]
        return " -> ".join(f"{model} {external_id}" for model, external_id in ring)
