# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Alerts: what keeps the jobs of this database from running."""

from typing import NamedTuple

from .liveness import IS_ALIVE, LOCK_CLASS

# The processes that run jobs, or are misconfigured. A table of some dozens of rows.
FIND_PROCESSES = f"""
SELECT DISTINCT host, pid, refusal, only_channels, unknown_channels
  FROM connector_queue_worker AS worker
 WHERE {IS_ALIVE}
 ORDER BY host, pid
"""

# The addons that are about to change. Index: ir_module_module__state_index.
FIND_CHANGING = """
SELECT name
  FROM ir_module_module
 WHERE state IN ('to install', 'to upgrade', 'to remove')
 ORDER BY name
"""

# The channels in which a job is ready. Index: connector_queue_job__ready_idx.
FIND_READY_CHANNELS = """
SELECT complete_name
  FROM connector_queue_channel AS channel
 CROSS JOIN LATERAL (
       SELECT FROM connector_queue_job
        WHERE channel_id = channel.id AND state = 'pending' AND hold IS NULL
        ORDER BY priority, id
        LIMIT 1
 ) AS job
 WHERE channel.is_open
 ORDER BY complete_name
"""


class JobProcess(NamedTuple):
    """A process that runs jobs, or shows why it runs none."""

    host: str
    pid: int
    refusal: str | None
    only_channels: str | None
    unknown_channels: str | None


def find_processes(cr, silence_s: int) -> list[JobProcess]:
    """Return the processes that are alive."""
    cr.execute(FIND_PROCESSES, {"silence_s": silence_s, "lock_class": LOCK_CLASS})
    return [JobProcess(*row) for row in cr.fetchall()]


def find_changing(cr) -> list[str]:
    """Return the addons that are to be installed, upgraded or removed."""
    cr.execute(FIND_CHANGING)
    return [name for (name,) in cr.fetchall()]


def find_ready_channels(cr) -> list[str]:
    """Return the complete names of the open channels in which a job is ready."""
    cr.execute(FIND_READY_CHANNELS)
    return [name for (name,) in cr.fetchall()]
