# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Insertion of jobs, and changes of jobs that no worker has."""

from datetime import datetime
from typing import NamedTuple

from ...sql import join_column, rows_from, to_column
from ..eta import IS_TELLABLE, LAST_ETA
from .burst import BURST_LEFT, BURST_S
from .channel import EXISTING_CHANNEL
from .edge import IS_BLOCKED, mark_edges
from .identity import KEPT_KEY
from .liveness import CHANNEL
from .ready import IS_DIRTY, hold_of
from .seal import SEALED, seal_of

COLUMNS = (  # that differ between jobs of one call, besides their payloads
    "uuids",
    "identity_keys",
    "concurrency_keys",
    "are_dirty",
    "backend_ids",
    "own_channel_ids",
    "names",
)

_GIVEN = {name: f"%({name})s" for name in SEALED}
_SEAL = seal_of(
    **{**_GIVEN, "context": "%(context)s::jsonb"}
    | {"uuid": "new.uuid", "payload": "new.payload::jsonb"}
)

# job. Insert n jobs and seal them. Their differing values come as columns, their
# payloads as JSON in one of them. Locks: the new rows.
_INSERT = f"""
INSERT INTO connector_queue_job (
    seal, uuid, payload, identity_key, concurrency_key, key_news, hold,
    name, func_name, method_name, model_name, payload_version,
    user_id, company_id, context, user_reason, tags,
    channel_id, backend_id, job_function_id,
    state, has_edges, priority, eta, max_retries,
    has_own_max_retries, timeout,
    retry, attempt, deaths, commits, date_created
)
SELECT {_SEAL}, new.uuid, new.payload::jsonb, new.identity_key, new.concurrency_key,
       COALESCE(new.is_dirty::boolean, FALSE) AND %(state)s = 'pending',
       CASE WHEN %(state)s = 'pending'
            THEN {hold_of("%(eta)s::timestamp", "new.concurrency_key")} END,
       COALESCE(new.name, %(name)s), %(func_name)s, %(method_name)s, %(model_name)s,
       %(payload_version)s,
       %(user_id)s, %(company_id)s, %(context)s::jsonb, %(user_reason)s,
       %(tags)s::jsonb,
       COALESCE(new.own_channel_id::integer, %(channel_id)s), new.backend_id,
       %(job_function_id)s,
       %(state)s, %(has_edges)s, %(priority)s, %(eta)s, %(max_retries)s,
       %(has_own_max_retries)s, %(timeout)s,
       0, 0, 0, 0, now() AT TIME ZONE 'UTC'
  FROM {rows_from("payloads", *COLUMNS)} AS new (
           payload, uuid, identity_key, concurrency_key, is_dirty, backend_id,
           own_channel_id, name
       )
"""

INSERT_JOBS = f"WITH added AS ({_INSERT}) SELECT {BURST_LEFT}"

# job. Insert those of n jobs whose keys no waiting job has. Locks: the new rows. A key
# that is not in our snapshot raises a serialization error.
INSERT_UNLESS_IDENTICAL = f"""
WITH added AS ({_INSERT}
        ON CONFLICT (identity_key)
           WHERE identity_key IS NOT NULL AND state IN ('waiting', 'pending')
           DO NOTHING
    RETURNING uuid
)
SELECT ARRAY(SELECT uuid FROM added), {BURST_LEFT}
"""

# job. Move jobs that no worker has, and mark their dependents. A requeued job that has
# to wait for others waits; the eta is that of requeued jobs; where their channel was
# deleted, they wait in that of their function, or in root.
# Locks: the rows, and their open edges.
MOVE = f"""
WITH moved AS (
    UPDATE connector_queue_job AS job
       SET state = CASE WHEN %(target)s = 'pending' AND {IS_BLOCKED} THEN 'waiting'
                        ELSE %(target)s END,
           hold = CASE WHEN %(target)s = 'pending' AND NOT {IS_BLOCKED}
                       THEN {hold_of("%(eta)s::timestamp")} END,
           key_news = {IS_DIRTY},
           eta = CASE WHEN %(target)s = 'pending' THEN %(eta)s ELSE eta END,
           retry = CASE WHEN %(target)s = 'pending' THEN 0 ELSE retry END,
           network_since = CASE WHEN %(target)s <> 'pending' THEN network_since END,
           network_until = CASE WHEN %(target)s <> 'pending' THEN network_until END,
           deaths = 0,
           channel_id = CASE WHEN %(target)s = 'pending' THEN {EXISTING_CHANNEL}
                             ELSE channel_id END,
           date_notified = CASE WHEN %(target)s = 'pending' THEN NULL
                                ELSE date_notified END,
           done_by_id = CASE WHEN %(target)s = 'done' THEN %(done_by_id)s::integer END,
           result = COALESCE(%(message)s, result),
           identity_key = {KEPT_KEY},
           date_done = CASE WHEN %(target)s = 'pending' THEN NULL
                            ELSE now() AT TIME ZONE 'UTC' END
     WHERE id = ANY (%(job_ids)s)
       AND state = ANY (%(sources)s)
    RETURNING id, has_edges
),
marked AS (
    {mark_edges("moved.id", "%(target)s", "moved")}
)
SELECT id, has_edges FROM moved
"""

