# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Clock of one task inside an Odoo, whose work is taken back."""

import gc
import time
from collections.abc import Callable

from jobs_side.processor import processor_s

PAGE = 1_000  # records of one task


def measure(env, work: Callable[[], None], count: int = PAGE) -> dict:
    """Do work on so many records from a cold cache, and take it back.

    Returns:
        Seconds for each record, on the wall and of the processors, that of the
        database included; queries of the whole work.
    """
    env.cr.rollback()
    gc.collect()  # what others left is not this task's work
    env.cr.execute("SELECT pg_backend_pid()")
    pids = env.cr.fetchone()
    queries = env.cr.sql_log_count
    server_s, cpu_s, start = processor_s(pids), time.process_time(), time.perf_counter()
    work()
    env.flush_all()
    wall_s = time.perf_counter() - start
    cpu_s = time.process_time() - cpu_s + processor_s(pids) - server_s
    queries = env.cr.sql_log_count - queries
    env.cr.rollback()
    return {"wall": wall_s / count, "cpu": cpu_s / count, "queries": queries}
