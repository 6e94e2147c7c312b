# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the check of mappers when an addon is loaded."""

from odoo.addons.connector.api import (
    ImportMapper,
    convert,
    many2one,
    mapped,
    related,
)
from odoo.addons.connector.components.map_child import MapChild
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.flows.line_declaration import check_lines
from odoo.addons.connector.tests.common import UnitCase
from odoo.addons.connector_test.models.flow import CONTACT, LABEL
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE


class CheckCase(UnitCase):
    """A test of the moment at which Odoo has set up the models of an addon."""

    def register(self, model_name=ORDER, base=ImportMapper, **members):
        members = {"_model_name": model_name, **members}
        return self.backend(type(base)("OrderMapper", (base,), members))

    def load(self, model_name=ORDER):
        self.env[model_name]._post_model_setup__()

    def assert_refused(self, *facts, model_name=ORDER):
        with self.assertRaises(InvalidUsageError) as caught:
            self.load(model_name)
        for fact in facts:
            self.assertIn(fact, str(caught.exception))


class TestDirectCheck(CheckCase):
    def test_field_that_is_not_there_is_refused_with_a_suggestion(self):
        self.register(direct=[("name", "nam")])

        self.assert_refused("OrderMapper", "'nam'", ORDER, "Did you mean 'name'")

    def test_default_of_a_field_that_is_not_there_is_refused(self):
        self.register(defaults={"nam": "New"})

        self.assert_refused("OrderMapper", "'nam'", "Did you mean 'name'")

    def test_value_map_that_is_not_declared_is_refused_with_a_suggestion(self):
        self.register(direct=[(mapped("customer", "buyr"), "partner_id")])

        self.assert_refused("'buyr'", "connector.test.backend", "mean 'buyer'")

    def test_value_map_inside_of_another_modifier_is_found(self):
        self.register(direct=[(convert(mapped("buyr"), int), "partner_id")])

        self.assert_refused("'buyr'", "Did you mean 'buyer'")

    def test_value_map_of_another_model_than_the_field_is_refused(self):
        self.register(direct=[(mapped("kind"), "partner_id")])

        self.assert_refused("'res.partner.category'", "'res.partner'")

    def test_relation_to_what_is_no_binding_is_refused_with_a_suggestion(self):
        self.register(
            direct=[(related("buyer", "connector.test.contat"), "partner_id")]
        )

        self.assert_refused("'connector.test.contat'", f"Did you mean {CONTACT!r}")

    def test_relation_to_the_record_itself_is_refused(self):
        self.register(direct=[(related("buyer", "res.partner"), "partner_id")])

        self.assert_refused("'res.partner' is no binding model")

    def test_relation_to_a_binding_of_another_record_is_refused(self):
        self.register(direct=[(related("buyer", LABEL), "partner_id")])

        self.assert_refused("'partner_id'", "'res.partner.category'", "'res.partner'")

    def test_external_id_for_a_record_without_external_ids_is_refused(self):
        self.register(direct=[("buyer", "partner_id")])

        self.assert_refused("'buyer'", "'res.partner'", "related('buyer'")

    def test_what_is_right_is_taken(self):
        self.register(
            direct=[
                ("name", "name"),
                (related("buyer", CONTACT), "partner_id"),
                (many2one("company", key="name"), "company_id"),
                (mapped("status"), "state"),
                ("odd", "x_made_by_people"),
            ],
            children=[("lines", "shop_line_ids", ORDER_LINE)],
        )

        self.load()

    def test_key_that_finalize_takes_away_is_left_to_it(self):
        def finalize(_mapper, _map_record, values):
            values["note"] = values.pop("remark")
            return values

        self.register(direct=[("remark", "remark")], finalize=finalize)

        self.load()

    def test_mapper_of_an_addon_that_is_not_installed_is_not_checked(self):
        elsewhere = "odoo.addons.not_installed.units"
        self.register(direct=[("name", "nam")], __module__=elsewhere)

        self.load()

    def test_mapper_that_another_one_replaces_is_not_checked(self):
        wrong = self.register(direct=[("name", "nam")])

        @self.backend(replacing=wrong)
        class RightMapper(ImportMapper):
            _model_name = ORDER
            direct = [("name", "name")]

        self.load()

    def test_mapper_of_a_classic_binding_is_not_checked(self):
        self.register(self.partner_binding, direct=[("name", "nam")])

        self.load(self.partner_binding)


class TestChildrenCheck(CheckCase):
    def test_field_that_is_not_there_is_refused_with_a_suggestion(self):
        self.register(children=[("lines", "shop_lines_ids", ORDER_LINE)])

        self.assert_refused("'shop_lines_ids'", ORDER, "Did you mean 'shop_line_ids'")

    def test_lines_for_which_there_is_no_one2many_are_told_how_to_define_it(self):
        self.register(CONTACT, children=[("orders", "order_ids", ORDER_LINE)])

        self.assert_refused(
            f"order_ids = fields.One2many({ORDER_LINE!r}, 'shop_order_id')",
            model_name=CONTACT,
        )

    def test_one2many_of_the_wrapped_record_is_refused(self):
        self.register(children=[("lines", "line_ids", ORDER_LINE)])

        self.assert_refused(
            "'line_ids'", "'connector.test.sale.line'", ORDER_LINE, "'shop_line_ids'"
        )

    def test_model_that_is_not_there_is_refused_with_a_suggestion(self):
        self.register(children=[("lines", "shop_line_ids", "connector.test.order.lin")])

        self.assert_refused("does not exist", f"Did you mean {ORDER_LINE!r}")

    def test_one2many_of_another_parent_than_that_of_the_line_is_refused(self):
        self.register(children=[("lines", "shop_line_ids", ORDER_LINE)])
        field = self.env[ORDER]._fields["shop_line_ids"]
        self.patch(field, "inverse_name", "first_order_id")

        self.assert_refused("'first_order_id'", "'shop_order_id'", "_line_of")

    def test_lines_of_lines_are_refused(self):
        self.register(children=[("lines", "shop_line_ids", ORDER_LINE)])
        self.register(ORDER_LINE, children=[("taxes", "tax_ids", LABEL)])

        self.assert_refused("lines of these lines", "'taxes'", "one level")

    def test_binding_of_a_line_of_a_line_is_refused(self):
        self.patch(self.registry[ORDER], "_line_of", ("backend_id", "company_id"))

        with self.assertRaisesRegex(InvalidUsageError, "one level only"):
            check_lines(self.registry[ORDER_LINE])

    def test_unit_that_maps_lines_itself_may_put_them_elsewhere(self):
        self.register(children=[("lines", "line_ids", ORDER_LINE)])
        self.register(ORDER_LINE, base=MapChild)

        self.load()
