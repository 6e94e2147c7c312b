# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of links: made, found and shown."""

from datetime import datetime, timedelta

from odoo.addons.connector.exception import LinkError
from odoo.addons.connector.magic.links.link import Link, Links

from .link_case import PARTNER, RELATION, ApiCase

NOON = datetime.fromisoformat("2026-05-04 12:00:00")  # as Odoo stores it


class TestEmpty(ApiCase):
    def test_empty_recordset_has_no_links(self):
        """S1: it gave all links of the relation."""
        self.ada.set_link(RELATION, "A1")

        links = self.env[PARTNER].search_links(RELATION)

        self.assertEqual((len(links), links.odoo), (0, self.env[PARTNER]))
        nothing = self.MAGIC.search_links(RELATION, {"odoo": self.env[PARTNER]})
        self.assertFalse(nothing)

    def test_missing_reference_has_no_link(self):
        """S2: it gave the only link there was, whatever that was."""
        self.ada.set_link(RELATION, "A1")

        for ref in (
            *(None, False, "", self.env[PARTNER], {}),
            *({"external": None}, {"external": ""}, {"external": False}),
            {"external": None, "odoo": None},
            {"external": "", "odoo": None},
            {"external": "", "odoo": self.ada},
        ):
            with self.subTest(ref=ref):
                self.assertFalse(self.MAGIC.get_link(RELATION, ref))

    def test_search_skips_missing_references(self):
        self.ada.set_link(RELATION, "A1")

        links = self.MAGIC.search_links(RELATION, [None, "", False])

        self.assertFalse(links)

    def test_nothing_found_has_a_recordset(self):
        """S3: it was None, but empty where many were asked for."""
        self.assertEqual(len(self.MAGIC.get_link(RELATION, "A9").odoo), 0)
        self.assertEqual(len(self.MAGIC.search_links(RELATION, ["A9"]).odoo), 0)

        self.ada.set_link(RELATION, "A1")

        nobody = self.env[PARTNER]
        self.assertEqual(self.MAGIC.get_link(RELATION, "A9").odoo, nobody)
        self.assertEqual(self.MAGIC.search_links(RELATION, ["A9"]).odoo, nobody)

    def test_nothing_found_has_no_date(self):
        """S4: the least of no dates was asked for."""
        self.assertIs(self.MAGIC.get_link(RELATION, "A9").sync_date, False)
        self.assertIs(self.MAGIC.search_links(RELATION).sync_date, False)

    def test_nothing_found_has_no_references(self):
        """S5: it was [], a text or a list, as many as there were."""
        self.assertIs(self.MAGIC.get_link(RELATION, "A9").external, False)
        self.assertIs(self.MAGIC.get_link(RELATION, "A9").get("shop"), False)
        self.assertEqual(self.MAGIC.search_links(RELATION).external, [])
        self.assertEqual(self.MAGIC.search_links(RELATION).get("shop"), [])

    def test_empty_ones_are_written_and_removed_in_vain(self):
        for links in (Link(self.env, RELATION), Links(self.env, RELATION)):
            with self.subTest(links=links):
                self.assertFalse(links.update_links())
                links.unlink()


