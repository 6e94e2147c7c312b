# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of a backend that does not answer: where they wait, and that they go on."""

# job. Move what waits in one channel for a backend to another one, but for the job that
# asks whether it is back. Locks: the rows;
# those that others have are not ours to move. Index: connector_queue_job__open_idx.
MOVE_JOBS = """
UPDATE connector_queue_job
   SET channel_id = %(to_id)s
 WHERE id IN (
       SELECT id
         FROM connector_queue_job
        WHERE backend_id = %(backend)s
          AND channel_id = %(from_id)s
          AND identity_key IS DISTINCT FROM %(probe_key)s
          AND state IN ('waiting', 'pending')
          FOR UPDATE SKIP LOCKED
 )
"""

# job. Let the jobs of a backend go on that wait until it answers again. Locks: the
# rows; those that others have end there. Index: connector_queue_job__open_idx.
END_WAIT = """
UPDATE connector_queue_job
   SET eta = now() AT TIME ZONE 'UTC'
 WHERE id IN (
       SELECT id
         FROM connector_queue_job
        WHERE backend_id = %(backend)s
          AND state = 'pending'
          AND hold = 'eta'
          AND network_since IS NOT NULL
          FOR UPDATE SKIP LOCKED
 )
"""


def move_jobs_of_backend(
    cr, backend: str, from_id: int, to_id: int, probe_key: str
) -> None:
    """Move the waiting jobs of a backend from one channel to another.

    Args:
        probe_key: identity key of the job that stays where it is.
    """
    names = {"backend": backend, "from_id": from_id, "to_id": to_id}
    cr.execute(MOVE_JOBS, {**names, "probe_key": probe_key})


def end_wait(cr, backend: str) -> None:
    """Let the jobs go on that wait for a backend."""
    cr.execute(END_WAIT, {"backend": backend})
