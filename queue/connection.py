# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""On which connections does the engine keep its books?"""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2
from psycopg2.extensions import ISOLATION_LEVEL_READ_COMMITTED

from odoo import sql_db
from odoo.tools import SQL

# Nothing is lost with the last commits of the books when PostgreSQL itself crashes:
# a claim is made again, and the outcome of a job is in the job's own commit.
OPTIONS = "-c synchronous_commit=off"
KEEPALIVE_S = 10  # a half-open connection is noticed after about 30 s


def connect(db_name: str):
    """Return a connection at READ COMMITTED, in autocommit, outside of Odoo's pool."""
    _name, info = sql_db.connection_info_for(db_name)
    connection = psycopg2.connect(
        **{**info, "options": f"{info.get('options', '')} {OPTIONS}".strip()},
        keepalives_idle=KEEPALIVE_S,
        keepalives_interval=KEEPALIVE_S,
        keepalives_count=2,
    )
    connection.set_session(
        isolation_level=ISOLATION_LEVEL_READ_COMMITTED, autocommit=True
    )
    return connection


class OdooCursor:
    """Lets Odoo ask something on the books.

    Args:
        cr: a cursor of psycopg2.
    """

    def __init__(self, cr):
        self._cr = cr
        self.fetchone = cr.fetchone

    def execute(self, query: SQL) -> None:
        """Execute a query of Odoo's own kind."""
        self._cr.execute(query.code, query.params)


@contextmanager
def one_transaction(cr) -> Iterator[None]:
    """Make the statements of a block on the books one transaction.

    On the cursor of a test they are part of its transaction anyway.
    """
    if cr.connection.autocommit:
        with cr.connection:
            yield
    else:
        yield


@contextmanager
def in_autocommit(connection) -> Iterator:
    """Give a cursor whose statements commit by themselves, on an idle connection.

    Changing over costs no round trip: the driver tells PostgreSQL only of levels that
    are not the default, so they are put aside meanwhile.
    """
    level, readonly = connection.isolation_level, connection.readonly
    connection.set_session(isolation_level="DEFAULT", readonly="DEFAULT")
    connection.autocommit = True
    try:
        with connection.cursor() as cr:
            yield cr
    finally:
        if not connection.closed:
            connection.autocommit = False
            connection.set_session(isolation_level=level, readonly=readonly)
