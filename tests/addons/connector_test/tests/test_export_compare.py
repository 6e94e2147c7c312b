# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of stock and prices out: what both sides change is compared and set."""

from datetime import timedelta

from odoo import fields

from odoo.addons.connector.api import (
    CompareExporter,
    ExportMapper,
    InvalidUsageError,
    RetryableJobError,
    Stream,
    SystemicError,
    mapping,
    run_jobs,
)
from odoo.addons.connector.components.synchronizer import Exporter
from odoo.addons.connector.flows.declare import check_streams

from ..models.flow import CONTACT
from ..models.ware import OFFER, STOCK
from .export_case import ExportCase
from .test_record_exporter import http_error

JOB = "connector.queue.job"


class CompareCase(ExportCase):
    """A test with an offer that is in the shop: 10 on hand, 3 of them allocated."""

    def setUp(self):
        super().setUp()
        self.between = None  # done there between the reading and the setting
        self.shop.records["O1"] = {
            "on_hand": 10,
            "allocated": 3,
            "price": "19.50",
            "version": 4,
        }
        quiet = self.env[OFFER].with_context(connector_no_export=True)
        self.offer = quiet.create(
            {
                "backend_id": self.backend_record.id,
                "external_id": "O1",
                "name": "Shirt",
                "price": 19.5,
            }
        ).with_context(connector_no_export=False)
        self.stock = self.env[STOCK].with_context(connector_no_export=True)
        self.stock = self.stock.create(
            {"size_id": self.offer.odoo_id.id, "quantity": 7}
        ).with_context(connector_no_export=False)
        self.env.flush_all()
        self.register()

    def adapter_class(self, **members):
        shop, base = self, super().adapter_class()

        class OfferAdapter(base):
            _model_name = OFFER

            def write(self, external_id, data):
                return shop.set(external_id, data, if_match=self.known_version)

        return type(base)("OfferAdapter", (OfferAdapter,), members)

    def mapper_class(self):
        class OfferMapper(ExportMapper):
            _model_name = OFFER
            direct = [("quantity", "on_hand")]

            @mapping
            def price(self, record):
                return {"price": f"{record.price:.2f}"}

        return OfferMapper

    def register(self, **members):
        class StockExporter(CompareExporter):
            _model_name = OFFER
            _allocated = {"on_hand": "allocated"}

        members = {"__qualname__": "StockExporter", **members}
        found = self.backend._candidates(Exporter, self.session, OFFER)
        self.backend(
            type(StockExporter)("StockExporter", (StockExporter,), members),
            replacing=[entry.cls for entry in found] or None,
        )

    def set(self, external_id, data, if_match):
        """Set values there, unless the record has another version now."""
        if self.between:
            self.between.pop(0)(self.there())
        self.shop.ask("write", external_id, data)
        if if_match != str(self.shop.records[external_id]["version"]):
            raise http_error(412)
        return self.shop.write(external_id, data)

    def there(self):
        return self.shop.records["O1"]

    def export_offer(self):
        self.env.flush_all()
        outcome = self.scope(OFFER).get_connector_unit(Exporter).run(self.offer.id)
        self.env.invalidate_all()
        return outcome

    def writes(self):
        """Return what was set there, in order."""
        return [data for verb, _id, data in self.shop.requests if verb == "write"]

    def sell(self, there):
        """Let an order of one come in there."""
        there.update(allocated=there["allocated"] + 1, version=there["version"] + 1)


class TestCompareExporter(CompareCase):
    def test_equal_values_are_not_written(self):
        """7 may be sold here, and 10 without the 3 allocated there; prices are equal
        though one is a text."""
        self.assertEqual(self.export_offer(), "unchanged")

        self.assertEqual(self.verbs(), ["read"])
        self.assertEqual(self.offer.sync_state, "synced")

    def test_only_what_differs_is_set_with_what_is_allocated(self):
        """Trap: what an update sets is the number on hand, not the available one."""
        self.stock.quantity = 20

        self.assertEqual(self.export_offer(), "updated")

        self.assertEqual(self.writes(), [{"on_hand": 23}])
        self.assertEqual(self.export_offer(), "unchanged")

    def test_value_that_changed_there_is_set_again(self):
        """The same values as were sent last: the record is read, not a hash."""
        self.export_offer()
        self.there()["price"] = "18.00"

        self.assertEqual(self.export_offer(), "updated")

        self.assertEqual(self.writes(), [{"price": "19.50"}])

    def test_sale_between_reading_and_setting_is_not_undone(self):
        """Promise: a stale number never overwrites a sale; it is read again."""
        self.stock.quantity = 20
        self.between = [self.sell]

        self.assertEqual(self.export_offer(), "updated")

        self.assertEqual(self.writes()[-1], {"on_hand": 24})
        self.assertEqual(self.there()["on_hand"] - self.there()["allocated"], 20)

    def test_record_that_changes_all_the_time_is_tried_later(self):
        self.stock.quantity = 20
        self.between = [self.sell] * 3

        with self.assertRaisesRegex(RetryableJobError, "changes there all the time"):
            self.export_offer()

        self.assertEqual(self.there()["on_hand"], 10)

    def test_record_that_is_gone_there_is_a_question(self):
        self.shop.records.clear()

        self.assertIn("gone on the backend", self.export_offer())

        self.assertEqual(self.offer.sync_state, "gone")
        self.assertEqual(len(self.checkpoints()), 1)

    def test_record_that_is_not_there_yet_is_not_created(self):
        self.offer.external_id = False

        self.assertEqual(self.export_offer(), "skipped: it is not there yet.")
        self.assertEqual(self.verbs(), [])


