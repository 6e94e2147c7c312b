# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of two transactions that bind the same record."""

import psycopg2.errors

from odoo.exceptions import ConcurrencyError
from odoo.tools import mute_logger

from odoo.addons.connector.backend import BACKENDS, Backend
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.exception import AlreadyBoundError, RetryableJobError
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import RaceCase

BINDING = "connector.test.partner"


class TestLostRace(RaceCase):
    """The loser has its snapshot, then the winner commits, then the loser binds."""

    def setUp(self):
        super().setUp()
        self.patch(BACKENDS, "backends", set())
        Backend("connector_test", version="1")
        self.addCleanup(self._delete)
        env = self.open_env()
        values = {"name": "Race shop", "version": "1"}
        self.shop = env["connector.test.backend"].create(values)
        values = [{"name": name, "backend_id": self.shop.id} for name in "abc"]
        self.ids = env[BINDING].create(values).ids
        env.cr.commit()

    def binder(self, **context):
        """Return a binder in a transaction of its own, whose snapshot is taken."""
        env = self.open_env(**context)
        env.cr.execute("SELECT 1")
        record = env["connector.test.backend"].browse(self.shop.id)
        session = ConnectorSession.from_env(env)
        return Binder(ConnectorEnvironment(record, session, BINDING))

    def win(self):
        """Bind "A7" to the first binding and commit."""
        winner = self.binder()
        winner.bind("A7", self.ids[0])
        winner.session.commit()

    @mute_logger("odoo.sql_db")
    def test_loser_outside_of_a_job_runs_again_by_odoo(self):
        loser = self.binder()
        self.win()

        with self.assertRaises(ConcurrencyError) as caught:
            loser.bind("A7", self.ids[1])

        self.assertIsInstance(
            caught.exception.__cause__, psycopg2.errors.UniqueViolation
        )

    @mute_logger("odoo.sql_db")
    def test_loser_in_a_job_runs_again_by_the_queue(self):
        loser = self.binder(job_uuid="0b1c")
        self.win()

        with self.assertRaises(RetryableJobError) as caught:
            loser.bind("A7", self.ids[1])

        self.assertEqual(caught.exception.seconds, 1)
        self.assertIsInstance(
            caught.exception.__cause__, psycopg2.errors.UniqueViolation
        )

    @mute_logger("odoo.sql_db")
    def test_loser_reads_what_clashed_and_what_to_do(self):
        loser = self.binder()
        self.win()

        with self.assertRaises(ConcurrencyError) as caught:
            loser.bind("A7", self.ids[1])

        self.assertEqual(
            str(caught.exception),
            f"Cannot keep a connector.test.partner of {self.shop}: another "
            "transaction made the same one, or a line of it (Key (backend_id, "
            f"external_id)=({self.shop.id}, A7) already exists.). Run the transaction "
            "again; it will find it.",
        )

    @mute_logger("odoo.sql_db")
    def test_loser_finds_the_winner_when_it_runs_again(self):
        loser = self.binder()
        self.win()
        self.assertFalse(loser.to_openerp("A7"))  # not in its snapshot
        with self.assertRaises(ConcurrencyError):
            loser.bind("A7", self.ids[1])

        loser.session.rollback()

        self.assertEqual(loser.to_openerp("A7").id, self.ids[0])

    @mute_logger("odoo.sql_db")
    def test_many_lose_like_one(self):
        loser = self.binder()
        self.win()

        with self.assertRaises(ConcurrencyError):
            loser.bind_many([("A8", self.ids[2]), ("A7", self.ids[1])])

    @mute_logger("odoo.sql_db")
    def test_loser_of_one_and_the_same_binding_runs_again_by_the_database(self):
        loser = self.binder()
        self.win()

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            loser.bind("A7", self.ids[0])

    @mute_logger("odoo.sql_db")
    def test_create_inside_the_guard_loses_like_a_bind(self):
        loser = self.binder(job_uuid="0b1c")
        self.win()
        values = {"name": "c", "backend_id": self.shop.id, "external_id": "A7"}

        with self.assertRaises(RetryableJobError), loser.concurrency_guard():
            loser.model.create(values)

    @mute_logger("odoo.sql_db")
    def test_race_can_be_lost_in_the_table_of_a_line(self):
        """A record created without its external id lost the race in a line of it."""
        binder = self.binder()
        values = {"backend_id": self.shop.id, "external_id": "L1"}
        lines = binder.env["connector.test.unique.line"]

        with self.assertRaises(ConcurrencyError), binder.concurrency_guard():
            lines.create([values, values])

    @mute_logger("odoo.sql_db")
    def test_clash_in_another_table_is_not_a_lost_race(self):
        binder = self.binder()
        user = binder.env.ref("base.user_admin")

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            with binder.concurrency_guard():
                user.copy({"login": user.login})

    def test_one_transaction_after_the_other_is_no_race(self):
        self.win()

        later = self.binder()
        later.bind("A8", self.ids[1])

        self.assertEqual(later.to_openerp("A8").id, self.ids[1])

    def test_block_may_commit(self):
        binder = self.binder()

        with binder.concurrency_guard():
            binder.bind("A9", self.ids[1])
            binder.session.commit()
            binder.model.browse(self.ids[2]).name = "d"

        binder.session.commit()
        self.assertEqual(self.binder().to_openerp("A9").id, self.ids[1])

    @mute_logger("odoo.sql_db")
    def test_race_can_be_lost_after_a_commit_of_the_block(self):
        loser = self.binder()

        with self.assertRaises(ConcurrencyError), loser.concurrency_guard():
            loser.session.commit()
            loser.env.cr.execute("SELECT 1")
            self.win()
            values = {"name": "c", "backend_id": self.shop.id, "external_id": "A7"}
            loser.model.create(values)

    @mute_logger("odoo.sql_db")
    def test_what_was_there_before_is_no_race(self):
        self.win()
        later = self.binder(job_uuid="0b1c")

        with self.assertRaises(AlreadyBoundError) as caught:
            later.bind("A7", self.ids[1])

        self.assertEqual(caught.exception.binding_id, self.ids[0])

    def _delete(self):
        """Delete what was committed."""
        env = self.open_env()
        bindings = env[BINDING].browse(self.ids)
        bindings.odoo_id.unlink()
        env["connector.test.backend"].browse(self.shop.id).unlink()
        env.cr.commit()
