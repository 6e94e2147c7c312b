# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of streams: runs, cursor and deletions (promises 3 and 4 of the flows)."""

from datetime import timedelta, timezone

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.api import BackendAdapter, Stream, run_jobs
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.flows.declare import check_streams, declared_streams
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase
from .queue_case import RUNNER_LOG
from .stream_case import StreamCase


class TestSortedStream(StreamCase):
    def test_first_run_imports_everything_and_sets_the_cursor(self):
        self.records = self.changed(250)

        run = self.run_stream()

        self.assertEqual((run.state, run.page_count), ("done", 3))
        # each page begins with the last record of the one before, see V8
        self.assertEqual((run.read_count, run.created_count), (252, 250))
        self.assertEqual(self.stream.cursor, self.stamp(250))
        self.assertEqual(self.stream.state, "idle")
        self.assertTrue(self.stream.last_success_at)

    def test_next_run_reads_what_changed_since_the_cursor(self):
        self.records = self.changed(10)
        self.run_stream()
        self.records += self.changed(2, first=11)

        run = self.run_stream()

        # the last known one is read again: another may have the same time
        self.assertEqual((run.read_count, run.created_count), (3, 2))
        self.assertEqual(self.stream.cursor, self.stamp(12))

    def test_cursor_moves_with_each_page(self):
        self.records = self.changed(250)
        self.records[150]["changed"] = self.stamp(120)  # ends the second page

        run = self.run_stream()

        self.assertEqual(self.stream.cursor, self.stamp(100))
        self.assertEqual((run.state, self.stream.state), ("held", "held"))
        self.assertIn("sorted", self.stream.hold_reason)
        self.assertEqual(len(self.env[CONTACT].search([])), 100)

    def test_held_stream_resumes_from_its_cursor(self):
        self.records = self.changed(250)
        self.records[150]["changed"] = self.stamp(120)
        self.run_stream()
        self.records = self.changed(250)

        self.stream.action_resume()
        run_jobs(self.env)

        self.assertEqual(self.stream.cursor, self.stamp(250))
        self.assertEqual(len(self.env[CONTACT].search([])), 250)

    def test_ties_at_the_border_of_a_page_are_not_lost(self):
        self.records = self.changed(250)
        for record in self.records[50:150]:
            record["changed"] = self.stamp(60)
        for record in self.records[150:]:
            record["changed"] = self.stamp(61)

        self.run_stream()

        self.assertEqual(len(self.env[CONTACT].search([])), 250)

    def test_record_of_the_future_does_not_end_the_stream(self):
        self.records = self.changed(3)
        self.records.append({"id": "C9", "name": "Late", "changed": "2099-01-01"})

        self.run_stream()
        self.records += self.changed(1, first=10)
        run = self.run_stream()

        self.assertEqual(self.stream.cursor, self.stamp(10))
        self.assertEqual(run.created_count, 1)

    def test_record_without_a_time_is_imported_and_does_not_move_the_cursor(self):
        self.records = [*self.changed(2), {"id": "C9", "name": "X", "changed": None}]

        run = self.run_stream()

        self.assertEqual(run.created_count, 3)
        self.assertEqual(self.stream.cursor, self.stamp(2))

    def test_stream_is_held_as_soon_as_a_page_has_failed(self):
        self.records = self.changed(5)[::-1]
        run = self.stream._start("changes")

        with mute_logger(RUNNER_LOG):
            run_jobs(self.env)  # and no cron

        self.assertEqual((run.state, self.stream.state), ("held", "held"))
        self.assertIn("sorted", self.stream.hold_reason)


class TestUnsortedStream(StreamCase):
    sorted = False

    def test_cursor_moves_once_at_the_end(self):
        self.records = self.changed(250)[::-1]
        run = self.stream._start("changes")
        run.import_page(None)

        self.assertFalse(self.stream.cursor)
        run_jobs(self.env)
        self.assertEqual(self.stream.cursor, self.stamp(250))

    def test_cursor_never_passes_the_time_of_the_first_page(self):
        """A record of a page that was read changes while a later page is read."""
        self.records = self.changed(250)
        run = self.stream._start("changes")
        run.import_page(None)
        begun = fields.Datetime.now().replace(tzinfo=timezone.utc)
        self.records[200]["changed"] = (begun + timedelta(hours=1)).isoformat()

        run_jobs(self.env)

        self.assertEqual(self.stream.cursor, self.stamp(250))


