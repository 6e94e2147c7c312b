# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of checkpoints: nothing is lost, and no transaction waits."""

import threading

from odoo.exceptions import ConcurrencyError
from odoo.tools import mute_logger

from odoo.addons.connector.tests.common import RaceCase

CHECKPOINT = "connector.checkpoint"


class TestCheckpointRace(RaceCase):
    def setUp(self):
        super().setUp()
        env = self.open_env()
        self.backend = env["connector.test.backend"].create({"name": "Shop"})
        env.cr.commit()
        self.addCleanup(self._delete)

    def _delete(self):
        env = self.open_env()
        mine = env[CHECKPOINT].search([("backend_name", "=", "Shop")])
        mine.message_ids.unlink()
        mine.unlink()
        env[self.backend._name].browse(self.backend.id).unlink()
        env.cr.commit()

    def add(self, env):
        """Say in a transaction that there is no tax."""
        return self.backend.with_env(env).add_checkpoint(message="No tax: 7 %")

    def open_checkpoint(self, env):
        """Return the open checkpoint, as a transaction sees it."""
        return env[CHECKPOINT].search(
            [("backend_name", "=", "Shop"), ("state", "=", "need_review")]
        )

    def count_repeats(self):
        """Do what the cron does, and return the open checkpoint."""
        env = self.open_env()
        env["connector.checkpoint.repeat"]._count()
        env.cr.commit()
        return self.open_checkpoint(env)

    def test_repeats_at_once_wait_for_nobody_and_are_all_counted(self):
        """Both see the open checkpoint; the second commits on an old snapshot."""
        env = self.open_env()
        self.add(env)
        env.cr.commit()
        one, two = self.open_env(), self.open_env()
        self.add(one)
        self.add(two)
        one.cr.commit()
        two.cr.commit()

        self.assertEqual(self.count_repeats().seen_count, 3)

    def test_repeat_is_not_lost_to_a_review_it_did_not_see(self):
        env = self.open_env()
        checkpoint = self.add(env)
        env.cr.commit()
        late = self.open_env()
        self.add(late)
        checkpoint.reviewed()
        env.cr.commit()

        late.cr.commit()

        self.assertEqual(self.count_repeats(), checkpoint)

    @mute_logger("odoo.sql_db")
    def test_second_of_two_new_ones_runs_again_and_counts_as_a_repeat(self):
        """It waits for the first on the unique index, and learns what became of it."""
        one, two = self.open_env(), self.open_env()
        self.add(one)
        errors = []

        def add_second():
            try:
                self.add(two)
            except ConcurrencyError as error:
                errors.append(error)

        second = threading.Thread(target=add_second)
        second.start()
        self._wait_until_one_waits()
        one.cr.commit()
        second.join(10)
        [error] = errors
        self.assertIn("Run the transaction again", str(error))
        two.cr.rollback()

        self.add(two)
        two.cr.commit()

        self.assertEqual(self.count_repeats().seen_count, 2)

    def test_checkpoint_added_at_once_outlives_its_transaction(self):
        env = self.open_env()
        backend = self.backend.with_env(env)

        answer = backend.add_checkpoint(message="No tax: 7 %", at_once=True)
        env.cr.rollback()

        self.assertIsNone(answer)
        self.assertEqual(self.open_checkpoint(env).message, "No tax: 7 %")

    def _wait_until_one_waits(self):
        env = self.open_env()
        deadline = threading.Event()
        for _look in range(500):
            env.cr.execute(
                "SELECT 1 FROM pg_stat_activity WHERE datname = current_database()"
                " AND wait_event_type = 'Lock' AND query LIKE '%connector_checkpoint%'"
            )
            if env.cr.fetchone():
                return
            env.cr.rollback()  # the view is a snapshot, too
            deadline.wait(0.02)
        self.fail("Nobody waits for the first transaction.")
