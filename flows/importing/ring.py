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

    def describe(self, target: Key) -> str:
        """Return the ring that a link to a record would close."""
        start = self.waiting.index(target)
        ring = [*self.waiting[start:], target]
        return " -> ".join(f"{model} {external_id}" for model, external_id in ring)
