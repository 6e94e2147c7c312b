# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the three-way merge of one field, without a database (promise 12)."""

from odoo.tests import BaseCase, tagged

from odoo.addons.connector.flows.conflicts.bases import Base
from odoo.addons.connector.flows.conflicts.three_way import (
    ASK,
    KEEP,
    MANUAL,
    NEWEST,
    ODOO,
    OWNERS,
    REMOTE,
    SAME,
    SEND,
    TAKE,
    UNKNOWN,
    Sides,
    decide,
)

# what Odoo kept of the value of the backend is another one: it was rounded
BASE = {"mapped": 1.005, "kept": 1.01}
# theirs, ours: what becomes of it by owner
TABLE = {
    "nothing changed": ((1.005, 1.01), dict.fromkeys(OWNERS, KEEP)),
    "only here": ((1.005, 2.0), dict.fromkeys(OWNERS, KEEP)),
    "only there": (
        (3.0, 1.01),
        {ODOO: SEND, REMOTE: TAKE, MANUAL: TAKE, NEWEST: TAKE},
    ),
    "both to the same": ((4.0, 4.0), dict.fromkeys(OWNERS, SAME)),
    "both differ": (
        (3.0, 2.0),
        {ODOO: SEND, REMOTE: TAKE, MANUAL: ASK, NEWEST: SEND},
    ),
    "there to what Odoo kept": ((1.01, 1.01), dict.fromkeys(OWNERS, SAME)),
    "cleared there, changed here": (
        (None, 2.0),
        {ODOO: SEND, REMOTE: TAKE, MANUAL: ASK, NEWEST: SEND},
    ),
    "cleared on both sides": ((None, None), dict.fromkeys(OWNERS, SAME)),
}


@tagged("post_install", "-at_install")
class TestThreeWay(BaseCase):
    def test_table(self):
        for case, ((theirs, ours), expected) in TABLE.items():
            sides = Sides(**BASE, theirs=theirs, ours=ours)
            for owner, outcome in expected.items():
                with self.subTest(case, owner=owner):
                    self.assertEqual(decide(sides, owner), outcome)

    def test_newest_side_counts_where_both_differ(self):
        sides = Sides(**BASE, theirs=3.0, ours=2.0)

        self.assertEqual(decide(sides, NEWEST, is_newer_there=True), TAKE)
        self.assertEqual(decide(sides, NEWEST, is_newer_there=False), SEND)

    def test_without_a_base_each_difference_is_a_change_on_both_sides(self):
        sides = Sides(UNKNOWN, UNKNOWN, theirs=3.0, ours=2.0)

        found = {owner: decide(sides, owner) for owner in OWNERS}

        self.assertEqual(found, {ODOO: SEND, REMOTE: TAKE, MANUAL: ASK, NEWEST: SEND})

    def test_without_a_base_equal_sides_are_equal(self):
        sides = Sides(UNKNOWN, UNKNOWN, theirs=2.0, ours=2.0)

        for owner in OWNERS:
            with self.subTest(owner):
                self.assertEqual(decide(sides, owner), SAME)

    def test_zero_is_a_value_and_not_empty(self):
        """0 equals False: a stock of 0 counted as never filled, and was overwritten."""
        for ours in (0, 0.0):
            with self.subTest(ours=ours):
                sides = Sides(UNKNOWN, UNKNOWN, theirs=3.0, ours=ours)

                self.assertEqual(decide(sides, MANUAL), ASK)

    def test_what_is_empty_takes_its_first_value(self):
        for ours in (None, False, [], {"texts": {"en_US": None, "de_DE": None}}):
            with self.subTest(ours=ours):
                sides = Sides(UNKNOWN, UNKNOWN, theirs="Tea", ours=ours)

                self.assertEqual(decide(sides, MANUAL), TAKE)


def texts(**by_language):
    return {"texts": by_language}