class TestSet(ApiCase):
    def test_link_is_found_from_both_sides(self):
        made = self.ada.set_link(RELATION, "A1")

        self.assertIsInstance(made, Link)
        self.assertEqual((made.external, made.odoo), ("A1", self.ada))
        self.assertEqual(self.MAGIC.get_link(RELATION, "A1"), made)
        self.assertEqual(self.MAGIC.get_link(RELATION, self.ada), made)
        self.assertEqual(self.ada.search_links(RELATION).external, ["A1"])

    def test_references_keep_their_type(self):
        """S5: numbers came back as text."""
        self.ada.set_link(RELATION, 7)

        again = self.ada.set_link(RELATION, "7")

        self.assertEqual(again.external, 7)
        self.assertEqual(self.MAGIC.get_link(RELATION, "7").external, 7)
        self.assertEqual(self.MAGIC.search_links(RELATION, [7, "7"]).external, [7])
        self.assertEqual(self.bob.set_link(RELATION, 0).external, 0)

    def test_known_link_is_only_dated(self):
        first = self.ada.set_link(RELATION, "A1", sync_date=NOON)

        again = self.ada.set_link(RELATION, "A1", sync_date=NOON + timedelta(hours=1))

        self.assertEqual(again, first)
        self.assertEqual(again.sync_date, NOON + timedelta(hours=1))

    def test_another_reference_for_a_known_record_names_both(self):
        link = self.ada.set_link(RELATION, "A1")

        with self.assertRaises(LinkError) as caught:
            self.ada.set_link(RELATION, "A2")

        self.assertEqual(
            str(caught.exception),
            f"Cannot link 'odoo' res.partner,{self.ada.id} and 'external' 'A2' in "
            f"relation 'test_rel': there is {link.describe()}, and it is one to one. "
            "Correct the reference, or remove that link.",
        )
        self.assertIn("'external' 'A1'", link.describe())

    def test_two_links_of_what_is_linked_are_named(self):
        """S6: this was "Expected singleton"."""
        one = self.ada.set_link(RELATION, "A1")
        two = self.bob.set_link(RELATION, "A2")

        with self.assertRaises(LinkError) as caught:
            self.ada.set_link(RELATION, "A2")

        self.assertIn(
            f"there are 2 links of them, {one.describe()} and {two.describe()}. Remove",
            str(caught.exception),
        )

    def test_records_of_two_models_with_one_id_have_links_of_their_own(self):
        """S11: the other model's link was returned."""
        user = self.env["res.users"].browse(self.env.uid)
        partner = self.env[PARTNER].browse(self.env.uid)
        user.set_link(RELATION, "U1")

        link = partner.set_link(RELATION, "P1")

        self.assertEqual(link.odoo, partner)
        self.assertEqual(user.search_links(RELATION).external, ["U1"])
        with self.assertRaises(LinkError):
            self.ada.set_link(RELATION, "U1")

    def test_missing_system_is_added(self):
        """S12: a third system was silently dropped."""
        first = self.MAGIC.set_link(RELATION, {"github": 5, "trello": "T7"})

        again = self.MAGIC.set_link(RELATION, {"github": 5, "odoo": self.ada})

        self.assertEqual(again, first)
        self.assertEqual(again.get("trello"), "T7")
        self.assertEqual(again.odoo, self.ada)
        self.assertEqual(self.MAGIC.get_link(RELATION, {"trello": "T7"}), first)

    def test_three_systems_are_linked_at_once(self):
        """S12"""
        refs = {"github": 5, "trello": "T7", "odoo": self.ada}

        link = self.MAGIC.set_link(RELATION, refs)

        self.assertEqual({system: link.get(system) for system in refs}, refs)

    def test_known_system_with_another_reference_is_refused(self):
        self.MAGIC.set_link(RELATION, {"github": 5, "trello": "T7"})

        with self.assertRaises(LinkError):
            self.MAGIC.set_link(RELATION, {"github": 5, "trello": "T8", "jira": 1})

        self.assertFalse(self.MAGIC.get_link(RELATION, {"jira": 1}))

    def test_what_cannot_be_linked_is_refused(self):
        new = self.env[PARTNER].new({"name": "New"})
        gone = self.env[PARTNER].create({"name": "Gone"})
        gone.unlink()
        for refs, message in (
            ({"github": 5}, "a link needs two systems. Pass"),
            ({"github": 5, "trello": None}, "Cannot link None: it is no reference"),
            ({"github": 5, "trello": ""}, "Cannot link '': it is no reference"),
            ({"github": 5, "trello": self.ada}, "records are of system 'odoo'"),
            ({"github": 5, "odoo": 7}, "expected one record"),
            ({"github": 5, "odoo": self.ada + self.bob}, "expected one record"),
            ({"github": 5, "odoo": self.env[PARTNER]}, "expected one record"),
            ({"github": 5, "odoo": new}, "expected one record"),
            ({"github": 5, "odoo": gone}, "does not exist (any more)"),
            ({"github": 5, "": 7}, "the system is '', expected its name"),
            (7, "a link needs two systems"),
        ):
            with self.subTest(refs=refs), self.assertRaises(LinkError) as caught:
                self.MAGIC.set_link(RELATION, refs)
            self.assertIn(message, str(caught.exception))

    def test_relation_needs_a_name(self):
        for relation in ("", None, 7):
            with self.subTest(relation=relation):
                for call in (self.ada.search_links, self.MAGIC.search_links):
                    with self.assertRaises(LinkError):
                        call(relation)
                with self.assertRaises(LinkError):
                    self.ada.set_link(relation, "A1")
                with self.assertRaises(LinkError):
                    self.MAGIC.get_link(relation, "A1")

    def test_reservation_is_completed(self):
        reserved = self.book().reserve("external", "", ["A1"])

        self.ada.set_link(RELATION, "A1")

        self.assertEqual(
            self.env["connector.link"].search_count(
                [("id", "in", list(reserved.values()))]
            ),
            1,
        )
        self.assertEqual(self.ada.search_links(RELATION).external, ["A1"])


