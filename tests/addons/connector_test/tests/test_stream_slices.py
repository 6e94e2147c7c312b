# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of what people want of a stream: slices, selection, times, backfills."""

from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import UserError, ValidationError

from odoo.addons.connector.api import ListAdapter, RecordImporter, Stream, run_jobs
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.flows.declare import check_streams
from odoo.addons.connector_test.models.flow import CONTACT

from .stream_case import NOON, StreamCase


class TestStreamSlices(StreamCase):
    def setUp(self):
        super().setUp()
        streams = [Stream("shops", CONTACT, slices=["fr", "de"])]
        backends = self.env.registry["connector.test.backend"]
        self.patch(backends, "_streams", streams)
        self.stream.active = False
        self.env["connector.stream"]._declare_all()
        self.shops = self.env["connector.stream"].search(
            [
                ("name", "=", "shops"),
                ("backend_id", "=", self.backend_record.reference()),
            ],
            order="slice",
        )
        self.records = self.changed(20, shop="fr")
        self.records += self.changed(15, first=101, shop="de")

    def adapter_class(self, **members):
        return super().adapter_class(_slice="shop", **members)

    def run_slice(self, slice_, kind="changes"):
        self.stream = self.shops.filtered(lambda one: one.slice == slice_)
        return self.run_stream(kind)

    def test_each_slice_is_a_stream_of_its_own(self):
        self.assertEqual(self.shops.mapped("slice"), ["de", "fr"])
        self.assertEqual(self.shops[0].display_name, "shops (de)")

    def test_each_slice_has_a_cursor_of_its_own(self):
        run = self.run_slice("fr")

        self.assertEqual(run.created_count, 20)
        cursors = self.shops.mapped("cursor")
        self.assertEqual(cursors, [False, self.stamp(20)])

    def test_slice_deletes_nothing_of_the_others(self):
        self.run_slice("fr")
        self.run_slice("de")
        self.age_bindings()
        del self.records[0]

        run = self.run_slice("fr", "full")

        self.assertEqual((run.missing_count, run.deleted_count), (1, 1))
        self.assertEqual(run.deletion_state, "done")

    def test_slices_may_come_from_a_method_of_the_backend(self):
        backends = self.env.registry["connector.test.backend"]
        self.patch(backends, "_streams", [Stream("own", CONTACT, slices="_shops")])
        with patch.object(backends, "_shops", lambda _b: [7, 8], create=True):
            self.env["connector.stream"]._declare_all()

        own = self.env["connector.stream"].search([("name", "=", "own")])
        self.assertEqual(set(own.mapped("slice")), {"7", "8"})

    def test_slices_of_no_method_keep_the_addon_from_loading(self):
        backends = self.env.registry["connector.test.backend"]
        self.patch(backends, "_streams", [Stream("own", CONTACT, slices="_shosp")])

        with self.assertRaisesRegex(InvalidUsageError, "_shosp"):
            check_streams(backends)


class TestStreamSelection(StreamCase):
    def test_only_what_is_selected_comes_in(self):
        self.records = self.changed(10, status="open")
        self.records += self.changed(5, first=11, status="paid")
        self.stream.selection = '{"status": "paid"}'

        run = self.run_stream()

        self.assertEqual(run.created_count, 5)

    def test_another_selection_brings_in_what_the_cursor_has_passed(self):
        self.test_only_what_is_selected_comes_in()
        self.assertEqual(self.stream.cursor, self.stamp(15))

        self.stream.selection = False
        run = self.run_stream()

        self.assertEqual(run.created_count, 10)

    def test_selection_that_is_no_object_is_refused(self):
        for text in ("paid", "[1]"):
            with self.subTest(text), self.assertRaisesRegex(ValidationError, "JSON"):
                self.stream.selection = text

    def test_declared_selection_is_kept_as_people_changed_it(self):
        self.stream.selection = '{"status": "paid"}'

        self.env["connector.stream"]._declare_all()

        self.assertEqual(self.stream.selection, '{"status": "paid"}')

    def test_start_and_end_bound_what_comes_in(self):
        self.records = self.changed(10)
        noon = NOON.replace(tzinfo=None)
        self.stream.start_at = noon + timedelta(minutes=3)
        self.stream.until_at = noon + timedelta(minutes=6)

        self.run_stream()

        names = set(self.all_contacts().mapped("external_id"))
        self.assertEqual(names, {"C3", "C4", "C5", "C6"})

    def test_times_of_a_model_without_times_hold_the_stream_with_the_remedy(self):
        adapter = type(self.scope().get_connector_unit(ListAdapter))
        self.patch(adapter, "_changed_since", None)
        self.stream.start_at = NOON.replace(tzinfo=None)

        self.run_stream()

        self.assertEqual(self.stream.state, "held")
        self.assertIn("_changed_since", self.stream.hold_reason)


