# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the screens of links."""

from lxml import etree

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.magic import Magic

from .link_case import PARTNER, RELATION, LinkCase

LINK = "connector.link"


class ScreenCase(LinkCase):
    def setUp(self):
        super().setUp()
        self.manager = new_test_user(
            self.env, "manager", groups="connector.group_connector_manager"
        )
        self.links = self.env[LINK].with_user(self.manager)


class TestSearch(ScreenCase):
    def setUp(self):
        super().setUp()
        self.ada.set_link(RELATION, "A1")
        self.bob.set_link(RELATION, 770_077_007, system="shop")
        Magic(self.env).set_link("other", {"github": 5, "trello": 7})
        self.of_ada, self.of_bob, self.of_nobody = self.links.search(
            [("relation_id.name", "in", [RELATION, "other"])], order="id"
        )

    def find(self, *domain):
        """Return the links of this test in a domain."""
        ours = self.of_ada + self.of_bob + self.of_nobody
        return self.links.search([("id", "in", ours.ids), *domain])

    def test_link_shows_its_sides(self):
        self.assertEqual(self.of_ada.record, self.ada)
        self.assertEqual(self.of_ada.record_name, "Ada")
        self.assertEqual(self.of_ada.display_name, "Ada = external: A1")
        self.assertEqual(self.of_ada.systems, "external, odoo")
        self.assertEqual(self.of_nobody.display_name, "github: 5, trello: 7")
        self.assertFalse(self.of_nobody.record)

    def test_links_are_found_by_what_they_show(self):
        for domain, expected in (
            (("relation_id", "ilike", "oth"), self.of_nobody),
            (("side_ids.ref", "ilike", "770077"), self.of_bob),
            (("systems", "ilike", "shop"), self.of_bob),
            (("systems", "=", "github, trello"), self.of_nobody),
            (("model", "=", PARTNER), self.of_bob + self.of_ada),
            (("model", "=", False), self.of_nobody),
            (("model", "ilike", "partner"), self.of_bob + self.of_ada),
            (("record_name", "ilike", "Ada"), self.of_ada),
        ):
            with self.subTest(domain):
                self.assertEqual(self.find(domain), expected)

    def test_lists_are_grouped(self):
        ours = [("id", "in", (self.of_ada + self.of_bob + self.of_nobody).ids)]
        for name, expected in (
            ("model", {PARTNER: 2, False: 1}),
            ("systems", {"external, odoo": 1, "odoo, shop": 1, "github, trello": 1}),
        ):
            with self.subTest(name):
                groups = self.links.formatted_read_group(ours, [name], ["__count"])
                self.assertEqual(
                    {one[name]: one["__count"] for one in groups}, expected
                )
                self.assertTrue(self.links.fields_get([name])[name]["groupable"])
                for group in groups:
                    found = self.links.search_count(ours + group["__extra_domain"])
                    self.assertEqual(found, group["__count"])

    def test_record_that_is_closed_to_the_user_is_not_named(self):
        rule = {
            "name": "nobody",
            "model_id": self.env["ir.model"]._get_id(PARTNER),
            "domain_force": [("id", "!=", self.ada.id)],
        }
        self.env["ir.rule"].create(rule)

        self.assertFalse(self.of_ada.record)
        self.assertIn("no access", self.of_ada.record_name)

    def test_link_of_another_company_is_not_seen(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.of_ada.relation_id.sudo().company_id = other

        self.assertEqual(self.find(), self.of_nobody)
        sides = self.env["connector.link.side"].with_user(self.manager)
        self.assertFalse(sides.search([("ref", "=", "A1")]))
        relations = self.env["connector.relation"].with_user(self.manager)
        self.assertFalse(relations.search([("name", "=", RELATION)]))


class TestButton(ScreenCase):
    def test_button_counts_the_links_of_each_record(self):
        self.ada.set_link(RELATION, "A1")
        self.ada.set_link("other", "A1")
        partners = (self.ada + self.bob).with_user(self.manager)
        self.env["connector.link.side"]._linked_models()

        self.assertEqual(partners.mapped("link_count"), [2, 0])

    def test_button_opens_the_links_of_the_record(self):
        self.ada.set_link(RELATION, "A1")
        self.bob.set_link(RELATION, "B1")

        action = self.ada.with_user(self.manager).action_open_links()

        found = self.links.search(action["domain"])
        self.assertEqual(found.mapped("references"), ["external: A1"])

    def test_form_has_the_button_for_those_who_see_links(self):
        clerk = new_test_user(self.env, "clerk", groups="base.group_user")
        for user, count in ((self.manager, 1), (clerk, 0)):
            with self.subTest(user=user.login):
                view = self.env[PARTNER].with_user(user).get_view(view_type="form")
                arch = etree.fromstring(view["arch"])
                buttons = arch.xpath("//button[@name='action_open_links']")
                self.assertEqual(len(buttons), count)


class TestHand(ScreenCase):
    def add(self, *lines, **values):
        """Add a link as a manager does, with the dialog."""
        form = Form(self.env["connector.link.add"].with_user(self.manager))
        form.relation = RELATION
        for name, value in values.items():
            form[name] = value
        for line in lines:
            with form.line_ids.new() as row:
                for name, value in line.items():
                    row[name] = value
        return form.save().add()

    def setUp(self):
        super().setUp()
        group = self.env.ref("base.group_partner_manager")
        self.manager.group_ids += group
        self.record = f"{PARTNER},{self.ada.id}"

    def test_manager_adds_a_link(self):
        self.add({"ref": "7", "ref_type": "int"}, record=self.record)

        link = Magic(self.env).get_link(RELATION, 7)
        self.assertEqual((link.odoo, link.external), (self.ada, 7))
        self.assertIs(link.sync_date, False)

    def test_dialog_has_the_checks_of_code(self):
        self.ada.set_link(RELATION, "A1")
        for lines, values, message in (
            ([{"ref": "A2"}], {"record": self.record}, "it is one to one"),
            ([{"ref": "A1"}], {"kind": "many2many"}, "a link needs two systems"),
            ([{"ref": "A2"}, {"ref": "A3"}], {}, "a system has one reference only"),
            ([{"ref": "x", "ref_type": "int"}], {}, "reference x is not a number"),
            (
                [{"ref": "A2"}, {"ref": "A3", "system": "lab"}],
                {"kind": "many2many"},
                "one2one since its first link",
            ),
        ):
            with self.subTest(message), self.assertRaises(UserError) as caught:
                self.add(*lines, **values)
            self.assertIn(message, str(caught.exception))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_only_managers_add_links(self):
        user = new_test_user(self.env, "user", groups="connector.group_connector_user")

        with self.assertRaises(AccessError):
            self.env["connector.link.add"].with_user(user).create({"relation": "x"})

    def test_manager_removes_a_link(self):
        self.ada.set_link(RELATION, "A1")

        self.links.search([("relation_id.name", "=", RELATION)]).unlink()

        self.assertFalse(self.ada.search_links(RELATION))

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_link_to_a_closed_record_is_not_removed(self):
        self.ada.set_link(RELATION, "A1")
        self.manager.group_ids -= self.env.ref("base.group_partner_manager")
        link = self.links.search([("relation_id.name", "=", RELATION)])

        with self.assertRaises(AccessError):
            link.unlink()

    def test_link_to_a_deleted_record_is_removed(self):
        self.ada.set_link(RELATION, "A1")
        self.env.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.ada.id])
        link = self.links.search([("relation_id.name", "=", RELATION)])
        self.assertIn("deleted", link.record_name)

        link.unlink()

        self.assertFalse(link.exists())

    def test_kind_of_a_relation_is_not_changed_by_hand(self):
        self.ada.set_link(RELATION, "A1")
        relation = self.env["connector.relation"].search([("name", "=", RELATION)])

        with self.assertRaises(UserError):
            relation.with_user(self.manager).kind = "many2many"
        self.assertEqual(relation.link_count, 1)