class StreamCase(CompareCase):
    """A backend with a stream of orders in, and one of stock out."""

    def setUp(self):
        super().setUp()
        model = self.registry["connector.test.backend"]
        streams = [
            Stream("orders", CONTACT, every=timedelta(minutes=5)),
            Stream("stock", OFFER, every=timedelta(hours=6), direction="export"),
        ]
        self.patch(model, "_streams", streams)
        self.streams = self.env["connector.stream"]
        self.streams._declare_all()

    def stream(self, name):
        own = [("backend_id", "=", self.backend_record.reference())]
        return self.streams.search([*own, ("name", "=", name)])


class TestOrdersFirst(StreamCase):
    def setUp(self):
        super().setUp()
        self.register(_streams_first=["orders"])

    def test_stock_waits_for_the_orders(self):
        """Promise: orders in before stock out."""
        with self.assertRaisesRegex(RetryableJobError, "'orders' is imported first"):
            self.export_offer()

        self.env.invalidate_all()
        self.assertEqual(self.stream("orders").state, "running")
        self.assertEqual(self.verbs(), [])

    def test_orders_of_the_last_minute_are_enough(self):
        self.stream("orders")._set({"last_success_at": fields.Datetime.now()})

        self.assertEqual(self.export_offer(), "unchanged")

    def test_old_orders_are_not(self):
        old = fields.Datetime.now() - timedelta(minutes=2)
        self.stream("orders")._set({"last_success_at": old})

        with self.assertRaises(RetryableJobError):
            self.export_offer()


class TestExportStream(StreamCase):
    """A stream that compares all records with the backend, in turns."""

    def setUp(self):
        super().setUp()
        self.register()  # without orders

    def run_stream(self):
        run = self.stream("stock")._start("changes")
        run_jobs(self.env)
        self.env.cr.execute(
            "UPDATE connector_queue_job SET eta = NULL, hold = NULL"
            " WHERE state = 'pending' AND method_name = 'export_bound'"
        )
        self.env.invalidate_all()
        run_jobs(self.env)
        self.env.invalidate_all()
        return run

    def test_what_differs_is_set(self):
        """Nobody noticed that the number there is wrong."""
        self.there()["on_hand"] = 99

        run = self.run_stream()

        self.assertEqual(self.there()["on_hand"], 10)
        self.assertEqual((run.state, run.read_count), ("done", 1))
        self.assertEqual(self.stream("stock").state, "idle")
        self.assertTrue(self.stream("stock").next_run_at)

    def test_run_ends_with_its_last_record(self):
        """Nobody has to wait until it is looked for."""
        run = self.stream("stock")._start("changes")

        run_jobs(self.env)

        self.assertEqual(run.state, "done")
        self.assertEqual(self.stream("stock").state, "idle")

    def test_run_does_not_end_beside_a_part_that_failed(self):
        run = self.stream("stock")._start("changes")
        # jobs are dated from the beginning of their transaction, here of the test
        run._set({"started_at": fields.Datetime.now() - timedelta(hours=1)})
        run.export_bound()
        job = self.env[JOB].search([("method_name", "=", "export_run")])
        job._move_rows(["pending"], "failed")
        self.backend_record.delay_export_run(OFFER)

        run_jobs(self.env)

        self.assertEqual(run.state, "running")

    def test_export_that_stopped_holds_the_stream(self):
        run = self.stream("stock")._start("changes")
        run.export_bound()
        self.env[JOB].search([("method_name", "=", "export_run")]).button_cancel()

        with self.assertRaisesRegex(SystemicError, "1 records are still due"):
            run.export_bound(1)

    def test_export_has_no_parts_and_no_full_run(self):
        model = self.registry["connector.test.backend"]
        for values, text in (
            ({"full_every": timedelta(days=1)}, "full_every"),
            ({"slices": ["a"]}, "slices"),
            ({"direction": "exprt"}, "Did you mean 'export'"),
        ):
            stream = Stream("stock", OFFER, **{"direction": "export", **values})
            self.patch(model, "_streams", [stream])
            with self.subTest(text), self.assertRaisesRegex(InvalidUsageError, text):
                check_streams(model)


class TestNeverCounted(CompareCase):
    def counted_only(self):
        class CountedExporter(CompareExporter):
            _model_name = OFFER

            def _has_to_skip(self):
                if not self.binding.stock_ids:
                    return "Nobody has counted it yet."

        return CountedExporter

    def test_product_that_nobody_counted_is_left_as_it_is_there(self):
        """Its stock is 0 here, which is no number that anybody counted."""
        (known,) = self.backend._candidates(Exporter, self.session, OFFER)
        self.backend(self.counted_only(), replacing=known.cls)
        self.stock.unlink()

        outcome = self.export_offer()

        self.assertEqual(outcome, "skipped: Nobody has counted it yet.")
        self.assertEqual(self.there()["on_hand"], 10)


class TestDebounce(CompareCase):
    def test_changes_within_the_time_are_one_export(self):
        self.patch(self.registry[OFFER], "_export_after_s", 60)

        for quantity in (8, 9):
            self.stock.quantity = quantity
            self.env.flush_all()
            self.env.cr.precommit.run()

        job = self.env[JOB].search([("method_name", "=", "export_record")])
        self.assertEqual(len(job), 1)
        self.assertGreater(job.eta, fields.Datetime.now() + timedelta(seconds=50))
