# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of runs: many exports by one job that works through what is due."""

from unittest import mock

from odoo.addons.connector.api import Exporter, NetworkRetryableError, run_jobs

from ..models.ware import OFFER
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

    def jobs(self):
        return self.env["connector.queue.job"].search(
            [("func_name", "like", "%export_run")], order="id"
        )

    def test_many_records_are_one_job(self):
        self.offers.odoo_id.ware_id.price = 12

        self.assert_due()
        self.assertEqual(len(self.jobs()), 1)
        self.assertTrue(all(self.offers.mapped("export_due")))
        self.assertEqual(set(self.offers.mapped("sync_state")), {"pending"})

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
        self.env.cr.flush()
        self.bad[self.offers[7].id] = None
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
