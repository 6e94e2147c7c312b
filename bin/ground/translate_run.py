# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/translate``: bring the template and the translations up to date."""

import argparse
from pathlib import Path

from ground import cache, odoo_server, template
from ground.addons import ALWAYS, MAIN
from ground.workbench import prepare

SCRIPT = Path(__file__).parent / "inside" / "translations.py"
DESCRIPTION = """\
Writes i18n/connector.pot, Odoo's own export of the addon from a fresh database, and
brings each i18n/*.po up to date with it: new texts are added without a translation,
texts that are gone are removed. Prints the texts that wait for a translation. To begin
another language, copy fr.po, change its header and empty its translations.
"""


def main(arguments: list[str]) -> int:
    """Write the files; return 0."""
    argparse.ArgumentParser("bin/translate", description=DESCRIPTION).parse_args(
        arguments
    )
    bench = prepare()
    with template.database(bench, "translate", ALWAYS) as name:
        odoo_server.install_addons(bench, name, [MAIN])
        folder = cache.REPOSITORY / "i18n"
        folder.mkdir(exist_ok=True)
        print(odoo_server.run_script(bench, name, SCRIPT, str(folder)), end="")
    return 0
