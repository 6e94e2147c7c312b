# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of OAuth 2: one token for all processes, renewed once where it ends."""

from base64 import b64decode
from contextlib import suppress
from datetime import timedelta
from threading import Thread
from urllib.parse import parse_qs

import requests

from odoo import fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import _super_send

from odoo.addons.connector.exception import (
    FailedJobError,
    NetworkRetryableError,
    NotSentError,
)
from odoo.addons.connector.flows.exporting.refusal import (
    is_gone,
    never_arrived,
    refusal_of,
)
from odoo.addons.connector.testing import AnsweringServer, Reply
from odoo.addons.connector.tests.common import RaceCase
from odoo.addons.connector.wire.oauth import (
    OAuth2ClientCredentials,
    OAuth2RefreshToken,
)

from .http_case import ALLOWED, HttpBackendCase

MODEL = "connector.test.oauth.backend"
LOGIN = {
    "client_id": "odoo",
    "client_secret": "top/secret",
    "refresh_token": "again",
}


class TokenServer(AnsweringServer):
    """A server that ends a token with the next one that it gives, as many do.

    Attributes:
        count: tokens that were given.
        extra: further values of the answer with a token.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.extra = {}
        self.replies["/shop/oauth/token"] = self.give
        self.replies["/shop/a"] = self.check

    def give(self, _asked):
        self.count += 1
        token = {"access_token": f"token-{self.count}", "token_type": "Bearer"}
        return {**token, "expires_in": 3600, **self.extra}

    def check(self, asked):
        is_valid = asked.headers["Authorization"] == f"Bearer token-{self.count}"
        return Reply({"ok": is_valid}, 200 if is_valid else 401)

    def forms(self):
        """Return the token requests that came."""
        asked = [one for one in self.asked if one.path.endswith("token")]
        return [parse_qs(one.body.decode()) for one in asked]


class OAuthCase(HttpBackendCase):
    def setUp(self):
        super().setUp()
        self.server = TokenServer()
        self.addCleanup(self.server.stop)
        self.http_backend = self.env[MODEL].create(
            {"name": "OAuth", "url": f"{self.server.url}/shop", **LOGIN}
        )

    def age(self, **values):
        self.http_backend.write({"access_token": "old", **values})


class TestToken(OAuthCase):
    def test_token_is_asked_for_once_and_kept(self):
        self.get("a")
        self.get("a")

        (form,) = self.server.forms()
        expected = {
            "grant_type": ["refresh_token"],
            "refresh_token": ["again"],
            "scope": ["read write"],
        }
        self.assertEqual(form, expected)
        code = self.server.asked[0].headers["Authorization"].split()[1]
        self.assertEqual(b64decode(code).decode(), "odoo:top%2Fsecret")
        self.assertEqual(self.http_backend.access_token, "token-1")

    def test_client_credentials_in_the_body(self):
        auth = OAuth2ClientCredentials(
            "oauth/token", in_body=True, params={"audience": "shop"}
        )
        self.declare(_auth=auth)

        self.get("a")

        (form,) = self.server.forms()
        expected = {
            "grant_type": ["client_credentials"],
            "client_id": ["odoo"],
            "client_secret": ["top/secret"],
            "audience": ["shop"],
        }
        self.assertEqual(form, expected)
        self.assertNotIn("Authorization", self.server.asked[0].headers)

    def test_refresh_token_that_is_new_is_kept(self):
        self.server.extra = {"refresh_token": "next"}

        self.get("a")

        self.assertEqual(self.http_backend.refresh_token, "next")

    def test_token_that_ends_is_renewed_before_it_is_used(self):
        now = fields.Datetime.now()
        for left_s, count in ((10, 1), (300, 0)):
            with self.subTest(left_s=left_s):
                self.age(token_until=now + timedelta(seconds=left_s))
                self.server.asked.clear()
                with suppress(FailedJobError):
                    self.get("a")
                first = self.server.asked[0].path
                self.assertEqual(first, "/shop/oauth/token" if count else "/shop/a")

    def test_token_for_no_seconds_has_ended(self):
        self.server.extra = {"expires_in": 0}
        self.get("a")
        self.get("a")
        self.assertEqual(self.server.count, 2)

        for seconds in (None, "soon"):
            with self.subTest(seconds=seconds):
                self.server.extra = {"expires_in": seconds}
                self.http_backend.access_token = False
                self.get("a")
                self.assertFalse(self.http_backend.token_until)

    def test_token_that_is_refused_is_renewed_once(self):
        self.age()

        self.assertEqual(self.get("a").json(), {"ok": True})
        self.assertEqual(len(self.server.forms()), 1)

        self.server.replies["/shop/a"] = Reply({}, 401)
        with self.assertRaises(FailedJobError):
            self.get("a")
        self.assertEqual(len(self.server.forms()), 2)

    def test_token_of_another_process_is_taken(self):
        """It was renewed since this transaction began: it is not renewed again."""
        client = self.http_backend._http_client()
        client.request("GET", "a")
        other = self.http_backend._http_client()
        other.request("GET", "a")
        self.http_backend._renew_token("token-1")

        client.request("GET", "a")
        other.request("GET", "a")

        self.assertEqual(self.server.count, 2)

    def test_refusal_of_the_token_server_is_told_without_secrets(self):
        self.server.replies["/shop/oauth/token"] = lambda asked: Reply(
            {"error": "invalid_grant", "you sent": asked.body.decode()}, 400
        )

        with self.assertRaises(FailedJobError) as caught:
            self.get("a")

        self.assertIn("invalid_grant", str(caught.exception))
        self.assertIn("login", str(caught.exception))
        self.assertNotIn("again", str(caught.exception).replace("asked again", ""))
        self.assertNotIn("top", str(caught.exception))

    def test_token_server_says_nothing_of_the_record(self):
        """By its 404 a record counted as gone, and by its 400 as refused."""
        for status in (302, 400, 404, 410, 422):
            with self.subTest(status):
                self.server.replies["/shop/oauth/token"] = Reply({}, status)
                with self.assertRaises(NotSentError) as caught:
                    self.get("a")
                error = caught.exception
                self.assertFalse(is_gone(error))
                self.assertIsNone(refusal_of(error, "a"))
                self.assertTrue(never_arrived(error))
                self.assertIn("login", str(error))

    def test_request_was_not_sent_while_the_token_server_is_away(self):
        """Nobody has to find out then what became of a record."""
        reply = Reply({}, 503, {"Retry-After": "7"})
        self.server.replies["/shop/oauth/token"] = reply
        self.http_backend.network_retry_h = 2

        with self.assertRaises(NetworkRetryableError) as caught:
            self.get("a")

        self.assertEqual(caught.exception.seconds, 7)
        self.assertEqual(caught.exception.network_retry_s, 2 * 3600)
        self.assertTrue(never_arrived(caught.exception))

    def test_answer_without_a_token_is_told(self):
        for data in ({"error": "x"}, {"access_token": "t", "token_type": "mac"}, [], 1):
            with self.subTest(data):
                self.server.replies["/shop/oauth/token"] = Reply(data)
                with self.assertRaises(FailedJobError) as caught:
                    self.get("a")
                self.assertIn("bearer", str(caught.exception))

    def test_other_account_begins_without_a_token(self):
        self.get("a")

        self.http_backend.refresh_token = "another"

        self.assertFalse(self.http_backend.access_token)

    def test_token_server_may_be_declared_elsewhere(self):
        self.declare(_auth=OAuth2RefreshToken("https://login.example/token"))

        with self.assertRaises(FailedJobError) as caught:
            self.get("a")

        self.assertIn("_hosts", str(caught.exception))


class TestTokenRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())  # Odoo holds it while tests run
        self.patch(requests.Session, "send", _super_send)
        self.server = TokenServer()
        self.addCleanup(self.server.stop)
        HttpBackendCase.patch_environment(self, **{ALLOWED: "127.0.0.1"})
        env = self.open_env()
        self.backend = env[MODEL].create(
            {"name": "Race", "url": f"{self.server.url}/shop", **LOGIN}
        )
        env.cr.commit()
        self.addCleanup(env.cr.commit)
        self.addCleanup(self.backend.unlink)

    def test_transactions_that_need_a_token_at_once_renew_it_once(self):
        """Each has read that there is none; a second token would end the first one."""
        backends = [self.open_env()[MODEL].browse(self.backend.id) for _ in range(4)]
        clients = [one._http_client() for one in backends]
        answers = []

        def ask(client):
            answers.append(client.request("GET", "a").json())

        threads = [Thread(target=ask, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        self.assertEqual(answers, [{"ok": True}] * 4)
        self.assertEqual(self.server.count, 1)

    def test_token_stays_where_the_transaction_is_rolled_back(self):
        env = self.open_env()
        env[MODEL].browse(self.backend.id)._http_client().request("GET", "a")
        env.cr.rollback()

        again = self.open_env()[MODEL].browse(self.backend.id)
        again._http_client().request("GET", "a")

        self.assertEqual(self.server.count, 1)
