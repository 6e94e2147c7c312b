# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of records that wait for another one which could not be imported."""

from odoo.tools import mute_logger

from odoo.addons.connector.api import (
    BatchImporter,
    ImportMapper,
    InvalidDataError,
    ListAdapter,
    RecordImporter,
    SystemicError,
    mapping,
    related,
    run_jobs,
)
from odoo.addons.connector_test.models.flow import CONTACT
from odoo.addons.connector_test.models.order import ORDER

from .order_case import OrderCase
from .queue_case import RUNNER_LOG


class WaitingCase(OrderCase):
    """A test with orders, each of which needs its buyer."""

    def setUp(self):
        super().setUp()
        self.buyers = {}
        self.read_buyers = []  # ids, whenever one was read
        self.backend(self.buyer_adapter_class())
        self.backend(self.buyer_mapper_class())

    def order_mapper_class(self):
        direct = [("name", "name"), (related("buyer", CONTACT), "partner_id")]
        members = {"_model_name": ORDER, "direct": direct}
        return type(ImportMapper)("OrderMapper", (ImportMapper,), members)

    def buyer_adapter_class(self):
        case = self

        class BuyerAdapter(ListAdapter):
            _model_name = CONTACT

            def list_records(self):
                return list(case.buyers.values())

            def find_many(self, external_ids):
                case.read_buyers += external_ids
                return super().find_many(external_ids)

        return BuyerAdapter

    def buyer_mapper_class(self):
        class BuyerMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name")]

            @mapping
            def refuse_bad(self, record):
                if record.get("bad"):
                    raise InvalidDataError(f"{record['bad']} is bad.")
                return {}

        return BuyerMapper

    def buyer(self, external_id="B1", **values):
        self.buyers[external_id] = {"id": external_id, "name": external_id, **values}

    def orders(self, count, buyer="B1"):
        self.records = [
            {"id": f"O{number}", "name": f"Order {number}", "buyer": buyer}
            for number in range(1, count + 1)
        ]
        return self.records

    def import_as_page(self, model_name=ORDER, records=None):
        """Import a page as streams do: what does not come in is kept."""
        scope = self.backend_record.get_environment(model_name, self.session)
        importer = scope.get_connector_unit(BatchImporter)
        records = self.records if records is None else records
        return importer._import_page(records, force=False)

    def mend(self, external_id="B1"):
        """Import the buyer, who is not bad any more."""
        self.buyer(external_id)
        return self.import_as_page(CONTACT, [self.buyers[external_id]])

    def rejected(self, model=ORDER):
        return self.env["connector.rejected"].search(
            [("closed_at", "=", False), ("model", "=", model)]
        )

    def checkpoints(self):
        return self.env["connector.checkpoint"].search([("state", "=", "need_review")])


