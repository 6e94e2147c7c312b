# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Changes of stored jobs that no worker has."""

from ..eta import IS_TELLABLE, LAST_ETA
from .ready import HAS_NEWS, hold_of

# job. Write when, where and how often jobs run that no worker has, and how they ended.
# None keeps the old value; an eta is written where %(has_eta)s, an end where
# %(has_end)s. A job held for another reason than eta or key stays held. Locks: the
# rows. Index: the primary key.
REWRITE = f"""
UPDATE connector_queue_job AS job
   SET priority = COALESCE(%(priority)s, priority),
       channel_id = COALESCE(%(channel_id)s, channel_id),
       max_retries = COALESCE(%(max_retries)s, max_retries),
       retry = COALESCE(%(retry)s, retry),
       eta = CASE WHEN %(has_eta)s THEN %(eta)s::timestamp ELSE eta END,
       hold = CASE WHEN NOT %(has_eta)s OR state <> 'pending'
                     OR hold NOT IN ('eta', 'key') THEN hold
                   ELSE {hold_of("%(eta)s::timestamp")} END,
       key_news = {HAS_NEWS},
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


def rewrite(cr, job_ids: list[int], states: list[str], **values) -> set[int]:
    """Change jobs in some states; return the ids of the changed jobs."""
    names = {"job_ids": job_ids, "states": states}
    cr.execute(REWRITE, {**NOTHING, **names, **values})
    return {row[0] for row in cr.fetchall()}


def bound_etas(cr) -> None:
    """Repair the rows whose eta is out of bounds."""
    cr.execute(BOUND_ETAS, {"last_eta": LAST_ETA})
