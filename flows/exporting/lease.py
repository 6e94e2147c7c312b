# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lease of a create: the outbound request, stored before it is sent.

Its row is written by transactions of their own, so that a crash leaves what is known.
One attempt owns it; another one that takes it over fences the one before::

    open --> sent --> known --> bound
      ^       |  \\
      |       |   `--> refused             the backend did nothing
      |       `------> unknown --> known   a person says that it was created,
      |                        \\-> dropped or that it was not
      `--- nothing reached the backend
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from odoo import api
from odoo.sql_db import BaseCursor
from odoo.tools import SQL

from ...exception import InvalidUsageError, RetryableJobError
from ...text import reference_of
from .own_transaction import own_transaction
from .request_body import key_of, read_body, write_body
from .sent import Answer

OPEN = "open"  # stored, not sent
SENT = "sent"  # perhaps sent; what became of it is not known here
KNOWN = "known"  # answered; the record is there
BOUND = "bound"
REFUSED = "refused"  # the backend did nothing; the next try is a new request
UNKNOWN = "unknown"  # a person has to say whether the record is there
DROPPED = "dropped"  # a person said that it is not
LIVE = (OPEN, SENT, KNOWN, UNKNOWN)

RACE_RETRY_S = 1

# The live request of a record. Locks: its row. Index: the unique one of live requests.
FIND_LIVE = """
SELECT id, state, key, body, job_uuid, attempt, external_id, version, reason,
       first_sent_at, sent_at, clock_timestamp() AT TIME ZONE 'UTC' AS now
  FROM connector_request
 WHERE backend_id = %(backend)s AND model = %(model)s AND binding_id = %(binding_id)s
   AND state IN ('open', 'sent', 'known', 'unknown')
   FOR NO KEY UPDATE
"""

# How often the record was asked for before. Locks: none. Index: of records.
COUNT_ENDED = """
SELECT count(*) FROM connector_request
 WHERE backend_id = %(backend)s AND model = %(model)s AND binding_id = %(binding_id)s
"""

# Open a request. Locks: its row. Index: the unique one of live requests.
OPEN_ONE = """
INSERT INTO connector_request (
    backend_id, company_id, model, binding_id, state, key, body, job_uuid, attempt,
    send_count, opened_at, create_uid, create_date, write_uid, write_date
)
SELECT %(backend)s, %(company_id)s, %(model)s, %(binding_id)s, 'open', %(key)s,
       %(body)s, %(job_uuid)s, %(attempt)s, 0, now.at, %(uid)s, now.at, %(uid)s, now.at
  FROM (SELECT clock_timestamp() AT TIME ZONE 'UTC' AS at) AS now
    ON CONFLICT (backend_id, model, binding_id)
       WHERE state IN ('open', 'sent', 'known', 'unknown') DO NOTHING
RETURNING id
"""

# Move a request of ours to another state. Locks: its row. Index: the primary key.
MOVE = """
UPDATE connector_request
   SET write_date = clock_timestamp() AT TIME ZONE 'UTC', %s
 WHERE id = %s AND state IN %s AND job_uuid = %s AND attempt = %s
"""

# The external id of a binding, as it is committed. Locks: none. Index: primary key.
FIND_COMMITTED = "SELECT %s FROM %s WHERE id = %s"

NOW = SQL("clock_timestamp() AT TIME ZONE 'UTC'")


@dataclass(frozen=True)
class Owner:
    """The attempt of a job that owns a lease; outside of jobs, a run.

    Args:
        job_uuid: of the job, or of the run.
        attempt: number of the start of the job; 0 outside of jobs.
    """

    job_uuid: str
    attempt: int


@dataclass
class Lease:
    """The request by which a record is to be created, in the hands of one attempt."""

    env: api.Environment
    id: int
    state: str
    key: str
    body: str
    owner: Owner
    external_id: str | None = None
    version: str | None = None
    reason: str | None = None
    first_sent_at: datetime | None = None
    sent_at: datetime | None = None
    now: datetime | None = None
    """Time of the database when the lease was taken, as those before."""

    @property
    def data(self) -> dict:
        """The values that are sent, the same each time."""
        return read_body(self.env, self.body)

    def age(self, since: datetime | None) -> timedelta:
        """Return how long something is ago."""
        return (self.now - since) if self.now and since else timedelta(0)

    # === STATES === #

    def rewrite(self, body: str) -> None:
        """Take other values for a request that did not reach the backend."""
        self._move((OPEN,), OPEN, body=body)
        self.body = body

    def mark_sent(self) -> None:
        """Note that the request is about to be sent."""
        times = {
            "sent_at": NOW,
            "first_sent_at": SQL("COALESCE(first_sent_at, %s)", NOW),
        }
        more = {"send_count": SQL("send_count + 1")}
        self._move((OPEN, SENT), SENT, **times, **more)

    def reopen(self) -> None:
        """Note that nothing of the request reached the backend."""
        self._move((SENT,), OPEN)

    def mark_known(self, answer: Answer) -> None:
        """Keep what the backend has answered."""
        self.external_id, self.version = answer.external_id, answer.version
        self._move(
            (SENT,), KNOWN, external_id=answer.external_id, version=answer.version
        )

    def refuse(self, reason: str) -> None:
        """End the request: the backend did nothing."""
        self._move((OPEN, SENT), REFUSED, reason=reason, ended_at=NOW)

    def drop(self, reason: str) -> None:
        """End a request that was not sent."""
        self._move((OPEN,), DROPPED, reason=reason, ended_at=NOW)

    def mark_unknown(self, env: api.Environment, reason: str) -> None:
        """Leave it to a person what became of the request.

        Args:
            env: of the transaction that asks the person.
            reason: why nobody knows.
        """
        self._move((SENT, KNOWN), UNKNOWN, env.cr, reason=reason)
        self.reason = reason

    def mark_bound(self, env: api.Environment) -> None:
        """End the request in the transaction that binds the record."""
        self._move((KNOWN,), BOUND, env.cr, ended_at=NOW)

    def _move(
        self, old: tuple[str, ...], new: str, cr: BaseCursor | None = None, **values
    ) -> None:
        """Change the state, committed at once unless a cursor is given.

        Raises:
            RetryableJobError: another attempt has taken the request over.
        """
        if cr is None:
            with own_transaction(self.env) as env:
                return self._move(old, new, env.cr, **values)
        values["state"] = new
        sets = [
            SQL("%s = %s", SQL.identifier(name), one) for name, one in values.items()
        ]
        place = self.id, old, self.owner.job_uuid, self.owner.attempt
        cr.execute(SQL(MOVE, SQL(", ").join(sets), *place))
        if not cr.rowcount:
            raise RetryableJobError(
                f"Request {self.key} was taken over by another attempt, or is not "
                f"{' or '.join(old)} any more. Trying again, to see what it did.",
                seconds=RACE_RETRY_S,
                ignore_retry=True,
            )
        self.state = new
        return None


class Leases:
    """The requests of one record.

    Args:
        exporter: the RecordExporter of the record.
        owner: the attempt that exports it.
    """

    def __init__(self, exporter, owner: Owner):
        self.exporter = exporter
        self.owner = owner
        backend = exporter.backend_record
        self.values = {
            "backend": backend.reference(),
            "company_id": backend.sudo().company_id.id or None,  # copied as it is
            "model": exporter.model._name,
            "binding_id": exporter.binding.id,
            "job_uuid": owner.job_uuid,
            "attempt": owner.attempt,
            "uid": exporter.env.uid,
        }

    def take(self) -> Lease | None:
        """Return the live request of the record, which is ours from now on.

        Raises:
            RetryableJobError: a later attempt of the same job has it.
        """
        with own_transaction(self.exporter.env) as env:
            env.cr.execute(FIND_LIVE, self.values)
            rows = env.cr.dictfetchall()
            if not rows:
                return None
            row = rows[0]
            taken = Owner(row.pop("job_uuid"), row.pop("attempt"))
            if taken.job_uuid == self.owner.job_uuid:
                self._refuse_older(taken)
            sets = SQL(
                "job_uuid = %s, attempt = %s", self.owner.job_uuid, self.owner.attempt
            )
            place = row["id"], LIVE, taken.job_uuid, taken.attempt
            env.cr.execute(SQL(MOVE, sets, *place))
        return Lease(self.exporter.env, owner=self.owner, **row)

    def open(self, data: dict) -> Lease:
        """Store a request with the values of a new record, and return it.

        Raises:
            InvalidUsageError: the binding is not committed: nobody would know of the
                record there, if the transaction that made it was rolled back.
            RetryableJobError: another transaction has exported the record.
        """
        body = write_body(self.exporter.env, data)
        with own_transaction(self.exporter.env) as env:
            self._check_committed(env)
            env.cr.execute(COUNT_ENDED, self.values)
            key = key_of(env, self.values, body, env.cr.fetchone()[0])
            env.cr.execute(OPEN_ONE, {**self.values, "key": key, "body": body})
            row = env.cr.fetchone()
        if row is None:
            raise self._raced("has begun to export it")
        return Lease(self.exporter.env, row[0], OPEN, key, body, self.owner)

    # === HELPERS === #

    def _refuse_older(self, taken: Owner) -> None:
        if taken.attempt > self.owner.attempt:
            raise RetryableJobError(
                f"Attempt {self.owner.attempt} of the job was taken for dead: attempt "
                f"{taken.attempt} goes on with its request.",
                seconds=RACE_RETRY_S,
                ignore_retry=True,
            )

    def _check_committed(self, env: api.Environment) -> None:
        binding, field = self.exporter.binding, self.exporter.binder._external_field
        table, column = SQL.identifier(binding._table), SQL.identifier(field)
        env.cr.execute(SQL(FIND_COMMITTED, column, table, binding.id))
        row = env.cr.fetchone()
        if row is None:
            raise InvalidUsageError(
                f"Cannot create {self.exporter.describe()}: its binding is not "
                "committed, expected a job of its own. Delay it: "
                f"backend.delay_export_record({binding._name!r}, {binding.id})."
            )
        if not self.exporter.binder._is_missing(row[0]):
            raise self._raced("has exported it")

    def _raced(self, what: str) -> RetryableJobError:
        return RetryableJobError(
            f"Cannot create {reference_of(self.exporter.binding)} there: another "
            f"transaction {what}. Trying again, to see what it did.",
            seconds=RACE_RETRY_S,
            ignore_retry=True,
        )


def run_owner(uuid: UUID) -> Owner:
    """Return the owner of a lease outside of jobs."""
    return Owner(f"run {uuid}", 0)
