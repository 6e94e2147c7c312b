# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of requests of an adapter's own, beside those to read and write records."""

from decimal import Decimal

from odoo.addons.connector.api import (
    BackendAdapter,
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    NetworkRetryableError,
    RestAdapter,
    RetryableJobError,
)
from odoo.addons.connector.testing import Reply

from .test_server_case import CUSTOMER, UsageCase


class OwnRequestCase(UsageCase):
    def register_units(self, backend):
        @backend
        class CustomerAdapter(RestAdapter):
            _model_name = CUSTOMER
            _path = "customers"
            _writes = (*RestAdapter._writes, "block")

            def block(self, external_id, reason):
                """Block a customer, and return the time at which it was."""
                path = self.path_of(external_id, "block")
                answer = self.request("POST", path, data={"reason": reason})
                return answer.json()["blocked_at"]

    def adapter(self):
        scope = self.shop.get_environment(CUSTOMER)
        return scope.get_connector_unit(BackendAdapter)

    def ask(self, reply, method="POST"):
        """Return the answer of the server to a request of the adapter."""
        self.server.replies["/customers/1/block"] = reply
        return self.adapter().request(method, "customers/1/block", data={})


class TestOwnRequest(OwnRequestCase):
    def test_request_goes_below_the_address_with_the_login(self):
        self.server.replies["/customers/1/block"] = {"blocked_at": "2026-01-31"}

        self.assertEqual(self.adapter().block("1", "no payment"), "2026-01-31")

        (asked,) = self.server.asked
        self.assertEqual(asked.data, {"reason": "no payment"})
        self.assertEqual(asked.headers["Authorization"], "Token swordfish")

    def test_answer_has_data_status_and_headers(self):
        answer = self.ask(Reply({"total": 19.90}, 201, {"X-Count": "3"}))

        self.assertEqual(answer.json(), {"total": 19.90})
        self.assertEqual(answer.json(decimals=True), {"total": Decimal("19.9")})
        self.assertEqual((answer.status, answer.headers["x-count"]), (201, "3"))

        self.assertIsNone(self.ask(Reply(None, 204)).json())

    def test_errors_are_those_of_the_status_table(self):
        cases = {
            401: FailedJobError,
            404: IDMissingInBackend,
            409: RetryableJobError,
            422: InvalidDataError,
            429: NetworkRetryableError,
            503: NetworkRetryableError,
        }
        for status, error in cases.items():
            with self.subTest(status), self.assertRaises(error):
                self.ask(Reply({"error": "no"}, status))

    def test_answer_that_is_no_json_names_what_came(self):
        answer = self.ask(Reply(b"<html>", headers={"Content-Type": "text/html"}))

        with self.assertRaises(FailedJobError) as caught:
            answer.json()

        self.assertIn("<html>", str(caught.exception))

    def test_path_of_a_record_is_escaped(self):
        adapter = self.adapter()
        paths = {("a/b",): "customers/a%2Fb", ("{x}", "y"): "customers/%7Bx%7D/y"}
        for arguments, path in paths.items():
            with self.subTest(arguments):
                self.assertEqual(adapter.path_of(*arguments), path)

        self.patch(type(adapter), "_path", "customers/")
        self.assertEqual(adapter.path_of("7", "block"), "customers/7/block/")

    def test_preview_sends_nothing(self):
        adapter = self.adapter()
        adapter.is_read_only = True

        with self.assertRaises(InvalidUsageError):
            adapter.request("POST", "customers/1/block")

        self.assertEqual(self.server.asked, [])
