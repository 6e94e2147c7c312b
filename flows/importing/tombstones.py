# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tombstones: what was deleted here stays deleted, though it is still there.

A tombstone is written with the deletion of a bound record, and asked for before a
record without a binding is imported. What an import itself deletes, because it is gone
there, has none for its own backend: it may come back.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime

from ..binding_declare import CHECKPOINT, STAY
from .item import ImportItem
from .reading import compare_versions, utc
from .result import SKIPPED
from .stable_key import is_gone_there, stable_text

_importing: ContextVar[str | None] = ContextVar("connector_importing", default=None)


@contextmanager
def import_from(backend: str) -> Iterator[None]:
    """Mark what the block deletes as deleted by an import.

    Args:
        backend: reference of the backend that is imported.
    """
    token = _importing.set(backend)
    try:
        yield
    finally:
        _importing.reset(token)


def importing_backend() -> str | None:
    """Return the reference of the backend that is imported here, None for none."""
    return _importing.get()


@dataclass(frozen=True)
class Tombstone:
    """What is known of a record that was deleted here.

    Args:
        version: of the record on the backend, when it was deleted here.
        deleted_at: in UTC without its zone.
    """

    version: str | None
    deleted_at: datetime


class Tombstones:
    """The tombstones of the records of a page.

    Args:
        importer: the RecordImporter of the page.
    """

    def __init__(self, importer):
        self.importer = importer
        self.policy = getattr(importer.model, "_on_deleted_here", None)
        self.found: dict[str, Tombstone] = {}

    def look_up(self, items: Iterable[ImportItem]) -> None:
        """Look up those of all records without a binding, in one query."""
        ids = [item.external_id for item in items if not item.binding]
        if ids and self.policy:
            backend = self.importer.backend_record
            self.found = backend._tombstones(self.importer.model._name, ids)

    def follow_renamed(self, page, items: list[ImportItem]) -> None:
        """Settle new records that were deleted here under another external id.

        They are told by their stable key, and by the old id, which is gone there.

        Args:
            page: the PageImport.
            items: mapped, without bindings.
        """
        name = getattr(self.importer.model, "_stable_key", None)
        texts = {}
        if name and self.policy:
            texts = {stable_text(one.data.get(name)): one for one in reversed(items)}
        texts.pop(None, None)
        if not texts:
            return
        backend, model_name = self.importer.backend_record, self.importer.model._name
        renamed = []
        for text, old in backend._tombstones_of_keys(model_name, list(texts)):
            item = texts[text]
            if item not in renamed and is_gone_there(page, old):
                backend._rename_tombstone(model_name, old, item.external_id)
                renamed.append(item)
        ids = [item.external_id for item in renamed]
        stones = backend._tombstones(model_name, ids) if ids else {}
        for item in renamed:
            if reason := self.reason_of(item, stones.get(item.external_id)):
                item.settle(SKIPPED, reason)

    def reason_of(self, item: ImportItem, stone: Tombstone | None = None) -> str | None:
        """Return why a record stays deleted, None where it is to be imported.

        Args:
            item: the record.
            stone: its tombstone; None looks among those of the page.
        """
        stone = stone or self.found.get(item.external_id)
        if stone is None or item.binding:
            return None
        backend, model_name = self.importer.backend_record, self.importer.model._name
        reason = (
            f"It was deleted here on {stone.deleted_at:%Y-%m-%d %H:%M} UTC. Forget its "
            "tombstone to import it again."
        )
        if self.policy == STAY or not self._is_newer(item, stone):
            return reason
        if self.policy == CHECKPOINT:
            backend._ask_tombstone(model_name, item.external_id, item.version)
            return reason
        backend._forget_tombstones(model_name, [item.external_id])
        return None

    def _is_newer(self, item: ImportItem, stone: Tombstone) -> bool:
        """Return whether the backend changed the record after its deletion here."""
        adapter = self.importer.backend_adapter
        changed_since = getattr(adapter, "_changed_since", None)
        stamp = changed_since.stamp_of(item.record) if changed_since else None
        if stamp is not None:
            return stamp > utc(stone.deleted_at)
        order = compare_versions(item.version, stone.version)
        if order is None:  # of two hashes, the one that is not known is the newer one
            return bool(item.version and stone.version)
        return order > 0
