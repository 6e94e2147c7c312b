# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Processor time used by some processes of this machine."""

import os
from collections.abc import Iterable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # the clock's steps in a second

# every backend that works in the database, apart from the one that asks
BACKENDS = """
SELECT pid
  FROM pg_stat_activity
 WHERE datname = current_database()
   AND pid <> pg_backend_pid()
"""


def processor_s(pids: Iterable[int]) -> float:
    """Return the seconds that living processes have used so far."""
    return sum(map(_used_s, pids))


def backend_pids(cr) -> list[int]:
    """Return the processes of the database server that serve this database."""
    cr.execute(BACKENDS)
    return [row[0] for row in cr.fetchall()]


def _used_s(pid: int) -> float:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0  # gone, or on another machine
    user, system = text.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS
