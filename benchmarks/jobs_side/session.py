# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of transactions that delay one job; runs inside our Odoo."""

import sys
import time
from contextlib import closing
from pathlib import Path

from odoo.modules.registry import Registry

from odoo.addons.bench_jobs import jobs
from odoo.addons.connector.queue.notify import after_commit
from odoo.addons.connector.session import ConnectorSession

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.ours import PARKED  # noqa: E402 found there


class Session:
    """One of the sessions that delay jobs at the same time."""

    def __init__(self, db_name: str):
        self.registry = Registry(db_name)
        self._delay_one()

    def delay(self, start: float, end: float, instead: str | None) -> dict:
        """Delay jobs between two times; answer their number, and seconds of each.

        Args:
            start: when to begin, as the clock says.
            end: when to stop.
            instead: the statement that follows each commit in place of the wake-up;
                empty for none, None for the wake-up.
        """
        time.sleep(max(0.0, start - time.time()))
        count, cpu = 0, time.process_time()
        while time.time() < end:
            self._delay_one(instead)
            count += 1
        return {"count": count, "cpu": time.process_time() - cpu}

    def _delay_one(self, instead: str | None = None) -> None:
        with closing(self.registry.cursor()) as cr:
            session = ConnectorSession(cr, 1)
            jobs.do_nothing.delay(session, "bench.note", 1, channel=PARKED)
            if instead is not None:
                cr.postcommit.clear()
            if instead:
                after_commit(cr, instead, lambda own_cr: own_cr.execute(instead))
            cr.commit()


if __name__ == "__main__":
    serve(Session(env.cr.dbname))  # noqa: F821 given by what runs this file
