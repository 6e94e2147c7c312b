# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dependencies of an export: records that have to be there before it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from odoo import api, models

from ...components.synchronizer import Exporter
from ...exception import InvalidDataError, RetryableJobError
from ...text import is_missing
from .own_transaction import own_transaction

NEXT_SNAPSHOT_S = 0  # what we wait for is committed: only our own view is older

_exporting: ContextVar[tuple[str, ...]] = ContextVar("connector_exporting", default=())


@contextmanager
def exporting(what: str) -> Iterator[None]:
    """Mark a record as being exported in the block.

    Raises:
        InvalidDataError: it is already: its dependencies lead back to it.
    """
    around = _exporting.get()
    if what in around:
        ring = " -> ".join([*around[around.index(what) :], what])
        raise InvalidDataError(
            f"Cannot export {what}: its dependencies need each other ({ring}). Export "
            "one of them without the other: give is_needed=False to "
            "_export_dependency, and leave the value out where it has no external id."
        )
    token = _exporting.set((*around, what))
    try:
        yield
    finally:
        _exporting.reset(token)


def exported_now() -> str | None:
    """Return the binding that is exported at this moment, as ``model,id``."""
    around = _exporting.get()
    return around[-1] if around else None


class ExportDependency:
    """A record that another export needs.

    Args:
        exporter: of the record that needs it.
        record: the record, or its binding.
        model: its binding model.
    """

    def __init__(self, exporter: Exporter, record: models.BaseModel, model: str):
        self.exporter = exporter
        self.record = record
        self.model = model
        self.binder = exporter.binder_for(model)

    def is_there(self) -> bool:
        """Return whether the record has an external id, as this transaction sees it."""
        external_id = self.binder.to_backend(self.record.id, wrap=self._is_normal)
        return not self.binder._is_missing(external_id)

    def delay(self) -> None:
        """Let a job of its own export the record, made ready by a binding."""
        binding = self._find_or_bind(self.exporter.env)
        self.exporter.backend_record.delay_export_record(self.model, binding.id)

    def export_now(self) -> None:
        """Export the record in a transaction of its own, which is committed.

        Raises:
            RetryableJobError: it is there now, and our transaction, which began
                before, cannot see that; the job has to begin again.
            InvalidDataError: it was not exported.
        """
        with own_transaction(self.exporter.env) as env:
            binding_id = self._find_or_bind(env).id
        with own_transaction(self.exporter.env) as env:
            outcome = self._exporter_in(env).run(binding_id)
        self.exporter.env.invalidate_all()
        if self.is_there():
            return
        what = f"{self.model},{binding_id}"
        if self._was_committed(binding_id):
            raise RetryableJobError(
                f"{what} was exported first; going on with what needs it.",
                seconds=NEXT_SNAPSHOT_S,
                ignore_retry=True,
            )
        raise InvalidDataError(
            f"Cannot export {self.exporter.describe()}: it needs {what}, which is not "
            f"there ({outcome}). See to that one, then press Retry."
        )

    # === HELPERS === #

    @property
    def _is_normal(self) -> bool:
        return self.record._name != self.model

    def _exporter_in(self, env: api.Environment) -> Exporter:
        backend = self.exporter.backend_record.with_env(env)
        return backend.get_environment(self.model).get_connector_unit(Exporter)

    def _find_or_bind(self, env: api.Environment) -> models.BaseModel:
        """Return the binding of the record, made where there is none."""
        record = self.record.with_env(env)
        if not self._is_normal:
            return record
        backend = self.exporter.backend_record.with_env(env)
        binder = backend.get_environment(self.model).get_connector_unit(
            type(self.binder)
        )
        if found := binder._search(binder._of_records(record.ids)):
            return found
        with binder.concurrency_guard():
            return binder.model.with_context(connector_no_export=True).create(
                {binder._backend_field: backend.id, binder._normal_field(): record.id}
            )

    def _was_committed(self, binding_id: int) -> bool:
        """Return whether the record has an external id in what is committed now."""
        with own_transaction(self.exporter.env) as env:
            binding = env[self.model].browse(binding_id)
            return not is_missing(binding[self.binder._external_field])
