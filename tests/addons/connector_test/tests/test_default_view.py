# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the views, actions and menus of connectors that bring none."""

from lxml import etree

from odoo.tests import Form, tagged

from odoo.addons.connector.queue.testing import trap_jobs

from ..models.flow import CONTACT
from ..models.order import ORDER, ORDER_LINE
from ..models.shop import ITEM, SHOP
from .default_case import DefaultCase

VIEWS = ("form", "list", "search")


@tagged("post_install", "-at_install")
class TestDefaultView(DefaultCase):
    def names(self, model, view_type):
        """Return the fields in a view."""
        arch = etree.fromstring(self.arch(model, view_type))
        return [node.get("name") for node in arch.iter("field")]

    def test_form_of_a_backend_has_the_fields_of_the_connector(self):
        names = self.names(SHOP, "form")

        for name in ("name", "url", "token", "category_ids", "note", "stream_ids"):
            self.assertIn(name, names)
        self.assertNotIn("create_date", names)

    def test_views_name_only_fields_that_are_there(self):
        """The form went on to name a field that the model had lost."""
        for model in (SHOP, ITEM, "connector.test.backend", CONTACT, ORDER):
            for view_type in VIEWS:
                view = getattr(self.env[model], f"_get_default_{view_type}_view")()
                own = view.xpath("//field[not(ancestor::field)]/@name")
                with self.subTest(model, view_type=view_type):
                    self.assertEqual(set(own) - self.env[model]._fields.keys(), set())

    def test_secret_is_a_password_in_the_form(self):
        arch = etree.fromstring(self.arch(SHOP, "form"))

        (token,) = arch.xpath("//field[@name='token']")
        self.assertEqual(token.get("password"), "True")

    def test_version_is_hidden_where_there_is_only_one(self):
        arch = etree.fromstring(self.arch(SHOP, "form"))

        (version,) = arch.xpath("//field[@name='version']")
        self.assertEqual(version.get("invisible"), "1")

    def test_backend_is_made_in_the_form(self):
        with Form(self.env[SHOP].with_user(self.users["manager"])) as form:
            form.name = "New Shop"
            form.url = "https://new.example"

        self.assertEqual(form.record.version, "1")

    def test_form_of_a_binding_shows_no_field_of_its_record(self):
        names = self.names(ITEM, "form")

        for name in ("odoo_id", "external_id", "sync_state", "points", "external_url"):
            self.assertIn(name, names)
        self.assertNotIn("email", names)

    def test_form_of_an_order_shows_its_lines(self):
        arch = etree.fromstring(self.arch(ORDER, "form"))

        (lines,) = arch.xpath("//page//field[@name='shop_line_ids']/list")
        names = lines.xpath("field/@name")
        self.assertEqual(names[:2], ["external_id", "odoo_id"])
        self.assertIn("sync_state", names)
        self.assertNotIn("shop_order_id", names)

    def test_view_of_the_addon_wins(self):
        arch = "<list><field name='external_id'/></list>"
        self.env["ir.ui.view"].create({"model": ITEM, "name": "own", "arch": arch})

        self.assertEqual(self.names(ITEM, "list"), ["external_id"])

    def test_view_is_the_same_for_all_users_and_companies(self):
        """Odoo keeps it for all of them."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        for model in (SHOP, ITEM):
            plain = self.env[model].with_user(self.users["employee"])
            for view_type in VIEWS:
                method = f"_get_default_{view_type}_view"
                with self.subTest(model, view_type=view_type):
                    seen = {
                        etree.tostring(getattr(one, method)())
                        for one in (self.env[model], plain, plain.with_company(company))
                    }
                    self.assertEqual(len(seen), 1)

    def test_view_speaks_the_language_of_the_user(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        english = self.env[SHOP].get_view(view_type="form")["arch"]
        french = self.env[SHOP].with_context(lang="fr_FR").get_view(view_type="form")

        self.assertIn("Check Connection", english)
        self.assertNotIn("Check Connection", french["arch"])

    def test_buttons_are_for_managers(self):
        for model, button in (
            (SHOP, "action_check_connection"),
            (ITEM, "action_import_again"),
        ):
            for role, is_there in (("user", False), ("manager", True)):
                with self.subTest(model, role=role):
                    arch = self.arch(model, "form", self.users[role])
                    self.assertEqual(button in arch, is_there)

    def test_import_again_delays_the_import_of_those_that_are_bound(self):
        alias = self.make_item("2", odoo_id=self.item.odoo_id.id, is_alias=True)
        unbound = self.make_item(False)

        with trap_jobs() as trap:
            (self.item | alias | unbound).action_import_again()

        (call,) = trap.calls(self.env)
        self.assertIn(self.shop, call.args)
        self.assertEqual(call.args[-3:], (ITEM, "1", True))


@tagged("post_install", "-at_install")
class TestDefaultMenu(DefaultCase):
    def test_menu_of_the_backends_has_the_backends_and_the_bindings(self):
        menu = self.default("menu")

        self.assertEqual(menu.complete_name, "Connectors/Test Shop")
        below = [(one.name, one.action.res_model) for one in menu.child_id]
        self.assertEqual(below, [("Backends", SHOP), ("Test Item", ITEM)])

    def test_lines_have_no_menu(self):
        self.assertTrue(self.default("menu", CONTACT))
        self.assertTrue(self.default("action", ORDER_LINE))
        self.assertFalse(self.default("menu", ORDER_LINE))

    def test_menu_is_seen_by_those_who_may_read(self):
        menu = self.default("menu")
        for role, is_seen in (("employee", False), ("user", True), ("manager", True)):
            with self.subTest(role):
                menus = self.env["ir.ui.menu"].with_user(self.users[role])
                self.assertEqual(menu.id in menus._visible_menu_ids(), is_seen)

    def test_menu_that_the_addon_brings_takes_the_place_of_the_default_ones(self):
        action = self.default("action")
        values = {"name": "Mine", "action": f"ir.actions.act_window,{action.id}"}
        data = {"xml_id": "connector_test.own_menu", "values": values}

        self.env["ir.ui.menu"]._load_records([data])

        self.assertFalse(self.default("menu"))
        self.assertFalse(self.default("menu_backends"))
        self.assertFalse(self.default("menu", ITEM), "nor is it moved to the top")
