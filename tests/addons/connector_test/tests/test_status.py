# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the status table: the manual shows it, and a server sends each status."""

import re

from odoo.addons.connector import exception
from odoo.addons.connector.exception import (
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    NetworkRetryableError,
)
from odoo.addons.connector.flows.exporting.refusal import (
    in_progress_s,
    is_gone,
    never_arrived,
    refusal_of,
)
from odoo.addons.connector.models.traffic import http_backend
from odoo.addons.connector.testing import Reply
from odoo.addons.connector.tests.documents import ROOT, read_sections
from odoo.addons.connector.wire.gate import OPEN_GATE
from odoo.addons.connector.wire.status import MEANINGS, Status, declared_statuses

from .http_case import HttpBackendCase

MANUAL = ROOT / "docs" / "connect_rest.rst"
NOON = "Sat, 31 Jan 2026 12:00:00 GMT"  # the time of the server in the manual
NO_ERROR = "–"
OTHERS = "all others"


def codes_in(text):
    """Return the statuses that a row of the manual lists."""
    pairs = re.findall(r"(\d+)(?:–(\d+))?", text)
    return {
        code
        for first, last in pairs
        for code in range(int(first), int(last or first) + 1)
    }


def header_in(text):
    """Return the header that a row of the manual names, as what the server sends."""
    name, _sign, value = text.partition(":")
    return {name.strip(): value.strip()} if text else {}


class StatusCase(HttpBackendCase):
    """A test of single answers, which nothing is learnt from."""

    def setUp(self):
        super().setUp()
        self.patch(http_backend, "BackendGate", lambda *_args: OPEN_GATE)

    def ask(self, method, status, headers=None, body=None):
        """Return the error that follows from an answer, None for none."""
        self.server.replies["/shop/a"] = Reply(body, status, headers or {})
        try:
            self.http_backend._http_client().request(method, "a")
        except Exception as error:  # noqa: BLE001 which one is the question
            return error
        return None

    def name_of(self, error):
        return type(error).__name__ if error else NO_ERROR


class TestManual(StatusCase):
    """The tables of the manual are true."""

    def setUp(self):
        super().setUp()
        self.declare(_statuses=())

    def test_each_status_means_what_the_manual_says(self):
        rows = read_sections(MANUAL)["What answers mean"]
        plain = {code: row for row in rows if not row[1] for code in codes_in(row[0])}
        (others,) = [row for row in rows if row[0] == OTHERS]

        for code in range(200, 600):
            row = plain.get(code, others)
            for method, name in (("GET", row[3]), ("POST", row[4])):
                with self.subTest(code=code, method=method):
                    error = self.ask(method, code)
                    self.assertEqual(self.name_of(error), name)

    def test_headers_of_the_manual_change_the_meaning(self):
        rows = [row for row in read_sections(MANUAL)["What answers mean"] if row[1]]

        self.assertGreater(len(rows), 1)
        for row in rows:
            for code in codes_in(row[0]):
                with self.subTest(row=row):
                    error = self.ask("GET", code, header_in(row[1]))
                    self.assertEqual(self.name_of(error), row[3])

    def test_meanings_and_errors_of_the_manual_are_there(self):
        rows = read_sections(MANUAL)["What answers mean"]

        self.assertEqual({row[2] for row in rows}, set(MEANINGS))
        for name in {name for row in rows for name in row[3:]} - {NO_ERROR}:
            self.assertTrue(hasattr(exception, name), name)

    def test_each_form_of_a_wait_is_read_as_the_manual_says(self):
        rows = read_sections(MANUAL)["How long to wait"]

        self.assertGreater(len(rows), 10)
        for header, seconds in rows:
            expected = int(seconds) if seconds.isdigit() else None
            with self.subTest(header=header):
                error = self.ask("GET", 429, {"Date": NOON, **header_in(header)})
                self.assertIs(type(error), NetworkRetryableError)
                self.assertEqual(error.seconds, expected)


