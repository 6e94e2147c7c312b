# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claim of ready jobs by workers."""

from odoo import SUPERUSER_ID
from odoo.modules.registry import _CACHES_BY_KEY, Registry

from .channel import HAS_ROOM, is_served
from .edge import mark_edges
from .function import LANGUAGE
from .identity import KEPT_KEY
from .ready import EXIST_DIRTY_KEYS, EXIST_DUE, IS_DIRTY, RELEASE_ETA
from .seal import IS_WHOLE

# Odoo's signals that a registry or a cache is old. Each row of its tables is a signal;
# a process that knows the last ids is up to date. They are part of a claim: alone they
# cost a round trip, and PostgreSQL plans the query anew.
_NAMES = "registry", *_CACHES_BY_KEY
_LAST_IDS = ", ".join(f"(SELECT max(id) FROM orm_signaling_{name})" for name in _NAMES)
SIGNALS = f"ARRAY[{_LAST_IDS}]"

# Whether an open channel with limits, not full by its own jobs, has a ready job. The
# ORDER BY selects the index that has it: any other may be read to its end.
# Indexes: connector_queue_job__ready_idx, connector_queue_job__taken_idx.
HAS_LIMITED = f"""
SELECT FROM connector_queue_channel AS limited
 CROSS JOIN LATERAL (
       SELECT FROM connector_queue_job
        WHERE channel_id = limited.id AND state = 'pending' AND hold IS NULL
        ORDER BY priority, id
        LIMIT 1
 ) AS job
 WHERE limited.is_open AND limited.is_limited
   AND {is_served("limited", "p_channel_ids")} AND {HAS_ROOM}"""

# The end of each claim: assign the jobs of "next" to the worker. They are locked, so a
# row is where it was found, and no index is needed. They run in the order of
# claim_number, so that after a death the first unfinished one is the one that ran.
# The payload of a row that may not run is not returned: no version can run it.
_TAKE = f"""
claimed AS (
    UPDATE connector_queue_job AS job
       SET state = 'enqueued',
           worker_id = p_worker_id,
           claim_number = p_claimed_before + next.place,
           date_enqueued = clock_timestamp() AT TIME ZONE 'UTC'
      FROM next
     WHERE job.ctid = next.row_id
    RETURNING job.*
)
SELECT job.id, job.uuid, func_name, method_name, model_name, channel_id,
       CASE WHEN {IS_WHOLE} THEN payload::text END,
       payload_version, user_id, job.company_id, context::text,
       retry, max_retries, attempt, concurrency_key, has_edges, date_enqueued,
       timeout,
       -- the superuser is archived, and yet allowed to run jobs
       COALESCE(users.active OR users.id = {SUPERUSER_ID}, FALSE),
       {SIGNALS}
  FROM claimed AS job
  LEFT JOIN res_users AS users ON users.id = job.user_id
 ORDER BY claim_number"""
_TAKEN = """
    id integer, uuid varchar, func_name varchar, method_name varchar,
    model_name varchar, channel_id integer, payload text, payload_version integer,
    user_id integer, company_id integer, context text, retry integer,
    max_retries integer, attempt integer, concurrency_key varchar,
    has_edges boolean, date_enqueued timestamp, timeout double precision,
    is_user_active boolean, signals integer[]"""

# Plans also forbidden to a claim: to find the few jobs it takes by reading the whole
# table. The planner does not know the limit, and assumes a tenth of the table.
CLAIM_LANGUAGE = f"{LANGUAGE} SET enable_hashjoin = off SET enable_mergejoin = off"

# Take ready jobs of the served, open channels without limits.
# Locks: job rows, SKIP LOCKED. Index: connector_queue_job__ready_idx.
CLAIM = f"""
WITH next AS (
    SELECT job.row_id, row_number() OVER (ORDER BY job.priority, job.id) AS place
      FROM connector_queue_channel AS channel
     CROSS JOIN LATERAL (
           SELECT id, priority, ctid AS row_id
             FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            ORDER BY priority, id
            LIMIT p_limit
              FOR UPDATE SKIP LOCKED
     ) AS job
     WHERE channel.is_open AND NOT channel.is_limited
       AND {is_served("channel", "p_channel_ids")}
     ORDER BY job.priority, job.id
     LIMIT p_limit
),{_TAKE}"""

# A claim in one round trip. Where a channel with limits has work, it takes nothing and
# returns a row without id: the caller checks the limits first, then calls again.
MAKE_CLAIM = f"""
CREATE OR REPLACE FUNCTION connector_queue_claim(
    p_worker_id integer, p_limit integer, p_claimed_before integer,
    p_has_seen_limits boolean, p_channel_ids integer[]
)
RETURNS TABLE ({_TAKEN}) {CLAIM_LANGUAGE} AS $$
#variable_conflict use_column
BEGIN
    IF {EXIST_DUE} THEN {RELEASE_ETA};
    END IF;
    IF {EXIST_DIRTY_KEYS} THEN
        PERFORM connector_queue_promote();
        IF {EXIST_DIRTY_KEYS} THEN  -- a job stepped back, or there were many
            PERFORM connector_queue_promote();
        END IF;
    END IF;
    IF NOT p_has_seen_limits AND EXISTS ({HAS_LIMITED}) THEN
        id := NULL;
        RETURN NEXT;
    ELSE
        RETURN QUERY {CLAIM};
    END IF;
END $$
"""

