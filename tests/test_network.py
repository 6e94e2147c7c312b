# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of network errors, and of the wait that the far side requests."""

import errno
import http.client
import socket
import threading
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.error import HTTPError, URLError
from urllib.parse import unquote
from urllib.request import urlopen
from xmlrpc.client import ServerProxy

import requests
import urllib3
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.wrappers import Response

from odoo.tests import BaseCase, tagged

from ..exception import NetworkRetryableError, RetryableJobError
from ..queue.engine.http_errors import is_network_error, retry_after_s
from ..retry_after import RETRY_AFTER_CAP_S

NOON = datetime.fromisoformat("2026-01-31T12:00:00")
IN_TWO_MINUTES = "Sat, 31 Jan 2026 12:02:00 GMT"


class Answers(BaseHTTPRequestHandler):
    """Answers as the path says: ``/503/120`` with a status and Retry-After."""

    def do_GET(self):
        status, retry_after = self.path.strip("/").split("/")
        self.send_response(int(status))
        self.send_header("Content-Length", "3")
        if retry_after != "-":
            self.send_header("Retry-After", unquote(retry_after))
        self.end_headers()
        self.wfile.write(b"abc")

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.do_GET()

    def do_HANGUP(self):
        self.close_connection = True

    def do_HALF(self):
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"abc")
        self.close_connection = True

    def log_message(self, *args):
        """Keep the log of the tests clean."""


@tagged("post_install", "-at_install")
class NetworkCase(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)
        threading.Thread(target=cls.server.serve_forever, daemon=True).start()
        cls.url = f"http://127.0.0.1:{cls.server.server_port}"

    def error_of(self, function, *args, **kwargs):
        """Return what a call raises."""
        with self.assertRaises(Exception) as caught:
            function(*args, **kwargs)
        return caught.exception

    def answer(self, status, retry_after="-"):
        """Return the error of an answer, as requests raises it."""
        answer = requests.get(f"{self.url}/{status}/{retry_after}", timeout=10)
        return self.error_of(answer.raise_for_status)


class TestNetworkError(NetworkCase):
    def closed_url(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            return f"http://127.0.0.1:{server.getsockname()[1]}"

    def test_nobody_listens(self):
        url = self.closed_url()
        ask_urllib3 = urllib3.PoolManager(retries=0).request
        calls = [
            (requests.get, url),
            (urlopen, url),
            (ask_urllib3, "GET", url),
            (ServerProxy(url).ping,),
        ]
        for call in calls:
            with self.subTest(call):
                kwargs = {"timeout": 10} if call[0] is requests.get else {}
                self.assertTrue(is_network_error(self.error_of(*call, **kwargs)))

    def test_far_side_is_silent(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            url = f"http://127.0.0.1:{server.getsockname()[1]}"
            ask = urllib3.PoolManager(retries=False).request
            errors = [
                self.error_of(urlopen, url, timeout=0.01),
                self.error_of(ask, "GET", url, timeout=0.01),
                requests.ReadTimeout(),
                requests.ConnectTimeout(),
            ]

        for error in errors:
            with self.subTest(error):
                self.assertTrue(is_network_error(error))

    def test_far_side_breaks_off(self):
        def read_half():
            connection = http.client.HTTPConnection(*self.server.server_address)
            connection.request("HALF", "/")
            connection.getresponse().read()

        errors = [
            self.error_of(requests.request, "HANGUP", self.url, timeout=10),
            self.error_of(requests.request, "HALF", self.url, timeout=10),
            self.error_of(read_half),
        ]
        for error in errors:
            with self.subTest(error):
                self.assertTrue(is_network_error(error))

    def test_host_is_not_reached(self):
        errors = [
            OSError(errno.EHOSTUNREACH, "No route to host"),
            URLError(OSError(errno.ENETUNREACH, "Network is unreachable")),
            socket.gaierror(socket.EAI_AGAIN, "Temporary failure"),
            NetworkRetryableError("no answer"),
        ]
        for error in errors:
            with self.subTest(error):
                self.assertTrue(is_network_error(error))

    def test_busy_answer(self):
        for status in (408, 425, 429, 500, 502, 503, 504, *range(520, 531)):
            with self.subTest(status):
                self.assertTrue(is_network_error(self.answer(status)))

    def test_busy_answer_of_other_libraries(self):
        url = f"{self.url}/503/-"

        self.assertTrue(is_network_error(self.error_of(urlopen, url)))
        self.assertTrue(is_network_error(self.error_of(ServerProxy(url).ping)))

    def test_error_of_our_own_is_none(self):
        errors = [
            ValueError("x"),
            FileNotFoundError(errno.ENOENT, "x"),
            PermissionError(errno.EACCES, "x"),
            RetryableJobError("x"),
            ServiceUnavailable(response=Response(status=503)),
            URLError("unknown url type: ftps"),
            requests.exceptions.InvalidURL("x"),
            requests.HTTPError("without an answer"),
            *(self.answer(status) for status in (400, 401, 404, 409, 422)),
            self.error_of(urlopen, f"{self.url}/404/-"),
            self.error_of(ServerProxy(f"{self.url}/404/-").ping),
        ]
        for error in errors:
            with self.subTest(error):
                self.assertFalse(is_network_error(error))


class TestRetryAfter(NetworkCase):
    def test_seconds_or_date_are_read(self):
        """A large shop sends its seconds with a fraction."""
        seconds = ("120", "120.0", "120.", " 120 ")
        dates = ("Sat, 31 Jan 2026 12:02:00 -0000", "2026-01-31T13:02:00+01:00")
        for text in (*seconds, IN_TWO_MINUTES, *dates, "2026-01-31T12:02:00Z"):
            with self.subTest(text):
                self.assertEqual(retry_after_s(self.answer(503, text), NOON), 120)

    def test_fraction_of_a_second_counts(self):
        self.assertEqual(retry_after_s(self.answer(429, "2.5"), NOON), 2.5)

    def test_other_libraries_are_read(self):
        url = f"{self.url}/503/120"
        urllib_error = self.error_of(urlopen, url)
        xmlrpc_error = self.error_of(ServerProxy(url).ping)

        self.assertIsInstance(urllib_error, HTTPError)
        self.assertEqual(retry_after_s(urllib_error, NOON), 120)
        self.assertEqual(retry_after_s(xmlrpc_error, NOON), 120)

    def test_wait_is_neither_nothing_nor_for_ever(self):
        cases = [
            ("0", 1),
            ("Fri, 30 Jan 2026 12:00:00 GMT", 1),
            ("Sat, 31 Jan 2026 12:00:00 GMT", 1),
            ("99999999999", RETRY_AFTER_CAP_S),
            ("Sat, 31 Jan 2099 12:00:00 GMT", RETRY_AFTER_CAP_S),
        ]
        for text, seconds in cases:
            with self.subTest(text):
                self.assertEqual(retry_after_s(self.answer(503, text), NOON), seconds)

    def test_nothing_readable_is_none(self):
        errors = [
            ValueError("x"),
            requests.ConnectionError(),
            self.answer(503),
            self.answer(503, "soon"),
            *(self.answer(503, text) for text in ("-1", "nan", "inf", "1e3", "1.2.3")),
            self.answer(503, "2026-13-31"),
        ]
        for error in errors:
            with self.subTest(error):
                self.assertIsNone(retry_after_s(error, NOON))