# job. The time, by the clock that decides when an eta has come.
READ_CLOCK = "SELECT clock_timestamp() AT TIME ZONE 'UTC'"

# Wake every worker of the database. In a transaction of its own: inside the one that
# writes, it would keep PostgreSQL from committing transactions together.
WAKE = f"NOTIFY {CHANNEL}"

# job. Write when, where and how often jobs run that no worker has, and how they ended.
# None keeps the old value; an eta is written where %(has_eta)s, an end where
# %(has_end)s. A job held for another reason than eta or key stays held. Locks: the
# rows. Index: the primary key.
REWRITE = f"""
UPDATE connector_queue_job AS job
   SET priority = COALESCE(%(priority)s, priority),
       channel_id = COALESCE(%(channel_id)s, channel_id),
       max_retries = COALESCE(%(max_retries)s, max_retries),
       has_own_max_retries = has_own_max_retries OR %(max_retries)s <> max_retries,
       retry = COALESCE(%(retry)s, retry),
       eta = CASE WHEN %(has_eta)s THEN %(eta)s::timestamp ELSE eta END,
       hold = CASE WHEN NOT %(has_eta)s OR state <> 'pending'
                     OR hold NOT IN ('eta', 'key') THEN hold
                   ELSE {hold_of("%(eta)s::timestamp")} END,
       key_news = {IS_DIRTY},
       result = CASE WHEN %(has_end)s THEN %(result)s ELSE result END,
       exc_info = CASE WHEN %(has_end)s THEN %(exc_info)s ELSE exc_info END
 WHERE id = ANY (%(job_ids)s)
   AND state = ANY (%(states)s)
RETURNING id
"""

# job. Replace etas out of bounds by the last eta, or by now. Reads all the jobs.
BOUND_ETAS = f"""
UPDATE connector_queue_job
   SET eta = CASE WHEN eta > %(last_eta)s THEN %(last_eta)s
                  ELSE now() AT TIME ZONE 'UTC' END
 WHERE NOT ({IS_TELLABLE})
"""

NOTHING = {
    "priority": None,
    "channel_id": None,
    "max_retries": None,
    "retry": None,
    "eta": None,
    "has_eta": False,
    "result": None,
    "exc_info": None,
    "has_end": False,
}


class Inserted(NamedTuple):
    """Result of an insertion of jobs."""

    uuids: list[str]
    burst_left_s: float = 0.0
    """For how long from then on the workers poll for jobs, in seconds."""


def insert_jobs(cr, values: dict) -> Inserted:
    """Insert jobs of one function in one place.

    Args:
        values: lists of differing values, payloads as JSON; and the common values.
    """
    columns = {**values, **{name: to_column(values[name]) for name in COLUMNS}}
    columns["payloads"] = join_column(values["payloads"])
    if not any(values["identity_keys"]):  # saves a sixth of the time
        cr.execute(INSERT_JOBS, columns)
        return Inserted(values["uuids"], _known_left(*cr.fetchone()))
    cr.execute(INSERT_UNLESS_IDENTICAL, columns)
    uuids, left_s = cr.fetchone()
    return Inserted(uuids, _known_left(left_s))


def _known_left(seconds: float) -> float:
    """Return for how long workers surely poll, in seconds; 0 if the clock jumped."""
    return seconds if 0 < seconds <= BURST_S else 0.0


def move_jobs(
    cr,
    job_ids: list[int],
    sources: list[str],
    target: str,
    message: str | None = None,
    **values,
) -> dict[int, bool]:
    """Move jobs from one of some states to another.

    Args:
        values: ``eta`` of requeued jobs; ``done_by_id``, the user who sets jobs to
            done that did not run.

    Returns:
        The ids that were moved, and whether other jobs wait for each.
    """
    names = {
        "job_ids": job_ids,
        "sources": sources,
        "target": target,
        "message": message,
    }
    cr.execute(MOVE, {"eta": None, "done_by_id": None, **names, **values})
    return dict(cr.fetchall())


def read_clock(cr) -> datetime:
    """Return the time of the database, naive UTC."""
    cr.execute(READ_CLOCK)
    return cr.fetchone()[0]


def wake(cr) -> None:
    """Notify every worker that listens."""
    cr.execute(WAKE)


def rewrite(cr, job_ids: list[int], states: list[str], **values) -> set[int]:
    """Change jobs in some states; return the ids of the changed jobs."""
    names = {"job_ids": job_ids, "states": states}
    cr.execute(REWRITE, {**NOTHING, **names, **values})
    return {row[0] for row in cr.fetchall()}


def bound_etas(cr) -> None:
    """Repair the rows whose eta is out of bounds."""
    cr.execute(BOUND_ETAS, {"last_eta": LAST_ETA})