class TestWaiting(WaitingCase):
    def test_order_comes_in_by_itself_once_its_buyer_does(self):
        self.buyer(bad="VAT number")
        self.orders(2)
        result = self.import_as_page()
        self.assertEqual(result.counts, {"rejected": 2})

        self.mend()
        run_jobs(self.env)

        self.assertEqual(self.order("O1").partner_id.name, "B1")
        self.assertTrue(self.order("O2"))
        self.assertFalse(self.rejected())
        self.assertFalse(self.checkpoints())

    def test_rejected_order_names_what_it_waits_for_and_why(self):
        self.buyer(bad="VAT number")
        self.orders(1)

        result = self.import_as_page()

        for fact in ("Test Contact 'B1'", "VAT number is bad.", "by itself"):
            self.assertIn(fact, result.rejected["O1"])
        row = self.rejected()
        self.assertEqual((row.waits_for_model, row.waits_for_id), (CONTACT, "B1"))

    def test_many_orders_that_wait_for_one_buyer_are_one_checkpoint(self):
        self.buyer(bad="VAT number")
        self.orders(4)

        self.import_as_page()

        checkpoint = self.checkpoints()
        self.assertEqual(checkpoint.record, self.rejected(CONTACT))
        self.assertIn("VAT number is bad.", checkpoint.name)

    def test_one_bad_buyer_is_no_systemic_error_and_many_are(self):
        self.buyer(bad="VAT number")
        self.import_as_page(records=self.orders(30))
        for number in range(30):
            self.buyer(f"B{number}", bad="VAT number")
            self.records[number]["buyer"] = f"B{number}"

        with self.assertRaises(SystemicError):
            self.import_as_page()

    def test_bad_buyer_is_read_once_for_a_page(self):
        self.buyer(bad="VAT number")

        self.import_as_page(records=[*self.orders(30), {"id": "O99", "name": None}])

        self.assertEqual(self.read_buyers, ["B1"])

    def test_other_orders_of_the_page_come_in(self):
        self.buyer(bad="VAT number")
        self.buyer("B2")
        self.orders(3)
        self.records[1]["buyer"] = "B2"

        result = self.import_as_page()

        self.assertEqual(result.counts, {"rejected": 2, "created": 1})

    def test_order_that_is_imported_alone_waits_too(self):
        self.buyer(bad="VAT number")
        self.orders(1)

        outcome = self.backend_record.import_record(ORDER, "O1")
        self.assertIn("VAT number is bad.", outcome)
        self.mend()
        run_jobs(self.env)

        self.assertTrue(self.order("O1"))

    def test_order_that_is_bad_itself_waits_for_nothing_any_more(self):
        self.buyer(bad="VAT number")
        self.orders(1)
        self.import_as_page()
        self.records[0]["name"] = None
        self.mend()
        with mute_logger(RUNNER_LOG):
            run_jobs(self.env)

        self.mend()

        open_jobs = [("state", "in", ("pending", "started"))]
        self.assertFalse(self.env["connector.queue.job"].search(open_jobs))

    def test_buyer_that_comes_in_with_the_order_delays_no_job(self):
        self.buyer(bad="VAT number")
        self.orders(1)
        self.import_as_page()
        self.buyer()
        jobs = self.env["connector.queue.job"].search_count([])

        self.import_as_page()

        self.assertTrue(self.order("O1"))
        self.assertEqual(self.env["connector.queue.job"].search_count([]), jobs)

    def test_hook_that_imports_a_dependency_waits_as_well(self):
        class OrderImporter(RecordImporter):
            _model_name = ORDER

            def _import_dependencies(self):
                self._import_dependency(self.remote_record["agent"], CONTACT)

        self.backend(OrderImporter)
        self.buyer("B7", bad="VAT number")
        self.import_as_page(records=[{"id": "O1", "name": "A", "agent": "B7"}])

        self.assertEqual(self.rejected().waits_for_id, "B7")


class TestDeletedDependency(WaitingCase):
    def setUp(self):
        super().setUp()
        self.mend()
        self.bound(CONTACT, "B1").odoo_id.unlink()
        self.env.invalidate_all()
        self.orders(2)

    def test_order_is_told_that_its_buyer_was_deleted_here(self):
        result = self.import_as_page()

        self.assertIn("was deleted here on", result.rejected["O1"])
        self.assertNotIn("Import it first", result.rejected["O1"])

    def test_forget_brings_in_the_buyer_and_the_orders(self):
        self.import_as_page()

        checkpoint = self.checkpoints()
        self.assertEqual(checkpoint.record._name, "connector.tombstone")
        self.assertIn("Forget", checkpoint.name)
        checkpoint.record.action_forget()
        run_jobs(self.env)

        self.assertTrue(self.order("O1") and self.order("O2"))
        self.assertFalse(self.checkpoints())


class TestSkippedDependency(WaitingCase):
    def test_checkpoint_says_once_why_the_buyer_is_not_here(self):
        class BuyerImporter(RecordImporter):
            _model_name = CONTACT

            def _must_skip(self):
                return "It is a test account."

        self.backend(BuyerImporter)
        self.buyer()

        result = self.import_as_page(records=self.orders(3))

        self.assertIn("It is a test account.", result.rejected["O1"])
        self.assertIn("It is a test account.", self.checkpoints().name)
        self.assertEqual(self.rejected(CONTACT).kind, "skipped")