class TestBackfill(StreamCase):
    def setUp(self):
        super().setUp()
        self.records = self.changed(20)
        self.stream.start_at = NOON.replace(tzinfo=None) + timedelta(minutes=11)
        self.run_stream()

    def dialog(self, **values):
        dialogs = self.env["connector.stream.backfill"]
        return dialogs.with_context(active_id=self.stream.id).create(values)

    def names(self):
        return set(self.all_contacts().mapped("external_id"))

    def test_range_comes_in_and_the_cursor_stays(self):
        noon, cursor = NOON.replace(tzinfo=None), self.stream.cursor

        self.dialog(
            start_at=noon + timedelta(minutes=5), until_at=noon + timedelta(minutes=7)
        ).backfill()
        run_jobs(self.env)

        self.assertLessEqual({"C5", "C6", "C7"}, self.names())
        self.assertFalse({"C4", "C8"} & self.names())
        self.assertEqual((self.stream.cursor, self.stream.state), (cursor, "idle"))
        self.assertEqual(self.stream.run_ids[0].kind, "backfill")

    def test_ids_come_in_and_those_that_are_not_there_are_counted(self):
        self.dialog(kind="ids", external_ids="C1, C2,C99").backfill()
        run_jobs(self.env)

        run = self.stream.run_ids[0]
        self.assertEqual((run.created_count, run.not_delivered_count), (2, 1))
        self.assertIn("no such record", run.reasons)
        self.assertLessEqual({"C1", "C2"}, self.names())

    def test_backfill_runs_beside_an_import(self):
        self.stream._start("changes")

        self.dialog(kind="ids", external_ids="C1").backfill()
        run_jobs(self.env)

        self.assertEqual(self.stream.run_ids.mapped("state"), ["done"] * 3)

    def test_backfill_that_fails_holds_itself_only(self):
        adapter = type(self.scope().get_connector_unit(ListAdapter))
        self.patch(adapter, "find_many", lambda _adapter, _ids: {}["missing"])

        self.dialog(kind="ids", external_ids="C1").backfill()
        run_jobs(self.env)
        self.env["connector.stream"]._cron_run()

        self.assertEqual(self.stream.run_ids[0].state, "held")
        self.assertEqual(self.stream.state, "idle")

    def test_backfill_of_nothing_is_refused(self):
        with self.assertRaisesRegex(UserError, "at least one id"):
            self.dialog(kind="ids", external_ids=" , ").backfill()
        with self.assertRaisesRegex(UserError, "Full Refresh"):
            self.dialog().backfill()


class TestStaleness(StreamCase):
    def age(self, **time):
        self.stream._set({"last_success_at": fields.Datetime.now() - timedelta(**time)})

    def test_stream_is_stale_after_three_intervals(self):
        self.age(minutes=44)
        self.assertFalse(self.stream.is_stale)

        self.age(minutes=46)

        self.stream.invalidate_recordset(["is_stale"])
        self.assertTrue(self.stream.is_stale)
        stale = self.env["connector.stream"].search([("is_stale", "=", True)])
        self.assertIn(self.stream, stale)

    def test_time_is_a_setting(self):
        self.stream.stale_minutes = 60
        self.age(minutes=46)

        self.assertFalse(self.stream.is_stale)

    def test_archived_stream_or_backend_is_not_stale(self):
        self.age(days=9)
        self.backend_record.active = False
        self.assertFalse(self.stream.is_stale)

        self.backend_record.active = True
        self.stream.active = False

        self.assertFalse(self.stream.is_stale)

    def test_health_and_overview_warn(self):
        self.age(days=9)

        health = self.env["connector.monitor"]._read_health()
        cards = self.env["connector.overview"].read_cards()["cards"]

        self.assertIn("contacts of Shop: no success since", str(health["reasons"]))
        reference = self.backend_record.reference()
        (card,) = [one for one in cards if one["reference"] == reference]
        self.assertEqual(len(card["stale"]), 1)

    def test_stream_of_an_archived_backend_does_not_run(self):
        self.records = self.changed(1)
        self.backend_record.active = False

        self.env["connector.stream"]._cron_run()
        run_jobs(self.env)

        self.assertFalse(self.all_contacts())


class TestRunHistory(StreamCase):
    def test_run_shows_why_records_did_not_come_in(self):
        self.records = self.changed(10)
        for record in self.records[:3]:
            record["bad"] = "this"
        self.records[4]["bad"] = "that"

        run = self.run_stream()

        self.assertEqual(run.reasons, "3 × this is bad.\n1 × that is bad.")

    def test_old_runs_are_deleted_but_the_last_of_each_kind(self):
        runs = [self.run_stream(kind) for kind in ("full", "full", "changes")]
        old = fields.Datetime.now() - timedelta(days=8)
        for run in runs:
            run._set({"ended_at": old})
        recent = self.run_stream()
        self.env["ir.config_parameter"].sudo().set_param("connector.stream_run_days", 7)

        self.env["connector.stream.run"]._gc_runs()

        kept = [run.exists() and run for run in [*runs, recent]]
        self.assertFalse(kept[0] or kept[2])
        self.assertTrue(kept[1] and kept[3])

    def test_page_job_is_a_job_of_its_backend(self):
        self.stream._start("changes")

        job = self.env["connector.queue.job"].search([], limit=1, order="id desc")
        self.assertEqual(job.backend_id, self.backend_record)


class TestStreamMapping(StreamCase):
    """Promise 6: unchanged is not written, unless it would be mapped otherwise."""

    def adapter_class(self, **members):
        return super().adapter_class(_weak_versions={"gcs00000000"}, **members)

    def test_known_records_are_due_once_where_the_mapping_changed(self):
        self.records = self.changed(5, version=1)
        self.run_stream()
        self.mapped.clear()

        @self.backend
        class NewImporter(RecordImporter):
            _model_name = CONTACT

        again = self.run_stream()
        self.assertEqual((again.read_count, len(self.mapped)), (5, 5))
        self.assertIn("mapping has changed", again.message)
        self.mapped.clear()
        after = self.run_stream()

        self.assertEqual((after.read_count, self.mapped), (1, []))

    def test_constant_version_is_never_enough_alone(self):
        """SOGo answers each PUT with one and the same ETag."""
        for version in ("gcs00000000", 'W/"7"'):
            with self.subTest(version):
                self.records = self.changed(3, version=version)
                self.run_stream("full")
                self.records[1]["name"] = f"New {version}"

                run = self.run_stream("full")

                self.assertEqual((run.updated_count, run.unchanged_count), (1, 2))
                self.assertEqual(self.binding("C2").name, f"New {version}")
                self.assertFalse(self.binding("C2").external_version)
