# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runner of a Python file in an Odoo environment, like ``odoo shell``.

Arguments: the folder of the package ``odoo``, a database, the file, its arguments.
Unlike the shell it leaves standard input to the file and knows the file's name.
"""

import runpy
import sys
from pathlib import Path

parent, database, script, *arguments = sys.argv[1:]
sys.path[0] = parent
sys.path.append(str(Path(script).parent))  # what it imports from beside itself

import odoo.cli
from odoo.modules.registry import Registry
from odoo.tools import config


def main():
    """Open the database and run the file; nothing is committed for it."""
    config.parse_config(
        ["-d", database, "--no-http", "--log-level", "warn"], setup_logging=True
    )
    sys.argv = [script, *arguments]
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        try:
            runpy.run_path(script, init_globals={"env": env}, run_name="__main__")
        finally:
            cr.rollback()


if __name__ == "__main__":
    main()