class TestOutcome(StatusCase):
    """Exports know what became of a request: it may not be sent twice."""

    def test_request_that_was_not_worked_on_may_be_sent_again(self):
        for status in (401, 403, 429):
            with self.subTest(status=status):
                self.assertTrue(never_arrived(self.ask("POST", status)))
        for status in (408, 409, 500, 503):
            with self.subTest(status=status):
                error = self.ask("POST", status)
                self.assertFalse(never_arrived(error))
                self.assertIsNone(refusal_of(error, "x"))

    def test_request_that_never_left_may_be_sent_again(self):
        self.http_backend.token = False
        self.assertTrue(never_arrived(self.ask("POST", 201)))
        self.assertEqual(self.server.asked, [])

        self.http_backend.write({"token": "x", "url": "http://127.0.0.1:9"})
        self.assertTrue(never_arrived(self.ask("POST", 201)))
        self.http_backend.url = "http://10.255.255.1"  # closed: it is not connected to
        self.assertTrue(never_arrived(self.ask("POST", 201)))

    def test_request_whose_answer_was_lost_may_have_arrived(self):
        self.server.replies["/shop/a"] = lambda _asked: None

        with self.assertRaises(NetworkRetryableError) as caught:
            self.http_backend._http_client().request("POST", "a", data={})

        self.assertFalse(never_arrived(caught.exception))

    def test_refusal_is_definite(self):
        for status in (400, 413, 422):
            with self.subTest(status=status):
                error = self.ask("POST", status)
                self.assertIsInstance(refusal_of(error, "x"), InvalidDataError)
        self.assertTrue(is_gone(self.ask("PATCH", 410)))

    def test_key_that_is_in_use_is_waited_for(self):
        error = self.ask("POST", 409, {"Retry-After": "30"})

        self.assertEqual(in_progress_s(error), 30)


class TestRows(StatusCase):
    def test_row_of_a_connector_comes_before_those_of_the_framework(self):
        self.declare(_statuses=[Status(404, "retry")])

        self.assertIsInstance(self.ask("GET", 404), NetworkRetryableError)

    def test_row_may_ask_for_a_text_in_the_body(self):
        """Some servers say everything with 200."""
        self.declare(_statuses=[Status(200, "login", body='"code": *"FORBIDDEN"')])

        refused = self.ask("GET", 200, body={"errors": [{"code": "FORBIDDEN"}]})

        self.assertIsInstance(refused, FailedJobError)
        self.assertIsNone(self.ask("GET", 200, body={"data": []}))

    def test_row_may_ask_for_a_header(self):
        self.declare(_statuses=[Status(None, "refused", header=("X-Error", None))])

        self.assertIsInstance(self.ask("POST", 200, {"X-Error": "1"}), InvalidDataError)
        self.assertIsNone(self.ask("POST", 200))

    def test_rows_of_the_backend_come_after_those_of_the_adapter(self):
        rows = (Status(422, "conflict"),)
        self.server.replies["/shop/a"] = Reply({"code": "gone"}, 422)

        self.assertIsInstance(
            self.ask("GET", 422, body={"code": "gone"}), IDMissingInBackend
        )
        with self.assertRaises(exception.RetryableJobError):
            self.http_backend._http_client(rows).request("GET", "a")

    def test_rows_of_all_bases_count_and_those_of_a_subclass_first(self):
        class Base:
            _statuses = (Status(404, "retry"),)

        class Shop(Base):
            _statuses = (Status(404, "refused"),)

        found = [row.means for row in declared_statuses(Shop)]
        self.assertEqual(found, ["refused", "retry"])

    def test_row_that_cannot_be_is_refused_where_it_is_declared(self):
        cases = {
            "Did you mean 'missing'?": lambda: Status(404, "mising"),
            "Name some": lambda: Status(None, "retry"),
            "unreadable": lambda: Status(200, "retry", body="("),
        }
        for fact, make in cases.items():
            with self.subTest(fact):
                with self.assertRaises(InvalidUsageError) as caught:
                    make()
                self.assertIn(fact, str(caught.exception))

    def test_error_names_request_answer_and_remedy(self):
        error = self.ask("POST", 400, body={"name": ["may not be blank"]})

        for fact in ("POST", "/shop/a", "400 Bad Request", "blank", "'Server'"):
            self.assertIn(fact, str(error))
        self.assertIn("Retry", str(error))
