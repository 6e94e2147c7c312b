# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletions of a stream: what a backend lists as deleted, and what that means here."""

from collections.abc import Iterable

from ...components.changed_since import parse_stamp
from ...components.core import ConnectorEnvironment
from ...components.deletions import Listed
from ...components.paged_adapter import PagedAdapter, Record
from ...components.synchronizer import Deleter, Importer
from ...exception import IDMissingInBackend
from ...text import is_missing
from ..importing.page_import import PAGE_FAULTS, RECORD_FAULTS, reason_of
from ..importing.result import REJECTED, ImportResult
from ..importing.undo import undoable

DELETED = "deleted"  # outcome of a record that is gone on the backend


def split_gone(
    adapter: PagedAdapter, records: list[Record]
) -> tuple[list[Record], list[Record]]:
    """Return the records of a page that are there, and those marked as deleted."""
    gone = [record for record in records if _is_marked(adapter, record)]
    there = [record for record in records if not _is_marked(adapter, record)]
    return there, gone


def list_deleted(
    scope: ConnectorEnvironment, adapter: PagedAdapter, since: str | None
) -> list[str]:
    """Return the ids of the bindings whose records are listed as deleted.

    Args:
        since: text of a time; None for as long as the backend remembers.
    """
    if adapter._deletions != Listed():
        return []
    begin = parse_stamp(since) if since else None
    return find_bound(scope, adapter.read_deleted(begin))


def find_bound(scope: ConnectorEnvironment, external_ids: Iterable[str]) -> list[str]:
    """Return those external ids which are bound, and not known as deleted already."""
    found = scope.model.with_context(active_test=False).search_fetch(
        [
            ("backend_id", "=", scope.backend_record.id),
            ("external_id", "in", list(external_ids)),
            ("sync_state", "!=", "gone"),
        ],
        ["external_id"],
    )
    return found.mapped("external_id")


def settle_deleted(
    scope: ConnectorEnvironment, adapter: PagedAdapter, external_ids: Iterable[str]
) -> ImportResult:
    """Do here what a deletion there means, once each record was read again."""
    result = ImportResult()
    for external_id in external_ids:
        try:
            with undoable(scope.env):
                outcome = _settle(scope, adapter, external_id)
        except PAGE_FAULTS:
            raise
        except RECORD_FAULTS as error:
            result.note(REJECTED, external_id, reason_of(error))
            _add_checkpoint(scope, external_id, reason_of(error))
        else:
            result.note(outcome, external_id)
    return result


def _settle(
    scope: ConnectorEnvironment, adapter: PagedAdapter, external_id: str
) -> str:
    try:
        record = adapter.read(external_id)
    except IDMissingInBackend:
        record = None
    if record is None or _is_marked(adapter, record):
        scope.get_connector_unit(Deleter).run(external_id)
        return DELETED
    importer = scope.get_connector_unit(Importer)
    return importer.run(external_id, record).partition(":")[0]


def _is_marked(adapter: PagedAdapter, record: Record) -> bool:
    declared = adapter._deletions
    field = declared.field if isinstance(declared, Listed) else None
    return field is not None and not is_missing(record.get(field))


def _add_checkpoint(scope: ConnectorEnvironment, external_id: str, reason: str) -> None:
    scope.backend_record.add_checkpoint(
        message=scope.env._(
            "%(model)s %(external_id)s was deleted on the backend, and not here: "
            "%(reason)s",
            model=scope.model._description,
            external_id=external_id,
            reason=reason,
        ),
        reason="deleted",
    )