class TestManyToMany(ApiCase):
    def cross(self, record, ref):
        return record.set_link(RELATION, ref, allow_many2many=True)

    def test_links_cross(self):
        for record, ref in (
            (self.ada, "A1"),
            (self.ada, "A2"),
            (self.bob, "A2"),
            (self.ada, "A2"),
        ):
            self.cross(record, ref)

        self.assertEqual(self.ada.search_links(RELATION).external, ["A1", "A2"])
        found = self.MAGIC.search_links(RELATION, ["A2"])
        self.assertEqual(found.odoo, self.ada + self.bob)
        self.assertEqual(len(self.MAGIC.search_links(RELATION)), 3)

    def test_one_of_several_is_not_taken_for_the_one(self):
        links = self.cross(self.ada, "A1") | self.cross(self.ada, "A2")

        with self.assertRaises(LinkError) as caught:
            self.MAGIC.get_link(RELATION, self.ada)

        self.assertEqual(
            str(caught.exception),
            f"Cannot return the one link of 'odoo' {self.ada} in relation 'test_rel': "
            f"there are 2, {links.describe()}. Use search_links, or remove the wrong "
            "ones.",
        )
        one = self.MAGIC.get_link(RELATION, {"odoo": self.ada, "external": "A2"})
        self.assertEqual(one.external, "A2")

    def test_kind_is_decided_by_the_first_link(self):
        self.cross(self.ada, "A1")

        with self.assertRaises(LinkError):
            self.bob.set_link(RELATION, "A2")

        self.MAGIC.search_links(RELATION).unlink()
        self.bob.set_link(RELATION, "A2")
        with self.assertRaises(LinkError):
            self.cross(self.ada, "A1")

    def test_missing_system_is_added_to_the_link_of_the_others(self):
        link = self.cross(self.ada, "A1")
        self.cross(self.ada, "A2")

        refs = {"odoo": self.ada, "external": "A1", "jira": 1}
        again = self.MAGIC.set_link(RELATION, refs, allow_many2many=True)

        self.assertEqual(again, link)
        self.assertEqual(again.get("jira"), 1)

    def test_several_links_of_which_one_could_be_meant_are_named(self):
        self.cross(self.ada, "A1")
        refs = {"external": "A1", "jira": 1}
        self.MAGIC.set_link(RELATION, refs, allow_many2many=True)

        with self.assertRaises(LinkError):
            self.MAGIC.set_link(
                RELATION, {**refs, "odoo": self.ada}, allow_many2many=True
            )
