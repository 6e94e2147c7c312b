# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of log lines: their text, access and retention."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.magic import Magic, log_about
from odoo.addons.connector.magic.log import store as log_store
from odoo.addons.connector.magic.log.line import LogBuffer
from odoo.addons.connector.models import connector_log

from ..models.job import TRACE, run_action
from .test_magic_action import ActionCase

LOG = "connector.log"


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

    def test_line_is_linked_to_the_relation_of_its_company(self):
        relations = self.env["connector.relation"]
        company = self.env.company
        other = self.env["res.company"].create({"name": "Other"})
        shared = relations.create({"name": "a"})
        own = relations.create({"name": "b", "company_id": company.id})
        relations.create([{"name": "b"}, {"name": "b", "company_id": other.id}])

        for name in ("a", "b", "c"):
            self.magic.log("x", relation=name)

        found = self.write().mapped(lambda line: line.relation_id.id)
        self.assertEqual(found, [shared.id, own.id, False])

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

    def test_line_of_a_client_is_not_linked_to_a_job_it_names(self):
        uuid = run_action.delay(self.session, "ir.actions.server", 1)
        action = self.action("MAGIC.log('a')")

        action.with_context(job_uuid=uuid).run()

        self.assertFalse(self.write().job_uuid)

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


class TestLogScreen(LogLineCase):
    def test_line_shows_its_record_to_those_who_may_read_it(self):
        ada = self.new_user("ada", "connector.group_connector_user")
        trace = self.traces.create({"name": "a"})
        gone = self.traces.create({"name": "b"})
        for record in (trace, gone, self.env["ir.rule"].search([], limit=1)):
            Magic(self.env(user=ada.id, su=True)).log("a", record=record)
        lines = self.write()
        gone.unlink()

        self.assertEqual(lines[0].record, trace)
        self.assertFalse(lines[1].record)
        self.assertTrue(lines[2].record)
        self.assertFalse(lines[2].with_user(ada).record)

    def test_line_whose_model_is_gone_can_be_read(self):
        self.magic.log("a")
        line = self.write()
        self.env.cr.execute("UPDATE connector_log SET res_model = 'gone', res_id = 1")
        line.invalidate_recordset()

        self.assertFalse(line.record)

    def test_job_shows_its_log(self):
        action = self.action("MAGIC.log('a')\nMAGIC.log('b')")
        uuid = run_action.delay(self.session, action._name, action.id)
        other = run_action.delay(self.session, action._name, action.id)
        self.run_jobs()
        self.write()
        job = self.job(uuid)

        self.assertEqual((job + self.job(other)).mapped("log_count"), [2, 2])
        shown = self.logs.search(job.action_show_log()["domain"])
        self.assertEqual(shown.mapped("message"), ["b", "a"])


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
        """Also by a plan that looks for old lines once for each line."""
        for _number in range(3):
            self.magic.log("a")
        self.make_older(self.write(), 400)
        self.patch(connector_log, "BATCH", 2)
        for plan in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
            self.env.cr.execute(f"SET LOCAL enable_{plan} = off")

        self.assertEqual(self.logs._gc_lines(), (2, 1))
        self.assertEqual(self.logs._gc_lines(), (1, 0))

    def make_older(self, lines, days):
        self.env.cr.execute(
            "UPDATE connector_log SET date = date - %s * INTERVAL '1 day'"
            " WHERE id = ANY(%s)",
            [days, lines.ids],
        )
        lines.invalidate_recordset()
