# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the HTTP client: what is sent, what is read, and what never is."""

import gzip
import socket
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from threading import Event, Thread

import requests

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidDataError,
    NetworkRetryableError,
    NotSentError,
)
from odoo.addons.connector.testing import AnsweringServer, Reply
from odoo.addons.connector.wire.auth import Query
from odoo.addons.connector.wire.client import HttpClient, HttpTarget

from .http_case import ALLOWED, SWORDFISH, HttpBackendCase

BLOCK = 65_536
FLOOD = 1_000 * BLOCK  # more than sockets keep


class DrippingServer:
    """A server that sends its answer a byte at a time, and never the last one."""

    def __enter__(self):
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._ended = Event()
        Thread(target=self._drip, daemon=True).start()
        return self

    def _drip(self):
        connection, _address = self._socket.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            while not self._ended.wait(0.01):
                connection.sendall(b"x")

    def __exit__(self, *_error):
        self._ended.set()
        self._socket.close()


class TestRequest(HttpBackendCase):
    def setUp(self):
        super().setUp()
        self.server.replies["/shop/a"] = {"price": 1.10}

    def send(self, method="POST", path="a", **options):
        return self.http_backend._http_client().request(method, path, **options)

    def test_path_is_below_the_address(self):
        for path in ("a", "/a"):
            with self.subTest(path):
                self.assertEqual(self.get(path).json(), {"price": 1.1})

    def test_numbers_are_decimals_where_wanted(self):
        self.assertEqual(self.get("a").json(decimals=True)["price"], Decimal("1.1"))

    def test_parameters_are_written_as_servers_read_them(self):
        at = "2026-11-30T12:00:00+02:00"
        params = {"yes": True, "no": False, "none": None, "ids": [1, 2], "at": at}

        self.get("a", params=params)

        expected = {"yes": "true", "no": "false", "ids": ["1", "2"], "at": at}
        self.assertEqual(self.last().query, expected)

    def test_values_are_sent_as_json(self):
        noon = datetime.fromisoformat("2026-01-31T12:00:00")
        east = datetime(2026, 1, 31, 12, tzinfo=timezone(timedelta(hours=1)))

        self.send(
            data={
                "price": Decimal("10.00"),
                "small": Decimal("1E-7"),
                "at": noon,
                "east": east,
                "on": date(2026, 1, 31),
                "none": None,
                "name": "Ö",
            }
        )

        expected = {
            "price": "10.00",
            "small": "0.0000001",
            "at": "2026-01-31T12:00:00Z",
            "east": "2026-01-31T12:00:00+01:00",
            "on": "2026-01-31",
            "none": None,
            "name": "Ö",
        }
        self.assertEqual(self.last().data, expected)
        self.assertEqual(self.last().headers["Content-Type"], "application/json")

    def test_empty_values_are_sent_and_none_are_not(self):
        """``json={}`` and no JSON are two things, which requests keeps apart, too."""
        self.send(data={})
        self.assertEqual(self.last().body, b"{}")

        self.send(data=None)
        self.assertEqual(self.last().body, b"")
        self.assertNotIn("Content-Type", self.last().headers)

    def test_what_json_does_not_know_is_refused(self):
        for value in (float("nan"), Decimal("NaN"), {1}, b"x"):
            with self.subTest(value), self.assertRaises(FailedJobError):
                self.send(data={"value": value})

    def test_answer_that_is_no_json_is_shown(self):
        pages = {
            b"<html>Maintenance</html>": "Maintenance",
            b'{"a": NaN}': "NaN",
            b"[" * 100_000: "answered 200",
        }
        for page, fact in pages.items():
            with self.subTest(fact):
                headers = {"Content-Type": "text/html"}
                self.server.replies["/shop/a"] = Reply(page[:90_000], headers=headers)
                with self.assertRaises(FailedJobError) as caught:
                    self.get("a").json()
                self.assertIn(fact, str(caught.exception))

    def test_answer_in_another_encoding_is_read(self):
        text = '{"name": "Größe"}'
        latin = {"Content-Type": "application/json; charset=iso-8859-1"}
        for headers, body in (
            (latin, text.encode("iso-8859-1")),
            ({}, text.encode("utf-16")),
            ({"Content-Type": "text/plain"}, text.encode()),
            ({}, b"\xef\xbb\xbf" + text.encode()),
        ):
            with self.subTest(headers=headers, body=body):
                self.server.replies["/shop/a"] = Reply(body, headers=headers)
                self.assertEqual(self.get("a").json(), {"name": "Größe"})

    def test_secret_that_a_message_cuts_is_hidden_all_the_same(self):
        for size in range(280, 310):
            body = b"x" * size + SWORDFISH.encode() + b" y"
            self.server.replies["/shop/a"] = Reply(body, 400)
            with self.assertRaises(FailedJobError) as caught:
                self.get("a")
            self.assertNotIn(SWORDFISH[:4], str(caught.exception))

    def test_login_in_an_address_is_not_in_the_log_of_the_library(self):
        self.declare(_auth=Query("key", "{token}"))

        with self.assertLogs("urllib3.connectionpool", "DEBUG") as log:
            self.get("a", params={"page": 7})

        self.assertEqual(self.last().query, {"page": "7", "key": SWORDFISH})
        self.assertIn("/shop/a?page=7", "\n".join(log.output))
        self.assertNotIn(SWORDFISH, "\n".join(log.output))

    def test_answer_that_never_ends_is_given_up(self):
        """Each part of it comes in time."""
        self.declare(_answer_s=0.2, _timeout_s=(1, 5))
        with DrippingServer() as server:
            self.http_backend.url = f"http://127.0.0.1:{server.port}"

            with self.assertRaisesRegex(NetworkRetryableError, "not whole after 0.2 s"):
                self.get("a")

    def test_whole_answer_has_ten_times_the_wait_for_a_part(self):
        self.declare(_timeout_s=(1, 5))

        self.assertEqual(self.http_backend._find_answer_s(), 50)

    def test_empty_answer_is_none(self):
        self.server.replies["/shop/a"] = Reply(None, 204)

        self.assertIsNone(self.send("DELETE").json())

    def test_connection_is_kept_for_the_next_request_of_the_process(self):
        self.get("a")
        self.get("a")
        other = self.make_backend()._http_client()
        other.request("GET", "a")

        first, second, third = (one.port for one in self.server.asked)
        self.assertEqual(first, second)
        self.assertNotEqual(first, third)

    def test_cookies_are_not_kept(self):
        self.server.replies["/shop/a"] = Reply({}, headers={"Set-Cookie": "a=b"})

        self.get("a")
        self.get("a")

        self.assertNotIn("Cookie", self.last().headers)

    def test_environment_is_left_alone(self):
        """A proxy would see what is sent, and a netrc replaces the login."""
        self.patch_environment(http_proxy="http://127.0.0.1:9", no_proxy="")

        self.get("a")

        self.assertEqual(self.last().headers["Authorization"], f"Token {SWORDFISH}")


