# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that ask a server; runs inside our Odoo, beside the job processes."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.queue_watch import QueueWatch  # noqa: E402 found there


class Asking(QueueWatch):
    """Delays jobs that send a request each.

    Args:
        env: an environment with the addon ``bench_rate``.
    """

    def __init__(self, env):
        super().__init__(env.cr.dbname)
        self.env = env

    def delay(self, url: str, count: int) -> None:
        """Delay so many jobs for a server."""
        values = {"name": "Server", "url": url}
        backend = self.env["bench.server"].create(values)
        backend.delayed_many([()] * count).ask()
        self.env.cr.commit()

    def stop(self) -> dict:
        """Cancel what is left; return how many jobs there are in each state."""
        self.cr.execute(
            "UPDATE connector_queue_channel SET is_open = FALSE, is_paused = TRUE"
        )
        self.cr.execute("SELECT state, count(*) FROM connector_queue_job GROUP BY 1")
        return dict(self.cr.fetchall())


if __name__ == "__main__":
    serve(Asking(env))  # noqa: F821 given by what runs this file
