# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Is there in the log what was logged, whatever became of the transaction?"""

from datetime import timedelta
from functools import partial
from unittest.mock import patch

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError
from odoo.sql_db import Cursor
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.magic import Magic, log_buffer, log_store
from odoo.addons.connector.magic.log_buffer import LogBuffer
from odoo.addons.connector.magic.log_scope import log_about
from odoo.addons.connector.models import connector_log
from odoo.addons.connector.queue.job_connection import JobConnection
from odoo.addons.connector.queue.runner import Runner, own_transaction

from ..models.job import TRACE, run_action
from .queue_case import RUNNER_LOG, QueueRaceCase
from .test_magic_action import ActionCase

LOG = "connector.log"
BUFFER_LOG = "odoo.addons.connector.magic.log_buffer"


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
        connection = JobConnection(get_db_name())
        self.addCleanup(connection.close)
        runner = Runner(self.open_books(), 1, partial(own_transaction, connection))
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


class LogLineCase(ActionCase):
    """A test of lines in one transaction."""

    def setUp(self):
        super().setUp()
        self.logs = self.env[LOG]
        self.magic = Magic(self.env)

    def write(self):
        """Return the records of what was logged and is not written yet."""
        lines = LogBuffer.of(self.env).take()
        return self.logs.browse(log_store.insert(self.env.cr, lines, is_undone=False))


class TestLogLine(LogLineCase):
    """What a line says, besides its text."""

    def test_message_has_level_user_company_and_time(self):
        self.magic.log("a", self.magic.LOG_WARNING)

        line = self.write()
        self.assertEqual(
            (line.kind, line.level, line.message), ("message", "warning", "a")
        )
        self.assertEqual(
            (line.user_id, line.company_id), (self.env.user, self.env.company)
        )
        age = fields.Datetime.now() - line.date
        self.assertLess(abs(age), timedelta(seconds=60))

    def test_transmission_has_recipient_and_data_without_secrets(self):
        self.magic.log_transmission("shop", {"name": "Ada", "password": "hunter2"})

        line = self.write()
        self.assertEqual(
            (line.kind, line.level, line.recipient), ("transmission", "info", "shop")
        )
        self.assertEqual(line.data, '{"name": "Ada", "password": "***"}')

    def test_line_of_an_action_names_it_and_the_active_record(self):
        action = self.action("MAGIC.log('a')")
        trace = self.traces.create({"name": "a"})

        action.with_context(active_model=TRACE, active_id=trace.id).run()

        line = self.write()
        self.assertEqual(line.action_id, action)
        self.assertEqual((line.res_model, line.res_id), (TRACE, trace.id))

    def test_line_names_the_record_and_relation_it_was_given(self):
        trace = self.traces.create({"name": "a"})

        self.magic.log("a", record=trace, relation="my_rel")

        line = self.write()
        self.assertEqual((line.res_model, line.res_id), (TRACE, trace.id))
        self.assertEqual(line.relation, "my_rel")

    def test_line_names_what_is_worked_on(self):
        trace = self.traces.create({"name": "a"})

        with log_about(relation="my_rel"):
            with log_about(record=trace):
                self.magic.log("both")
            self.magic.log("relation")
        self.magic.log("none")

        both, relation, none = self.write()
        self.assertEqual((both.relation, both.res_id), ("my_rel", trace.id))
        self.assertEqual((relation.relation, relation.res_id), ("my_rel", 0))
        self.assertEqual((none.relation, none.res_id), (False, 0))

    def test_line_of_a_job_is_linked_to_it(self):
        action = self.action("MAGIC.log('a')")
        uuid = run_action.delay(self.session, action._name, action.id)
        self.run_jobs()

        line = self.write()
        self.assertEqual((line.job_id, line.job_uuid), (self.job(uuid), uuid))

    def test_unknown_level_is_refused(self):
        expected = "the level is 'warn', expected one of 'debug', 'info', 'warning'"
        with self.assertRaisesRegex(InvalidUsageError, expected):
            self.magic.log("a", "warn")

    def test_context_of_a_client_cannot_break_a_line(self):
        context = {"active_model": 5, "active_id": "x", "job_uuid": ["x"]}
        action = self.action("MAGIC.log('a')")

        action.with_context(**context).run()

        line = self.write()
        self.assertEqual(
            (line.res_model, line.res_id, line.job_uuid), (False, 0, False)
        )

    def test_text_that_postgresql_refuses_is_kept_in_other_words(self):
        self.magic.log("a\0b\ud800")

        self.assertEqual(self.write().message, "a\\x00b\\ud800")


class TestLogRights(LogLineCase):
    def test_users_see_their_own_lines_only(self):
        ada = self.new_user("ada", "connector.group_connector_user")
        self.magic.log("a")
        Magic(self.env(user=ada.id)).log("b")
        self.write()

        self.assertEqual(self.logs.with_user(ada).search([]).mapped("message"), ["b"])

    def test_managers_see_all_lines_of_their_companies(self):
        eve = self.new_user("eve", "connector.group_connector_manager")
        other = self.env["res.company"].create({"name": "Other"})
        self.magic.log("a")
        Magic(self.env(context={"allowed_company_ids": other.ids})).log("b")
        self.write()

        self.assertEqual(self.logs.with_user(eve).search([]).mapped("message"), ["a"])

    def test_nobody_writes_or_deletes_a_line(self):
        eve = self.new_user("eve", "connector.group_connector_manager")
        self.magic.log("a")
        line = self.write().with_user(eve)

        for change in (
            line.unlink,
            lambda: line.write({"message": "b"}),
            lambda: line.create({"message": "b"}),
        ):
            with self.subTest(change=change), self.assertRaises(AccessError):
                change()


class TestLogRetention(LogLineCase):
    def test_lines_are_kept_for_the_days_of_their_level(self):
        for level, days in connector_log.KEPT_DAYS.items():
            for name, age in (("old", days + 0.1), ("young", days - 0.1)):
                self.magic.log(f"{name} {level}", level)
                self.make_older(self.write(), age)

        self.logs._gc_lines()

        left = {
            line.partition(" ")[0] for line in self.logs.search([]).mapped("message")
        }
        self.assertEqual(left, {"young"})
        self.assertEqual(self.logs.search_count([]), len(connector_log.KEPT_DAYS))

    def test_lines_go_a_batch_at_a_time(self):
        for _number in range(3):
            self.magic.log("a")
        self.make_older(self.write(), 400)
        self.patch(connector_log, "BATCH", 2)

        self.assertEqual(self.logs._gc_lines(), (2, 1))
        self.assertEqual(self.logs._gc_lines(), (1, 0))

    def make_older(self, lines, days):
        self.env.cr.execute(
            "UPDATE connector_log SET date = date - %s * INTERVAL '1 day'"
            " WHERE id = ANY(%s)",
            [days, lines.ids],
        )
        lines.invalidate_recordset()
