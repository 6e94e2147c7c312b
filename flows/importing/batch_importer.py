# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Batch importer: brings all records of a model to Odoo, page by page."""

from datetime import datetime

from ...components.synchronizer import Importer
from ...exception import InvalidDataError, InvalidUsageError, message_of
from .adapter_fault import reading_by
from .reading import read_at_times, read_clock
from .record_importer import RecordImporter
from .remarks import add_remarks
from .result import REJECTED, ImportResult

PAGE = "page"  # a job for each page, delayed by the page before
INLINE = "inline"  # all pages now, in this transaction
RECORD = "record"  # a job for each record
MODES = (PAGE, INLINE, RECORD)


class BatchImporter(Importer):
    """Imports the records of a model: in a job for each page, or as ``mode`` says."""

    mode = PAGE
    """``"page"``: each page is a job; its records and the job of the next page are
    committed together, so that an import that is killed goes on where it was.
    ``"inline"``: all pages in this transaction. ``"record"``: a job for each record."""

    job_options: dict = {}  # noqa: RUF012 read only, replaced by subclasses
    """Options of the jobs, such as ``{"priority": 20}``."""

    def run(self, state: object = None, force: bool = False) -> ImportResult:
        """Import a page, and see to the following ones.

        Args:
            state: where to begin, as ``read_page`` of the adapter returned it.
            force: import also what did not change.
        """
        if self.mode not in MODES:
            raise InvalidUsageError(
                f"The mode of {type(self).__qualname__} is {self.mode!r}, expected one "
                f"of {', '.join(map(repr, MODES))}. Correct it."
            )
        if self.mode != INLINE:
            return self._run_page(state, force)
        result = ImportResult()
        for read_at, records in read_at_times(
            self.env, self.backend_adapter.pages(state)
        ):
            result.merge(self._import_page(records, force, read_at))
        return result

    def _run_page(self, state: object, force: bool) -> ImportResult:
        read_at = read_clock(self.env)
        with reading_by(self.backend_adapter, "read_page"):
            page, next_state = self.backend_adapter.read_page(state)
        records = self.backend_adapter._records(page)
        if self.mode == RECORD:
            result = self._delay_records(records, force)
        else:
            result = self._import_page(records, force, read_at)
        if next_state is not None:
            self._delay_page(next_state, force)
        return result

    def _import_page(
        self, records: list[dict], force: bool, read_at: datetime | None = None
    ) -> ImportResult:
        """Import the records of a page, and keep what did not come in.

        Each rejected one has a checkpoint; those that wait for a value have one of the
        value.
        """
        result = self.unit_for(RecordImporter).run_page(records, force, read_at)
        self._keep_rejected(result)
        add_remarks(self, result)
        return result

    def _keep_rejected(self, result: ImportResult) -> None:
        rejected = self.env["connector.rejected"]
        rejected._keep(self.backend_record, self.model._name, result)

    def _delay_records(self, records: list[dict], force: bool) -> ImportResult:
        """Delay the imports of the records of a page; one without an id is rejected."""
        result, external_ids = ImportResult(), []
        for number, record in enumerate(records, start=1):
            try:
                external_ids.append(self.backend_adapter.id_of(record))
            except InvalidDataError as error:
                result.note(REJECTED, f"#{number}", message_of(error))
        result.counts["delayed"] = len(external_ids)
        self.backend_record.delay_import_records(
            self.model._name, external_ids, force, **self.job_options
        )
        self._keep_rejected(result)
        return result

    def _delay_page(self, state: object, force: bool) -> None:
        backend = self.backend_record.delayed(**self.job_options)
        backend.import_page(self.model._name, state, force)