class TestFullRefresh(StreamCase):
    def test_what_is_gone_on_the_backend_is_archived(self):
        self.records = self.changed(20)
        self.run_stream()
        gone = self.binding("C5")
        self.age_bindings()
        del self.records[4]

        run = self.run_stream("full")

        self.assertEqual(run.deleted_count, 1)
        self.assertFalse(gone.odoo_id.active)

    def test_empty_list_deletes_nothing(self):
        self.records = self.changed(20)
        self.run_stream()
        self.age_bindings()
        self.records = []

        run = self.run_stream("full")

        self.assertEqual(run.deleted_count, 0)
        self.assertTrue(all(self.env[CONTACT].search([]).mapped("odoo_id.active")))
        checkpoint = self.env["connector.checkpoint"].search([])
        self.assertIn("20 of 20", checkpoint.name)

    def test_more_deletions_than_the_limit_wait_for_a_person(self):
        self.records = self.changed(20)
        self.run_stream()
        self.age_bindings()
        self.records = self.records[:17]

        run = self.run_stream("full")

        self.assertEqual(run.deleted_count, 0)
        self.assertIn("3 of 20", self.env["connector.checkpoint"].search([]).name)

    def test_record_that_a_page_left_out_is_read_again_before_it_is_deleted(self):
        self.records = self.changed(20)
        self.run_stream()
        self.age_bindings()
        all_records = self.records
        self.records = self.records[1:]
        adapter = type(self.scope().get_connector_unit(BackendAdapter))
        self.patch(adapter, "read", lambda _adapter, external_id: all_records[0])

        run = self.run_stream("full")

        self.assertEqual(run.deleted_count, 0)
        self.assertTrue(self.binding("C1").odoo_id.active)


class TestSchedule(StreamCase):
    def test_due_stream_is_started_by_the_cron(self):
        self.records = self.changed(3)

        self.env["connector.stream"]._cron_run()
        run_jobs(self.env)

        self.assertEqual(len(self.env[CONTACT].search([])), 3)
        self.assertGreater(self.stream.next_run_at, fields.Datetime.now())

    def test_stream_waits_for_those_before_it(self):
        labels = self.env["connector.stream"].search([("name", "=", "labels")])

        self.env["connector.stream"]._cron_run()

        self.assertEqual(labels.mapped("state"), ["idle"])

    def test_running_stream_is_not_started_twice(self):
        self.stream._start("changes")

        with self.assertRaisesRegex(UserError, "running"):
            self.stream.action_run()

    def test_what_people_set_is_kept_when_streams_are_declared_again(self):
        self.stream.interval_minutes = 99

        self.env["connector.stream"]._declare_all()

        self.assertEqual(self.stream.interval_minutes, 99)

    def test_requeued_page_goes_on(self):
        self.records = self.changed(150)
        self.records[120]["changed"] = self.stamp(110)
        run = self.run_stream()
        self.records = self.changed(150)

        page_job = self.env["connector.queue.job"].search([("uuid", "=", run.job_uuid)])
        page_job.requeue()
        run_jobs(self.env)

        self.assertEqual((run.state, self.stream.state), ("done", "idle"))
        self.assertEqual(run.created_count, 150)


class TestDeclaration(FlowCase):
    def declare(self, *streams):
        backend_class = self.env.registry["connector.test.backend"]
        members = {"_streams": streams, "pool": backend_class.pool}
        cls = type("Extended", (), {**members, "_name": backend_class._name})
        cls.mro = lambda: [cls]
        return cls

    def test_unknown_model_is_refused_with_a_suggestion(self):
        wrong = self.declare(Stream("contacts", "connector.test.contat"))

        with self.assertRaisesRegex(InvalidUsageError, f"Did you mean '{CONTACT}'"):
            check_streams(wrong)

    def test_unknown_stream_before_is_refused_with_a_suggestion(self):
        wrong = self.declare(
            Stream("contacts", CONTACT), Stream("others", CONTACT, after=["contact"])
        )

        with self.assertRaisesRegex(InvalidUsageError, "Did you mean 'contacts'"):
            check_streams(wrong)

    def test_streams_of_all_addons_count(self):
        streams = declared_streams(self.env.registry["connector.test.backend"])

        self.assertEqual(list(streams), ["contacts", "labels"])


class TestNewBackend(FlowCase):
    """A new backend has its streams as soon as it is saved."""

    def streams_of(self, **values):
        backends = self.env["connector.test.backend"]
        backend = backends.create({"name": "New", "version": "1", **values})
        return self.env["connector.stream"].search(
            [("backend_id", "=", backend.reference())]
        )

    def test_new_backend_has_its_streams_at_once(self):
        self.assertEqual(self.streams_of().mapped("name"), ["contacts", "labels"])

    def test_slices_that_a_method_finds_are_left_to_the_cron(self):
        """They may be on the backend, whose settings are not complete."""
        backends = self.env.registry["connector.test.backend"]
        self.patch(backends, "_streams", [Stream("own", CONTACT, slices="_shops")])

        self.assertEqual(self.streams_of().mapped("name"), ["contacts", "labels"])

    def test_archived_backend_has_none(self):
        self.assertFalse(self.streams_of(active=False))

    def test_streams_go_with_their_backend(self):
        streams = self.streams_of()
        streams[0].active = False

        streams[0].backend_id.unlink()

        self.assertFalse(streams.exists())

    def test_user_who_may_create_backends_need_not_manage_streams(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        self.env["ir.model.access"].create(
            {
                "name": "clerk",
                "model_id": self.env["ir.model"]._get_id("connector.test.backend"),
                "group_id": self.env.ref("base.group_user").id,
                "perm_read": True,
                "perm_create": True,
            }
        )
        self.env = self.env(user=clerk)

        backends = self.env["connector.test.backend"]
        backend = backends.create({"name": "New", "version": "1"})

        streams_sudo = self.env["connector.stream"].sudo()
        count = streams_sudo.search_count([("backend_id", "=", backend.reference())])
        self.assertEqual(count, 2)
