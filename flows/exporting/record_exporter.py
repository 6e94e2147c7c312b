# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Record exporter: makes a record on the backend equal to its counterpart here."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property

from odoo import fields as odoo_fields
from odoo import models
from odoo.exceptions import MissingError

from ...components.map_record import MapRecord
from ...components.synchronizer import Exporter, Importer
from ...exception import (
    DryRunError,
    IDMissingInBackend,
    InvalidDataError,
    MappingError,
    message_of,
)
from ...secret import known_secrets
from ...text import reference_of
from ..conflicts.export_conflicts import ExportConflicts
from ..conflicts.owners import Owners
from ..importing.reading import read_clock
from ..importing.record_importer import RecordImporter
from .both_ways import is_imported, reads_singly
from .creation import Creation
from .dependency import ExportDependency, exporting
from .dry_run import DryRun, check_sends, is_dry_run
from .lock import refuse_stale
from .mapped_fields import fetch_backend, fetch_binding, fetch_mapped
from .own_changes import OwnChanges, differing_fields
from .own_lines import OwnLines
from .own_transaction import own_transaction
from .refusal import is_gone, is_outdated, refusal_of, report_refusal
from .sent import Answer, read_answer
from .update import SKIPPED, UPDATED, Update

# Wait for nobody who waits for us: the transaction of the job may have the row.
BOUND_WAIT = "SET LOCAL lock_timeout = '5s'"


