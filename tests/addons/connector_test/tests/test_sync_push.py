# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the push of changed records, except those changed by a sync."""

from odoo.addons.connector.event import (
    on_record_create,
    on_record_unlink,
    on_record_write,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.magic.sync.push import PUSHES

from ..models.job import TRACE
from ..models.sync import trace_sync
from .sync_case import SyncCase, things

ROOT = "base.user_root"


class TestPush(SyncCase):
    def setUp(self):
        super().setUp()
        for event in (on_record_create, on_record_write, on_record_unlink):
            self.patch(event, "_consumers", dict(event._consumers))
        self.addCleanup(PUSHES.clear)
        self.gone = []

    def push_on(self, model_name=TRACE, **options):
        """Push what changes, until the end of the test."""
        trace_sync.push_on(model_name, **options)

    def shop_unlink(self, _magic, ref):
        """Note what is gone."""
        self.gone.append(ref)

    def run_jobs(self):
        """Commit, as far as a test can, and run what this delayed."""
        self.env.cr.flush()
        return super().run_jobs()

    def test_new_record_is_created_over_there(self):
        self.push_on(create=True)

        self.new_traces("a", "b")
        self.run_jobs()

        self.assertEqual(self.shop.things, {"A1": "a", "A2": "b"})

    def test_known_record_is_updated_over_there(self):
        trace = self.new_traces("a")
        self.push(trace)
        self.push_on(write=True)

        trace.name = "b"
        self.run_jobs()

        self.assertEqual(self.shop.things, {"A1": "b"})

    def test_unknown_record_is_not_created_by_a_write(self):
        trace = self.new_traces("a")
        self.push_on(write=True)

        trace.name = "b"
        self.run_jobs()

        self.assertEqual(self.shop.things, {})

    def test_changes_of_a_record_are_one_job(self):
        self.push_on(create=True, write=True)
        trace = self.new_traces("a")
        trace.name = "b"
        self.env.cr.flush()
        trace.name = "c"

        self.env.cr.flush()

        self.assertEqual(len(self.jobs()), 1)
        self.assertEqual(self.jobs().model_name, TRACE)
        self.run_jobs()
        self.assertEqual(self.shop.calls, [("create", "c")])

    def test_nothing_is_delayed_before_the_commit(self):
        self.push_on(create=True)

        self.new_traces("a")

        self.assertFalse(self.jobs())

    def test_change_of_another_field_is_not_pushed(self):
        trace = self.new_traces("a")
        self.push(trace)
        self.shop.calls.clear()
        self.push_on(write=True, fields=["name"])

        trace.job_uuid = "x"
        self.run_jobs()
        self.assertEqual(self.shop.calls, [])
        trace.write({"name": "b", "job_uuid": "y"})
        self.run_jobs()

        self.assertEqual(self.shop.calls, [("update", "b")])

    def test_what_the_sync_itself_wrote_is_not_pushed_back(self):
        self.push_on(create=True, write=True)

        self.pull(things("a"))
        self.pull(things("b"))
        self.env.cr.flush()

        self.assertFalse(self.jobs())
        self.assertEqual(self.trace_names(), ["b"])

    def test_what_the_sync_of_another_relation_wrote_is_pushed(self):
        self.push_on(create=True)
        info = {**self.shop.sync_info(self.env), "relation": "another_rel"}

        self.magic.sync_x2odoo(things("a"), info, create=True)
        self.run_jobs()

        self.assertEqual(self.shop.things, {"A1": "a"})

    def test_what_a_push_wrote_is_not_pushed_again(self):
        def create(record):
            record.job_uuid = "seen"
            return "A1"

        self.push_on(create=True, write=True)
        info = self.shop.sync_info(self.env, create_thing=create)
        self.patch(self.shop, "sync_info", lambda env: info)

        self.new_traces("a")
        self.run_jobs()

        self.assertEqual(len(self.jobs()), 1)

    def test_what_is_not_to_be_exported_is_not(self):
        self.push_on(create=True)

        self.traces.with_context(connector_no_export=True).create({"name": "a"})
        self.env.cr.flush()

        self.assertFalse(self.jobs())

    def test_deleted_record_is_told_with_its_ref(self):
        gone = []
        trace = self.new_traces("a")
        self.push(trace)
        self.push_on(unlink=lambda MAGIC, ref: gone.append((MAGIC.env.uid, ref)))

        trace.unlink()
        self.assertEqual(gone, [])
        self.run_jobs()

        self.assertEqual(gone, [(self.env.uid, "A1")])

    def test_deleted_record_without_a_link_is_not_told(self):
        trace = self.new_traces("a")
        self.push_on(unlink=lambda MAGIC, ref: None)

        trace.unlink()
        self.env.cr.flush()

        self.assertFalse(self.jobs())

    def test_change_that_is_undone_is_not_pushed(self):
        self.push_on(create=True)

        with self.assertRaises(ValueError), self.env.cr.savepoint():
            self.new_traces("a")
            raise ValueError
        self.env.cr.flush()

        self.assertFalse(self.jobs())

    def test_change_of_the_public_user_is_pushed_as_the_declared_user(self):
        """On a web site: the public user is archived, and its job failed for ever."""
        self.push_on(create=True, unlink=self.shop_unlink, public_user=ROOT)
        traces = self.traces.with_user(self.env.ref("base.public_user")).sudo()

        trace = traces.create({"name": "a"})
        self.run_jobs()
        trace.unlink()
        self.run_jobs()

        self.assertEqual(self.jobs().user_id, self.env.ref(ROOT))
        self.assertEqual(self.jobs().mapped("state"), ["done", "done"])
        self.assertEqual(self.gone, ["A1"])

    def test_change_of_the_public_user_is_refused_where_none_is_declared(self):
        self.push_on(create=True)
        traces = self.traces.with_user(self.env.ref("base.public_user")).sudo()

        with self.assertRaises(InvalidUsageError) as caught:
            traces.create({"name": "a"})
            self.env.cr.flush()

        self.assertIn("public_user", str(caught.exception))

        self.assertFalse(self.jobs())

    def test_wrong_arguments_are_refused(self):
        cases = {
            "the model is '', expected its name": {"model_name": "", "create": True},
            "create, write and unlink are all off": {},
            "unlink is True, expected a function": {"unlink": True},
            "fields is 'name', expected a list": {"write": True, "fields": "name"},
            "public_user is 'root', expected": {"write": True, "public_user": "root"},
        }
        for message, options in cases.items():
            with self.subTest(message=message):
                with self.assertRaisesRegex(InvalidUsageError, message):
                    self.push_on(**options)
