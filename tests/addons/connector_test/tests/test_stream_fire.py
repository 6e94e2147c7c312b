# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of streams under fire: lists that shift, are cut, late, or bad (promise 3)."""

import logging
from datetime import timedelta

from odoo.addons.connector.api import IDMissingInBackend, ListAdapter, run_jobs
from odoo.addons.connector.components.changed_since import parse_stamp
from odoo.addons.connector.components.paged_adapter import NotDelivered

from .stream_case import StreamCase


class FireCase(StreamCase):
    """A test whose backend changes while its list is read."""

    def setUp(self):
        self.pages = []  # states of the pages that were read
        self.between = {}  # what happens after a page, by its number
        super().setUp()

    def adapter_class(self, **members):
        case = self

        def read_page(adapter, state=None):
            page = ListAdapter.read_page(adapter, state)
            case.pages.append(state)
            case.between.get(len(case.pages), lambda: None)()
            return page

        return super().adapter_class(**{"read_page": read_page, **members})

    def names(self):
        return set(self.all_contacts().mapped("external_id"))


class TestShiftingList(FireCase):
    def test_record_that_moves_up_while_a_sorted_list_is_read_is_not_lost(self):
        """V8: after page 1 one of its records is deleted, and all others move up."""
        self.records = self.changed(250)
        self.between[1] = lambda: self.records.pop(0)

        self.run_stream()

        self.assertEqual(len(self.names()), 250)

    def test_page_full_of_one_time_goes_on_inside_that_time(self):
        self.records = self.changed(250)
        for record in self.records:
            record["changed"] = self.stamp(7)

        run = self.run_stream()

        self.assertEqual(len(self.names()), 250)
        self.assertEqual(run.state, "done")

    def test_backend_that_ignores_the_time_is_still_read_to_its_end(self):
        """P5: a misspelt filter returns everything."""
        adapter = type(self.scope().get_connector_unit(ListAdapter))
        self.patch(adapter, "begin", lambda _adapter, since=None: None)
        self.records = self.changed(450)

        run = self.run_stream()

        self.assertEqual((run.state, len(self.names())), ("done", 450))

    def test_full_refresh_reads_one_list_from_its_start(self):
        self.records = [{"id": "C0", "name": "Null", "changed": None}]
        self.records += self.changed(250)

        run = self.run_stream("full")

        self.assertEqual((run.read_count, run.page_count), (251, 3))


class TestLateCommit(FireCase):
    lookback = timedelta(minutes=5)

    def test_record_that_was_committed_late_is_found_by_the_lookback(self):
        """P2: its stamp is set when it is saved, and visible when it is committed."""
        self.records = self.changed(10)
        self.run_stream()
        late = {"id": "LATE", "name": "Late", "changed": self.stamp(8)}
        self.records.insert(8, late)

        run = self.run_stream()

        self.assertIn("LATE", self.names())
        self.assertEqual(run.created_count, 1)

    def test_known_records_of_the_lookback_are_not_mapped_again(self):
        """P2: (id, version) tells which are known."""
        self.records = self.changed(10, version=3)
        self.run_stream()
        self.mapped.clear()

        run = self.run_stream()

        self.assertEqual((run.unchanged_count, self.mapped), (6, []))


class TestExclusiveBackend(FireCase):
    def adapter_class(self, **members):
        case = self

        def list_since(_adapter, since):
            begin = parse_stamp(since) if since else None
            for record in case.records:
                if begin is None or parse_stamp(record["changed"]) > begin:
                    yield record

        return super().adapter_class(_list_since=list_since, **members)

    def test_ties_at_the_border_are_found_where_the_time_itself_is_not_included(self):
        """V3, V5: ``after`` a time does not give the records of that time."""
        self.records = self.changed(250)
        for record in self.records[50:150]:
            record["changed"] = self.stamp(60)
        for record in self.records[150:]:
            record["changed"] = self.stamp(61)

        self.run_stream()

        self.assertEqual(len(self.names()), 250)


class TestCutList(FireCase):
    sorted = False

    def cut(self):
        """Let the backend not have the next page."""
        adapter = type(self.scope().get_connector_unit(ListAdapter))

        def read_page(_adapter, _state):
            raise IDMissingInBackend("HTTP 404")

        self.patch(adapter, "read_page", read_page)

    def test_page_that_is_gone_ends_the_list_and_deletes_nothing(self):
        """P6: a page past the end is 404, where records left a filtered list."""
        self.records = self.changed(250)
        self.run_stream()
        self.age_bindings()
        self.pages.clear()
        self.between[2] = self.cut

        run = self.run_stream("full")

        self.assertEqual((run.state, run.is_complete), ("done", False))
        self.assertFalse(run.deletion_state)
        self.assertIn("before its last page", run.message)
        self.assertTrue(all(self.all_contacts().odoo_id.mapped("active")))

    def test_page_that_leads_to_itself_holds_the_stream(self):
        """A next link to the same page was followed without end."""
        self.records = self.changed(250)
        adapter = type(self.scope().get_connector_unit(ListAdapter))
        self.patch(adapter, "read_page", lambda _adapter, _state: ([], "page 2"))

        run = self.run_stream()

        self.assertEqual((run.state, self.stream.state), ("held", "held"))
        self.assertIn("the same page again", self.stream.hold_reason)

    def test_cut_list_does_not_move_the_cursor(self):
        """P6: what moved up meanwhile was perhaps not seen."""
        self.records = self.changed(250)
        self.between[1] = self.cut

        run = self.run_stream()

        self.assertEqual((run.state, self.stream.cursor), ("done", False))
        self.assertEqual(len(self.names()), 100)

    def test_first_page_that_is_missing_is_an_error(self):
        self.cut()

        run = self.run_stream()

        self.assertEqual((run.state, self.stream.state), ("held", "held"))


