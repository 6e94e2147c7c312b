# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of two transactions that make the same link."""

import threading

import psycopg2.errors

from odoo.exceptions import ConcurrencyError
from odoo.tools import mute_logger

from odoo.addons.connector.magic.links.book import MANY2MANY, LinkBook
from odoo.addons.connector.tests.common import RaceCase

RELATION = "test_race_rel"


class TestLostRace(RaceCase):
    """The loser has its snapshot, then the winner commits, then the loser writes.

    S19: both made a link, and later there were two.
    """

    def setUp(self):
        super().setUp()
        self.addCleanup(self.delete_links)
        self.link("A0")  # the relation is there

    def book(self, **options) -> LinkBook:
        """Return a book in a transaction of its own, whose snapshot is taken."""
        env = self.open_env()
        env.cr.execute("SELECT 1")
        return LinkBook(env, RELATION, **options)

    def link(self, ref, lab_ref=None, **options) -> int:
        """Link a reference in the shop with one in the lab, and commit."""
        book = self.book(**options)
        (link_id,) = book.reserve("shop", "", [ref]).values()
        self.assertEqual(
            book.complete({link_id: ("lab", "", lab_ref or f"L{ref}")}), {}
        )
        book._cr.commit()
        return link_id

    @mute_logger("odoo.sql_db")
    def test_loser_of_a_reservation_runs_again(self):
        loser = self.book()
        self.link("A1")
        self.assertEqual(loser.find("shop", "", ["A1"]), {})

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.reserve("shop", "", ["A1", "A2"])

        loser._cr.rollback()
        self.assertEqual(list(loser.find("shop", "", ["A1"])), ["A1"])

    @mute_logger("odoo.sql_db")
    def test_loser_of_one_of_many_reservations_runs_again(self):
        """Many are inserted without looking first whether one is there."""
        loser = self.book()
        self.link("7")

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.reserve("shop", "", range(30))

    @mute_logger("odoo.sql_db")
    def test_loser_waits_for_a_winner_that_has_not_committed(self):
        loser, winner = self.book(), self.book()
        winner.reserve("shop", "", ["A1"])
        errors = []

        def reserve():
            try:
                loser.reserve("shop", "", ["A1"])
            except psycopg2.errors.SerializationFailure as error:
                errors.append(error)

        thread = threading.Thread(target=reserve)
        thread.start()
        self.wait_for_lock()
        winner._cr.commit()
        thread.join(10)

        self.assertEqual(len(errors), 1)

    def test_reservation_that_was_rolled_back_is_free(self):
        late, early = self.book(), self.book()
        early.reserve("shop", "", ["A1"])
        early._cr.rollback()

        self.assertEqual(list(late.reserve("shop", "", ["A1"])), ["A1"])

    @mute_logger("odoo.sql_db")
    def test_loser_of_a_left_reservation_runs_again(self):
        left = self.book()
        left.reserve("shop", "", ["A1"])
        left._cr.commit()
        loser = self.book()
        loser._cr.execute("SELECT 1 FROM connector_link")
        self.link("A1")

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.reserve("shop", "", ["A1"])

    @mute_logger("odoo.sql_db")
    def test_loser_of_a_second_side_runs_again(self):
        loser = self.book()
        (link_id,) = loser.reserve("shop", "", ["A2"]).values()
        self.link("A1", "L7")

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.complete({link_id: ("lab", "", "L7")})

    @mute_logger("odoo.sql_db")
    def test_loser_of_a_move_runs_again(self):
        link_id = self.link("A1")
        loser = self.book()
        self.link("A2")

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.move({link_id: ("shop", "", "A2")})

    @mute_logger("odoo.sql_db")
    def test_loser_of_the_relation_runs_again(self):
        loser = self.book()
        loser.relation = winner_relation = f"{RELATION}_new"
        winner = self.book()
        winner.relation = winner_relation
        winner.reserve("shop", "", ["A1"])
        winner._cr.commit()

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.reserve("shop", "", ["A2"])

    @mute_logger("odoo.sql_db")
    def test_loser_of_an_identical_many_to_many_link_runs_again(self):
        self.delete_links()
        one = self.link("A1", "L1", kind=MANY2MANY)
        loser = self.book(kind=MANY2MANY)
        self.link("A2", "L2", kind=MANY2MANY)

        moves = {one: ("shop", "", "A2")}
        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.move(moves)

        loser = self.book(kind=MANY2MANY)
        (new,) = loser.reserve("lab", "", ["L3"]).values()
        winner = self.book(kind=MANY2MANY)
        (other,) = winner.reserve("mill", "", ["M3"]).values()
        winner.complete({other: ("lab", "", "L3")})
        winner._cr.commit()
        with self.assertRaises(ConcurrencyError):
            loser.complete({new: ("mill", "", "M3")})

    @mute_logger("odoo.sql_db")
    def test_kind_that_changes_under_a_first_link_runs_again(self):
        self.delete_links()
        left = self.book()
        left.discard(left.reserve("shop", "", ["A1"]).values())
        left._cr.commit()
        loser = self.book(kind=MANY2MANY)
        self.link("A1")

        with self.assertRaises(
            (ConcurrencyError, psycopg2.errors.SerializationFailure)
        ):
            loser.reserve("shop", "", ["A2"])

    def wait_for_lock(self):
        """Wait until a transaction waits for another one."""
        cr = self.open_env().cr
        while not cr.rowcount > 0:
            cr.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
                "AND wait_event_type = 'Lock'"
            )
            cr.rollback()

    def delete_links(self):
        """Delete what was committed."""
        env = self.open_env()
        relations = env["connector.relation"].search([("name", "like", RELATION)])
        env["connector.link"].search([("relation_id", "in", relations.ids)]).unlink()
        relations.unlink()
        env.cr.commit()
