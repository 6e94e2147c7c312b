# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the access lines and company rules of connectors that bring none."""

from odoo.fields import Command
from odoo.tests import tagged

from ..models.flow import CONTACT
from ..models.shop import ITEM, SHOP
from .default_case import DefaultCase

OPERATIONS = ("read", "write", "create", "unlink")
LINES = ("access_user", "access_manager")


@tagged("post_install", "-at_install")
class TestDefaultAccess(DefaultCase):
    def rights(self, role, model):
        """Return what a user of a role may do with a model."""
        records = self.env[model].with_user(self.users[role])
        return [one for one in OPERATIONS if records.has_access(one)]

    def test_users_and_reviewers_read_and_managers_do_everything(self):
        expected = {
            "employee": [],
            "user": ["read"],
            "reviewer": ["read"],
            "manager": list(OPERATIONS),
        }
        for model in (SHOP, ITEM):
            with self.subTest(model):
                seen = {role: self.rights(role, model) for role in expected}
                self.assertEqual(seen, expected)

    def test_lines_that_the_addon_brings_take_the_place_of_the_default_ones(self):
        for model in ("connector.test.backend", CONTACT):
            self.assertEqual([self.default(one, model) for one in LINES], [None, None])

    def load_line(self, name, model=SHOP):
        """Load an access line as the data file of an addon does."""
        values = {
            "name": "own",
            "model_id": self.env["ir.model"]._get_id(model),
            "group_id": self.env.ref("base.group_system").id,
            "perm_read": 1,
        }
        data = {"xml_id": name, "values": values, "noupdate": False}
        self.env["ir.model.access"]._load_records([data])

    def test_own_lines_that_an_upgrade_brings_remove_the_default_ones(self):
        self.load_line("connector_test.access_shop")

        self.assertEqual([self.default(one) for one in LINES], [None, None])
        self.assertEqual(self.rights("user", SHOP), [])
        self.assertTrue(self.default("access_user", ITEM), "not those of another model")

    def test_lines_of_another_addon_stand_beside_the_default_ones(self):
        self.load_line("base.access_shop")

        self.assertTrue(all(self.default(one) for one in LINES))
        self.assertEqual(self.rights("user", SHOP), ["read"])


@tagged("post_install", "-at_install")
class TestCompanyRule(DefaultCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.there = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.far_shop = cls.env[SHOP].create({"name": "Far", "company_id": cls.there.id})
        cls.far_item = cls.make_item("1", cls.far_shop)
        cls.manager = cls.users["manager"]

    def seen(self, model):
        """Return what the manager sees of a model."""
        return self.env[model].with_user(self.manager).search([]).sudo(False)

    def test_backends_and_bindings_of_other_companies_are_not_seen(self):
        self.assertEqual(self.seen(SHOP).ids, self.shop.ids)
        self.assertEqual(self.seen(ITEM).ids, self.item.ids)
        self.assertFalse(self.far_item.with_user(self.manager).has_access("write"))

    def test_they_are_seen_in_their_company(self):
        self.manager.write(
            {"company_ids": [Command.set(self.there.ids)], "company_id": self.there.id}
        )

        self.assertEqual(self.seen(SHOP).ids, (self.shop | self.far_shop).ids)
        self.assertEqual(self.seen(ITEM).ids, (self.item | self.far_item).ids)

    def test_rules_of_the_record_apply_to_its_binding(self):
        self.item.odoo_id.company_id = self.there

        self.assertFalse(self.seen(ITEM))

    def test_rule_that_somebody_changed_stays_changed(self):
        rule = self.default("rule")
        rule.domain_force = "[]"
        data = {
            "xml_id": f"connector_test.{rule.get_external_id()[rule.id].split('.')[1]}",
            "values": {"domain_force": "[('id', '=', 0)]"},
            "noupdate": True,
        }

        self.env["ir.rule"]._load_records([data], update=True)

        self.assertEqual(rule.domain_force, "[]")
