# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chosen records: an import of records by their ids, apart from the pages of a list."""

from ...exception import SystemicError
from ..importing.result import NOT_DELIVERED, ImportResult
from ..importing.undo import undoable
from .stream_page import StreamPage

GONE = "The backend has no such record."


def import_chosen(
    page: StreamPage, external_ids: list[str], deletes: bool = False
) -> ImportResult:
    """Import records that people chose, and return what became of them.

    That many of them are bad stops nothing: they may have been chosen for that.

    Args:
        page: of the stream, for its units.
        external_ids: of the records.
        deletes: settle records that are gone on the backend and bound here.
    """
    found = page.adapter.find_many(external_ids)
    result = _import(page, list(found.values()))
    gone = [one for one in external_ids if one not in found]
    if gone and deletes:
        result.merge(page.delete(gone))
    elif gone:
        for external_id in gone:
            result.note(NOT_DELIVERED, external_id, GONE)
        _close(page, gone)
    return result


def _import(page: StreamPage, records: list) -> ImportResult:
    try:
        with undoable(page.scope.env):
            return page.importer._import_page(records, force=False)
    except SystemicError:
        result = ImportResult()
        for record in records:
            result.merge(page.importer._import_page([record], force=False))
        return result


def _close(page: StreamPage, external_ids: list[str]) -> None:
    """Note that nobody can correct these records any more."""
    backend, model_name = page.scope.backend_record, page.scope.model_name
    rejected = page.scope.env["connector.rejected"]
    rejected._close(backend, model_name, external_ids)
