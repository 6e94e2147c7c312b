# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the examples of an adapter, and of how a connector is tested."""

from odoo.addons.connector.api import (
    ChangedSince,
    IDMissingInBackend,
    ImportMapper,
    PagedAdapter,
    mapped,
    run_jobs,
    trap_jobs,
)
from odoo.addons.connector_test.models.flow import CONTACT, LABEL
from odoo.addons.connector_test.models.order import ORDER

from .flow_case import FlowCase
from .preview_case import PreviewCase
from .stream_case import StreamCase
from .test_value_map import MapCase

LOOKBACK_MIN = 5
GRANULARITY_MIN = 1 / 60


class Shop:
    """A shop that answers lists by page number."""

    page_size = 2

    def __init__(self):
        self.customers = {}
        self.asked = []

    def get(self, page, since=None):
        self.asked.append((page, since))
        found = [
            one
            for one in self.customers.values()
            if not since or one["changed"] >= since
        ]
        found.sort(key=lambda one: one["changed"])
        start = (page - 1) * self.page_size
        items = found[start : start + self.page_size]
        return {"items": items, "pages": -(-len(found) // self.page_size) or 1}


class TestOwnAdapter(StreamCase):
    """What ``docs/flows_adapter.rst`` says of ``begin``, ``read_page`` and ``read``."""

    def setUp(self):
        self.shop = Shop()
        super().setUp()

    def adapter_class(self, **members):
        shop = self.shop

        class CustomerAdapter(PagedAdapter):
            _model_name = CONTACT
            _changed_since = ChangedSince("changed", sorted=True)

            def begin(self, since=None):
                """Return the state of the first page."""
                return {"page": 1, "since": since and since.isoformat()}

            def read_page(self, state=None):
                """Return the records of a page, and the state of the next one."""
                state = state or self.begin()
                answer = shop.get(state["page"], state["since"])
                if state["page"] >= answer["pages"]:
                    return answer["items"], None
                return answer["items"], {**state, "page": state["page"] + 1}

            def read(self, external_id):
                """Return one record."""
                if external_id not in shop.customers:
                    raise IDMissingInBackend(f"The shop has no {external_id}.")
                return shop.customers[external_id]

        return CustomerAdapter

    def stock(self, count):
        self.shop.customers = {one["id"]: one for one in self.changed(count)}

    def test_first_run_begins_without_a_time(self):
        self.stock(1)

        self.run_stream()

        self.assertEqual(self.shop.asked, [(1, None)])

    def test_pages_are_read_until_there_is_no_next_state(self):
        self.stock(5)

        run = self.run_stream("full")

        self.assertEqual([page for page, _since in self.shop.asked], [1, 2, 3])
        self.assertEqual(run.created_count, 5)

    def test_next_run_begins_some_time_before_the_cursor(self):
        self.stock(5)
        self.run_stream()
        self.shop.asked.clear()

        self.run_stream()

        self.assertEqual(self.shop.asked[0], (1, self.stamp(5 - LOOKBACK_MIN)))

    def test_sorted_list_is_begun_again_at_the_newest_change(self):
        self.stock(5)

        self.run_stream()

        begun = [since for _page, since in self.shop.asked if since]
        self.assertEqual(begun[0], self.stamp(2 - GRANULARITY_MIN))

    def test_import_without_a_stream_begins_with_no_state(self):
        self.stock(3)

        self.import_batch()

        self.assertEqual(self.shop.asked, [(1, None), (2, None)])

    def test_single_record_is_read_alone(self):
        self.stock(3)

        self.backend_record.import_record(CONTACT, "C2")

        self.assertEqual(self.shop.asked, [])
        self.assertTrue(self.binding("C2"))


class TestOwnTests(StreamCase):
    """How the tests of a connector run its streams."""

    def test_customers_come_in(self):
        self.records = self.changed(3)

        run = self.backend_record.start_stream("contacts")
        run_jobs(self.env)

        self.assertEqual((run.state, run.created_count), ("done", 3))

    def test_button_imports_the_record_again(self):
        with trap_jobs() as trap:
            self.backend_record.delay_import_record(CONTACT, "C1")

        (call,) = trap.calls(self.env)
        self.assertIn("C1", call.args)

    def test_stream_of_bad_customers_is_held(self):
        self.records = self.changed(30, bad="VAT number")

        run = self.backend_record.start_stream("contacts")
        with self.assertLogs("odoo.addons.connector.queue", "ERROR"):
            run_jobs(self.env)

        self.assertEqual(run.state, "held")
        self.assertIn("VAT number", run.message)

    def test_stream_waits_for_another_one_that_has_never_run(self):
        labels = self.env["connector.stream"].search([("name", "=", "labels")])
        labels = labels.filtered(lambda one: one.backend_id == self.backend_record)
        self.assertIsNone(labels._kind_due(labels.next_full_at))

        self.run_stream()

        self.assertEqual(labels._kind_due(labels.next_full_at), "full")

    def test_button_does_not_wait_for_other_streams(self):
        labels = self.env["connector.stream"].search([("name", "=", "labels")])
        labels = labels.filtered(lambda one: one.backend_id == self.backend_record)

        labels.action_run()

        self.assertEqual(labels.state, "running")


class TestOwnPreview(PreviewCase):
    """How the tests of a connector look at a preview."""

    def test_preview_shows_what_an_import_would_do(self):
        self.records = self.contacts(1, town="Bern")
        self.env.flush_all()

        preview = self.backend_record.preview_import(CONTACT, "C1")

        self.assertEqual(preview.outcome, "create")
        self.assertIn(("city", "Bern"), [(one.field, one.new) for one in preview.lines])


class TestNamedMap(MapCase):
    def order_mapper_class(self):
        class NamedMapper(ImportMapper):
            _model_name = ORDER
            direct = [
                ("name", "name"),
                (mapped("customer_code", "buyer"), "partner_id"),
            ]

        return NamedMapper

    def test_map_with_another_name_than_the_key_is_found(self):
        partner = self.env["res.partner"].create({"name": "ACME"})
        self.import_orders({"id": "O1", "name": "A", "customer_code": "7"})
        self.fill(self.rows(map_name="buyer", external_value="7"), partner)

        self.import_orders({"id": "O1", "name": "A", "customer_code": "7"})

        self.assertEqual(self.order("O1").partner_id, partner)


class TestMatchOfLines(FlowCase):
    def test_line_is_new_where_its_record_is_here_already(self):
        """Match keys of a line are not asked: only its external id is."""
        self.register_label_mapper()
        self.patch(self.registry[LABEL], "_match", ["name"])
        here = self.env["res.partner.category"].create({"name": "VIP"})

        self.import_page(
            [{**self.contacts(1)[0], "labels": [{"id": 1, "text": "VIP"}]}]
        )

        self.assertNotEqual(self.binding("1", LABEL).odoo_id, here)

    def test_lines_of_a_matched_record_come_with_its_next_change(self):
        self.register_label_mapper()
        self.patch(self.registry[CONTACT], "_match", ["name"])
        here = self.env["res.partner"].create({"name": "Contact 1"})
        record = {**self.contacts(1)[0], "labels": [{"id": 1, "text": "VIP"}]}

        self.import_page([record])
        self.assertEqual(self.binding("C1").odoo_id, here)
        self.assertFalse(self.binding("C1").label_ids)
        self.import_page([{**record, "town": "Bern"}])

        self.assertEqual(self.binding("C1").label_ids.name, "VIP")
