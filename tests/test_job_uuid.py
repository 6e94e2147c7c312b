# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the UUIDv7 of new jobs."""

import time
import uuid
from unittest import mock

from odoo.tests import BaseCase

from odoo.addons.connector.queue.delay.call import new_uuid

MANY = 10_000


class TestJobUuid(BaseCase):
    def test_it_is_a_uuid_of_version_7(self):
        for _number in range(100):
            one = uuid.UUID(new_uuid())
            self.assertEqual((one.version, one.variant), (7, uuid.RFC_4122))

    def test_it_begins_with_the_time_in_milliseconds(self):
        before = time.time_ns() // 1_000_000
        made = int(new_uuid().replace("-", "")[:12], 16)

        self.assertLessEqual(before, made)
        self.assertLessEqual(made, time.time_ns() // 1_000_000)

    def test_later_ones_come_later(self):
        with mock.patch.object(time, "time_ns", side_effect=[10**18, 10**18 + 10**6]):
            self.assertLess(new_uuid(), new_uuid())

    def test_none_is_like_another(self):
        self.assertEqual(len({new_uuid() for _number in range(MANY)}), MANY)
