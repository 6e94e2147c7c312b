# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Separate process that syncs 1,000 items in a race with another process.

It prints "ready" when its snapshot is taken, and waits for a line of input. Odoo runs
the transaction again where it has to, as for a request; each run prints "run".
"""

import functools
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tools import config

REL = "shop_and_odoo_trace_rel"
ITEMS = 1_000


def say(word: str) -> None:
    """Tell the test something."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def meet() -> None:
    """Wait for the other process."""
    say("ready")
    sys.stdin.readline()


class Race:
    """Each run of the transaction does all of it.

    Args:
        env: on a cursor of its own.
        file_name: where the other system keeps what was created there.
    """

    def __init__(self, env, file_name: str):
        self._env = env
        self._file_name = file_name
        self._has_met = False

    def pull(self) -> None:
        """Bring 1,000 things here."""
        self._begin()
        things = [{"ref": number, "name": "thing"} for number in range(ITEMS)]
        self._magic().sync_x2odoo(things, REL, create=True)

    def push(self) -> None:
        """Bring 1,000 traces there."""
        traces = self._begin()
        info = {"relation": REL, "x": {"create": self._create}}
        self._magic().sync_odoo2x(traces, info, create=True)

    def _magic(self):
        # found once Odoo knows its addons
        from odoo.addons.connector.magic import Magic

        return Magic(self._env)

    def _begin(self):
        """Take the snapshot; the first time, wait until the other one has its own."""
        say("run")
        traces = self._env["connector.test.trace"].search([])
        if not self._has_met:
            self._has_met = True
            meet()
        return traces

    def _create(self, record) -> str:
        ref = f"A{record.id}"
        with open(self._file_name, "a") as file:  # one line is written at once
            file.write(f"{ref}\n")
        return ref


def main(way: str, file_name: str, *options: str) -> None:
    """Do it once, whatever that takes."""
    config.parse_config([*options])
    (db_name,) = config["db_name"]
    with Registry(db_name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        race = Race(env, file_name)
        retrying(functools.partial(getattr(race, way)), env)
    say("done")


if __name__ == "__main__":
    main(*sys.argv[1:])
