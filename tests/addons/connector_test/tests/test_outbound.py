# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of where requests may go: private networks, proxies, and changed logins."""

import socket
import ssl
import subprocess
from tempfile import TemporaryDirectory
from unittest.mock import patch

import requests

from odoo.exceptions import ValidationError
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import _super_send

from odoo.addons.connector.api import Bearer, FailedJobError, NotSentError, Query
from odoo.addons.connector.tests.answering_server import AnsweringServer, Reply
from odoo.addons.connector.tests.common import RaceCase

from .http_case import ALLOWED, SWORDFISH, HttpBackendCase

METADATA = "169.254.169.254"  # where clouds keep their secrets
NAME = "shop.example"
real_getaddrinfo = socket.getaddrinfo


class OutboundCase(HttpBackendCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = AnsweringServer()
        cls.addClassCleanup(cls.other.stop)

    def setUp(self):
        super().setUp()
        self.other.asked.clear()
        self.server.replies["/shop/a"] = {"own": True}

    def resolve(self, **names):
        """Let names have addresses, one after the other at each look-up."""
        answers = {name.replace("_", "."): list(found) for name, found in names.items()}
        asked = []

        def find(host, port, *args, **options):
            if host in answers:
                asked.append(host)
                found = answers[host]
                host = found.pop(0) if len(found) > 1 else found[0]
            return real_getaddrinfo(host, port, *args, **options)

        patcher = patch.object(socket, "getaddrinfo", find)
        patcher.start()
        self.addCleanup(patcher.stop)
        return asked


class TestRebinding(OutboundCase):
    """A name may have another address at each look-up: who owns it says which."""

    def setUp(self):
        super().setUp()
        port = self.server.url.rpartition(":")[2]
        self.http_backend.url = f"http://{NAME}:{port}/shop"

    def test_connection_goes_to_the_address_that_was_checked(self):
        asked = self.resolve(shop_example=["127.0.0.1", METADATA])

        self.assertEqual(self.get("a").json(), {"own": True})
        self.assertEqual(asked, [NAME])  # a second look-up would have the other one

    def test_each_connection_is_checked_again(self):
        self.resolve(shop_example=["127.0.0.1", METADATA])
        self.server.replies["/shop/a"] = Reply({}, headers={"Connection": "close"})
        self.get("a")

        with self.assertRaises(NotSentError) as caught:
            self.get("a")

        self.assertIn(METADATA, str(caught.exception))


class TestRedirectToPrivateHosts(OutboundCase):
    def test_redirect_makes_no_use_of_networks_that_are_open_for_others(self):
        """The configuration opens them for a system there, not for who redirects."""
        port = self.other.url.rpartition(":")[2]
        self.resolve(intern_example=["127.0.0.1"])
        place = {"Location": f"http://intern.example:{port}/b"}
        self.server.replies["/shop/a"] = Reply({}, 302, place)

        with self.assertRaises(NotSentError) as caught:
            self.get("a")

        self.assertIn("127.0.0.1", str(caught.exception))
        self.assertEqual(self.other.asked, [])

    def test_host_that_the_model_names_is_asked(self):
        port = self.other.url.rpartition(":")[2]
        self.resolve(intern_example=["127.0.0.1"])
        self.other.replies["/b"] = {"other": True}
        place = {"Location": f"http://intern.example:{port}/b"}
        self.server.replies["/shop/a"] = Reply({}, 302, place)
        self.declare(_hosts=("intern.example",))

        self.assertEqual(self.get("a").json(), {"other": True})


class TestProxy(OutboundCase):
    """The proxy is a local server: for plain HTTP it gets whole addresses."""

    def setUp(self):
        super().setUp()
        self.other.replies[f"http://{NAME}/shop/a"] = {"proxied": True}
        self.other.replies["/shop/a"] = {"proxied": True}
        address = self.other.url.removeprefix("http://")
        self.http_backend.write(
            {"url": f"http://{NAME}/shop", "proxy": f"http://ada:geheim%21@{address}"}
        )

    def test_request_goes_through_the_proxy(self):
        asked = self.resolve(shop_example=["192.0.2.1"])

        self.assertEqual(self.get("a").json(), {"proxied": True})
        headers = self.other.asked[-1].headers
        self.assertEqual(headers["Host"], NAME)
        self.assertEqual(headers["Proxy-Authorization"], "Basic YWRhOmdlaGVpbSE=")
        self.assertEqual(asked, [])  # the proxy resolves it

    def test_proxy_in_a_closed_network_is_refused(self):
        self.patch_environment(**{ALLOWED: "10.0.0.0/8"})
        closed = self.make_backend(
            url=f"http://{NAME}/shop", proxy=self.http_backend.proxy
        )

        with self.assertRaises(NotSentError) as caught:
            closed._http_client().request("GET", "a")

        self.assertIn("127.0.0.1", str(caught.exception))

    def test_redirect_to_another_host_is_not_followed_behind_a_proxy(self):
        """Nobody here can check to which address the proxy would go."""
        place = {"Location": "http://other.example/b"}
        for path in ("/shop/a", f"http://{NAME}/shop/a"):
            self.other.replies[path] = Reply({}, 302, place)

        with self.assertRaises(FailedJobError) as caught:
            self.get("a")

        self.assertIn("_hosts", str(caught.exception))
        self.assertEqual(len(self.other.asked), 1)

    def test_password_of_the_proxy_is_in_no_message(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.http_backend.proxy = f"http://ada:geheim%21@127.0.0.1:{port}"

        with self.assertRaises(Exception) as caught:
            self.get("a")

        self.assertNotIn("geheim", str(caught.exception))

    def test_address_of_a_proxy_is_checked(self):
        for proxy in ("proxy:3128", "socks5://proxy:1080", "http://proxy/path"):
            with self.subTest(proxy), self.assertRaises(ValidationError):
                self.http_backend.proxy = proxy


class TestCertificateAuthority(OutboundCase):
    """A server whose certificate an authority of one's own has signed."""

    def setUp(self):
        super().setUp()
        folder = self.enterContext(TemporaryDirectory())
        self.ca_file = f"{folder}/cert.pem"
        command = (
            "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1"
            f" -addext subjectAltName=IP:127.0.0.1 -keyout {folder}/key.pem"
            f" -out {self.ca_file}"
        )
        subprocess.run(command.split(), check=True, capture_output=True)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca_file, f"{folder}/key.pem")
        server = AnsweringServer()
        self.addCleanup(server.stop)
        server.replies["/a"] = {"safe": True}
        server._http.socket = context.wrap_socket(server._http.socket, server_side=True)
        self.http_backend.url = server.url.replace("http://", "https://")

    def test_certificate_is_refused_without_the_file_and_taken_with_it(self):
        with self.assertRaises(FailedJobError) as caught:
            self.get("a")
        self.assertIn("certificate", str(caught.exception))

        self.http_backend.tls_ca_file = self.ca_file

        self.assertEqual(self.get("a").json(), {"safe": True})

    def test_file_that_is_not_there_is_told(self):
        self.http_backend.tls_ca_file = "/nowhere/ca.pem"

        with self.assertRaises(NotSentError) as caught:
            self.get("a")

        self.assertIn("/nowhere/ca.pem", str(caught.exception))


class TestChangedLogin(OutboundCase):
    """A person enters a new token while workers run, whose view is an older one."""

    def setUp(self):
        super().setUp()
        self.server.replies["/shop/a"] = self.check
        self.stored = SWORDFISH
        case = self

        def read_again(_backend):
            return {"token": case.stored}

        self.patch(type(self.http_backend), "_read_login_again", read_again)

    def check(self, asked):
        known = ("Bearer new", {"key": "new"})
        is_new = asked.headers["Authorization"] == known[0] or asked.query == known[1]
        return Reply({"ok": is_new}, 200 if is_new else 401)

    def test_refused_token_is_read_again_once_before_the_job_fails(self):
        for auth in (Bearer(), Query("key")):
            with self.subTest(auth):
                self.declare(_auth=auth)
                self.server.asked.clear()
                self.stored = "new"
                client = self.http_backend._http_client()

                self.assertTrue(client.request("GET", "a").json()["ok"])
                self.assertEqual(len(self.server.asked), 2)

                client.request("GET", "a")  # with the new one at once
                self.assertEqual(len(self.server.asked), 3)

    def test_token_that_is_the_same_is_sent_once(self):
        self.declare(_auth=Bearer())

        with self.assertRaises(FailedJobError) as caught:
            self.get("a")

        self.assertIn("login", str(caught.exception))
        self.assertEqual(len(self.server.asked), 1)


class TestChangedLoginRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())  # Odoo holds it while tests run
        self.patch(requests.Session, "send", _super_send)
        HttpBackendCase.patch_environment(self, **{ALLOWED: "127.0.0.1"})
        self.server = AnsweringServer()
        self.addCleanup(self.server.stop)
        self.server.replies["/a"] = lambda asked: Reply(
            {}, 200 if asked.headers["Authorization"] == "Token new" else 401
        )
        env = self.open_env()
        values = {"name": "Rotating", "url": self.server.url, "organizer": "acme"}
        self.backend = env["connector.test.http.backend"].create(
            {**values, "token": "old"}
        )
        env.cr.commit()
        self.addCleanup(env.cr.commit)
        self.addCleanup(self.backend.unlink)

    def test_transaction_that_began_before_finds_the_new_token(self):
        worker = self.open_env()
        backend = worker[self.backend._name].browse(self.backend.id)
        self.assertEqual(backend.token, "old")  # what this transaction sees from now on
        self.backend.token = "new"
        self.backend.env.cr.commit()

        backend._http_client().request("GET", "a")

        self.assertEqual(len(self.server.asked), 2)
        worker.cr.rollback()
