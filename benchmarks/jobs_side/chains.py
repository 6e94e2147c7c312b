# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of the button that cancels a chain; runs inside our Odoo."""

import sys
import time
from contextlib import closing
from pathlib import Path

from odoo.modules.registry import Registry

from odoo.addons.bench_jobs import jobs
from odoo.addons.connector.queue.graph import chain
from odoo.addons.connector.queue.store import edge
from odoo.addons.connector.session import ConnectorSession

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.ours import PARKED  # noqa: E402 found there

JOB = "connector.queue.job"
BY_LEVEL = Path(__file__).with_name("level_by_level.sql")


class Chains:
    """Cancels the first job of a chain, as its button does."""

    def __init__(self, db_name: str):
        self.registry = Registry(db_name)
        with closing(self.registry.cursor()) as cr:
            ConnectorSession(cr, 1).env["connector.queue.channel"]._id_of(PARKED)
            cr.commit()

    def cancel(self, length: int, is_by_level: bool) -> float:
        """Cancel a new chain from its start; return the seconds in the button.

        Args:
            length: jobs of the chain.
            is_by_level: release the jobs level by level, as the build before did.
        """
        release = BY_LEVEL.read_text() if is_by_level else edge.MAKE_UNBLOCK
        with closing(self.registry.cursor()) as cr:
            cr.execute(release)  # replaces the other one
            session = ConnectorSession(cr, 1)
            chain(
                *(
                    jobs.do_nothing.delayable(session, "bench.note", 1, channel=PARKED)
                    for _number in range(length)
                )
            ).delay()
            cr.commit()
        with closing(self.registry.cursor()) as cr:
            rows = ConnectorSession(cr, 1).env[JOB].search([], order="id DESC")
            first = rows[length - 1]
            start = time.perf_counter()
            first.button_cancel()
            cr.commit()  # what was below is cancelled in here
            seconds = time.perf_counter() - start
            cr.execute("SELECT state, count(*) FROM connector_queue_job GROUP BY 1")
            if (counts := cr.fetchall()) != [("cancelled", length)]:
                raise RuntimeError(f"found {counts}, expected {length} cancelled jobs")
            rows.unlink()
            cr.commit()
        return seconds


if __name__ == "__main__":
    serve(Chains(env.cr.dbname))  # noqa: F821 given by what runs this file
