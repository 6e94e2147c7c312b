# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of deletions that full refreshes find (promise 4 of the flows)."""

from odoo.exceptions import UserError

from odoo.addons.connector.api import (
    BackendAdapter,
    ImportDeleter,
    InvalidDataError,
    PagedAdapter,
    run_jobs,
    trap_jobs,
)
from odoo.addons.connector.components.paged_adapter import NotDelivered
from odoo.addons.connector.models.stream import missing
from odoo.addons.connector_test.models.flow import CONTACT

from .stream_case import StreamCase


class DeletionCase(StreamCase):
    def setUp(self):
        super().setUp()
        self.records = self.changed(20)
        self.run_stream()
        self.age_bindings()

    def archived(self):
        """Return the ids of the contacts that were archived."""
        contacts = self.env[CONTACT].with_context(active_test=False).search([])
        gone = contacts.filtered(lambda one: not one.odoo_id.active)
        return set(gone.mapped("external_id"))

    def refresh(self):
        """Do a full refresh whose time is later than all bindings."""
        run = self.run_stream("full")
        self.age_bindings()
        return run


class TestSmallSets(StreamCase):
    """Of few records one is always a large share: fewer than 10 count as 10."""

    def missing_of(self, bound, missing):
        """Return what becomes of so many missing records, of so many that are bound."""
        self.records = self.changed(bound)
        self.run_stream()
        self.age_bindings()
        del self.records[:missing]
        return self.run_stream("full").deletion_state

    def test_one_of_three_is_settled_without_a_question(self):
        self.assertEqual(self.missing_of(3, 1), "done")

    def test_two_of_three_are_asked_about(self):
        self.assertEqual(self.missing_of(3, 2), "held")

    def test_two_of_nineteen_are_asked_about(self):
        self.assertEqual(self.missing_of(19, 2), "held")

    def test_two_of_twenty_are_settled_without_a_question(self):
        self.assertEqual(self.missing_of(20, 2), "done")

    def test_limit_of_nothing_asks_about_each(self):
        self.stream.deletion_limit = 0

        self.assertEqual(self.missing_of(20, 1), "held")


class TestMissingRecords(DeletionCase):
    def test_missing_records_are_settled_in_jobs_of_their_own(self):
        self.stream.deletion_limit = 100
        self.patch(missing, "CHUNK", 2)
        del self.records[:5]

        run = self.refresh()

        self.assertEqual((run.missing_count, run.deleted_count), (5, 5))
        self.assertEqual((run.state, run.deletion_state), ("done", "done"))
        jobs = self.env["connector.queue.job"].search(
            [("func_name", "=like", "%delete_missing")]
        )
        self.assertEqual(len(jobs), 3)
        self.assertEqual(self.archived(), {"C1", "C2", "C3", "C4", "C5"})

    def test_found_record_that_is_bad_is_rejected_and_the_others_go_on(self):
        self.stream.deletion_limit = 100
        known = {one["id"]: one for one in self.records}
        del self.records[:3]
        adapter = type(self.scope().get_connector_unit(BackendAdapter))
        there = {"C1": {**known["C1"], "name": "X", "bad": "this"}, "C2": known["C2"]}
        self.patch(adapter, "find_many", lambda _adapter, ids: there)

        run = self.refresh()

        self.assertEqual(self.archived(), {"C3"})
        self.assertEqual((run.deleted_count, run.rejected_count), (1, 1))
        rejected = self.env["connector.rejected"].search([])
        self.assertEqual(rejected.mapped("external_id"), ["C1"])

    def test_record_whose_deletion_is_refused_here_is_rejected_alone(self):
        @self.backend
        class RefusingDeleter(ImportDeleter):
            _model_name = CONTACT

            def _delete(self, binding):
                if binding.external_id == "C1":
                    raise InvalidDataError("It has invoices.")
                return super()._delete(binding)

        self.stream.deletion_limit = 100
        del self.records[:2]

        run = self.refresh()

        self.assertEqual(self.archived(), {"C2"})
        self.assertEqual((run.deleted_count, run.rejected_count), (1, 1))
        rejected = self.env["connector.rejected"].search([])
        self.assertEqual(rejected.reason, "It has invoices.")

    def test_what_was_bound_since_the_pass_began_is_no_candidate(self):
        run = self.stream._start("full")
        late = self.env[CONTACT].create(
            {
                "name": "Late",
                "backend_id": self.backend_record.id,
                "external_id": "LATE",
            }
        )
        self.env.cr.execute(
            "UPDATE connector_test_contact SET create_date = %s WHERE id = %s",
            [run.started_at, late.id],
        )
        late.invalidate_recordset()

        run_jobs(self.env)

        self.assertEqual(run.missing_count, 0)
        self.assertTrue(late.odoo_id.active)

    def test_old_record_that_an_export_has_just_bound_is_no_candidate(self):
        old = self.env[CONTACT].create(
            {
                "name": "Exported",
                "backend_id": self.backend_record.id,
                "external_id": "NEW",
            }
        )
        self.age_bindings()
        run = self.stream._start("full")
        old.sync_date = run.started_at

        run_jobs(self.env)

        self.assertEqual(run.missing_count, 0)

    def test_binding_with_an_open_request_is_left_alone(self):
        bindings = type(self.env[CONTACT])
        self.patch(
            bindings,
            "_without_open_requests",
            lambda them: them.filtered(lambda one: one.external_id != "C1"),
        )
        self.stream.deletion_limit = 100
        del self.records[:2]

        self.refresh()

        self.assertEqual(self.archived(), {"C2"})

    def test_alias_that_is_gone_archives_nothing(self):
        self.binding("C1").is_alias = True
        del self.records[0]

        run = self.refresh()

        self.assertEqual((run.missing_count, self.archived()), (0, set()))

    def test_what_was_listed_and_not_delivered_is_not_deleted(self):
        self.records[0] = NotDelivered("id", "C1", "HTTP 500")

        run = self.refresh()

        self.assertEqual((run.not_delivered_count, run.missing_count), (1, 0))
        self.assertEqual(self.archived(), set())


