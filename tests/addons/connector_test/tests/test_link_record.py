# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of links and their records: deletion and access rights."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.magic import Magic
from odoo.addons.connector.models.link import link as connector_link

from .link_case import RELATION, LinkCase


class TestDelete(LinkCase):
    def count_links(self):
        return self.env["connector.link"].search_count(
            [("relation_id.name", "=", RELATION)]
        )

    def test_links_go_with_their_records(self):
        """S13: the link stayed, and its record was there but did not exist."""
        for number, partner in enumerate(self.ada + self.bob + self.cid):
            partner.set_link(RELATION, number)

        (self.ada + self.bob).unlink()

        self.assertEqual(self.count_links(), 1)
        self.assertFalse(Magic(self.env).get_link(RELATION, 0))
        self.assertEqual(Magic(self.env).search_links(RELATION).odoo, self.cid)

    def test_link_of_what_sql_deleted_is_not_found(self):
        """S13"""
        self.ada.set_link(RELATION, "A1")
        self.env.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.ada.id])

        self.assertFalse(Magic(self.env).get_link(RELATION, "A1"))
        self.assertFalse(Magic(self.env).search_links(RELATION))
        self.assertFalse(self.ada.search_links(RELATION))

    def test_link_of_what_sql_deleted_leaves_the_list_in_a_day(self):
        """S13"""
        for number, partner in enumerate(self.ada + self.bob + self.cid):
            partner.set_link(RELATION, number)
        Magic(self.env).set_link(RELATION, {"github": 5, "trello": 7})
        dead = (self.ada + self.bob)._ids
        self.env.cr.execute("DELETE FROM res_partner WHERE id IN %s", [dead])
        self.patch(connector_link, "BATCH", 1)
        links = self.env["connector.link"]

        self.assertEqual(links._gc_dead(), (1, 1))
        self.assertEqual(links._gc_dead(), (1, 1))
        self.assertEqual(links._gc_dead(), (0, 0))

        self.assertEqual(self.count_links(), 2)

    def test_reference_of_what_is_gone_is_free(self):
        """S13"""
        self.ada.set_link(RELATION, "A1")
        self.env.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.ada.id])

        link = self.bob.set_link(RELATION, "A1")

        self.assertEqual(link.odoo, self.bob)
        self.assertEqual(self.count_links(), 1)

    def test_model_without_links_costs_no_query(self):
        self.ada.set_link(RELATION, "A1")
        category = self.env["res.partner.category"].create({"name": "Tag"})
        self.env["connector.link.side"]._linked_models()
        category.flush_model()
        links_read = []
        self.patch(
            type(self.env["connector.link.side"]),
            "invalidate_model",
            lambda *args, **kwargs: links_read.append(args),
        )

        category.unlink()

        self.assertEqual(links_read, [])

    def test_first_link_of_a_model_is_noticed(self):
        sides = self.env["connector.link.side"]
        self.assertNotIn("res.partner.category", sides._linked_models())

        tag = self.env["res.partner.category"].create({"name": "Tag"})
        tag.set_link(RELATION, "T1")

        self.assertIn("res.partner.category", sides._linked_models())
        tag.unlink()
        self.assertEqual(self.count_links(), 0)

    def test_relation_that_many_systems_share_loses_the_whole_link(self):
        refs = {"github": 5, "trello": 7, "odoo": self.ada}
        Magic(self.env).set_link(RELATION, refs)

        self.ada.unlink()

        self.assertFalse(Magic(self.env).get_link(RELATION, {"github": 5}))


class TestRights(LinkCase):
    """Links are kept with elevated rights, records are not."""

    def setUp(self):
        super().setUp()
        loggers = "odoo.addons.base.models.ir_model", "odoo.models"
        self.enterContext(mute_logger(*loggers))
        self.user = new_test_user(
            self.env, "clerk", groups="base.group_user,base.group_partner_manager"
        )
        self.reader = new_test_user(self.env, "reader", groups="base.group_user")

    def test_who_may_write_the_record_may_link_it(self):
        link = self.ada.with_user(self.user).set_link(RELATION, "A1")

        self.assertEqual(link.odoo.env.user, self.user)
        link.update_links()
        self.assertEqual(Magic(self.env(user=self.user)).get_link(RELATION, "A1"), link)
        link.unlink()
        self.assertFalse(self.ada.search_links(RELATION))

    def test_who_may_only_read_the_record_may_only_read_links(self):
        ada = self.ada.with_user(self.reader)
        with self.assertRaises(AccessError):
            ada.set_link(RELATION, "A1")
        self.ada.set_link(RELATION, "A1")

        link = ada.search_links(RELATION)
        self.assertEqual(link.external, ["A1"])
        with self.assertRaises(AccessError):
            link.update_links()
        with self.assertRaises(AccessError):
            link.unlink()
        with self.assertRaises(AccessError):
            Magic(self.env(user=self.reader)).set_link(
                RELATION, {"external": "A1", "jira": 1}
            )

    def test_who_may_not_read_the_record_does_not_read_its_links(self):
        group = self.env.ref("base.group_system")
        group.set_link(RELATION, "G1")
        portal = new_test_user(self.env, "portal", groups="base.group_portal")

        with self.assertRaises(AccessError):
            group.with_user(portal).search_links(RELATION)

    def test_elevated_record_is_linked(self):
        self.ada.with_user(self.reader).sudo().set_link(RELATION, "A1")

        self.assertEqual(self.ada.search_links(RELATION).external, ["A1"])

    def test_rpc_reaches_neither(self):
        for name in ("set_link", "search_links"):
            method = getattr(type(self.ada), name)
            self.assertTrue(method._api_private)

    def test_links_are_not_written_by_odoos_own_methods(self):
        self.ada.set_link(RELATION, "A1")
        manager = new_test_user(
            self.env, "manager", groups="connector.group_connector_manager"
        )
        link = (
            self.env["connector.link"]
            .with_user(manager)
            .search([("relation_id", "=", RELATION)])
        )
        relation = link.relation_id

        with self.assertRaises(AccessError):
            link.write({"sync_date": False})
        with self.assertRaises(AccessError):
            link.create({"relation_id": relation.id})
        with self.assertRaises(AccessError):
            link.side_ids.unlink()
        with self.assertRaises(AccessError):
            link.side_ids.write({"ref": "A2"})
