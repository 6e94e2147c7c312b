# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of a claim beside other jobs; runs inside our Odoo."""

import re
import sys
import time
from pathlib import Path
from statistics import median

from odoo.addons.connector.queue.engine.connection import connect
from odoo.addons.connector.queue.engine.runner import BATCH, Runner
from odoo.addons.connector.queue.store import channel, claim, ready

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there

WORKER_ID = 1
KEY = "order-5"
QUICK_S = 1e-4  # mean duration of the jobs before: whole batches are claimed
NEW_UUID = """(
    lpad(to_hex((extract(epoch FROM clock_timestamp()) * 1000)::bigint), 12, '0')
    || substr(md5(random()::text), 1, 20)
)::uuid"""  # which begins with the time, as those of jobs do
INSERT = f"""
INSERT INTO connector_queue_job (
    uuid, payload, func_name, payload_version, user_id, channel_id, state, hold, eta,
    priority, attempt, retry, max_retries, deaths, commits, date_created, worker_id,
    concurrency_key
)
SELECT {NEW_UUID}, '[[], []]', 'no.job', 1, 1, %(channel_id)s, %(state)s,
       %(hold)s, now() AT TIME ZONE 'UTC' + %(eta)s::interval, %(priority)s, 0, 0, 5,
       0, 0, now() AT TIME ZONE 'UTC', %(worker_id)s, %(concurrency_key)s
  FROM generate_series(1, %(count)s)
"""
SEAL = """
UPDATE connector_queue_job AS job SET seal = connector_queue_seal(job)
 WHERE priority = 1 AND seal IS NULL
"""
CASES = {  # how the rows of a backlog differ from ready jobs of root
    "pending": {},
    "postponed": {"hold": "eta", "eta": "1 day"},
    "done": {"state": "done"},
    "paused": {"channel": "root.paused", "priority": 0},
    "full": {"channel": "root.full", "priority": 0},
    "behind": {"hold": "key", "concurrency_key": KEY, "priority": 0},
}
PLANS = {
    "release_eta": ready.RELEASE_ETA,
    "exist_dirty_keys": f"SELECT {ready.EXIST_DIRTY_KEYS}",
    "promote": ready.PROMOTE,
    "has_limited": claim.HAS_LIMITED,
    "find_limited": channel.FIND_LIMITED,
    "claim": claim.CLAIM,
}
PARAMETERS = {
    "p_limit": BATCH,
    "p_worker_id": WORKER_ID,
    "p_claimed_before": 0,
    "p_channel_ids": "NULL::integer[]",
}
# the conditions under which the functions of the hot path are planned
AS_IN_FUNCTIONS = re.findall(r"SET \w+ = \w+", claim.CLAIM_LANGUAGE)


class Claims:
    """Claims jobs as a worker does, beside the backlogs that were filled in."""

    def __init__(self, env):
        self.cr = connect(env.cr.dbname).cursor()
        channels = env["connector.queue.channel"]
        for name, values in {
            "root": {},
            "root.paused": {"is_paused": True},
            "root.full": {"capacity": 1},
        }.items():
            channels.browse(channels._id_of(name)).write(values)
        self.channel_ids = {
            name: channels._id_of(name) for name in ("root", "root.paused", "root.full")
        }
        env.cr.commit()  # pylint: disable=invalid-commit

    def fill(self, case: str, count: int) -> None:
        """Add a backlog."""
        if case == "full":
            self._insert(1, channel="root.full", state="enqueued", worker_id=2)
        if case == "behind":
            self._insert(1, state="enqueued", worker_id=2, concurrency_key=KEY)
        self._insert(count, **CASES[case])
        self.cr.execute("VACUUM ANALYZE connector_queue_job")

    def claim(self, count: int) -> float:
        """Return the median seconds of claims of a whole batch."""
        self._insert(count * BATCH, priority=1)
        self.cr.execute(SEAL)
        runner = Runner(self.cr, WORKER_ID, None)
        runner._mean_s = QUICK_S
        seconds = []
        for _number in range(count):
            start = time.perf_counter()
            jobs = runner.claim()
            seconds.append(time.perf_counter() - start)
            if len(jobs) != BATCH:
                raise RuntimeError(f"{len(jobs)} jobs were claimed, expected {BATCH}")
        self.cr.execute("DELETE FROM connector_queue_job WHERE worker_id = 1")
        return median(seconds)

    def plans(self) -> dict[str, list[str]]:
        """Return how PostgreSQL does the statements of a claim."""
        return {name: self._explain(plan) for name, plan in PLANS.items()}

    def _explain(self, statement: str) -> list[str]:
        for name, value in PARAMETERS.items():
            statement = statement.replace(name, str(value))
        self.cr.execute("BEGIN")
        for setting in AS_IN_FUNCTIONS:
            self.cr.execute(setting.replace("SET", "SET LOCAL"))
        self.cr.execute(
            f"EXPLAIN (ANALYZE, BUFFERS, COSTS OFF) {statement}", {"served_ids": None}
        )
        lines = [line for (line,) in self.cr.fetchall()]
        self.cr.execute("ROLLBACK")
        return lines

    def _insert(self, count: int, channel: str = "root", **values) -> None:
        plain = {"state": "pending", "hold": None, "eta": None, "priority": 10}
        plain["concurrency_key"] = None
        ids = {"channel_id": self.channel_ids[channel], "worker_id": None}
        self.cr.execute(INSERT, {"count": count, **plain, **ids, **values})


if __name__ == "__main__":
    serve(Claims(env))  # noqa: F821 given by what runs this file
