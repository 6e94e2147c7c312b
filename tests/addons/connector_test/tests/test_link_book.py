# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of bulk access to links: find, reserve, complete and move."""

from datetime import datetime
from uuid import UUID

from odoo.addons.connector.exception import LinkError
from odoo.addons.connector.magic.links.book import LinkBook
from odoo.addons.connector.magic.links.side import Side

from .link_case import PARTNER, LinkCase

NOON = datetime.fromisoformat("2026-05-04 12:00:00")  # as Odoo stores it


class TestFind(LinkCase):
    def test_link_is_found_from_each_side(self):
        link_id = self.link("A1", self.ada)

        (by_ref,) = self.book().find("shop", "", ["A1"])["A1"]
        (by_record,) = self.book().find("odoo", PARTNER, self.ada.ids)[self.ada.id]

        self.assertEqual(by_ref.link_id, link_id)
        self.assertEqual(by_ref, by_record)
        self.assertEqual(
            by_ref.sides, {"shop": Side("", "A1"), "odoo": Side(PARTNER, self.ada.id)}
        )

    def test_unknown_and_missing_references_are_left_out(self):
        self.link(0, self.ada)
        refs = [None, False, "", "A9", 0]

        self.assertEqual(list(self.book().find("shop", "", refs)), [0])

    def test_many_are_found_with_two_queries(self):
        """S17: each took one."""
        for ref, record in enumerate(self.ada + self.bob + self.cid):
            self.link(ref, record)
        book = self.book()

        with self.assertQueryCount(2):  # the links; which of the records exist
            found = book.find("shop", "", range(500))

        self.assertEqual(list(found), [0, 1, 2])

    def test_references_come_back_as_they_were_set_first(self):
        refs = [1, "2", UUID(int=7)]
        link_ids = self.book().reserve("shop", "", refs)
        self.book().complete({one: ("lab", "", f"L{one}") for one in link_ids.values()})

        found = self.book().find("shop", "", map(str, refs))

        given = [row.sides["shop"].ref for (row,) in found.values()]
        self.assertEqual(list(map(repr, given)), list(map(repr, refs)))

    def test_number_and_its_text_are_one_reference(self):
        link_ids = self.book().reserve("shop", "", [1, "1"])

        self.assertEqual(len(set(link_ids.values())), 1)
        self.assertEqual(self.book().reserve("shop", "", ["1"]), {"1": link_ids[1]})

    def test_records_of_two_models_with_one_id_differ(self):
        """S11: the model was not looked at, and the other model's link was found."""
        tag = self.env["res.partner.category"].create({"name": "Tag"})
        self.env.cr.execute(
            "UPDATE res_partner_category SET id = %s WHERE id = %s",
            [self.ada.id, tag.id],
        )
        self.link("A1", self.ada)
        self.link("T1", self.env["res.partner.category"].browse(self.ada.id))

        found = self.book().find("odoo", PARTNER, self.ada.ids)

        (row,) = found[self.ada.id]
        self.assertEqual(row.sides["shop"].ref, "A1")

    def test_link_to_a_record_that_sql_deleted_is_gone(self):
        """S13: cascades in the database tell nobody."""
        self.link("A1", self.ada)
        self.env.cr.execute("DELETE FROM res_partner WHERE id = %s", [self.ada.id])

        self.assertEqual(self.book().find("shop", "", ["A1"]), {})
        new_id = self.link("A1", self.bob)
        self.assertEqual(self.book().find("shop", "", ["A1"])["A1"][0].link_id, new_id)

    def test_reservation_is_no_link(self):
        self.book().reserve("shop", "", ["A1"])

        self.assertEqual(self.book().find("shop", "", ["A1"]), {})

    def test_relations_do_not_mix(self):
        self.link("A1", self.ada)

        self.assertEqual(LinkBook(self.env, "other").find("shop", "", ["A1"]), {})