class TestLimits(HttpBackendCase):
    def test_silent_server_ends_the_wait(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            self.http_backend.url = f"http://127.0.0.1:{port}"
            self.declare(_timeout_s=(5, 0.2))

            with self.assertRaises(NetworkRetryableError) as caught:
                self.get("a")

        self.assertIn("'Server'", str(caught.exception))

    def test_broken_connection_is_an_error_of_the_network(self):
        cut = Reply({"a": 1}, headers={"Content-Length": "100", "Connection": "close"})
        for name, reply in {"none": lambda _asked: None, "cut": cut}.items():
            with self.subTest(name):
                self.declare(_timeout_s=(5, 1))
                self.server.replies["/shop/a"] = reply
                with self.assertRaises(NetworkRetryableError):
                    self.get("a")

    def test_request_is_sent_once(self):
        self.server.replies["/shop/a"] = Reply({}, 503, {"Retry-After": "1"})

        with self.assertRaises(NetworkRetryableError) as caught:
            self.get("a")

        self.assertEqual(len(self.server.asked), 1)
        self.assertEqual(caught.exception.seconds, 1)

    def test_body_has_a_limit_also_when_it_is_compressed(self):
        packed = gzip.compress(b"0" * 200_000)
        self.server.replies["/shop/a"] = Reply(b"0" * 200_000)
        self.server.replies["/shop/b"] = Reply(
            packed, headers={"Content-Encoding": "gzip"}
        )

        for path in ("a", "b"):
            with self.subTest(path):
                with self.assertRaises(FailedJobError) as caught:
                    self.get(path)
                self.assertIn("100000 bytes", str(caught.exception))

    def test_redirect_is_no_way_around_the_limit(self):
        """The library would read the body of a redirect at once, without an end."""
        with socket.create_server(("127.0.0.1", 0)) as server:
            sent = []
            Thread(target=flood, args=(server, sent), daemon=True).start()
            self.http_backend.url = f"http://127.0.0.1:{server.getsockname()[1]}"

            with self.assertRaises(FailedJobError) as caught:
                self.get("a")

        self.assertIn("100000 bytes", str(caught.exception))
        self.assertLess(sum(sent), FLOOD)

    def test_private_address_is_closed_unless_the_configuration_allows_it(self):
        self.server.replies["/shop/a"] = {}
        for allowed in ("", "10.0.0.0/8"):
            self.patch_environment(**{ALLOWED: allowed})
            closed = self.make_backend()._http_client()
            with self.subTest(allowed):
                with self.assertRaises(FailedJobError) as caught:
                    closed.request("GET", "a")
                self.assertIn("private_networks", str(caught.exception))
        self.assertEqual(self.server.asked, [])


def flood(server, sent):
    """Answer a client with a redirect whose body is large, until it leaves."""
    client = server.accept()[0]
    with client, suppress(OSError):
        client.recv(65_536)
        head = f"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: {FLOOD}\r\n\r\n"
        client.sendall(head.encode())
        for _block in range(FLOOD // BLOCK):
            sent.append(client.send(b"0" * BLOCK))


class TestRedirect(HttpBackendCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = AnsweringServer()
        cls.addClassCleanup(cls.other.stop)

    def setUp(self):
        super().setUp()
        self.other.asked.clear()
        self.other.replies["/b"] = {"other": True}
        self.server.replies["/shop/b"] = {"own": True}

    def redirect(self, location, status=302):
        self.server.replies["/shop/a"] = Reply({}, status, {"Location": location})

    def test_read_follows_with_its_login(self):
        self.redirect("b", 301)

        answer = self.get("a", headers={"X-Own": "1"})

        self.assertEqual(answer.json(), {"own": True})
        self.assertEqual(answer.url, f"{self.server.url}/shop/b")
        self.assertEqual(self.last().headers["Authorization"], f"Token {SWORDFISH}")
        self.assertEqual(self.last().headers["X-Own"], "1")

    def test_other_host_gets_no_login(self):
        self.redirect(f"{self.other.url}/b")

        answer = self.get("a", headers={"X-Key": "secret of an adapter"})

        self.assertEqual(answer.json(), {"other": True})
        headers = self.other.asked[-1].headers
        self.assertNotIn("Authorization", headers)
        self.assertNotIn("X-Key", headers)

    def test_login_in_an_address_is_not_repeated(self):
        """Servers redirect with the parameters that they got, the login among them."""
        self.declare(_auth=Query("key"))
        query = f"?page=2&key={SWORDFISH}"

        self.redirect(f"b{query}")
        answer = self.get("a")

        self.assertEqual(self.last().query, {"page": "2", "key": SWORDFISH})
        self.assertNotIn(SWORDFISH, answer.url)

        self.redirect(f"{self.other.url}/b{query}")
        self.get("a")

        self.assertEqual(self.other.asked[-1].query, {"page": "2"})

    def test_write_does_not_follow(self):
        for status in (301, 302, 303, 307, 308):
            with self.subTest(status):
                self.redirect("b", status)
                with self.assertRaises(InvalidDataError) as caught:
                    self.client.request("PUT", "a", data={"a": 1})
                self.assertIn("redirects to 'b'", str(caught.exception))
                self.assertEqual(self.last().path, "/shop/a")

    def test_address_that_cannot_be_read_is_named(self):
        self.server.replies["/shop/a"] = Reply({}, 302, {"Location": "http://[::1/b"})

        with self.assertRaisesRegex(
            FailedJobError,
            r"GET http.*/shop/a answered 302.*Location is 'http://\[::1/b'",
        ):
            self.get("a")

    def test_circle_ends(self):
        self.redirect("a")

        with self.assertRaises(FailedJobError):
            self.get("a")

        self.assertEqual(len(self.server.asked), 6)

    def test_private_address_is_closed_to_redirects(self):
        for location in ("http://169.254.169.254/meta", "file:///etc/passwd"):
            with self.subTest(location):
                self.redirect(location)
                with self.assertRaises(FailedJobError):
                    self.get("a")

    def test_whole_address_is_asked_on_the_own_host_only(self):
        self.assertEqual(self.get(f"{self.server.url}/shop/b").json(), {"own": True})

        with self.assertRaises(FailedJobError) as caught:
            self.get("https://other.example/b")
        self.assertIn("_hosts", str(caught.exception))

    def test_host_is_the_one_that_is_connected_to(self):
        """Two readers of an address must not see two hosts in it."""
        own = self.server.url.removeprefix("http://")
        for url in (
            f"http://evil.example\\@{own}/b",
            f"http://{own}@evil.example/b",
            f"http://evil.example#@{own}/b",
            f"http://evil.example?@{own}/b",
            f"https://{own}/b",
        ):
            with self.subTest(url):
                self.assertFalse(self.client.is_own(url))
                with self.assertRaises(NotSentError):
                    self.get(url)

    def test_name_with_other_letters_is_the_same_host(self):
        target = HttpTarget("https://MÜNCHEN.example/api", "x")
        client = HttpClient(target, requests.Session())

        self.assertTrue(client.is_own("https://xn--mnchen-3ya.example:443/b"))
        self.assertTrue(client.is_own("https://münchen.example/b"))

    def test_other_host_that_is_declared_is_asked_without_the_login(self):
        url = self.other.url.replace("127.0.0.1", "localhost")
        self.patch_environment(**{ALLOWED: "127.0.0.1 ::1"})
        self.http_backend = self.make_backend()
        self.declare(_hosts=("localhost",))

        self.assertEqual(self.get(f"{url}/b").json(), {"other": True})
        self.assertNotIn("Authorization", self.other.asked[-1].headers)

    def test_https_is_never_left(self):
        self.http_backend.url = "https://127.0.0.1"

        with self.assertRaises(FailedJobError):
            self.http_backend._http_client()._check_scheme("http://127.0.0.1/a")
