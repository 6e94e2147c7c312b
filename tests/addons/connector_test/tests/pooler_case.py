# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests with a transaction pooler before their database."""

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from odoo import sql_db

from .tools import import_tool

HOST = "127.0.0.1"


def start_pooler(test, mode: str = "transaction", **options):
    """Start a real pgbouncer until the end of a test; return it."""
    folder = Path(mkdtemp(prefix="connector_pooler_"))
    test.addCleanup(rmtree, folder)
    server = import_tool("cluster").find_server()
    pooler = import_tool("pgbouncer").PgBouncer(server, folder, mode, **options)
    test.addCleanup(pooler.stop)
    return pooler


def go_through(test, pooler) -> None:
    """Let new connections of this process go through a pooler, until its end."""
    info_for = sql_db.connection_info_for

    def info_through(name, readonly=False):
        name, info = info_for(name, readonly)
        return name, {**info, "host": HOST, "port": pooler.port}

    test.patch(sql_db, "connection_info_for", info_through)


def options_through(pooler) -> list[str]:
    """Return the options that lead Odoo through a pooler."""
    return [f"--db_host={HOST}", f"--db_port={pooler.port}"]