class TestReserve(LinkCase):
    def test_many_are_reserved_and_completed_with_a_few_statements(self):
        """S16: each took four."""
        self.link("A0", self.ada)
        self.env["connector.link.side"]._linked_models()  # known from then on
        book = self.book()

        # twice: the relation, and all of them with a savepoint around
        with self.assertQueryCount(8):
            link_ids = book.reserve("shop", "", range(500))
            refused = book.complete(
                {one: ("lab", "", one) for one in link_ids.values()}, NOON
            )

        self.assertEqual(refused, {})
        (row,) = book.find("shop", "", [499])[499]
        self.assertEqual((row.link_id, row.sync_date), (link_ids[499], NOON))

    def test_left_reservation_is_taken_over(self):
        link_ids = self.book().reserve("shop", "", ["A1"])

        self.assertEqual(
            self.book().reserve("shop", "", ["A1", "A2"])["A1"], link_ids["A1"]
        )

    def test_many_are_reserved_beside_one_that_is_there(self):
        link_ids = self.book().reserve("shop", "", [7])

        again = self.book().reserve("shop", "", range(30))

        self.assertEqual(again[7], link_ids[7])
        self.assertEqual(len(set(again.values())), 30)

    def test_many_are_completed_but_one_that_clashes(self):
        self.link("A1", self.ada)
        book = self.book()
        link_ids = book.reserve("shop", "", range(30))
        sides = {one: ("lab", "", ref) for ref, one in link_ids.items()}
        sides[link_ids[7]] = ("odoo", "res.partner", self.ada.id)

        refused = book.complete(sides)

        self.assertEqual(list(refused), [link_ids[7]])
        self.assertEqual(len(book.find("lab", "", range(30))), 29)

    def test_link_without_a_system_is_taken_for_it(self):
        link_id = self.link("A1", self.ada)

        self.assertEqual(self.book().reserve("shop", "", ["A1"]), {"A1": link_id})
        self.assertEqual(self.book().complete({link_id: ("lab", "", 7)}), {})

        (row,) = self.book().find("lab", "", [7])[7]
        self.assertEqual(row.sides.keys(), {"shop", "odoo", "lab"})

    def test_discard_leaves_links_alone(self):
        reserved = self.book().reserve("shop", "", ["A1", "A2"])
        link_id = self.link("A2", self.ada)
        self.assertEqual(reserved["A2"], link_id)

        self.book().discard(reserved.values())

        links = self.env["connector.link"].browse(reserved.values()).exists()
        self.assertEqual(links.ids, [link_id])

    def test_missing_reference_is_refused(self):
        for ref in (None, False, ""):
            with self.subTest(ref=ref), self.assertRaises(LinkError) as caught:
                self.book().reserve("shop", "", ["A1", ref])
            self.assertEqual(
                str(caught.exception),
                f"Cannot link {ref!r}: it is no reference (0 would be one). Skip what "
                "has no reference yet.",
            )

    def test_what_is_no_reference_is_refused(self):
        cases = {
            True: "it is a bool, expected one of int, str, UUID.",
            1.5: "it is a float, expected",
            b"A1": "it is a bytes, expected",
            "a\0": "a database stores no NUL characters",
            "\ud800": "a database stores no NUL characters and no lone surrogates",
            "x" * 2001: "it has 2001 bytes, expected 2000 at most",
        }
        for ref, message in cases.items():
            with self.subTest(message), self.assertRaises(LinkError) as caught:
                self.book().reserve("shop", "", [ref])
            self.assertIn(message, str(caught.exception))

    def test_other_system_has_no_model_and_odoo_has_one(self):
        for system, model in (("odoo", ""), ("shop", PARTNER), ("", ""), (None, "")):
            with self.subTest(system=system), self.assertRaises(LinkError):
                self.book().reserve(system, model, [1])


class TestComplete(LinkCase):
    def test_side_of_another_link_is_refused(self):
        first_id = self.link("A1", self.ada)
        second_id = self.book().reserve("shop", "", ["A2"])["A2"]

        refused = self.book().complete({second_id: ("odoo", PARTNER, self.ada.id)})

        self.assertEqual(
            str(refused[second_id]),
            f"Cannot add 'odoo' res.partner,{self.ada.id} to link No. {second_id} "
            f"('shop' 'A2') of relation 'test_rel': link No. {first_id} ('shop' 'A1' = "
            f"'odoo' res.partner,{self.ada.id}) has it already. Correct the reference, "
            "or remove one of the links.",
        )

    def test_second_side_on_one_system_is_refused(self):
        link_id = self.link("A1", self.ada)

        refused = self.book().complete({link_id: ("shop", "", "A2")})

        self.assertIn(
            "it has another one on that system already", str(refused[link_id])
        )

    def test_one_that_is_refused_leaves_the_others(self):
        self.link("A1", self.ada)
        ids = self.book().reserve("shop", "", ["A2", "A3"])

        refused = self.book().complete(
            {
                ids["A2"]: ("odoo", PARTNER, self.ada.id),
                ids["A3"]: ("odoo", PARTNER, self.bob.id),
            }
        )

        self.assertEqual(list(refused), [ids["A2"]])
        self.assertEqual(list(self.book().find("shop", "", ["A2", "A3"])), ["A3"])


class TestMove(LinkCase):
    def test_side_gets_another_reference(self):
        link_id = self.link("A1", self.ada)

        self.assertEqual(self.book().move({link_id: ("shop", "", "A2")}, NOON), {})

        self.assertEqual(self.book().find("shop", "", ["A1"]), {})
        (row,) = self.book().find("shop", "", ["A2"])["A2"]
        self.assertEqual((row.link_id, row.sync_date), (link_id, NOON))

    def test_links_may_take_the_references_of_each_other(self):
        one, two = self.link("A1", self.ada), self.link("A2", self.bob)

        moves = {one: ("shop", "", "A2"), two: ("shop", "", "A1")}
        self.assertEqual(self.book().move(moves), {})

        found = self.book().find("shop", "", ["A1", "A2"])
        self.assertEqual([found["A1"][0].link_id, found["A2"][0].link_id], [two, one])

    def test_refused_move_leaves_the_link_as_it_is(self):
        one, two = self.link("A1", self.ada), self.link("A2", self.bob)
        three = self.link("A3", self.cid)

        moves = {one: ("shop", "", "A2"), three: ("shop", "", "A4")}
        refused = self.book().move(moves)

        self.assertEqual(list(refused), [one])
        self.assertIn(f"link No. {two} ('shop' 'A2'", str(refused[one]))
        found = self.book().find("shop", "", ["A1", "A2", "A3", "A4"])
        self.assertEqual(
            {ref: rows[0].link_id for ref, rows in found.items()},
            {"A1": one, "A2": two, "A4": three},
        )
