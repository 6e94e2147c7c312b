# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of leases: one attempt of a job has a request in hand (promise 2)."""

from odoo import fields

from odoo.addons.connector.api import (
    NetworkRetryableError,
    RetryableJobError,
)
from odoo.addons.connector.flows.exporting.lease import Leases, Owner

from .request_case import RequestCase
from .test_record_exporter import http_error


class TestLease(RequestCase):
    def leases(self, attempt):
        exporter = self.exporter()
        exporter._take(self.binding.id)
        return Leases(exporter, Owner("job", attempt))

    def setUp(self):
        super().setUp()
        self.binding = self.contact()
        self.env.flush_all()

    def test_attempt_that_comes_back_from_the_dead_is_fenced(self):
        """Its connection was cut, its job runs again, and then its answer comes."""
        first = self.leases(1).open({"name": "Ada"})
        first.mark_sent()
        second = self.leases(2).take()
        self.assertEqual(second.state, "sent")

        with self.assertRaisesRegex(RetryableJobError, "taken over"):
            first.reopen()
        with self.assertRaisesRegex(RetryableJobError, "taken for dead"):
            self.leases(1).take()

        second.reopen()
        self.assertEqual(self.requests().state, "open")

    def test_there_is_one_live_request_of_a_record(self):
        self.leases(1).open({"name": "Ada"})

        with self.assertRaisesRegex(RetryableJobError, "has begun to export it"):
            self.leases(2).open({"name": "Ada"})

    def test_values_come_back_as_they_were_sent(self):
        data = {"b": fields.Date.to_date("2026-01-31"), "a": [1.5, None, {"z": 1}]}
        lease = self.leases(1).open(data)

        self.assertEqual(list(lease.data.items()), list(data.items()))

    def test_adapter_that_says_that_nothing_was_sent_by_its_cause_is_believed(self):
        def create(exporter, data):
            raise NetworkRetryableError("busy") from http_error(429)

        self.register_exporter(_create=create)
        with self.assertRaisesOnly(NetworkRetryableError):
            self.exporter().run(self.binding.id)

        self.assertEqual(self.requests().state, "open")
