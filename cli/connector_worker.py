# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Command ``connector_worker``: runs jobs without a web server, on any number of hosts.

Odoo finds this file by its name and loads it without the addon around it, so nothing
of ours is imported at the top.
"""

import argparse
import os
import runpy
import sys
from pathlib import Path

from odoo.cli.command import Command
from odoo.cli.server import main
from odoo.tools import config

ADDON = "connector"
NO_WEB_SERVER = ("--no-http", "--max-cron-threads=0")
QUEUE = Path(__file__).parents[1] / "queue"
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
        add = self.parser.add_argument
        add("--workers", type=int, metavar="N", help="number of processes (1)")
        add("--threads", metavar="N", help="jobs at the same time in each of them (1)")
        add(
            "--only-channels",
            metavar="A,B",
            help="run the jobs of these channels and of those below them",
        )
        add("--channels", dest="only_channels", help=argparse.SUPPRESS)  # its old name
        options, server_args = self.parser.parse_known_args(args)
        if options.workers is not None and options.workers < 1:
            self.parser.error(f"--workers is {options.workers}, expected 1 or more")
        _set("workers", options.workers)
        _set("threads", options.threads)
        _set("only_channels", options.only_channels)
        server_args = [*_with_addon(server_args), *NO_WEB_SERVER, PREFORK]
        _check_settings(server_args)
        main(server_args)


def _set(name: str, value) -> None:
    """Set a setting for this process and its children, with the highest priority."""
    if value is not None:
        os.environ[f"CONNECTOR_{name.upper()}"] = str(value)


def _check_settings(server_args: list[str]) -> None:
    """Exit with an error when a setting is invalid: no process would run a job."""
    config.parse_config(list(server_args), setup_logging=False)
    # by its path: an addon imported before the server loads it gets no hook
    settings_class = runpy.run_path(str(QUEUE / "settings.py"))["Settings"]
    parse_limits = runpy.run_path(str(QUEUE / "channel_text.py"))["parse_limits"]
    try:
        settings = settings_class.find()
        parse_limits(settings.channels)
    except ValueError as error:
        sys.exit(f"connector_worker: {error}")
    if not settings.workers:
        sys.exit("connector_worker: workers is 0, expected 1 or more.")


def _with_addon(args: list[str]) -> list[str]:
    """Return the arguments with the addon among the modules the master loads."""
    if any(arg.startswith("--load") for arg in args):
        return args
    return [*args, f"--load=base,web,{ADDON}"]
