# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the links of merged records."""

from odoo.addons.connector.magic import Magic

from .link_case import RELATION, LinkCase


class TestMerge(LinkCase):
    def merge(self):
        """Merge Bob and Cid into Ada, as the dialog of Odoo does."""
        partners = self.ada + self.bob + self.cid
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": partners.ids, "dst_partner_id": self.ada.id}
        )
        wizard.action_merge()
        self.assertEqual(partners.exists(), self.ada)

    def checkpoints(self):
        """Return the checkpoints about the relation."""
        checkpoints = self.env["connector.checkpoint"].search([])
        return checkpoints.filtered(lambda one: one.backend_name == RELATION)

    def test_link_follows_to_the_record_that_stays(self):
        self.bob.set_link(RELATION, "B1")

        self.merge()

        self.assertEqual(Magic(self.env).get_link(RELATION, "B1").odoo, self.ada)
        self.assertEqual(self.ada.search_links(RELATION).external, ["B1"])
        self.assertFalse(self.checkpoints())

    def test_merge_that_gives_two_links_makes_a_checkpoint(self):
        self.ada.set_link(RELATION, "A1")
        self.bob.set_link(RELATION, "B1")
        self.cid.set_link("other", "C1")

        self.merge()

        self.assertEqual(self.ada.search_links(RELATION).external, ["A1", "B1"])
        for ref in ("A1", "B1"):
            link = Magic(self.env).get_link(RELATION, ref)
            self.assertEqual(link.odoo, self.ada)
        checkpoint = self.checkpoints()
        self.assertEqual(len(checkpoint), 1)
        self.assertEqual(checkpoint.record, self.ada)
        for text in (
            "has 2 links",
            f"Contact #{self.ada.id}",
            "'A1'",
            "'B1'",
        ):
            self.assertIn(text, checkpoint.message)

    def test_two_that_go_are_two_for_the_one_that_stays(self):
        self.bob.set_link(RELATION, "B1")
        self.cid.set_link(RELATION, "C1")

        self.merge()

        self.assertEqual(self.ada.search_links(RELATION).external, ["B1", "C1"])
        self.assertEqual(len(self.checkpoints()), 1)

    def test_one_of_two_is_removed_and_the_other_is_the_link(self):
        self.ada.set_link(RELATION, "A1")
        self.bob.set_link(RELATION, "B1")
        self.merge()

        Magic(self.env).get_link(RELATION, "A1").unlink()

        self.assertEqual(Magic(self.env).get_link(RELATION, self.ada).external, "B1")

    def test_many_to_many_links_follow_and_equal_ones_are_one(self):
        self.ada.set_link(RELATION, "A1", allow_many2many=True)
        self.bob.set_link(RELATION, "A1", allow_many2many=True)
        self.cid.set_link(RELATION, "A1", allow_many2many=True)
        self.cid.set_link(RELATION, "C1", allow_many2many=True)

        self.merge()

        self.assertEqual(self.ada.search_links(RELATION).external, ["A1", "C1"])
        self.assertFalse(self.checkpoints())
