# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/odoo``: run Odoo's own command line in this environment."""

import os

from ground.workbench import prepare

HELP = """\
Usage: bin/odoo [ARGUMENTS OF odoo-bin]

Runs Odoo 19 with this addon and examples/ on its addons path and the private
PostgreSQL server. What is missing is set up first. All arguments are Odoo's own:

  bin/odoo -d mine -i connector                install, then serve on 127.0.0.1:8069
  bin/odoo -d mine -i connector --stop-after-init
  bin/odoo shell -d mine
  bin/odoo server --help                       Odoo's own help

Environment: ODOO_HOME (an Odoo 19 of yours), PGHOST, PGPORT, PGUSER, ... (a
PostgreSQL server of yours), POSTGRES_VERSION (15, 17 or 18, for a private server of
that version), ODOO_ADDONS (folders with addons of yours), ODOO_PACKAGES (a folder with
more Python packages, filled by pip install --target), XDG_CACHE_HOME (where things are
set up).
"""


def main(arguments: list[str]) -> int:
    """Become Odoo; return only when there is nothing to run."""
    if arguments in (["--help"], ["-h"]):
        print(HELP, end="")
        return 0
    bench = prepare()
    command = bench.command(*arguments)
    os.execve(command[0], command, bench.environment())
