# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of session tokens: one login for all processes, and none that ends another."""

from datetime import timedelta
from threading import Thread

import requests

from odoo import fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import _super_send

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidUsageError,
    NotSentError,
)
from odoo.addons.connector.flows.exporting.refusal import never_arrived
from odoo.addons.connector.tests.answering_server import Reply
from odoo.addons.connector.tests.common import RaceCase
from odoo.addons.connector.wire.session_token import SessionToken

from .graphql_case import LOGIN, SESSION_BACKEND, GraphQLCase, SessionServer
from .http_case import ALLOWED, HttpBackendCase

ASKED = {"query": "{ buyers { totalItems } }"}


class TestSessionToken(GraphQLCase):
    def ask(self):
        """Ask for the number of buyers by another client, as another job does."""
        client = self.http_backend._http_client()
        client.statuses += tuple(self.adapter()._last_statuses)
        return client.request("POST", "graphql", data=ASKED, is_read=True).json()

    def test_login_is_made_once_and_its_token_is_kept(self):
        self.ask()
        self.ask()

        self.assertEqual(self.server.logins, 1)
        self.assertEqual(self.http_backend.access_token, "session-1")

    def test_session_that_has_ended_is_followed_by_one_login(self):
        """TRAPS V11: the server says so with 200."""
        self.ask()
        self.http_backend.access_token = "session-0"

        self.assertEqual(self.ask()["data"]["buyers"]["totalItems"], 5)
        self.ask()
        self.assertEqual(self.server.logins, 2)

    def test_nobody_logs_out(self):
        """TRAPS V14: one logout ends all sessions of the user."""
        self.ask()

        asked = [one.data["query"] for one in self.server.asked]
        self.assertEqual(["login(" in one for one in asked], [True, False])

    def test_token_that_is_empty_is_none(self):
        """TRAPS V15: after a wrong login the header is there, and empty."""
        self.http_backend.password = "wrong"

        with self.assertRaises(FailedJobError) as caught:
            self.ask()

        self.assertFalse(self.http_backend.access_token)
        self.assertIn("InvalidCredentialsError", str(caught.exception))
        self.assertIn("login", str(caught.exception))
        self.assertTrue(never_arrived(caught.exception))

    def test_header_that_is_not_there_is_named(self):
        self.server.resolvers["login"] = lambda _given: {"__typename": "CurrentUser"}
        self.server.headers = {}

        with self.assertRaises(NotSentError) as caught:
            self.ask()

        self.assertIn("'shop-auth-token', which is not there", str(caught.exception))

    def test_check_of_the_connection_logs_in(self):
        self.server.resolvers["me"] = lambda _given: {"id": "1"}
        self.http_backend.action_check_connection()
        self.assertEqual(self.http_backend.connection_state, "ok")

        self.http_backend.password = "wrong"
        self.http_backend.action_check_connection()
        self.assertEqual(self.http_backend.connection_state, "failed")
        self.assertIn("Credentials", self.http_backend.connection_message)

    def test_other_user_begins_without_a_token(self):
        for name in ("username", "password", "url"):
            with self.subTest(name):
                self.http_backend.access_token = "session-1"
                self.http_backend[name] = f"{self.http_backend[name]}x"
                self.assertFalse(self.http_backend.access_token)

    def test_password_and_token_are_in_no_message(self):
        def repeat(asked):
            return Reply({"you sent": asked.body.decode(), **dict(asked.headers)}, 400)

        self.server.replies["/shop/graphql"] = repeat
        for token in (False, "session-1"):
            with self.subTest(token):
                self.http_backend.access_token = token
                with self.assertRaises(FailedJobError) as caught:
                    self.ask()
                self.assertIn("you sent", str(caught.exception))
                self.assertNotIn("swordfish", str(caught.exception))
                self.assertNotIn("session-1", str(caught.exception))

    def test_token_of_a_rest_login_stands_in_its_body(self):
        auth = SessionToken(
            "login",
            key="data.token",
            data={"user": "{username}", "secret": "{password}"},
            expires="data.seconds",
            name="X-Session",
            template="{access_token}",
        )
        self.declare(_auth=auth)
        given = {"data": {"token": "abc", "seconds": 60}}
        self.server.replies["/shop/login"] = given
        self.server.replies["/shop/a"] = {}

        self.get("a")

        login, asked = self.server.asked
        self.assertEqual(login.data, {"user": "ada", "secret": "swordfish"})
        self.assertEqual(asked.headers["X-Session"], "abc")
        left = self.http_backend.token_until - fields.Datetime.now()
        self.assertLess(abs(left - timedelta(seconds=60)), timedelta(seconds=10))

    def test_login_may_be_a_document(self):
        text = "mutation ($u: String!) { login(username: $u, password: 7) { id } }"
        auth = SessionToken(
            "graphql", mutation=text, data={"u": "{username}"}, header="shop-auth-token"
        )
        self.declare(_auth=auth)
        self.server.resolvers["login"] = lambda given: self.server.log_in(LOGIN) | given

        self.ask()

        self.assertEqual(self.server.asked[0].data["query"], text)

    def test_login_without_a_place_of_the_token_is_refused(self):
        for places in ({}, {"header": "X", "key": "y"}):
            with self.subTest(places), self.assertRaises(InvalidUsageError):
                SessionToken("login", **places)


class TestSessionRace(RaceCase):
    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())  # Odoo holds it while tests run
        self.patch(requests.Session, "send", _super_send)
        self.server = SessionServer()
        self.addCleanup(self.server.stop)
        self.server.resolvers["buyers"] = lambda _given: {"totalItems": 0}
        HttpBackendCase.patch_environment(self, **{ALLOWED: "127.0.0.1"})
        env = self.open_env()
        self.backend = env[SESSION_BACKEND].create(
            {"name": "Race", "url": f"{self.server.url}/shop", **LOGIN}
        )
        env.cr.commit()
        self.addCleanup(env.cr.commit)
        self.addCleanup(self.backend.unlink)

    def test_workers_that_need_a_session_at_once_share_one(self):
        id_ = self.backend.id
        backends = [self.open_env()[SESSION_BACKEND].browse(id_) for _ in range(4)]
        clients = [one._http_client() for one in backends]
        answers = []

        def ask(client):
            answers.append(client.request("POST", "graphql", data=ASKED).json())

        threads = [Thread(target=ask, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)

        expected = {"data": {"buyers": {"totalItems": 0}}}
        self.assertEqual(answers, [expected] * 4)
        self.assertEqual(self.server.logins, 1)
