# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of sets of links: their values, and bulk writes."""

from datetime import datetime, timedelta, timezone

from freezegun import freeze_time

from odoo.addons.connector.exception import LinkError
from odoo.addons.connector.magic.links.link import Link, Links

from .link_case import PARTNER, RELATION, ApiCase

NOON = datetime.fromisoformat("2026-05-04 12:00:00")  # as Odoo stores it


class TestShown(ApiCase):
    def setUp(self):
        super().setUp()
        self.one = self.ada.set_link(RELATION, "A1", sync_date=NOON)
        later = NOON + timedelta(days=1)
        self.two = self.bob.set_link(RELATION, "A2", sync_date=later)
        self.all = self.MAGIC.search_links(RELATION)

    def test_set_has_lists_whatever_is_in_it(self):
        self.assertEqual(self.all.external, ["A1", "A2"])
        self.assertEqual(self.all.odoo, self.ada + self.bob)
        self.assertEqual(self.all.get("external"), ["A1", "A2"])
        self.assertEqual(self.all.get("odoo"), self.ada + self.bob)
        self.assertEqual(self.ada.search_links(RELATION).external, ["A1"])
        self.assertEqual(self.all.sync_date, NOON)

    def test_loop_gives_one_link_after_the_other(self):
        self.assertEqual([link.external for link in self.all], ["A1", "A2"])
        self.assertEqual([type(link) for link in self.all], [Link, Link])
        self.assertEqual((self.all[1], self.all[:1]), (self.two, self.one))
        self.assertIsInstance(self.all[:1], Links)

    def test_sets_are_joined_and_compared(self):
        self.assertEqual(self.one | self.two, self.all)
        self.assertEqual(self.one + self.two, self.all)
        self.assertEqual(self.all - self.one, self.two)
        self.assertEqual(self.all & self.one, self.one)
        self.assertIsInstance(self.one | self.one, Links)
        self.assertIn(self.one, self.all)
        self.assertNotIn(self.two, self.all - self.two)
        self.assertTrue(self.one <= self.all >= self.two)
        self.assertTrue(self.one < self.all > self.two)
        self.assertEqual({self.one: 1}[self.ada.search_links(RELATION)], 1)
        self.assertNotEqual(self.one, "A1")

    def test_several_are_not_taken_as_one(self):
        self.assertEqual(self.all[:1].as_one(), self.one)
        with self.assertRaises(LinkError):
            self.all.as_one()

    def test_records_of_several_models_are_not_one_recordset(self):
        self.env.user.set_link(RELATION, "U1")

        with self.assertRaises(LinkError) as caught:
            _ = self.MAGIC.search_links(RELATION).odoo

        self.assertIn(
            "they are of res.partner and res.users. Ask each link.",
            str(caught.exception),
        )

    def test_side_beside_that_of_odoo_is_the_external_one(self):
        link = self.cid.set_link(RELATION, 5, system="github")

        self.assertEqual((link.external, link.get("github")), (5, 5))
        self.assertIs(link.get("external"), False)

    def test_one_of_two_other_systems_is_not_taken_for_the_external_one(self):
        link = self.MAGIC.set_link(RELATION, {"github": 5, "trello": 7})

        with self.assertRaises(LinkError) as caught:
            _ = link.external

        self.assertIn(
            "there are 'github', 'trello'. Ask for one with get(system).",
            str(caught.exception),
        )
        three = {"github": 5, "external": "E1"}
        self.assertEqual(self.MAGIC.set_link(RELATION, three).external, "E1")

    def test_search_narrows_with_each_system(self):
        self.MAGIC.set_link(RELATION, {"external": "A1", "jira": 1})
        search = self.MAGIC.search_links

        refs = {"external": ["A1", "A2"]}
        self.assertEqual(search(RELATION, refs), self.all)
        self.assertEqual(search(RELATION, {**refs, "jira": None}), self.one)
        self.assertEqual(search(RELATION, {**refs, "jira": [2]}), self.all[:0])
        self.assertEqual(search(RELATION, {**refs, "odoo": self.bob}), self.two)
        self.assertEqual(search(RELATION, {"jira": None}), self.one)
        get = self.MAGIC.get_link
        self.assertEqual(get(RELATION, {"external": "A1", "jira": None}), self.one)
        self.assertFalse(get(RELATION, {"external": "A2", "jira": None}))

    def test_search_wants_lists(self):
        for refs in ("A1", 7, {"external": "A1"}, {"odoo": [7]}):
            with self.subTest(refs=refs), self.assertRaises(LinkError):
                self.MAGIC.search_links(RELATION, refs)

    def test_relations_are_apart(self):
        self.assertFalse(self.ada.search_links("other"))
        self.assertFalse(self.MAGIC.get_link("other", "A1"))
        self.assertEqual(self.ada.set_link("other", "A2").external, "A2")


class TestWrite(ApiCase):
    @freeze_time(NOON)
    def test_date_is_now_when_none_is_given(self):
        link = self.ada.set_link(RELATION, "A1")

        self.assertEqual(link.sync_date, NOON)

    def test_date_may_be_given_as_people_have_it(self):
        two_hours = timedelta(hours=2)
        for given, expected in (
            ("2026-05-04 12:00:00", NOON),
            (NOON.replace(tzinfo=timezone(two_hours)), NOON - two_hours),
            (False, False),
        ):
            with self.subTest(given=given):
                link = self.ada.set_link(RELATION, "A1", sync_date=given)
                self.assertEqual(link.sync_date, expected)

    def test_many_are_updated_and_removed_at_once(self):
        for ref in range(50):
            partner = self.env[PARTNER].create({"name": ref})
            partner.set_link(RELATION, ref, sync_date=False)
        links = self.MAGIC.search_links(RELATION)

        with self.assertQueryCount(1):
            links.update_links(NOON)
        self.assertEqual(links.sync_date, NOON)
        self.assertEqual(self.MAGIC.search_links(RELATION).sync_date, NOON)

        with self.assertQueryCount(1):
            links.unlink()
        self.assertFalse(links)
        self.assertFalse(self.MAGIC.search_links(RELATION))

    def test_odoo_reads_what_was_written(self):
        self.ada.set_link(RELATION, "A1", sync_date=False)
        record = self.env["connector.link"].search([("relation_id", "=", RELATION)])
        self.assertFalse(record.sync_date)

        self.MAGIC.set_link(RELATION, {"odoo": self.ada, "jira": 1}, sync_date=NOON)

        self.assertEqual(record.sync_date, NOON)
        self.assertEqual(len(record.side_ids), 3)
