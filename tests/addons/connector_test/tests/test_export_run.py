# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of runs: many exports by one job that works through what is due."""

from unittest import mock

from odoo.addons.connector.api import (
    Exporter,
    NetworkRetryableError,
    NothingToDoJob,
    run_jobs,
)

from ..models.ware import OFFER, SIZE, STOCK
from .trigger_case import TriggerCase


class TestRun(TriggerCase):
    def setUp(self):
        super().setUp()
        self.patch(self.env.registry[OFFER], "_export_run_above", 4)
        self.offers = self.offer.browse().concat(
            *(self.make_offer(f"R{number}") for number in range(10))
        )
        self.take()
        self.ran, self.bad = [], {}
        self.backend(self.exporter_class())

    def exporter_class(self):
        case = self

        class OfferExporter(Exporter):
            _model_name = OFFER

            def run(self, binding_id, fields=None):
                if error := case.bad.get(binding_id):
                    raise error
                case.ran.append(binding_id)
                return "updated"

        return OfferExporter

    def jobs(self, name="export_run"):
        return self.env["connector.queue.job"].search(
            [("func_name", "like", f"%{name}")], order="id"
        )

    def test_many_records_are_one_job(self):
        self.offers.odoo_id.ware_id.price = 12

        self.assert_due()
        jobs = self.jobs("export_changed")
        self.assertEqual(len(jobs), 1)
        self.assertFalse(self.jobs())

    def test_records_of_a_run_are_pending_until_it_comes_to_them(self):
        self.offers.odoo_id.ware_id.price = 12
        self.env.cr.flush()
        self.backend_record._delay_due(OFFER, self.offers.ids)

        self.assertTrue(all(self.offers.mapped("export_due")))
        self.assertEqual(set(self.offers.mapped("sync_state")), {"pending"})

    def test_many_changes_of_few_records_are_no_run(self):
        """More stock rows than the limit, and yet one record."""
        self.env[STOCK].create(
            [{"size_id": self.size.id, "quantity": 1} for _number in range(6)]
        )
        self.env.cr.flush()

        run_jobs(self.env)

        self.assert_due(self.offer)
        self.assertFalse(self.jobs())

    def test_many_new_records_get_bindings_by_a_job(self):
        sizes = self.env[SIZE].create(
            [{"name": "Hat", "size": str(number)} for number in range(6)]
        )
        self.env.cr.flush()
        self.assertFalse(self.env[OFFER].search([("odoo_id", "in", sizes.ids)]))

        run_jobs(self.env)

        bindings = self.env[OFFER].search([("odoo_id", "in", sizes.ids)], order="id")
        self.assertEqual(self.ran, bindings.ids)
        self.assertEqual(bindings.odoo_id, sizes)

    def test_mass_change_of_an_import_goes_on_to_the_other_backends(self):
        other = self.make_backend()
        reference = self.backend_record.reference()
        silent = self.offers.odoo_id.ware_id.with_context(connector_no_export=reference)

        silent.price = 12

        self.env.cr.flush()
        self.assertEqual(self.jobs("export_changed").backend_id, other)

    def test_few_records_have_a_job_each(self):
        self.offers[:4].odoo_id.ware_id.price = 12

        self.assert_due(*self.offers[:4])
        self.assertFalse(self.jobs())

    def test_run_exports_each_record_once_part_by_part(self):
        self.patch_part(3)
        self.offers.odoo_id.ware_id.price = 12

        run_jobs(self.env)

        self.assertEqual(self.ran, self.offers.ids)
        self.assertFalse(any(self.offers.mapped("export_due")))
        results = self.jobs().mapped("result")
        self.assertEqual(results[1:], ["3 updated"] * 3 + ["1 updated"])

    def patch_part(self, size):
        module = "odoo.addons.connector.models.backend.export_run.PART"
        self.startPatcher(mock.patch(module, size))

    def test_what_becomes_due_meanwhile_is_exported_too(self):
        self.patch_part(3)
        self.offers.odoo_id.ware_id.price = 12
        late = self.offers[:5]

        def run_late(exporter, binding_id, fields=None):
            self.ran.append(binding_id)
            if binding_id == self.offers[7].id:
                late.odoo_id.ware_id.price = 13
            return "updated"

        self.patch(type(self.unit_of_run()), "run", run_late)

        run_jobs(self.env)

        self.assertEqual(self.ran[:10], self.offers.ids)
        self.assertEqual(self.ran[10:], late.ids)

    def unit_of_run(self):
        return self.environment(OFFER).get_connector_unit(Exporter)

    def test_record_that_fails_has_a_job_of_its_own(self):
        self.bad[self.offers[2].id] = ValueError("bad")
        self.offers.odoo_id.ware_id.price = 12

        run_jobs(self.env)

        self.assert_due(self.offers[2])
        self.assertEqual(len(self.ran), 9)

    def test_failed_job_of_a_record_that_was_skipped_stays(self):
        """It was not exported: somebody has to act still."""
        settled = []
        backends = self.env.registry["connector.backend"]
        note = lambda _backend, _model, ids: settled.extend(ids)  # noqa: E731
        self.patch(backends, "_settle_failed_exports", note)
        self.bad = {self.offers[0].id: NothingToDoJob("not wanted")}

        self.offers.odoo_id.ware_id.price = 12
        run_jobs(self.env)

        self.assertEqual(settled, self.offers[1:].ids)

    def test_run_stops_where_the_fault_is_not_of_the_records(self):
        self.bad = dict.fromkeys(self.offers.ids, ValueError("bad"))
        self.offers.odoo_id.ware_id.price = 12

        run_jobs(self.env)

        job = self.jobs()[-1]
        self.assertEqual(job.state, "failed")
        self.assertIn("6 of 6 records failed", job.exc_info)

    def test_backend_that_does_not_answer_is_tried_again(self):
        self.bad[self.offers[3].id] = NetworkRetryableError("no answer")
        self.offers.odoo_id.ware_id.price = 12

        run_jobs(self.env)

        self.assert_due()
        self.assertEqual(self.jobs()[-1].state, "pending")
        self.assertEqual(self.ran, self.offers[:3].ids)
