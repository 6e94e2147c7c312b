# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Separate process that asks a server for a backend, in a race with another process.

It prints "ready", waits for a line of input, and prints what came of it.
"""

import json
import sys

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tools import config


def say(word: str) -> None:
    """Tell the test something."""
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def ask(backend, count: int) -> list[int]:
    """Send some requests; return the statuses of the answers."""
    client = backend._http_client()
    return [client.request("GET", "a").status for _request in range(count)]


def probe(backend, _count: int) -> float | None:
    """Ask whether the backend is back."""
    return backend._probe()


def main(way: str, reference: str, count: str, *options: str) -> None:
    """Do it once."""
    config.parse_config([*options])
    (db_name,) = config["db_name"]
    model_name, _comma, record_id = reference.partition(",")
    with Registry(db_name).cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        backend = env[model_name].browse(int(record_id))
        say(f"ready: {backend.name}")  # its values, and the snapshot, are read
        sys.stdin.readline()
        say(json.dumps({"ask": ask, "probe": probe}[way](backend, int(count))))


if __name__ == "__main__":
    main(*sys.argv[1:])
