# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of procrastinate; runs in a separate environment."""

import asyncio
import sys
import time
from pathlib import Path

from procrastinate import App, PsycopgConnector

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.processor import processor_s  # noqa: E402 found there

BACKENDS = """
SELECT pid FROM pg_stat_activity WHERE datname = current_database()
"""


class Procrastinate:
    """Runs jobs in this process, as its own worker would."""

    def __init__(self, db_name: str):
        self.loop = asyncio.new_event_loop()
        self.app = App(connector=PsycopgConnector(kwargs={"dbname": db_name}))
        self.app.task(name="do_nothing")(_do_nothing)
        self.app.task(name="wait")(_wait)
        self.loop.run_until_complete(self._open())

    def run(self, task: str, count: int, concurrency: int = 1) -> dict:
        """Run jobs; answer seconds on the wall and of all processors."""
        return self.loop.run_until_complete(self._run(task, count, concurrency))

    def delay_many(self, count: int) -> dict:
        """Delay jobs in one statement."""
        return self.loop.run_until_complete(self._delay_many(count))

    async def _open(self):
        await self.app.open_async()
        await self.app.schema_manager.apply_schema_async()

    async def _run(self, task: str, count: int, concurrency: int) -> dict:
        await self._delay(task, count)
        pids = await self._backend_pids()
        before_s = processor_s(pids)
        wall, cpu = time.perf_counter(), time.process_time()
        await self.app.run_worker_async(
            concurrency=concurrency, wait=False, install_signal_handlers=False
        )
        wall_s, cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        cpu_s += processor_s(pids) - before_s
        return {"wall": wall_s / count, "cpu": cpu_s / count}

    async def _delay_many(self, count: int) -> dict:
        start = time.perf_counter()
        await self._delay("do_nothing", count)
        wall_s = time.perf_counter() - start
        await self.app.connector.execute_query_async("DELETE FROM procrastinate_jobs")
        return {"wall": wall_s / count, "queries": 1}

    async def _delay(self, task: str, count: int) -> None:
        arguments = [{"number": number} for number in range(count)]
        await self.app.tasks[task].batch_defer_async(*arguments)

    async def _backend_pids(self) -> list[int]:
        rows = await self.app.connector.execute_query_all_async(BACKENDS)
        return [row["pid"] for row in rows]


def _do_nothing(number):
    """Do nothing."""


def _wait(number):
    """Wait 20 ms, as for an answer of another system."""
    time.sleep(0.02)


if __name__ == "__main__":
    serve(Procrastinate(sys.argv[1]))
