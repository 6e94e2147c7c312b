# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How are jobs run without a web server, on as many hosts as wanted?

Odoo finds this file by its name and loads it without the addon around it, so nothing
of ours is imported at the top.
"""

import os

from odoo.cli.command import Command
from odoo.cli.server import main

ADDON = "connector"
NO_WEB_SERVER = ("--no-http", "--max-cron-threads=0")
PREFORK = "--workers=1"  # any number makes the server a master of processes


class ConnectorWorker(Command):
    """Run the jobs of databases in processes of their own, without a web server.

    Start it on as many hosts as you like: every process claims its jobs in the
    database, and there is no leader. Other options are those of the server, for
    instance -d, -c and --log-level; without -d, all databases are served.
    """

    name = "connector_worker"

    def run(self, args: list[str]) -> None:
        """Become a master of job processes, until a signal ends it."""
        self.parser.add_argument(
            "--workers",
            type=int,
            metavar="N",
            help="number of processes, each runs one job at a time (default: 1)",
        )
        options, server_args = self.parser.parse_known_args(args)
        if options.workers is not None:
            if options.workers < 1:
                self.parser.error(f"--workers is {options.workers}, expected 1 or more")
            os.environ["CONNECTOR_WORKERS"] = str(options.workers)
        main([*_with_addon(server_args), *NO_WEB_SERVER, PREFORK])


def _with_addon(args: list[str]) -> list[str]:
    """Return the arguments with the addon among the modules the master loads."""
    if any(arg.startswith("--load") for arg in args):
        return args
    return [*args, f"--load=base,web,{ADDON}"]
