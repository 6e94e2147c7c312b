# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Record importer: makes records here equal to their counterparts on the backend."""

from collections.abc import Iterable
from datetime import datetime

from ...components.find_or_create import FindsOrCreates
from ...components.map_record import MapRecord
from ...components.mapper import ImportMapper
from ...components.synchronizer import Importer
from ...exception import IDMissingInBackend, NothingToDoJob
from ..line_declaration import find_archived_lines
from ..values.languages import write_language, write_translations
from .changes import changed_values, write_split
from .dependencies import missing
from .faults import PAGE_FAULTS, RECORD_FAULTS
from .fingerprint import fingerprint_of
from .item import ImportItem
from .matching import Matching
from .page_import import PageImport
from .reading import read_clock
from .result import ImportResult


class RecordImporter(FindsOrCreates, Importer):
    """Imports records: one by its external id, or those of a page together.

    The steps of one record are the methods below, for overrides: those with an
    underscore find ``self.external_id`` and ``self.remote_record``, which is what the
    adapter has read. A page runs the same steps, as far as a class overrides them, and
    looks up, creates and writes many records at once where it does not.
    """

    external_id: str = ""
    """External id of the record in hand."""

    remote_record: dict
    """The record in hand, as the backend sent it."""

    def run(
        self,
        external_id,
        remote_record: dict | None = None,
        force: bool = False,
        read_at: datetime | None = None,
    ):
        """Import one record.

        Args:
            external_id: id on the backend.
            remote_record: the record, if it was read already, or sent here.
            force: import it also if it did not change.
            read_at: when it was read, in UTC without its zone, by the clock of the
                database; None: it was sent here, and its version alone says whether it
                is newer than what was imported.

        Returns:
            What was done: ``"created"``, ``"matched"``, ``"updated"``,
            ``"unchanged"``, or ``"skipped: …"`` and ``"rejected: …"`` with the reason.
            Rejected is only what a checkpoint asks a person about.

        Raises:
            InvalidDataError, MappingError: the record cannot be imported before
                somebody corrects it.
            IDMissingInBackend: the backend has no such record.
            RetryableJobError: another transaction imports it at this moment.
        """
        self.external_id = str(external_id)
        self.advisory_lock_or_retry(
            f"import {self.backend_record.reference()} {self.model._name} {external_id}"
        )
        if remote_record is None:
            read_at = read_clock(self.env)
            remote_record = self._read()
        item = PageImport(self, force, read_at).run_one(self.external_id, remote_record)
        return f"{item.outcome}: {item.reason}" if item.reason else item.outcome

    def run_page(
        self, records: list[dict], force: bool = False, read_at: datetime | None = None
    ) -> ImportResult:
        """Import the records of one page; a bad one does not stop the others.

        Args:
            records: as the adapter has read them.
            force: import also those that did not change.
            read_at: when they were read, see :meth:`run`.

        Raises:
            SystemicError: so many records were rejected for the same reason that the
                fault is not theirs.
        """
        return PageImport(self, force, read_at).run(records)

    def fingerprint(self) -> str:
        """Return what changes with the code that maps.

        Records that are here are imported again where it is another one.
        """
        return fingerprint_of(*map(type, self.mappers()), type(self))

    def mappers(self) -> list[ImportMapper]:
        """Return all mappers that :meth:`_map_data` may choose; for overrides."""
        return [self.mapper]

    # === STEPS === #

    def _read(self) -> dict:
        """Return the record from the backend.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        record = self.backend_adapter.read(self.external_id)
        if not record:
            raise IDMissingInBackend(
                f"{self.backend_record.describe()} has no {self.model._name} with id "
                f"{self.external_id!r}."
            )
        return record

    def _before_import(self) -> None:
        """Prepare the import of the record; for overrides."""

    def _must_skip(self) -> str | None:
        """Return why the record is not to be imported, None to import it."""
        return None

    def _get_binding(self):
        """Return the binding of the record, empty when there is none."""
        return self.binder.to_internal(self.external_id)

    def _is_uptodate(self, binding) -> bool:
        """Return whether the binding has all that the record says, for overrides.

        The version of the record, where its adapter knows one, is compared before.
        """
        return False

    def _import_dependencies(self) -> None:
        """Import what the record needs to be there before it; for overrides."""

    def _import_dependency(self, external_id, model: str, force: bool = False):
        """Import a record of another model, unless it is here already.

        Args:
            external_id: its id on the backend; none does nothing.
            model: its binding model.
            force: import it also if it is here.

        Returns:
            What its importer returned, None where it was not called.

        Raises:
            MissingDependencyError: it cannot be imported. The record that needs it
                waits for it.
        """
        if external_id in (None, False, ""):
            return None
        if not force and self.binder_for(model).to_internal(external_id):
            return None
        importer = self.unit_for(Importer, model)
        try:
            return importer.run(external_id)
        except (NothingToDoJob, *PAGE_FAULTS):
            raise
        except RECORD_FAULTS as error:
            raise missing(  # noqa: B904 it has its cause
                self, (model, str(external_id)), error
            )

    def _map_data(self) -> MapRecord:
        """Return the record, ready to be mapped."""
        return self.mapper.map_record(self.remote_record)

    def _create_data(self, map_record: MapRecord, **options) -> dict:
        """Return the values of a new binding."""
        return map_record.values(for_create=True, **options)

    def _update_data(self, map_record: MapRecord, **options) -> dict:
        """Return the values for a binding that is here."""
        return map_record.values(**options)

    def _validate_data(self, data: dict) -> None:
        """Check the mapped values; for overrides.

        Raises:
            InvalidDataError: they cannot be stored. The message is for the person who
                corrects the record.
        """

    def _find_existing(self, data: dict):
        """Return the record here that may be the counterpart; empty to create one.

        It is asked for a record that has no binding yet. By default the match keys of
        the binding model find it; see ``_match``. Several are a question to a person.

        Args:
            data: mapped values of the record in hand.
        """
        return Matching(self).find_one(data)

    def _create(self, data: dict):
        """Return a new binding with these values."""
        return self._silent(self.model).create(data)

    def _update(self, binding, data: dict) -> None:
        """Write the values that differ to a binding and the record it wraps."""
        write_split(self._silent(binding), changed_values(binding, data))

    def _revive(self, binding) -> None:
        """Bring back what was archived since the record was deleted there."""
        record = self.binder.unwrap_binding(binding, browse=True)
        lines = find_archived_lines(binding)
        for one in (record.with_env(binding.env), binding, *lines):
            if one._active_name:
                self._silent(one).action_unarchive()
        binding.set_sync_state("synced")

    def _translate(self, binding, data: dict) -> None:
        """Write the texts in other languages that were mapped.

        A connector that reads each language by a request of its own does so in an
        override, and gives the texts to ``_write_language``.
        """
        write_translations(self._silent(binding), data)

    def _after_import(self, binding) -> None:
        """Do what is left once the record is here; for overrides."""

    # === HELPERS === #

    def _write_language(self, binding, lang: str, texts: dict) -> None:
        """Write texts in one language, as far as they differ.

        Args:
            binding: of the record.
            lang: code of a language that is active.
            texts: by field; None clears the field in that language only.
        """
        wanted = {name: text or "" for name, text in texts.items()}
        write_language(self._silent(binding), lang, wanted)

    def _take(self, item: ImportItem) -> None:
        """Make an item the record in hand."""
        self.external_id, self.remote_record = item.external_id, item.record

    def _overrides(self, hook: str) -> bool:
        """Return whether this class has a hook of its own."""
        return getattr(type(self), hook) is not getattr(RecordImporter, hook)

    def _close_rejected(self, external_ids: Iterable[str]) -> None:
        """Note that records are in that may have been rejected before."""
        rejected = self.env["connector.rejected"]
        rejected._close(self.backend_record, self.model._name, external_ids)

    def _silent(self, records):
        """Return records whose changes are not exported to the backend they are from.

        They go on to the other backends.
        """
        name = self.backend_record.reference()
        return records.with_context(connector_no_export=name)
