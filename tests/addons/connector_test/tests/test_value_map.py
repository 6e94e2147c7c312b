# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of value maps, which people fill in."""

from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.connector.api import (
    ConnectorEnvironment,
    ImportMapper,
    ValueMap,
    mapped,
    run_jobs,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.flows.values.value_map import check_maps, declared_maps
from odoo.addons.connector_test.models.flow import CONTACT
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE

from .order_case import OrderCase


class MapCase(OrderCase):
    def order_mapper_class(self):
        class MappedMapper(ImportMapper):
            _model_name = ORDER
            direct = [
                ("name", "name"),
                (mapped("buyer"), "partner_id"),
                (mapped("status"), "state"),
            ]
            children = [("lines", "shop_line_ids", ORDER_LINE)]

        return MappedMapper

    def rows(self, **facts):
        domain = [(name, "=", value) for name, value in facts.items()]
        return self.env["connector.value.map"].search(domain)

    def checkpoints(self):
        return self.env["connector.checkpoint"].search([])

    def import_buyer(self, buyer, external_id="O1", **values):
        record = {"id": external_id, "name": external_id, "buyer": buyer, **values}
        self.records = [one for one in self.records if one["id"] != external_id]
        self.records.append(record)
        return self.import_orders(record)

    def fill(self, row, record):
        row.record_ref = f"{record._name},{record.id}"


class TestValueMap(MapCase):
    def test_value_that_nobody_filled_in_rejects_its_record_and_gets_a_row(self):
        result = self.import_buyer("ACME")

        self.assertEqual(result.counts, {"rejected": 1})
        for fact in ("'ACME'", "'buyer'", "Shop", "Value Maps"):
            self.assertIn(fact, result.rejected["O1"])
        row = self.rows(map_name="buyer")
        self.assertEqual((row.external_value, row.waiting_count), ("ACME", 1))
        self.assertFalse(row.is_filled)
        checkpoint = self.checkpoints()
        self.assertEqual(checkpoint.record, row)
        self.assertIn("ACME", checkpoint.name)

    def test_records_are_imported_once_the_value_is_filled_in(self):
        self.import_buyer("ACME")
        self.import_buyer("ACME", "O2")
        row, partner = self.rows(), self.env["res.partner"].create({"name": "A"})
        self.fill(row, partner)

        row.action_retry()
        run_jobs(self.env)

        for external_id in ("O1", "O2"):
            self.assertEqual(self.order(external_id).partner_id, partner)
        self.assertEqual(row.waiting_count, 0)
        self.assertEqual(self.checkpoints().mapped("state"), ["reviewed"])

    def test_value_that_is_empty_cannot_be_retried(self):
        self.import_buyer("ACME")

        with self.assertRaisesRegex(UserError, "ACME"):
            self.rows().action_retry()

    def test_one_value_in_all_records_is_one_checkpoint_and_holds_nothing(self):
        records = [
            {"id": f"O{number}", "name": "X", "buyer": "ACME"} for number in range(40)
        ]

        result = self.import_orders(*records, {"id": "P1", "name": "P"})

        self.assertEqual(result.counts, {"rejected": 40, "created": 1})
        self.assertEqual(len(self.checkpoints()), 1)
        self.assertEqual(self.rows().waiting_count, 40)

    def test_import_of_all_records_adds_one_checkpoint_for_a_value(self):
        self.records = [{"id": f"O{n}", "name": "X", "buyer": "ACME"} for n in (1, 2)]

        self.backend_record.import_page(ORDER)

        self.assertEqual(len(self.checkpoints()), 1)

    def test_job_of_one_record_keeps_the_value_and_what_waits(self):
        self.import_buyer("ACME")
        self.rows().unlink()

        outcome = self.backend_record.import_record(ORDER, "O1")

        self.assertIn("ACME", outcome)
        self.assertEqual(self.rows().waiting_count, 1)
        rejected = self.env["connector.rejected"].search([("external_id", "=", "O1")])
        self.assertIn("ACME", rejected.reason)
        # none is about the record itself
        self.assertEqual(
            set(self.checkpoints().mapped("model")), {"connector.value.map"}
        )

    def test_record_that_came_in_at_last_is_not_rejected_any_more(self):
        self.import_buyer("ACME")
        self.backend_record.import_record(ORDER, "O1")
        self.fill(self.rows(), self.env["res.partner"].create({"name": "A"}))

        self.rows().action_retry()
        run_jobs(self.env)

        rejected = self.env["connector.rejected"].search([("external_id", "=", "O1")])
        self.assertTrue(rejected.closed_at)

    def test_text_stands_for_a_value_where_the_map_has_no_model(self):
        self.import_buyer(None, status="paid")
        self.rows(map_name="status").text_value = "sent"

        self.import_buyer(None, status="paid")

        self.assertEqual(self.order("O1").state, "sent")

    def test_default_stands_for_values_that_are_not_filled_in(self):
        self.declare(ValueMap("buyer", "res.partner", default="base.main_partner"))

        self.import_buyer("ACME")

        self.assertEqual(self.order("O1").partner_id, self.env.ref("base.main_partner"))

    def test_value_is_filled_in_by_itself_where_its_key_is_known(self):
        self.declare(ValueMap("buyer", "res.partner", key="ref"))
        partner = self.env["res.partner"].create({"name": "A", "ref": "ACME"})

        self.import_buyer("ACME")

        self.assertEqual(self.order("O1").partner_id, partner)
        self.assertEqual(self.rows().record_ref, partner)
        self.assertFalse(self.checkpoints())

    def test_what_people_filled_in_wins_over_the_key(self):
        self.declare(ValueMap("buyer", "res.partner", key="ref"))
        partners = self.env["res.partner"].create(
            [{"name": "A", "ref": "ACME"}, {"name": "B"}]
        )
        self.import_buyer("ACME")
        self.fill(self.rows(), partners[1])

        self.import_buyer("ACME")

        self.assertEqual(self.order("O1").partner_id, partners[1])

    def test_value_whose_record_was_deleted_has_to_be_filled_in_again(self):
        self.import_buyer("ACME")
        partner = self.env["res.partner"].create({"name": "A"})
        self.fill(self.rows(), partner)
        partner.unlink()

        result = self.import_buyer("ACME")

        self.assertEqual(result.counts, {"rejected": 1})
        self.assertFalse(self.rows().is_filled)

    def test_same_value_of_another_backend_is_another_one(self):
        other = self.env["connector.test.backend"].create(
            {"name": "Other", "version": "1"}
        )
        self.import_buyer("ACME")
        partner = self.env["res.partner"].create({"name": "A"})
        self.fill(self.rows(), partner)

        other.import_page(ORDER)

        self.assertEqual(len(self.rows(external_value="ACME")), 2)

    def test_values_are_looked_up_once_for_all_records(self):
        self.import_buyer("ACME")
        self.fill(self.rows(), self.env["res.partner"].create({"name": "A"}))
        records = [
            {"id": f"O{number}", "name": "X", "buyer": "ACME"} for number in range(20)
        ]
        self.import_orders(*records)

        with self.assertQueryCount(8):
            self.import_orders(*records)

    def declare(self, *maps):
        backend_class = type(self.backend_record)
        self.patch(backend_class, "_maps", list(maps))
        self.env.cr.cache.pop("connector_value_books", None)


class TestPart(MapCase):
    def order_mapper_class(self):
        class PartMapper(ImportMapper):
            _model_name = ORDER
            direct = [("name", "name"), (mapped("buyer", on_bad="part"), "partner_id")]

        return PartMapper

    def test_value_that_is_a_part_costs_its_field_and_is_to_be_filled_in(self):
        result = self.import_buyer("ACME")

        self.assertEqual(result.counts, {"created": 1})
        self.assertIn("ACME", result.dropped["O1"][0])
        self.assertEqual(self.rows().waiting_count, 1)


class TestMapOfLine(MapCase):
    line_direct = [("id", "external_id"), (mapped("kind"), "product_id")]

    def test_values_of_lines_are_mapped_as_well(self):
        lines = [{"id": "L1", "kind": "K"}]
        self.import_buyer(None, lines=lines)
        category = self.env["res.partner.category"].create({"name": "K"})
        self.fill(self.rows(map_name="kind"), category)

        self.import_buyer(None, lines=lines)

        self.assertEqual(self.bound_line("L1").product_id, category)


class TestMapOfTags(MapCase):
    def test_many2many_gets_the_record(self):
        category = self.env["res.partner.category"].create({"name": "K"})
        row = self.env["connector.value.map"].create(
            {
                "backend_id": self.backend_record.reference(),
                "map_name": "kind",
                "external_value": "K",
            }
        )
        self.fill(row, category)

        class TagMapper(ImportMapper):
            _model_name = CONTACT
            direct = [(mapped("kind"), "category_id")]

        scope = ConnectorEnvironment(self.backend_record, self.session, CONTACT)
        mapper = TagMapper(scope)

        for kind, ids in (("K", [category.id]), (None, [])):
            with self.subTest(kind=kind):
                values = mapper.map_record({"kind": kind}).values()
                self.assertEqual(values, {"category_id": [Command.set(ids)]})


class TestMapRow(MapCase):
    def row_values(self, **values):
        reference = self.backend_record.reference()
        return {
            "backend_id": reference,
            "map_name": "buyer",
            "external_value": "ACME",
            **values,
        }

    def test_unknown_map_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "buyers.*buyer"):
            self.env["connector.value.map"].create(self.row_values(map_name="buyers"))

    def test_record_of_another_model_is_refused(self):
        category = self.env["res.partner.category"].create({"name": "K"})
        reference = f"{category._name},{category.id}"

        with self.assertRaisesRegex(ValidationError, "ACME"):
            self.env["connector.value.map"].create(
                self.row_values(record_ref=reference)
            )

    def test_backend_opens_its_own_rows(self):
        row = self.env["connector.value.map"].create(self.row_values())

        action = self.backend_record.action_open_value_maps()

        self.assertEqual(self.env[action["res_model"]].search(action["domain"]), row)