class TestUnsortedCrash(FireCase):
    sorted = False

    def test_run_that_crashed_goes_on_where_it_was_and_moves_the_cursor_once(self):
        self.records = self.changed(250)[::-1]
        breaking = [RuntimeError("crash")]

        def fail_once():
            if breaking:
                raise breaking.pop()

        self.between[2] = fail_once
        run = self.stream._start("changes")
        run_jobs(self.env)
        self.assertFalse(self.stream.cursor)
        self.assertEqual(len(self.names()), 100)

        page_job = self.env["connector.queue.job"].search([("uuid", "=", run.job_uuid)])
        page_job.requeue()
        run_jobs(self.env)

        self.assertEqual(len(self.names()), 250)
        self.assertEqual((run.created_count, run.state), (250, "done"))
        self.assertEqual(self.stream.cursor, self.stamp(250))
        self.assertEqual(self.pages.count(None), 1)


class TestBadRecords(FireCase):
    def adapter_class(self, **members):
        return super().adapter_class(_page_size=1000, **members)

    def test_997_of_1000_are_in(self):
        self.records = self.changed(1000)
        for number in (10, 500, 999):
            self.records[number]["bad"] = "this"

        run = self.run_stream()

        self.assertEqual((run.created_count, run.rejected_count), (997, 3))
        self.assertEqual((run.state, self.stream.cursor), ("done", self.stamp(1000)))
        self.assertEqual(len(self.checkpoints()), 3)

    def test_300_of_1000_hold_the_stream_with_one_notice(self):
        self.records = self.changed(1000)
        for record in self.records[100:400]:
            record["bad"] = "all"

        run = self.run_stream()

        self.assertEqual((run.state, self.stream.state), ("held", "held"))
        self.assertIn("300 of 1000", self.stream.hold_reason)
        self.assertEqual(len(self.checkpoints()), 0)
        failed = self.env["connector.queue.job"].search([("state", "=", "failed")])
        self.assertEqual(len(failed), 1)
        self.assertFalse(self.all_contacts())

    def test_first_20_records_hold_the_stream(self):
        self.records = self.changed(1000)
        for record in self.records[:20]:
            record["bad"] = "all"

        run = self.run_stream()

        self.assertEqual((run.state, self.stream.state), ("held", "held"))
        self.assertIn("first 20", self.stream.hold_reason)
        self.assertFalse(self.all_contacts())
        self.assertFalse(self.checkpoints())

    def test_20_bad_records_in_between_do_not(self):
        self.records = self.changed(1000)
        for record in self.records[1:21]:
            record["bad"] = "all"

        run = self.run_stream()

        self.assertEqual((run.state, run.rejected_count), ("done", 20))

    def test_first_20_records_of_small_pages_hold_the_stream(self):
        adapter = type(self.scope().get_connector_unit(ListAdapter))
        self.patch(adapter, "_page_size", 4)
        self.records = self.changed(100, bad="all")

        run = self.run_stream()

        self.assertEqual((run.state, self.stream.state), ("held", "held"))
        self.assertLess(len(self.checkpoints()), 20)

    def test_time_that_is_no_time_is_one_records_affair(self):
        self.records = self.changed(3)
        self.records[1]["changed"] = "soon"

        run = self.run_stream()

        self.assertEqual((run.created_count, run.state), (3, "done"))
        self.assertEqual(self.stream.cursor, self.stamp(3))

    def test_what_postgresql_refuses_of_a_bad_record_is_not_in_the_log(self):
        self.records = self.changed(100)
        self.records[50]["empty"] = True  # only the database refuses it

        with self.assertNoLogs("odoo.sql_db", logging.ERROR):
            run = self.run_stream()

        self.assertEqual((run.created_count, run.rejected_count), (99, 1))

    def test_record_that_was_listed_and_not_delivered_is_counted_and_kept(self):
        self.records = [*self.changed(3), NotDelivered("id", "C9", "HTTP 500")]

        run = self.run_stream()

        self.assertEqual((run.created_count, run.not_delivered_count), (3, 1))
        kept = self.env["connector.rejected"].search([])
        self.assertEqual((kept.external_id, kept.kind), ("C9", "undelivered"))
        self.assertEqual(run.reasons, "1 × HTTP 500")