@tagged("post_install", "-at_install")
class TestBaseOfTexts(BaseCase):
    """What comes in some languages leaves the others as they were."""

    def settled(self):
        base = Base()
        there, here = (texts(en_US="Tea", de_DE=one) for one in ("Tee ", "Tee"))
        base.settle("name", there, here)
        return base

    def test_settled_language_leaves_the_others(self):
        base = self.settled()

        base.settle("name", texts(en_US="Teas"), texts(en_US="Teas"))

        self.assertEqual(base.mapped["name"], texts(en_US="Teas", de_DE="Tee "))
        self.assertEqual(base.kept_of("name"), texts(en_US="Teas", de_DE="Tee"))

    def test_language_that_diverged_leaves_the_others(self):
        base = self.settled()

        base.diverge("name", texts(en_US="Teas"))

        self.assertEqual(base.mapped["name"], texts(en_US="Teas", de_DE="Tee "))
        self.assertEqual(base.kept_of("name"), texts(en_US="Teas", de_DE="Tee"))

    def test_language_that_is_held_leaves_the_others(self):
        base = self.settled()

        base.hold("name", texts(en_US="Teas"))

        self.assertEqual(base.mapped["name"], texts(en_US="Teas", de_DE="Tee "))
        self.assertEqual(base.mapped_of("name"), texts(en_US="Tea", de_DE="Tee "))

    def test_text_without_a_language_is_that_of_the_flow(self):
        base = Base(lang="de_DE")
        base.settle("name", *[texts(en_US="Tea", de_DE="Tee")] * 2)

        base.settle("name", "Tees", "Tees")

        self.assertEqual(base.mapped["name"], texts(en_US="Tea", de_DE="Tees"))

    def test_language_of_the_flow_is_not_stored(self):
        self.assertEqual(Base(lang="de_DE").dump(), {})


@tagged("post_install", "-at_install")
class TestBase(BaseCase):
    def sides(self, base, theirs, ours):
        return Sides(base.mapped_of("size"), base.kept_of("size"), theirs, ours)

    def test_value_that_odoo_kept_as_it_is_is_stored_once(self):
        base = Base()

        base.settle("size", 5, 5)

        self.assertEqual(base.dump(), {"mapped": {"size": 5}})

    def test_stored_base_is_read_as_it_was(self):
        base = Base()
        base.settle("size", 1.005, 1.01)
        base.hold("name", "Tea")

        self.assertEqual(Base.load(base.dump()), base)

    def test_part_of_a_later_version_is_left_out(self):
        self.assertEqual(Base.load({"mapped": {"a": 1}, "more": 1}).mapped, {"a": 1})

    def test_ours_counts_as_changed_after_it_won(self):
        """The next change there is a conflict again, and the export has work."""
        base = Base()
        base.settle("size", 1.005, 1.01)

        base.diverge("size", 3.0)

        self.assertEqual(decide(self.sides(base, 3.0, 2.0), MANUAL), KEEP)
        self.assertTrue(self.sides(base, 3.0, 1.01).changed_here)
        self.assertEqual(decide(self.sides(base, 4.0, 2.0), MANUAL), ASK)

    def test_field_that_is_held_keeps_its_first_base(self):
        base = Base()
        base.settle("size", 1.005, 1.01)

        base.hold("size", 3.0)
        base.hold("size", 4.0)

        self.assertEqual(base.mapped_of("size"), 1.005)
        self.assertEqual(base.kept_of("size"), 1.01)
        self.assertEqual(base.mapped["size"], 4.0)

    def test_field_without_a_base_is_held_without_one(self):
        base = Base()

        base.hold("size", 3.0)

        self.assertIs(base.mapped_of("size"), UNKNOWN)

    def test_change_that_was_taken_back_there_ends_the_question(self):
        base = Base()
        base.settle("size", 1.005, 1.01)
        base.hold("size", 3.0)

        base.release("size", 1.005)

        self.assertEqual(base.held, {})
        self.assertEqual(decide(self.sides(base, 1.005, 2.0), MANUAL), KEEP)