class TestDeletionLimit(DeletionCase):
    def test_too_many_wait_for_a_person_while_imports_go_on(self):
        del self.records[:3]
        run = self.refresh()

        self.assertEqual((run.deletion_state, run.missing_count), ("held", 3))
        self.assertEqual((self.stream.state, self.archived()), ("idle", set()))
        self.records += self.changed(1, first=30)
        self.assertEqual(self.run_stream().created_count, 1)
        checkpoint = self.checkpoints()
        self.assertEqual(checkpoint.record, self.stream)
        self.assertIn("3 of 20", checkpoint.name)

    def test_limit_is_a_setting_of_the_stream(self):
        del self.records[:3]
        self.stream.deletion_limit = 15

        self.refresh()

        self.assertEqual(self.archived(), {"C1", "C2", "C3"})

    def test_person_has_them_deleted(self):
        del self.records[:3]
        run = self.refresh()

        self.stream.action_delete_missing()
        run_jobs(self.env)

        self.assertEqual(self.archived(), {"C1", "C2", "C3"})
        self.assertEqual((run.deletion_state, run.deleted_count), ("done", 3))
        self.assertFalse(self.checkpoints())

    def test_person_decides_on_the_checkpoint(self):
        del self.records[:3]
        run = self.refresh()

        self.checkpoints().action_delete_missing()
        run_jobs(self.env)

        self.assertEqual((run.deleted_count, len(self.checkpoints())), (3, 0))

    def test_person_keeps_them(self):
        del self.records[:3]
        run = self.refresh()

        self.checkpoints().action_keep_missing()
        run_jobs(self.env)

        self.assertEqual((run.deletion_state, self.archived()), ("kept", set()))
        self.assertFalse(self.checkpoints())
        with self.assertRaisesRegex(UserError, "Reload"):
            self.stream.action_delete_missing()

    def test_record_that_came_back_meanwhile_is_not_deleted(self):
        gone, self.records = self.records[:3], self.records[3:]
        self.refresh()
        self.records += gone[:1]

        self.stream.action_delete_missing()
        run_jobs(self.env)

        self.assertEqual(self.archived(), {"C2", "C3"})

    def test_next_full_refresh_replaces_the_question(self):
        gone, self.records = self.records[:3], self.records[3:]
        first = self.refresh()
        self.records = gone[:2] + self.records

        second = self.refresh()

        self.assertEqual(first.deletion_state, "kept")
        self.assertEqual((second.deletion_state, self.archived()), ("done", {"C3"}))
        self.assertFalse(self.checkpoints())

    def test_stream_goes_on_where_the_job_of_the_deletions_failed(self):
        del self.records[:2]
        adapter = type(self.scope().get_connector_unit(BackendAdapter))
        self.patch(adapter, "find_many", self.fail_to_read)

        run = self.run_stream("full")

        self.assertEqual((run.deletion_state, self.stream.state), ("failed", "idle"))
        self.assertIn("no answer", run.message)

    @staticmethod
    def fail_to_read(_adapter, _ids):
        raise InvalidDataError("no answer")


class TestListOnly(DeletionCase):
    """A backend that cannot be asked for one record."""

    def adapter_class(self, **members):
        return super().adapter_class(read=PagedAdapter.read, **members)

    def test_missing_in_one_pass_is_not_deleted(self):
        del self.records[0]

        run = self.refresh()

        self.assertEqual((run.missing_count, self.archived()), (0, set()))

    def test_missing_in_two_passes_is_deleted(self):
        del self.records[0]
        self.refresh()

        run = self.refresh()

        self.assertEqual((run.deleted_count, self.archived()), (1, {"C1"}))

    def test_missing_in_one_of_two_passes_is_not_deleted(self):
        """V8: a row that was skipped in one list stands in the other one."""
        known = list(self.records)
        del self.records[0]
        self.refresh()
        self.records = known[:1] + known[2:]

        self.refresh()

        self.assertEqual(self.archived(), set())

    def test_selection_takes_nothing_for_deleted(self):
        self.stream.selection = '{"name": "Contact 5"}'
        self.stream.deletion_limit = 100
        self.refresh()

        run = self.refresh()

        self.assertEqual((run.read_count, run.missing_count), (1, 0))
        self.assertEqual(self.archived(), set())


class TestDeletionChunks(DeletionCase):
    def test_no_more_than_a_chunk_is_read_in_one_job(self):
        del self.records[:2]
        run = self.stream._start("full")
        with trap_jobs() as trap:
            run.import_page(None)

        (call,) = trap.calls(self.env)
        self.assertTrue(call.func_name.endswith("delete_missing"))
        self.assertEqual(self.archived(), set())