class RecordExporter(Exporter):
    """Exports one record by its binding: created there, or updated.

    The steps are the methods with an underscore, for overrides. They find
    ``self.binding``, ``self.external_id``, which is None before the record was
    created there, and ``self.fields``.
    """

    compare_first: bool | None = None
    """Whether the record is read before: where its version is another one than was
    imported last, it is imported first. That is one more request. None: it is where the
    model goes both ways, only before something is sent, and only where the backend does
    not compare itself (``_conditional`` of the adapter)."""

    sends_changes: bool | None = None
    """Whether an update sends only what Odoo changed since both sides were equal. None:
    it does where the model goes both ways, of all that the mapper reads. True: the
    fields of ``_export_on``, for records that hold more than Odoo knows; the adapter
    answers to ``create`` and ``write`` with the record, as it would read it."""

    binding: models.BaseModel
    """Binding of the record in hand."""

    conflicts: ExportConflicts
    """Which fields Odoo may send, and what both sides had last."""

    fields: Collection[str] | None = None
    """Fields that changed, None for all."""

    there: tuple[dict, datetime] | None = None
    """The record as it was read before it is sent, and when, by the database clock."""

    is_fresh = False
    """Whether the record was imported in this export."""

    def run(self, binding_id, fields: Collection[str] | None = None) -> str:
        """Export one record.

        Args:
            binding_id: its binding, an id or a record.
            fields: names of the fields that changed: only what is mapped from these is
                sent in an update. None for all, which is compared with what was sent
                last.

        Returns:
            What was done: ``"created"``, ``"matched"`` with a record that was there,
            ``"updated"``, ``"unchanged"``, or ``"skipped: …"`` and ``"waiting: …"``
            with the reason; ``"dry run: …"`` with what would be done.

        Raises:
            InvalidDataError, MappingError: the record is refused before somebody
                corrects it. Its binding says so.
            RetryableJobError: another transaction exports it at this moment, or a
                record that it needs was exported first.
        """
        self.fields = fields
        if reason := self._take(binding_id) or self._must_not():
            return f"{SKIPPED}: {reason}"
        try:
            with exporting(reference_of(self.binding)):
                return self._run()
        except DryRunError as error:
            return DryRun(self).settle(error)
        except (InvalidDataError, MappingError) as error:
            report_refusal(self.binding, message_of(error))
            raise

    def describe(self) -> str:
        """Return the record in hand for messages, with its backend."""
        return f"{reference_of(self.binding)} to {self.backend_record.describe()}"

    @contextmanager
    def own_transaction(self) -> Iterator[None]:
        """Work in a transaction of its own inside the block; it is committed then."""
        before = self.binding, self.backend_record
        with own_transaction(self.env) as env, self.session.change_env(env):
            env.cr.execute(BOUND_WAIT)
            self.binding, self.backend_record = (one.with_env(env) for one in before)
            try:
                yield
            finally:
                self.binding, self.backend_record = before
        self.binding.invalidate_recordset(flush=False)

    # === STEPS === #

    def _lock(self) -> None:
        """Lock the export of the record until the end of the transaction.

        Raises:
            RetryableJobError: another transaction exports it.
        """
        backend = self.backend_record.reference()
        self.advisory_lock_or_retry(f"export {backend} {reference_of(self.binding)}")
        refuse_stale(self.binding)

    def _should_import(self) -> bool:
        """Return whether the record changed there, and has to be imported first.

        By default it is, where ``compare_first`` is set and its version there is not
        the one that was imported, or sent, last; and where it is not known what both
        sides had last, of a model that goes both ways.
        """
        if not self.external_id:
            return False
        wants_bases = self.sends_changes or (
            self.compare_first is None and self.goes_both_ways
        )
        if wants_bases and not OwnChanges(self).is_known:
            return True
        if not self.compare_first:
            return False
        self._read_first()
        known, version = self._known("external_version"), self._version_there()
        return known != version if known and version else bool(self.sends_changes)

    def _has_to_skip(self) -> str | bool | None:
        """Return why the record is not to be exported, None to export it."""
        return None

    def _export_dependencies(self) -> None:
        """Export what the record needs to be there before it; for overrides."""

    def _export_dependency(
        self, record: models.BaseModel, model: str, is_needed: bool = True
    ) -> None:
        """Export another record, unless it is there already.

        Its binding is made where there is none. What is needed is exported at once, in
        a transaction of its own; the job of the record in hand begins again then.

        Args:
            record: the record; an empty one does nothing.
            model: its binding model.
            is_needed: whether it has to be there before; else a job exports it later.
        """
        for one in record:
            dependency = ExportDependency(self, one, model)
            if dependency.is_there():
                continue
            if is_needed and is_dry_run(self.backend_record):
                raise DryRunError(DryRun(self).follow(one.display_name))
            if is_needed:
                dependency.export_now()
            else:
                dependency.delay()

    def _map_data(self) -> MapRecord:
        """Return the record, ready to be mapped."""
        fetch_mapped(self.binding, self.mapper, is_new=self.external_id is None)
        return self.mapper.map_record(self.binding)

    def _create_data(self, map_record: MapRecord, **options) -> dict:
        """Return the values of a new record there."""
        return map_record.values(for_create=True, **options)

    def _update_data(self, map_record: MapRecord, **options) -> dict:
        """Return the values for a record that is there."""
        return map_record.values(**options)

    def _validate_create_data(self, data: dict) -> None:
        """Check the values of a new record; for overrides.

        Raises:
            InvalidDataError: the backend would refuse them. The message is for the
                person who corrects the record.
        """

    def _validate_update_data(self, data: dict) -> None:
        """Check the values for a record that is there; for overrides.

        Raises:
            InvalidDataError: as for those of a new record.
        """

    def _create(self, data: dict) -> object:
        """Create the record there; return its external id, or the record."""
        return self.backend_adapter.create(data)

    def _update(self, data: dict) -> object:
        """Update the record there; return it, where the backend answers with it."""
        return self.backend_adapter.write(self.external_id, data)

    def _after_export(self) -> None:
        """Do what is left once the record is there; for overrides."""

    # === HELPERS === #

    def _take(self, binding_id) -> str | None:
        """Make a binding the one in hand; return why that cannot be."""
        id_ = binding_id.id if isinstance(binding_id, models.BaseModel) else binding_id
        self.binding, binder = self.model.browse(id_), self.binder
        own = (binder._backend_field, binder._external_field, binder._sync_date_field)
        try:
            fetch_binding(self.binding, self.mapper, own)
            backend = self.binding[binder._backend_field]
        except MissingError:
            return f"{self.model._name},{id_} was deleted."
        self.conflicts, self.there, self.is_fresh = ExportConflicts(self), None, False
        if backend != self.backend_record:
            where = self.backend_record.describe()
            return f"{self.model._name},{id_} is not of {where}."
        external_id = self.binding[self.binder._external_field]
        missing = self.binder._is_missing(external_id)
        self.external_id = None if missing else str(external_id)
        return None

    def _must_not(self) -> str | None:
        """Return why nothing is exported, whatever the connector wants."""
        fetch_backend(self.backend_record)
        if not self.backend_record.active:
            return "The backend is archived."
        if self._known("is_alias"):
            return "It is an alias, which is not exported."
        return None

    def _known(self, name: str):
        """Return a value of the binding, None where its model has no such field."""
        return self.binding[name] if name in self.binding._fields else None

    def _run(self) -> str:
        self._lock()
        try:
            if self._should_import():
                self._import_first()
        except IDMissingInBackend as error:
            return self._report_gone(error)
        if reason := self._has_to_skip():
            return f"{SKIPPED}: {reason if isinstance(reason, str) else 'not wanted'}"
        self._export_dependencies()
        OwnLines(self).bind()
        map_record = self._map_data()
        if self.external_id is None:
            self.fields = None  # all of it is new there
            if is_dry_run(self.backend_record):
                raise DryRunError(DryRun(self).create(map_record))
            return Creation(self, map_record).run()
        outcome = self._update_there(map_record)
        if outcome == UPDATED:
            self._after_export()
        return outcome

    def _update_there(self, map_record: MapRecord) -> str:
        try:
            return Update(self, map_record).run()
        except IDMissingInBackend as error:
            return self._report_gone(error)

    @cached_property
    def _owners(self) -> Owners:
        """The owners of the fields, the same for all records of a job."""
        return self.backend_record._owners_of(self.model._name)

    @cached_property
    def goes_both_ways(self) -> bool:
        """Whether the model is imported as well, field by field, and can be read."""
        is_compared = self.conflicts.is_active and not self._overrides("_map_data")
        return is_compared and self.reads_singly and is_imported(self)

    @cached_property
    def reads_singly(self) -> bool:
        """Whether the adapter reads one record without reading all of them."""
        return reads_singly(self.backend_adapter)

    def _import_first(self) -> None:
        """Import the record, which changed there, with what was read of it."""
        importer, there = self.unit_for(Importer), self.there
        is_ours = isinstance(importer, RecordImporter) and not (
            importer._overrides("_read") or importer._overrides("run")
        )
        if is_ours and there:
            record, read_at = there
            importer.run(self.external_id, remote_record=record, read_at=read_at)
        else:
            importer.run(self.external_id)
        self.conflicts = ExportConflicts(self)  # it changes the bases
        self.there, self.is_fresh = None, True

    def _read_first(self) -> None:
        """Read the record before it is sent.

        Raises:
            IDMissingInBackend: it is gone there.
        """
        read_at = read_clock(self.env)
        record = self._read_there()
        if not record:
            raise IDMissingInBackend(f"{self.describe()} is not there any more.")
        self.there = record, read_at

    def _read_there(self) -> dict:
        try:
            return self._read()
        except Exception as error:
            if is_gone(error):
                raise IDMissingInBackend(message_of(error)) from error
            raise

    def _version_there(self) -> str | None:
        """Return the version of the record that was read."""
        find_version = getattr(self.backend_adapter, "version_of", None)
        return find_version(self.there[0]) if find_version and self.there else None

    def _overrides(self, hook: str) -> bool:
        """Return whether this class has a hook of its own."""
        return getattr(type(self), hook) is not getattr(RecordExporter, hook)

    def _sent_values(self, map_record: MapRecord) -> dict:
        """Return the values of an update, without those that are not ours to send."""
        fields = self.conflicts.fields_to_send(self.fields)
        if fields is not None and not fields:
            return {}
        options = {"fields": fields} if fields else {}
        return self._update_data(map_record, missing_as_none=True, **options)

    def _remember(self, answer: Answer) -> None:
        """Keep what was sent, for the next change on either side."""
        has_news = self.conflicts.remember(self.binding, answer.record)
        OwnLines(self).learn(answer.record)
        if self.sends_changes and answer.record:
            OwnChanges(self).remember(answer.record, self.fields, is_all=not has_news)
        if has_news:  # somebody changed it there, after it was compared
            self.backend_record.delay_import_record(self.model._name, self.external_id)

    def _asking(self, data: dict, version: str | None) -> Answer:
        """Return the answer to an update; what the backend refuses is an error of ours.

        Args:
            data: the values.
            version: of the record, as it is known.

        Raises:
            InvalidDataError: it refuses the values.
            IDMissingInBackend: it has no such record.
            DryRunError: it was not asked.
        """
        self.backend_adapter.known_version = version
        try:
            check_sends(self)
            return read_answer(self.backend_adapter, self._update(data))
        except DryRunError as error:
            raise DryRunError(DryRun(self).update(data)) from error
        except Exception as error:
            if is_gone(error):
                raise IDMissingInBackend(message_of(error)) from error
            if is_outdated(error):
                raise
            if refusal := refusal_of(
                error, self.describe(), known_secrets(self.env.cr)
            ):
                raise refusal from error
            raise
        finally:
            self.backend_adapter.known_version = None

    def _differing(self, record: models.BaseModel, values: dict) -> list[str]:
        """Return the fields of which a record has other values than those mapped."""
        return differing_fields(record, values)

    def _read(self) -> dict:
        return self.backend_adapter.read(self.external_id)

    def _note(self, answer: Answer, sent: str | None, is_new: bool = True) -> None:
        """Note on the binding what is there now, as far as it is news.

        Args:
            answer: of the backend.
            sent: hash of all that it has of us; None where that is not known.
            is_new: it was sent now; else it was there.
        """
        values: dict = {"export_hash": sent or False}
        if not self.conflicts.is_held:
            values |= {"sync_state": "synced", "sync_reason": False}
        if is_new:
            values["import_hash"] = False  # what was imported last is not there now
        if answer.version is not None:
            values["external_version"] = answer.version
        fields = self.binding._fields
        news = {
            name: value
            for name, value in values.items()
            if name in fields and self.binding[name] != value
        }
        if news or answer != Answer():
            news[self.binder._sync_date_field] = odoo_fields.Datetime.now()
            self._silent(self.binding).write(news)

    def _report_gone(self, error: Exception) -> str:
        """Let a person see to a record that was changed here and is gone there."""
        message = self.env._(
            "%(record)s was changed here, and is gone on the backend: %(answer)s",
            record=self.binding.display_name,
            answer=message_of(error),
        )
        self.backend_record.add_checkpoint(
            self.binding._name, self.binding.id, message, reason="deleted"
        )
        if "sync_state" in self.binding._fields:
            self.binding.set_sync_state("gone", message)
        return f"{SKIPPED}: it is gone on the backend."

    def _silent(self, records):
        """Return records in a context in which their changes are not exported."""
        return records.with_context(connector_no_export=True)
