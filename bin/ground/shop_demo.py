# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/demo shop``: a real Vendure shop, connected with a real Odoo."""

import argparse
import contextlib
import json
import os
import subprocess
from pathlib import Path

from ground import cache, odoo_server, vendure_server
from ground.demo import database, lifetime
from ground.demo.verification import LOGIN, PASSWORD
from ground.process import tail
from ground.say import StepFailed, say
from ground.workbench import prepare

SCRIPT = Path(__file__).parent / "demo" / "trade.py"
NETWORKS = {"CONNECTOR_PRIVATE_NETWORKS": vendure_server.HOST}
SCREENS = {
    "Orders": "sales",
    "Streams, with their runs": "action-connector.connector_stream_action",
    "Jobs": "connector-jobs",
}

DESCRIPTION = """\
Starts a Vendure shop with products, customers and orders, and an Odoo of our own.
Imports them by the streams of examples/connector_vendure, counts the stock in Odoo,
sells in the shop, delivers from Odoo, and says what each side has. Then serves Odoo
until Ctrl-C. What is missing is set up first; both databases are new each time.
"""


def main(arguments: list[str]) -> int:
    """Run the demo; return 0, or 1 when ``--once`` finds a mistake."""
    options = _read_options(arguments)
    os.environ.update(NETWORKS)  # the shop is on this machine
    with lifetime.interrupted_by_signals(), lifetime.alone():
        bench = prepare()
        name = database.make_database(bench, vendure_server.EXAMPLE)
        log = cache.folder("logs") / f"{name}.log"
        log.unlink(missing_ok=True)
        say("- start a Vendure shop")
        with vendure_server.running() as shop:
            say("- start Odoo, which runs the jobs")
            with odoo_server.serving(bench, name, log=log, port=options.port) as odoo:
                process = odoo_server.open_script(bench, name, SCRIPT, SHOP=shop)
                mistakes = _tell(process)
                if not options.once:
                    return _serve(odoo, shop)
    print("The demo failed." if mistakes else "The demo is fine: both sides agree.")
    return 1 if mistakes else 0


def _read_options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("bin/demo shop", description=DESCRIPTION)
    parser.add_argument(
        "--once", action="store_true", help="verify the result, and end with 0 or 1"
    )
    parser.add_argument(
        "--port", type=int, help="port that Odoo serves on (default: a free one)"
    )
    options = parser.parse_args(arguments)
    if options.port is not None:
        lifetime.check_port(options.port)
    return options


def _tell(process: subprocess.Popen) -> int:
    """Print what happens; return the number of mistakes."""
    mistakes = 0
    for line in process.stdout:
        answer = json.loads(line)
        mistakes += "mistake" in answer
        print(answer.get("say") or f"WRONG: {answer['mistake']}", flush=True)
    _output, errors = process.communicate()
    if process.returncode:
        raise StepFailed("trade with the shop", tail(errors), "Run the command again.")
    return mistakes


def _serve(odoo: odoo_server.OdooServer, shop: str) -> int:
    """Serve until somebody stops it."""
    print(f"\nShop: {shop}/admin-api (superadmin, superadmin)")
    for label, path in SCREENS.items():
        print(f"{label}: {odoo.url}/odoo/{path}")
    print(f"Login: {LOGIN}, password: {PASSWORD}. Stop with Ctrl-C.", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        code = odoo.process.wait()
        why = f"it ended by itself with {code}."
        raise StepFailed("serve Odoo", why, f"Read {odoo.log}.")
    return 0
