# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Importer of one record, step by step."""

from odoo.addons.connector.api import Importer

CREATED, UPDATED, SKIPPED = "created", "updated", "skipped"


class RecordImporter(Importer):
    """Makes one record here equal to its counterpart there."""

    external_id: str
    record: dict

    def run(self, external_id: str, payload=None) -> str:
        """Import one record.

        Args:
            external_id: id on the backend.
            payload: what the backend said; None reads it now.

        Returns:
            What was done: ``"created"``, ``"updated"`` or ``"skipped"``.

        Raises:
            InvalidDataError: the record cannot be read.
            MappingError: the record cannot be mapped.
            RetryableJobError: another transaction imports it at this moment.
        """
        self.external_id = external_id
        self.record = self._read(payload)
        self._follow_rename()
        binding = self.binder.to_internal(external_id)
        if self._must_skip() or binding.is_alias or self._is_uptodate(binding):
            return SKIPPED
        self.advisory_lock_or_retry((self.backend_record, self.model, external_id))
        self._import_dependencies()
        outcome = UPDATED if binding else CREATED
        binding = self._update(binding) if binding else self._create()
        self.binder.bind(external_id, binding)
        return outcome

    # === STEPS === #

    def _read(self, payload) -> dict:
        """Return the record as a dictionary that the mapper understands."""
        raise NotImplementedError

    def _follow_rename(self) -> None:
        """Give the binding of a record that has a new id that id."""

    def _must_skip(self) -> bool:
        """Tell whether the record is none that we import."""
        return False

    def _is_uptodate(self, binding) -> bool:
        """Tell whether the binding says all that the record says."""
        return False

    def _import_dependencies(self) -> None:
        """Import what the record needs to be there before it."""

    def _create(self):
        values = self._map(for_create=True)
        # with its external id, a race is lost here, before any line is written
        values[self.binder._external_field] = self.external_id
        with self.binder.concurrency_guard():
            return self._silent(self.model).create(values)

    def _update(self, binding):
        self._silent(binding).write(self._map(binding=binding, delete_missing=True))
        return binding

    def _map(self, **options) -> dict:
        return self.mapper.map_record(self.record).values(**options)

    def _silent(self, records):
        """Return the records in a context that keeps them from being exported."""
        return records.with_context(connector_no_export=True)
