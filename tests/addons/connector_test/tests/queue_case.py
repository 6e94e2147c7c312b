# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of the queue."""

from contextlib import closing

import psycopg2

from odoo.tests import new_test_user
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.queue.engine.connection import connect
from odoo.addons.connector.queue.testing import run_jobs
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import ConnectorCase, RaceCase

from ..models.job import TRACE

JOB = "connector.queue.job"
RUNNER_LOG = "odoo.addons.connector.queue.engine.runner"


def insert_row(env, model_name: str, /, **values):
    """Write a row as the queue does, which makes no records; return its record."""
    rows = env[model_name]
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    env.cr.execute(
        f"INSERT INTO {rows._table} ({names}) VALUES ({places}) RETURNING id",
        list(values.values()),
    )
    rows.invalidate_model()
    return rows.browse(env.cr.fetchone())


def make_channel(env, complete_name: str):
    """Return a channel, made where it is missing: no job makes one by its option."""
    channels = env["connector.queue.channel"]
    return channels.browse(channels._id_of(complete_name))


class QueueCase(ConnectorCase):
    """A test of jobs in one transaction."""

    def setUp(self):
        super().setUp()
        self.traces = self.env[TRACE]

    def job(self, uuid: str):
        """Return the record of a job."""
        return self.env[JOB].search([("uuid", "=", uuid)])

    def jobs(self):
        """Return the records of all jobs, the first first."""
        return self.env[JOB].search([], order="id")

    @mute_logger(RUNNER_LOG)
    def run_jobs(self) -> int:
        """Run what is ready; failures are looked at, not logged."""
        return run_jobs(self.env)

    def make_due(self, jobs) -> None:
        """Let jobs run whose eta is to come."""
        self.env.cr.execute(
            "UPDATE connector_queue_job SET eta = now() AT TIME ZONE 'UTC'"
            " WHERE id = ANY(%s) AND hold = 'eta'",
            [jobs.ids],
        )
        jobs.invalidate_recordset()

    def new_user(self, login: str, groups: str = "base.group_user", **values):
        """Return a user; their jobs need no right on the queue."""
        return new_test_user(self.env, login, groups, **values)

    def session_of(self, user, **context) -> ConnectorSession:
        """Return the session of a user, without the rights of the superuser."""
        return ConnectorSession(self.env.cr, user.id, context)

    def trace_names(self) -> list[str]:
        """Return the names of the traces, the first first."""
        return self.traces.search([]).mapped("name")


class QueueRaceCase(RaceCase):
    """A test of jobs that are committed, on real connections; all go at the end."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._delete)

    def open_session(self) -> ConnectorSession:
        """Return a session in a transaction of its own."""
        return ConnectorSession.from_env(self.open_env())

    def open_bookkeeping(self):
        """Return a cursor as that on which a worker does its bookkeeping."""
        connection = connect(get_db_name())
        self.addCleanup(connection.close)
        return connection.cursor()

    def query(self, statement: str, *values) -> list[tuple]:
        """Return the rows of a statement, as they are committed now."""
        with closing(connect(get_db_name())) as connection:
            cr = connection.cursor()
            cr.execute(statement, values)
            try:
                return cr.fetchall()
            except psycopg2.ProgrammingError:  # a statement without rows
                return []

    def row(self, uuid: str, columns: str = "state") -> tuple:
        """Return columns of a job, as they are committed now."""
        statement = f"SELECT {columns} FROM connector_queue_job AS job WHERE uuid = %s"
        (row,) = self.query(statement, uuid)
        return row

    def _delete(self):
        """Delete what was committed."""
        for table in ("job", "attempt", "edge", "worker"):
            self.query(f"DELETE FROM connector_queue_{table}")
        self.query("DELETE FROM connector_test_trace")