# Take the first ready job of one channel, whose limits were checked under their lock.
# Locks: the job's row, SKIP LOCKED. Index: connector_queue_job__ready_idx.
CLAIM_LIMITED = f"""
WITH next AS (
    SELECT ctid AS row_id, 1 AS place
      FROM connector_queue_job
     WHERE channel_id = p_channel_id AND state = 'pending' AND hold IS NULL
     ORDER BY priority, id
     LIMIT 1
       FOR UPDATE SKIP LOCKED
),{_TAKE}"""

MAKE_CLAIM_LIMITED = f"""
CREATE OR REPLACE FUNCTION connector_queue_claim_limited(
    p_worker_id integer, p_channel_id integer, p_claimed_before integer
)
RETURNS TABLE ({_TAKEN}) {CLAIM_LANGUAGE} AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY {CLAIM_LIMITED};
END $$
"""

# Release the jobs a worker claimed and did not start.
RELEASE = f"""
UPDATE connector_queue_job AS job
   SET state = 'pending', worker_id = NULL, claim_number = NULL, date_enqueued = NULL,
       identity_key = {KEPT_KEY}
 WHERE id = ANY (%(job_ids)s)
   AND state = 'enqueued'
   AND worker_id = %(worker_id)s
"""

# End claimed jobs that may not run, and mark their dependents. No attempt is stored:
# nothing ran.
SET_ASIDE = f"""
WITH aside AS (
    UPDATE connector_queue_job AS job
       SET state = 'failed', worker_id = NULL, claim_number = NULL,
           result = %(reason)s, exc_info = %(reason)s,
           key_news = {IS_DIRTY},
           date_done = clock_timestamp() AT TIME ZONE 'UTC'
     WHERE id = ANY (%(job_ids)s)
       AND state = 'enqueued'
       AND worker_id IS NOT DISTINCT FROM %(worker_id)s
    RETURNING id
),
marked AS (
    {mark_edges("aside.id", "'failed'", "aside")}
)
SELECT id FROM aside
"""

# Whether a job could start now, limits aside.
# Indexes: connector_queue_job__ready_idx, connector_queue_job__eta_idx.
HAS_READY_JOB = f"""
SELECT EXISTS (
    SELECT FROM connector_queue_channel AS channel
     CROSS JOIN LATERAL (
           SELECT FROM connector_queue_job
            WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
            ORDER BY priority, id
            LIMIT 1
     ) AS job
     WHERE channel.is_open AND {is_served("channel", "%(channel_ids)s::integer[]")}
)
    OR {EXIST_DUE} OR {EXIST_DIRTY_KEYS}
"""


def claim_jobs(  # noqa: PLR0913 as the function of the database
    cr,
    worker_id: int,
    limit: int,
    claimed_before: int,
    has_seen_limits: bool = True,
    channel_ids: list[int] | None = None,
) -> list[dict] | None:
    """Claim ready jobs of channels without limits, in the order they run in.

    Args:
        channel_ids: the channels to take from, None for all.

    Returns:
        A row for each job; None when a channel with limits has work and the caller
        has not checked it yet.
    """
    values = [worker_id, limit, claimed_before, has_seen_limits, channel_ids]
    cr.execute("SELECT * FROM connector_queue_claim(%s, %s, %s, %s, %s)", values)
    rows = _rows(cr)
    return None if rows and rows[0]["id"] is None else rows


def claim_limited_job(
    cr, worker_id: int, channel_id: int, claimed_before: int
) -> list[dict]:
    """Claim the first ready job of a channel, if there is one."""
    values = [worker_id, channel_id, claimed_before]
    cr.execute("SELECT * FROM connector_queue_claim_limited(%s, %s, %s)", values)
    return _rows(cr)


def _rows(cr) -> list[dict]:
    names = [column.name for column in cr.description]
    return [dict(zip(names, row, strict=True)) for row in cr.fetchall()]


def release_jobs(cr, worker_id: int, job_ids: list[int]) -> None:
    """Release claimed jobs that were not started."""
    cr.execute(RELEASE, {"worker_id": worker_id, "job_ids": job_ids})


def set_aside(cr, worker_id: int, job_ids: list[int], reason: str) -> None:
    """End claimed jobs that may not run as failed, with a reason."""
    values = {"worker_id": worker_id, "job_ids": job_ids, "reason": reason}
    cr.execute(SET_ASIDE, values)


def has_ready_job(cr, channel_ids: list[int] | None = None) -> bool:
    """Return whether a job could start now, of these channels if some are given."""
    cr.execute(HAS_READY_JOB, {"channel_ids": channel_ids})
    return cr.fetchone()[0]


def known_signals(registry: Registry) -> list[int]:
    """Return the last signals that a registry has followed, in the order of SIGNALS."""
    caches = registry.cache_sequences
    return [registry.registry_sequence, *(caches[name] for name in _CACHES_BY_KEY)]
