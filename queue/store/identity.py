# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Identity keys: lookup and replacement of identical jobs."""

from ...sql import join_column, rows_from, to_column
from .ready import IS_DIRTY, hold_of
from .seal import IS_WHOLE, SEALED, seal_of

# For the SET of an UPDATE whose table is called job: its key, or NULL where another job
# with that key waits already, so that both run. The same statement may move a younger
# job with the key: the youngest keeps it.
# Indexes: connector_queue_job__identity_uniq, connector_queue_job__key_idx.
KEPT_KEY = """CASE WHEN EXISTS (
           SELECT FROM connector_queue_job AS twin
            WHERE twin.identity_key = job.identity_key
              AND twin.id <> job.id
              AND twin.state IN ('waiting', 'pending')
       ) OR EXISTS (
           SELECT FROM connector_queue_job AS twin
            WHERE twin.identity_key = job.identity_key
              AND twin.id > job.id
              AND twin.state IN ('enqueued', 'failed', 'cancelled')
              AND twin.state <> 'done'
       ) THEN NULL ELSE job.identity_key END"""

# job. The waiting jobs with these keys. Locks: the rows, FOR SHARE, so that no worker
# takes them before we commit. Index: connector_queue_job__identity_uniq.
FIND_IDENTICAL = """
SELECT identity_key, uuid
  FROM connector_queue_job
 WHERE identity_key = ANY (%(identity_keys)s)
   AND state IN ('waiting', 'pending')
   FOR SHARE
"""

# job. The job of each of these keys, in the first of the states that has one; a lock
# would delay a running job. Index: connector_queue_job__key_idx.
FIND_IN_STATES = """
SELECT DISTINCT ON (key.name) key.name, job.uuid, state.name
  FROM unnest(%(identity_keys)s::text[]) AS key (name)
 CROSS JOIN unnest(%(states)s::text[]) WITH ORDINALITY AS state (name, place)
 CROSS JOIN LATERAL (
       SELECT uuid
         FROM connector_queue_job
        WHERE identity_key = key.name AND state = state.name AND state <> 'done'
        ORDER BY id DESC
        LIMIT 1
 ) AS job
 ORDER BY key.name, state.place
"""

COLUMNS = (
    *("identity_keys", "concurrency_keys", "backend_ids"),
    *("own_channel_ids", "names"),
)

_GIVEN = {name: f"%({name})s" for name in SEALED}
_SEAL = seal_of(
    **{**_GIVEN, "context": "%(context)s::jsonb"}
    | {"uuid": "job.uuid", "payload": "new.payload::jsonb"}
)

# job. Replace the calls of the waiting jobs with these keys, with the current user's. A
# concurrency key that a job loses is free. Locks: the rows; a job that a worker took
# since our snapshot raises a serialization error.
# Index: connector_queue_job__identity_uniq.
REPLACE = f"""
UPDATE connector_queue_job AS job
   SET payload = new.payload::jsonb,
       seal = {_SEAL},
       name = COALESCE(new.name, %(name)s),
       func_name = %(func_name)s,
       method_name = %(method_name)s,
       model_name = %(model_name)s,
       payload_version = %(payload_version)s,
       user_id = %(user_id)s,
       company_id = %(company_id)s,
       context = %(context)s::jsonb,
       user_reason = %(user_reason)s,
       tags = %(tags)s::jsonb,
       channel_id = COALESCE(new.own_channel_id::integer, %(channel_id)s),
       backend_id = new.backend_id,
       job_function_id = %(job_function_id)s,
       priority = %(priority)s,
       eta = %(eta)s,
       max_retries = %(max_retries)s,
       has_own_max_retries = %(has_own_max_retries)s,
       retry = 0,
       network_since = NULL,
       network_until = NULL,
       deaths = 0,
       result = NULL,
       result_json = NULL,
       exc_info = NULL,
       hold = CASE WHEN job.state = 'waiting' THEN job.hold
                   ELSE {hold_of("%(eta)s::timestamp", "new.concurrency_key")} END,
       key_news = {IS_DIRTY} OR new.concurrency_key IS NOT NULL,
       freed_key = CASE WHEN job.state = 'pending' AND job.hold IS NULL
                         AND job.concurrency_key <> COALESCE(new.concurrency_key, '')
                        THEN job.concurrency_key
                        ELSE job.freed_key END,
       concurrency_key = new.concurrency_key
  FROM {rows_from("payloads", *COLUMNS)}
       AS new (
           payload, identity_key, concurrency_key, backend_id, own_channel_id, name
       )
 WHERE job.identity_key = new.identity_key
   AND job.state IN ('waiting', 'pending')
RETURNING job.identity_key, job.uuid
"""

# job. The waiting job with a key, to alter it. Locks: the row, FOR UPDATE; a job that a
# worker took since our snapshot raises a serialization error.
LOCK_IDENTICAL = """
SELECT id, payload::text
  FROM connector_queue_job
 WHERE identity_key = %(identity_key)s
   AND state IN ('waiting', 'pending')
   FOR UPDATE
"""

# job. Replace the arguments of a job that no other transaction writes. A job without a
# valid seal gets none by that. Index: the primary key.
REPLACE_PAYLOAD = f"""
UPDATE connector_queue_job AS job
   SET payload = %(payload)s::jsonb,
       seal = CASE WHEN {IS_WHOLE}
                   THEN {seal_of(payload="%(payload)s::jsonb")} ELSE job.seal END
 WHERE id = %(job_id)s
"""


def find_identical(cr, identity_keys: list[str]) -> dict[str, str]:
    """Return the uuid of the waiting job of each key, and lock it."""
    cr.execute(FIND_IDENTICAL, {"identity_keys": identity_keys})
    return dict(cr.fetchall())


def lock_identical(cr, identity_key: str) -> tuple[int, str]:
    """Return id and payload of the waiting job with a key, and lock it."""
    cr.execute(LOCK_IDENTICAL, {"identity_key": identity_key})
    return cr.fetchone()


def replace_payload(cr, job_id: int, payload: str) -> None:
    """Replace the arguments of a locked job."""
    cr.execute(REPLACE_PAYLOAD, {"job_id": job_id, "payload": payload})


def find_in_states(
    cr, identity_keys: list[str], states: list[str]
) -> dict[str, tuple[str, str]]:
    """Return uuid and state of the job of each key, in the first state that has one."""
    cr.execute(FIND_IN_STATES, {"identity_keys": identity_keys, "states": states})
    return {key: (uuid, state) for key, uuid, state in cr.fetchall()}


def replace_identical(cr, values: dict) -> dict[str, str]:
    """Replace the call of the waiting job of each key; return their uuids."""
    columns = {name: to_column(values[name]) for name in COLUMNS}
    columns["payloads"] = join_column(values["payloads"])
    cr.execute(REPLACE, {**values, **columns})
    return dict(cr.fetchall())
