# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Creation of a record on the backend, once, whatever crashes in between.

The request is stored before it is sent, and its answer before the record is bound. An
attempt that finds the request of another one goes on where that one was: what may have
been sent is sent again with its key, or else looked for, or else a person is asked.
"""

from datetime import timedelta
from uuid import uuid4

from ...components.map_record import MapRecord
from ...exception import (
    AlreadyBoundError,
    InvalidDataError,
    RetryableJobError,
    message_of,
)
from ...queue.current import current_job
from ...secret import known_secrets
from .lease import KNOWN, SENT, UNKNOWN, Lease, Leases, Owner, run_owner
from .own_lines import OwnLines
from .refusal import (
    IN_PROGRESS_S,
    in_progress_s,
    is_clash,
    never_arrived,
    refusal_of,
)
from .request_body import write_body
from .search_there import SearchThere
from .sent import Answer, hash_of_sent, id_in, read_answer

CREATED = "created"
MATCHED = "matched"  # it was there already, by its natural key
WAITING = "waiting"  # for a person who says what became of a request
KEY_LIFE = timedelta(hours=24)  # for how long backends remember idempotency keys
PATIENCE = 0.25  # of the time that a backend has worked on a request, until we ask
PATIENCE_CAP_S = 3600


class Creation:
    """The creation of the record in hand of an exporter.

    Args:
        exporter: the RecordExporter.
        map_record: its record, ready to be mapped.
    """

    def __init__(self, exporter, map_record: MapRecord):
        self.exporter = exporter
        self.map_record = map_record
        self.adapter = exporter.backend_adapter
        self.leases = Leases(exporter, _owner_of(exporter.env))
        self.search = SearchThere(exporter)
        self.answered: dict | None = None  # the record, as it was answered now

    def run(self) -> str:
        """Create the record, or go on with what another attempt has begun."""
        lease = self.leases.take()
        if lease and lease.state == UNKNOWN:
            return f"{WAITING}: {lease.reason}"
        if lease and lease.state == SENT and self._is_key_known(lease):
            return self._send(lease, is_again=True)
        if lease and lease.state == SENT and not self._look_for(lease):
            return self._ask_person(lease)
        if lease and lease.state == KNOWN:
            return self._bind(lease)
        return self._begin(lease)

    # === STEPS === #

    def _begin(self, lease: Lease | None) -> str:
        """Send a request of which nothing has reached the backend."""
        data = self._data()
        self.exporter._validate_create_data(data)
        found = self.search.find(data)
        if found:
            if lease:
                lease.drop(f"The record was there already: {found.external_id}.")
            self._finish(found, None, is_current=False)
            return MATCHED
        if lease is None:
            lease = self.leases.open(data)
        elif lease.body != (body := write_body(self.exporter.env, data)):
            lease.rewrite(body)
        return self._send(lease)

    def _send(self, lease: Lease, is_again: bool = False) -> str:
        """Send a request, keep its answer, and bind the record.

        Args:
            is_again: it may have been sent before.
        """
        self.adapter.idempotency_key = lease.key if self.adapter._takes_key else None
        lease.mark_sent()
        try:
            answer = read_answer(self.adapter, self.exporter._create(lease.data))
        except Exception as error:
            if found := self._find_clash(lease, error):
                return self._adopt(lease, found)
            if outcome := self._settle(lease, error, is_again):
                raise outcome from error
            raise
        finally:
            self.adapter.idempotency_key = None
        id_in(answer, self.adapter, self.exporter.describe())
        lease.mark_known(answer)
        self.answered = answer.record
        return self._bind(lease)

    def _settle(
        self, lease: Lease, error: Exception, is_again: bool
    ) -> Exception | None:
        """Note what an error says of the request; return what to raise in its place."""
        takes_key = self.adapter._takes_key
        if takes_key and (seconds := self._busy_s(error, is_again)):
            age_s = lease.age(lease.first_sent_at).total_seconds()
            seconds = max(seconds, min(age_s * PATIENCE, PATIENCE_CAP_S))
            return RetryableJobError(
                f"The backend still works on request {lease.key}. Trying again, with "
                "the same key.",
                seconds=seconds,
                ignore_retry=True,
            )
        is_final = takes_key or not self.search.is_possible
        secrets, what = known_secrets(self.exporter.env.cr), self.exporter.describe()
        if refusal := refusal_of(error, what, secrets, is_final):
            lease.refuse(message_of(refusal))
            return refusal
        if never_arrived(error) and not is_again:
            lease.reopen()
        return None

    def _busy_s(self, error: Exception, is_again: bool) -> float | None:
        """Return when to ask again about a key that is in use, None for another error.

        A request that is sent for the first time meets no other one with its key: that
        record is there already, by something else than its key.
        """
        seconds = in_progress_s(error, self.adapter._busy_statuses)
        return (
            IN_PROGRESS_S if is_again and is_clash(error) and not seconds else seconds
        )

    def _find_clash(self, lease: Lease, error: Exception) -> Answer | None:
        """Return the record there with which a new one clashes, by its natural key.

        Raises:
            InvalidDataError: there are several, or it is bound to another record here.
        """
        is_busy = in_progress_s(error, self.adapter._busy_statuses)
        if is_busy or not is_clash(error):
            return None
        try:
            return self.search.find(lease.data)
        except InvalidDataError as clash:
            lease.refuse(message_of(clash))
            raise

    def _adopt(self, lease: Lease, found: Answer) -> str:
        """Bind a record that was there, and have it brought up to date by a job."""
        lease.refuse(f"The record was there already: {found.external_id}.")
        self._finish(found, None, is_current=False)
        return MATCHED

    def _look_for(self, lease: Lease) -> bool:
        """Find out by a search what became of a request; return whether that is known.

        The lease is known then, or open: the record is not there.

        Raises:
            RetryableJobError: it was sent a moment ago, and a search might not find it.
        """
        data = lease.data
        if not self.search.can_find(data):
            return False
        left_s = self.adapter._find_after_s - lease.age(lease.sent_at).total_seconds()
        if left_s > 0:
            raise RetryableJobError(
                f"Nobody knows whether request {lease.key} was received. Looking for "
                f"its record in {left_s:.0f} s, when a search surely finds it.",
                seconds=left_s,
                ignore_retry=True,
            )
        try:
            found = self.search.find(data)
        except InvalidDataError as error:  # several, or one that is bound
            lease.reason = message_of(error)
            return False
        if found:
            lease.mark_known(found)
        else:
            lease.reopen()
        return True

    def _bind(self, lease: Lease) -> str:
        data = self._data()
        is_current = lease.body == write_body(self.exporter.env, data)
        answer = Answer(lease.external_id, lease.version, self.answered)
        try:
            self._finish(answer, lease, is_current)
        except AlreadyBoundError as error:  # such as an id that a person mistyped
            lease.reason = message_of(error)
            return self._ask_person(lease)
        return CREATED

    def _finish(self, answer: Answer, lease: Lease | None, is_current: bool) -> None:
        """Bind the record, in the transaction that ends its request.

        Args:
            is_current: what is there is what would be sent now; else a job sends it.
        """
        exporter = self.exporter
        sent = exporter._sent_values(self.map_record)
        with exporter.own_transaction():
            exporter.external_id = answer.external_id
            exporter._note(answer, hash_of_sent(sent) if is_current else None)
            exporter.binder.bind(answer.external_id, exporter.binding)
            if is_current:
                exporter._remember(answer)
            else:
                OwnLines(exporter).learn(answer.record)
            exporter._after_export()
            if lease:
                lease.mark_bound(exporter.env)
            if not is_current:
                exporter.backend_record.delay_export_record(
                    exporter.model._name, exporter.binding.id
                )

    def _ask_person(self, lease: Lease) -> str:
        """Let a person say whether the record is there; its exports wait."""
        exporter = self.exporter
        why = lease.reason or exporter.env._("the backend cannot be asked")
        with exporter.own_transaction():
            reason = exporter.env._(
                "Nobody knows whether the backend created %(record)s: %(why)s. Look "
                "for it there, then press It Was Created or It Was Not Created on its "
                "request.",
                record=exporter.binding.display_name,
                why=why,
            )
            lease.mark_unknown(exporter.env, reason)
            requests = exporter.env["connector.request"]
            requests._ask(exporter.backend_record, lease.id, reason)
            if "sync_state" in exporter.binding._fields:
                exporter.binding.set_sync_state("error", reason)
        return f"{WAITING}: {reason}"

    # === HELPERS === #

    def _is_key_known(self, lease: Lease) -> bool:
        """Return whether the backend still remembers the key of a request."""
        return self.adapter._takes_key and lease.age(lease.first_sent_at) < KEY_LIFE

    def _data(self) -> dict:
        return self.exporter._create_data(self.map_record, missing_as_none=True)


def _owner_of(env) -> Owner:
    """Return the attempt of the job that runs, or a run outside of jobs."""
    job = current_job(env)
    return Owner(job.uuid, job.attempt) if job else run_owner(uuid4())
