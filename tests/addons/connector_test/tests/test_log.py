# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the log: lines survive the rollback of their transaction."""

from functools import partial
from unittest.mock import patch

import psycopg2

from odoo.sql_db import Cursor
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.magic import Magic
from odoo.addons.connector.magic.log import line as log_buffer
from odoo.addons.connector.magic.log import store as log_store
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner

from ..models.job import TRACE, run_action
from .queue_case import RUNNER_LOG, QueueRaceCase

BUFFER_LOG = "odoo.addons.connector.magic.log.line"


class LogRaceCase(QueueRaceCase):
    """A test of lines that are written for real."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self.query, "DELETE FROM connector_log")
        self.session = self.open_session()
        self.env = self.session.env
        self.magic = Magic(self.env)

    def lines(self, columns="message, is_undone"):
        return self.query(f"SELECT {columns} FROM connector_log ORDER BY id")


class TestLogOfATransaction(LogRaceCase):
    def test_nothing_is_written_before_the_end(self):
        self.magic.log("a")

        self.assertEqual(self.lines(), [])

    def test_lines_are_written_after_the_commit(self):
        self.magic.log("a")
        self.magic.log("b")
        self.session.commit()

        self.assertEqual(self.lines(), [("a", False), ("b", False)])

    def test_lines_survive_a_rollback_and_say_so(self):
        self.magic.log("a")
        self.session.rollback()

        self.assertEqual(self.lines(), [("a", True)])

    def test_lines_survive_the_end_of_a_cursor_that_nobody_committed(self):
        self.magic.log("a")
        self.env.cr.close()

        self.assertEqual(self.lines(), [("a", True)])

    def test_lines_of_a_savepoint_survive_its_rollback(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.magic.log("a")
            _ = 1 / 0
        self.session.commit()

        self.assertEqual(self.lines(), [("a", False)])

    def test_lines_survive_a_transaction_that_postgresql_refuses_to_go_on_with(self):
        self.magic.log("a")
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.Error):
            self.env.cr.execute("SELECT 1 / 0")
        self.magic.log("b")
        self.session.rollback()

        self.assertEqual(self.lines(), [("a", True), ("b", True)])

    def test_each_transaction_has_its_own_lines(self):
        self.magic.log("a")
        self.session.rollback()
        self.magic.log("b")
        self.session.commit()

        self.assertEqual(self.lines(), [("a", True), ("b", False)])

    def test_line_of_a_hook_at_the_end_is_written(self):
        for end in (self.session.commit, self.session.rollback):
            self.magic.log("a")
            self.env.cr.postcommit.add(lambda: self.magic.log("b"))
            self.env.cr.postrollback.add(lambda: self.magic.log("b"))
            end()
        self.session.commit()

        self.assertEqual([text for text, _undone in self.lines()], list("abab"))

    def test_any_number_of_lines_takes_one_statement(self):
        """S18: each took a connection and a transaction."""
        for number in range(500):
            self.magic.log(f"line {number}")

        with patch.object(
            Cursor, "execute", autospec=True, side_effect=Cursor.execute
        ) as execute:
            self.session.commit()

        self.assertEqual(
            [call.args[1] for call in execute.mock_calls], [log_store.INSERT]
        )
        self.assertEqual(len(self.lines()), 500)

    def test_many_lines_do_not_wait_in_memory(self):
        self.patch_size(MAX_COUNT=3)
        for name in "abcd":
            self.magic.log(name)

        self.assertEqual(len(self.lines()), 3)
        self.session.commit()
        self.assertEqual([text for text, _undone in self.lines()], list("abcd"))

    def test_long_lines_do_not_wait_in_memory(self):
        self.patch_size(MAX_SIZE=2_000)
        self.magic.log_transmission("shop", "x" * 3_000)

        self.assertEqual(len(self.lines()), 1)

    def test_lines_that_were_written_early_say_that_they_are_undone(self):
        self.patch_size(MAX_COUNT=2)
        for name in "abc":
            self.magic.log(name)
        self.session.rollback()

        self.assertEqual(self.lines(), [("a", True), ("b", True), ("c", True)])

    def test_log_that_cannot_be_written_stops_nobody(self):
        self.magic.log("a")
        with (
            patch.object(log_store, "INSERT", "SELECT 1 / 0"),
            self.assertLogs(BUFFER_LOG) as logs,
            mute_logger("odoo.sql_db"),
        ):
            self.session.commit()

        self.assertIn(
            "cannot write 1 lines of the log: division by zero", logs.output[0]
        )
        self.assertIn("log line not written: info a", logs.output[1])

    def patch_size(self, **sizes):
        patcher = patch.multiple(log_buffer, **sizes)
        patcher.start()
        self.addCleanup(patcher.stop)


class TestLogOfAJob(LogRaceCase):
    """The job commits, or does not, as those of a worker do."""

    def run_code(self, code):
        """Return the id and the state of the job that ran code of an action."""
        values = {"name": "Test", "state": "code", "code": code}
        model_id = self.env["ir.model"]._get_id(TRACE)
        action = self.env["ir.actions.server"].create({**values, "model_id": model_id})
        self.addCleanup(
            self.query, "DELETE FROM ir_act_server WHERE id = %s", action.id
        )
        uuid = run_action.delay(self.session, action._name, action.id)
        self.session.commit()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        runner = Runner(
            self.open_bookkeeping(), 1, partial(own_transaction, connection)
        )
        with mute_logger(RUNNER_LOG):
            for job in runner.claim():
                runner.run_job(job)
        return self.row(uuid, "id, state")

    def test_lines_of_a_job_that_is_done_are_linked_to_it(self):
        job_id, state = self.run_code("MAGIC.log('a')\nMAGIC.log('b')")

        self.assertEqual(state, "done")
        found = self.lines("message, job_id, is_undone")
        self.assertEqual(found, [("a", job_id, False), ("b", job_id, False)])

    def test_lines_of_a_job_that_failed_are_linked_to_it(self):
        job_id, state = self.run_code("MAGIC.log('a')\nraise MAGIC.UserError('no')")

        self.assertEqual(state, "failed")
        self.assertEqual(
            self.lines("message, job_id, is_undone"), [("a", job_id, True)]
        )
