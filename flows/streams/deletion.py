# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Deletions of a stream: what a backend lists as deleted, and what that means here."""

from collections.abc import Iterable, Sequence

from ...components.changed_since import parse_stamp
from ...components.core import ConnectorEnvironment
from ...components.deletions import Listed
from ...components.paged_adapter import PagedAdapter, Record
from ...components.synchronizer import Deleter
from ...text import is_missing
from ..importing.batch_importer import BatchImporter
from ..importing.faults import PAGE_FAULTS, RECORD_FAULTS, reason_of
from ..importing.result import DELETED, REJECTED, ImportResult
from ..importing.sql_log import handled_sql_errors
from ..importing.undo import undoable


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
    scope: ConnectorEnvironment,
    adapter: PagedAdapter,
    importer: BatchImporter,
    external_ids: Sequence[str],
) -> ImportResult:
    """Do here what a deletion there means, once each record was read again.

    What the backend has after all is imported. One that cannot be settled, such as the
    contact of a user, stops no other.

    Args:
        scope: of the binding model.
        adapter: of the stream.
        importer: of what is there after all.
        external_ids: of bindings. All of them are gone where the adapter cannot read
            one record.
    """
    if not external_ids:
        return ImportResult()
    found = adapter.find_many(external_ids) if adapter.reads_singly else {}
    there, _gone = split_gone(adapter, list(found.values()))
    result = importer._import_page(there, force=False) if there else ImportResult()
    is_there = {adapter.id_of(record) for record in there}
    settled = ImportResult()
    deleter = scope.get_connector_unit(Deleter)
    for external_id in external_ids:
        if external_id not in is_there:
            _delete(deleter, external_id, settled)
    rejected = scope.env["connector.rejected"]
    rejected._close(scope.backend_record, scope.model_name, settled.deleted)
    rejected._keep_undeleted(scope.backend_record, scope.model_name, settled)
    result.merge(settled)
    return result


def _delete(deleter: Deleter, external_id: str, settled: ImportResult) -> None:
    """Let the deleter settle one record; what it refuses is rejected."""
    try:
        with handled_sql_errors(PAGE_FAULTS, RECORD_FAULTS), undoable(deleter.env):
            deleter.run(external_id)
    except PAGE_FAULTS:
        raise
    except RECORD_FAULTS as error:
        settled.note(REJECTED, external_id, reason_of(error))
    else:
        settled.note(DELETED, external_id)


def _is_marked(adapter: PagedAdapter, record: Record) -> bool:
    declared = adapter._deletions
    field = declared.field if isinstance(declared, Listed) else None
    return field is not None and not is_missing(record.get(field))
