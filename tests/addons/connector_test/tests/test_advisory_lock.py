# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of advisory locks between transactions."""

import hashlib
import struct

from odoo.tests import tagged

from odoo.addons.connector.components.core import ConnectorUnit, pg_try_advisory_lock
from odoo.addons.connector.exception import RetryableJobError
from odoo.addons.connector.tests.common import RaceCase, UnitCase

LOCK = "import(shop, 42)"


class TestAdvisoryLock(RaceCase):
    def setUp(self):
        super().setUp()
        self.one = self.open_env()
        self.other = self.open_env()

    def test_one_transaction_at_a_time_takes_a_lock(self):
        self.assertIs(pg_try_advisory_lock(self.one, LOCK), True)
        self.assertIs(pg_try_advisory_lock(self.other, LOCK), False)

    def test_other_locks_are_free(self):
        pg_try_advisory_lock(self.one, LOCK)

        self.assertIs(pg_try_advisory_lock(self.other, "import(shop, 43)"), True)

    def test_holder_may_take_it_again(self):
        pg_try_advisory_lock(self.one, LOCK)

        self.assertIs(pg_try_advisory_lock(self.one, LOCK), True)

    def test_end_of_the_transaction_gives_it_back(self):
        for end in ("commit", "rollback"):
            with self.subTest(end=end):
                self.assertIs(pg_try_advisory_lock(self.one, LOCK), True)
                getattr(self.one.cr, end)()
                self.assertIs(pg_try_advisory_lock(self.other, LOCK), True)
                self.other.cr.rollback()

    def test_text_is_what_is_locked(self):
        pg_try_advisory_lock(self.one, ("shop", 42))

        self.assertIs(pg_try_advisory_lock(self.other, "('shop', 42)"), False)

    def test_key_is_the_begin_of_the_sha1_of_the_text(self):
        pg_try_advisory_lock(self.one, "Bücher")

        digest = hashlib.sha1("Bücher".encode(), usedforsecurity=False).digest()
        (key,) = struct.unpack("q", digest[:8])
        self.other.cr.execute("SELECT pg_try_advisory_xact_lock(%s)", [key])
        self.assertEqual(self.other.cr.fetchone(), (False,))


@tagged("race")
class TestLockOrRetry(UnitCase):
    def setUp(self):
        super().setUp()
        self.worker = self.unit(ConnectorUnit)
        cr = self.registry.cursor()  # a connection of its own
        self.addCleanup(cr.close)
        self.other = self.env(cr=cr)

    def test_free_lock_is_taken(self):
        self.worker.advisory_lock_or_retry(LOCK)

        self.assertIs(pg_try_advisory_lock(self.other, LOCK), False)

    def test_taken_lock_is_a_reason_to_come_back_without_counting(self):
        pg_try_advisory_lock(self.other, LOCK)

        with self.assertRaises(RetryableJobError) as caught:
            self.worker.advisory_lock_or_retry(LOCK)

        self.assertEqual(caught.exception.seconds, 1)
        self.assertIs(caught.exception.ignore_retry, True)
        self.assertEqual(
            str(caught.exception),
            "Cannot lock 'import(shop, 42)': another transaction holds it. "
            "Trying again in 1 s.",
        )

    def test_delay_can_be_chosen(self):
        pg_try_advisory_lock(self.other, LOCK)

        with self.assertRaises(RetryableJobError) as caught:
            self.worker.advisory_lock_or_retry(LOCK, retry_seconds=7)

        self.assertEqual(caught.exception.seconds, 7)
        self.assertIn("again in 7 s", str(caught.exception))

    def test_lock_given_back_can_be_taken(self):
        pg_try_advisory_lock(self.other, LOCK)
        self.other.cr.rollback()

        self.worker.advisory_lock_or_retry(LOCK)

        self.assertIs(pg_try_advisory_lock(self.other, LOCK), False)
