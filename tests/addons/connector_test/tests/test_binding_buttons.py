# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the stat buttons that lead from records and backends to their bindings."""

from odoo.tests import tagged

from ..models.shop import SHOP
from .browser_case import BrowserCase
from .default_case import DefaultCase

WIDGET = 'name="connector_bindings"'


@tagged("post_install", "-at_install")
class TestBindingButtons(DefaultCase):
    def count(self, record, role="user"):
        """Return what the buttons of a record say to a user of a role, by label."""
        bindings = self.env["connector.binding"].with_user(self.users[role])
        found = bindings.count_of_record(record._name, record.id)
        return {one["label"]: one["count"] for one in found}

    def test_button_says_how_many_bindings_a_record_has(self):
        partner = self.item.odoo_id
        second = self.env[SHOP].create({"name": "Second", "url": "x"})
        self.make_item("7", second, odoo_id=partner.id)

        self.assertEqual(self.count(partner), {"Test Shop": 2})

    def test_record_without_bindings_has_no_button(self):
        partner = self.env["res.partner"].create({"name": "Ada"})

        self.assertEqual(self.count(partner), {})

    def test_backend_counts_its_bindings(self):
        self.make_item("2")

        self.assertEqual(self.count(self.shop), {"Test Item": 2})

    def test_bindings_that_the_user_may_not_read_are_not_counted(self):
        self.shop.company_id = self.env["res.company"].create({"name": "Elsewhere"})

        self.assertEqual(self.count(self.item.odoo_id), {})
        self.assertEqual(self.count(self.item.odoo_id, "employee"), {})

    def test_unknown_model_has_no_buttons(self):
        bindings = self.env["connector.binding"]

        self.assertEqual(bindings.count_of_record("no.model", 1), [])

    def test_form_of_a_model_that_is_wrapped_has_the_buttons(self):
        for model in ("res.partner", "res.partner.category", SHOP):
            with self.subTest(model):
                arch = self.arch(model, "form", self.users["manager"])
                self.assertEqual(arch.count(WIDGET), 1)

    def test_form_of_another_model_has_none(self):
        self.assertNotIn(WIDGET, self.arch("res.company", "form"))
        self.assertNotIn(WIDGET, self.arch("res.partner", "list"))

    def test_who_may_read_no_bindings_has_no_buttons_in_the_form(self):
        self.env["ir.model.access"].search(
            [
                ("model_id.model", "like", "connector.test.%"),
                ("group_id", "=", self.env.ref("base.group_user").id),
            ]
        ).unlink()

        for role, is_there in (("employee", False), ("user", True)):
            with self.subTest(role):
                arch = self.arch("res.partner", "form", self.users[role])
                self.assertEqual(WIDGET in arch, is_there)


@tagged("post_install", "-at_install", "browser")
class TestBindingButtonsInBrowser(DefaultCase, BrowserCase):
    def test_button_opens_the_bindings_and_is_hidden_without_any(self):
        partner = self.item.odoo_id
        other = self.env["res.partner"].create({"name": "Nobody There"})
        asked = """
            const asked = () => performance.getEntriesByType("resource").filter(
                (entry) => entry.name.includes("count_of_record")).length;
        """

        self.drive(
            f"res.partner/{partner.id}",
            f"""
            {asked}
            const button = await find(".oe_stat_button", "Test Shop");
            expect(button.textContent.includes("1"), "one binding");
            expect(asked() === 1, "one request");
            button.click();
            await find(".o_list_view .o_data_row", "Item 1");
            """,
        )
        self.drive(
            f"res.partner/{other.id}",
            f"""
            {asked}
            await until("the count", asked);
            await find(".o_form_view", "Nobody There");
            expect(!all(".o_widget_connector_bindings button").length, "no button");
            """,
        )
