# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Match report: what a first import would bind, create and leave, page by page.

The records are mapped as an import maps them, in a savepoint that is always taken back.
"""

from collections import Counter
from contextlib import suppress

from odoo import models

from ...components.backend_adapter import BackendAdapter
from ...components.core import ConnectorEnvironment
from ...exception import message_of
from .candidates import MATCHED, ONLY_THERE, Candidates
from .faults import PAGE_FAULTS, RECORD_FAULTS
from .item import ImportItem
from .page_import import PageImport
from .record_importer import RecordImporter
from .undo import undoable

UNMAPPED = "rejected"


class _TakeBackError(Exception):
    """Ends a savepoint, so that nothing of it stays."""


class MatchReport:
    """The comparison of the records of a backend with those here.

    Args:
        scope: environment of the backend for the binding model.
    """

    def __init__(self, scope: ConnectorEnvironment):
        self.scope = scope
        self.adapter = scope.get_connector_unit(BackendAdapter)
        self.importer = scope.get_connector_unit(RecordImporter)

    def read_page(self, state: object) -> tuple[list[dict], object]:
        """Return what is to be said about a page, and where the next one is."""
        page, next_state = self.adapter.read_page(state)
        records = self.adapter._records(page)
        rows: list[dict] = []
        with suppress(_TakeBackError), undoable(self.scope.env):
            rows = self._compare(records)
            raise _TakeBackError
        return rows, next_state

    def only_here(self) -> list[int]:
        """Return the ids of the records of the company that are not bound."""
        matching = PageImport(self.importer).matching
        active = matching.wrapped.with_context(active_test=True)
        ids = active.search(matching.of_company(), order="id").ids
        bound = matching.bound(set(ids))
        return [id_ for id_ in ids if id_ not in bound]

    def summary(self, rows: list[dict]) -> str:
        """Return how many records of a page are what."""
        counts = Counter(row["outcome"] for row in rows)
        return ", ".join(f"{count} {one}" for one, count in counts.items()) or "nothing"

    # === HELPERS === #

    def _compare(self, records: list[dict]) -> list[dict]:
        page = PageImport(self.importer)
        items = page._identify(records)
        page._find_bindings(items)
        new = [item for item in items if not item.binding]
        bad = {item.external_id: reason for item, reason in self._map(new)}
        mapped = [item for item in new if item.external_id not in bad]
        found = page.matching.find(mapped)
        rows = [
            self._row(page, item, candidates)
            for item, candidates in zip(mapped, found, strict=True)
        ]
        return rows + [
            {"external_id": external_id, "outcome": UNMAPPED, "reason": reason}
            for external_id, reason in bad.items()
        ]

    def _map(self, items: list[ImportItem]) -> list[tuple[ImportItem, str]]:
        """Map records, and return those that cannot be, with the reason."""
        bad = []
        for item in items:
            try:
                with undoable(self.scope.env):
                    self.importer._take(item)
                    map_record = self.importer._map_data()
                    options = {"leave_missing": True, "dropped": [], "rings": []}
                    item.data = self.importer._create_data(map_record, **options)
            except PAGE_FAULTS:
                raise
            except RECORD_FAULTS as error:
                bad.append((item, message_of(error)))
        return bad

    def _row(self, page: PageImport, item: ImportItem, candidates: Candidates) -> dict:
        outcome = candidates.outcome
        is_clear = outcome in (MATCHED, ONLY_THERE)
        keys = page.matching.values_of(item.data)
        wrapped: models.BaseModel = page.matching.wrapped
        return {
            "external_id": item.external_id,
            "outcome": outcome,
            "record_id": candidates.ids[0] if outcome == MATCHED else False,
            "candidate_ids": candidates.ids,
            "keys": ", ".join(f"{key.field}: {value}" for key, value in keys),
            "reason": False if is_clear else candidates.describe(wrapped._name),
        }
