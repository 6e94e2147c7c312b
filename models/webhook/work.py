# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Work on webhook events: in jobs of the backend's user, in order of each record."""

from datetime import timedelta

from odoo import api, fields, models

from ...components.backend_adapter import BackendAdapter
from ...components.binder import Binder
from ...components.paged_adapter import PagedAdapter
from ...components.synchronizer import Deleter
from ...exception import (
    IDMissingInBackend,
    NoConnectorUnitError,
    NothingToDoJob,
    RetryableJobError,
    message_of,
)
from ...flows.importing.batch_importer import BatchImporter
from ...flows.importing.reading import read_clock
from ...flows.importing.result import DELETED, REJECTED
from ...flows.streams.deletion import settle_deleted
from ...queue.job import job
from ...text import reference_of
from .event import job_key
from .receive import WINDOW_S
from .webhook import EVENT

MISSING_S = 60  # a record may be seen later than the event that it was made
RETRY_S = 10


class ConnectorBackend(models.AbstractModel):
    """The jobs that work the events of a backend."""

    _inherit = "connector.backend"

    # === JOBS === #

    @api.private
    @job
    def work_webhooks(self) -> str:
        """Hand the events that came to jobs, one for each record.

        Whenever there were some, it comes again a little later: whoever stores an event
        meanwhile need not wake anybody.
        """
        reference = reference_of(self)
        # of the framework: the user of the flows may not see the inbox
        count, records = self.env[EVENT].sudo()._queue(reference)
        if not count:
            return "no events"
        self.delayed_many(
            sorted(records),
            identity_key=lambda call: job_key(reference, *call.args[1:]),
            concurrency_key=lambda call: job_key(reference, *call.args),
        ).work_webhook()
        self._delay_webhooks(eta=WINDOW_S)
        return f"{count} events of {len(records)} records"

    @api.private
    @job
    def work_webhook(self, model_name: str, external_id: str) -> str:
        """Work the events of one record that came: the last one counts.

        Args:
            model_name: binding model.
            external_id: id of the record on the backend.
        """
        events_sudo = self.env[EVENT].sudo()  # as above
        events_sudo = events_sudo._queued_of(
            reference_of(self), model_name, external_id
        )
        if not events_sudo:
            return "no events"
        last_sudo = events_sudo._newest()
        state, reason = self._in_flow()._work_event(last_sudo)
        (events_sudo - last_sudo)._settle(
            "superseded",
            self.env._("Event %(id)s of the record was worked.", id=last_sudo.id),
        )
        last_sudo._settle(state, reason)
        return f"{len(events_sudo)} events, {state}: {reason}"

    # === HELPERS === #

    def _delay_webhooks(self, **options) -> None:
        """Delay the job that hands out events, once until it has started."""
        key = f"webhooks {reference_of(self)}"
        self.delayed(identity_key=key, concurrency_key=key, **options).work_webhooks()

    def _wake_webhooks(self) -> None:
        """Have events worked, unless there is no user as whom to do so."""
        if self.sudo()._get_job_user():  # whether there is one
            # as nobody: then the job runs as that user, whoever has asked for it
            nobody = api.Environment(self.env.cr, None, {})
            self.with_env(nobody)._delay_webhooks()

    def _work_event(self, event_sudo) -> tuple[str, str]:
        """Do what an event says; return its state and what was done.

        Raises:
            RetryableJobError: the record is not there yet.
        """
        model_name, external_id = event_sudo.model, event_sudo.external_id
        record = event_sudo._record()
        is_told = record is not None or event_sudo.is_deleted
        if is_told and (other := event_sudo._overtaken_by()):
            told = self.env._(
                "Event %(id)s of the record is the later one, and is done.", id=other
            )
            return "superseded", told
        try:
            if event_sudo.is_deleted:
                return self._work_deletion(model_name, external_id)
            if record is not None and self._is_in_doubt(event_sudo, record):
                record = None
            outcome = self._import_one(model_name, external_id, False, record)
        except NothingToDoJob as error:
            outcome = message_of(error)
        except IDMissingInBackend as error:
            return self._note_missing(event_sudo, error)
        return ("failed" if outcome.startswith(REJECTED) else "done"), outcome

    def _work_deletion(self, model_name: str, external_id: str) -> tuple[str, str]:
        """Do here what a deletion there means, unless the record is there after all.

        It may have come late, after the record was created anew.
        """
        scope = self.get_environment(model_name)
        adapter = _find_adapter(scope)
        if isinstance(adapter, PagedAdapter):
            importer = scope.get_connector_unit(BatchImporter)
            result = settle_deleted(scope, adapter, importer, [external_id])
            for reason in result.rejected.values():
                return "failed", reason
            if result.deleted:
                return "done", DELETED
            return "done", self.env._("It is there: %(result)s", result=result)
        read_at = read_clock(self.env)
        if adapter is not None and _is_there(adapter, external_id):
            return "done", self._import_one(model_name, external_id, False)
        deleter = scope.get_connector_unit(Deleter)
        return "done", str(deleter.run(external_id, read_at=read_at))

    def _is_in_doubt(self, event_sudo, record: dict) -> bool:
        """Return whether what was read of a record may be newer than what was sent.

        Versions tell it, where there are some. Without, the record is read once more,
        unless the last that was imported of it is what an event carried: events of a
        record come here in their order.
        """
        scope = self.get_environment(event_sudo.model)
        adapter = _find_adapter(scope)
        if not isinstance(adapter, PagedAdapter) or adapter.version_of(record):
            return False
        binding = scope.get_connector_unit(Binder).to_internal(event_sudo.external_id)
        read_at = binding and "read_at" in binding._fields and binding.read_at
        sent_at = event_sudo.occurred_at or event_sudo.received_at
        if not read_at or read_at <= sent_at or not adapter.reads_singly:
            return False
        last_sudo = event_sudo._last_done()
        is_of_event = last_sudo and last_sudo.done_at >= read_at
        return not (is_of_event and last_sudo._record() is not None)

    def _note_missing(self, event_sudo, error: Exception) -> tuple[str, str]:
        """Wait for a record that may come yet; else leave the event alone."""
        age = fields.Datetime.now() - event_sudo.received_at
        if age < timedelta(seconds=MISSING_S):
            raise RetryableJobError(
                f"{message_of(error)} The event came just now; it is asked again.",
                seconds=RETRY_S,
                ignore_retry=True,
            ) from error
        told = self.env._(
            "The record is not there: %(reason)s", reason=message_of(error)
        )
        return "ignored", told

    def _on_job_failed(self, method, args, kwargs, reason):
        """Let the events fail whose job failed, unless another one is to work them."""
        super()._on_job_failed(method, args, kwargs, reason)
        if method == "work_webhook":
            events_sudo = self.env[EVENT].sudo()  # whoever the job belongs to
            reference = reference_of(self)
            if not events_sudo._live_keys([job_key(reference, *args)]):
                events_sudo._queued_of(reference, *args)._settle("failed", reason)
            self._note_failed_import(*args, reason=reason)


def _find_adapter(scope):
    """Return the adapter of a model, None where there is none."""
    try:
        return scope.get_connector_unit(BackendAdapter)
    except NoConnectorUnitError:
        return None


def _is_there(adapter, external_id: str) -> bool:
    """Return whether a record can be read; without a way to read, it is gone."""
    read = getattr(adapter, "read", None)
    if read is None:
        return False
    try:
        return bool(read(external_id))
    except (IDMissingInBackend, NotImplementedError):
        return False