class TestMapDeclaration(MapCase):
    def assert_map_refused(self, value_map, hint):
        self.patch(type(self.backend_record), "_maps", [value_map])
        with self.assertRaisesRegex(InvalidUsageError, hint):
            check_maps(type(self.backend_record))

    def test_what_does_not_exist_is_refused_with_a_suggestion(self):
        cases = [
            (ValueMap("buyer", "res.partnr"), "Did you mean 'res.partner'"),
            (ValueMap("buyer", "res.partner", key="reff"), "Did you mean 'ref'"),
            (ValueMap("buyer", key="ref"), "no model"),
        ]
        for value_map, hint in cases:
            with self.subTest(hint):
                self.assert_map_refused(value_map, hint)

    def test_maps_of_all_addons_count(self):
        maps = declared_maps(type(self.backend_record))

        self.assertEqual(list(maps), ["buyer", "status", "kind"])

    def test_mapper_that_names_no_map_is_refused(self):
        modifier = mapped("buyers")

        with self.assertRaisesRegex(InvalidUsageError, "Did you mean 'buyer'"):
            modifier(self.unit(ImportMapper, ORDER), {"buyers": "A"}, "partner_id")

    def test_map_for_another_model_than_the_field_is_refused(self):
        modifier = mapped("kind")

        with self.assertRaisesRegex(InvalidUsageError, "res.partner'"):
            modifier(self.unit(ImportMapper, ORDER), {"kind": "A"}, "partner_id")
