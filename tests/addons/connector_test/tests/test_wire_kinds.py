# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of every kind of login and of pages, at a server in a process of its own."""

import subprocess
import sys
from contextlib import contextmanager
from unittest.mock import patch

from odoo.addons.connector.api import (
    Backend,
    Basic,
    Bearer,
    ConnectorEnvironment,
    CursorParam,
    FailedJobError,
    Header,
    IDMissingInBackend,
    LinkHeader,
    NextLink,
    OAuth2ClientCredentials,
    OAuth2RefreshToken,
    Offset,
    PageNumber,
    Query,
    RestAdapter,
    SessionToken,
)
from odoo.addons.connector.models.backend.request_log import RequestLog
from odoo.addons.connector.tests import guarded_server
from odoo.addons.connector.tests.guarded_server import CLIENT, ISSUED, SECRET, USER
from odoo.addons.connector.tests.local_server import LocalServer

from .http_case import HttpBackendCase

HTTP = "connector.test.http.backend"
BASIC = "connector.test.basic.backend"
OAUTH = "connector.test.oauth.backend"
SESSION = "connector.test.session.backend"
CUSTOMER = "connector.test.customer"
TOKEN = {"token": SECRET}
ACCOUNT = {"client_id": CLIENT, "client_secret": SECRET}
FORMS = (SECRET, SECRET.encode().hex(), ISSUED, "c3dvcmRmaXNoLTE3", "YWRhOnN3b3Jk")

# kind of login: the room of the server, the model of the backend, and its secrets
LOGINS = {
    Header("X-Key"): ("header", HTTP, TOKEN),
    Bearer(): ("bearer", HTTP, TOKEN),
    Query("api_key"): ("query", HTTP, TOKEN),
    Basic(): ("basic", BASIC, {"username": USER, "password": SECRET}),
    # their parameters are a dict, so that they are no keys of one
    "credentials": ("token", OAUTH, ACCOUNT),
    "refresh": ("token", OAUTH, {**ACCOUNT, "refresh_token": SECRET}),
    "session": ("token", SESSION, {"username": USER, "password": SECRET}),
}
BY_NAME = {
    "credentials": OAuth2ClientCredentials("token"),
    "refresh": OAuth2RefreshToken("token"),
    "session": SessionToken("session", key="sid"),
}
PAGES = {
    "next_link": NextLink("next", records="data"),
    "link_header": LinkHeader(records="data"),
    "page_number": PageNumber(records="data"),
    "last_page": PageNumber(records="data", last="pages"),
    "offset": Offset(records="data"),
    "total": Offset(records="data", total="total"),
    "cursor": CursorParam("page", next="next", records="data"),
}
BY_ASKING = ("page_number", "offset")  # the server names no next page
LEADING = ("next_link", "link_header", "cursor")  # it may lead anywhere


class GuardedServer(LocalServer):
    """The server, in a process of its own."""

    def __init__(self):
        super().__init__()
        command = [sys.executable, guarded_server.__file__, str(self.port)]
        self.process = subprocess.Popen(command)
        self.url = f"http://127.0.0.1:{self.port}"
        self.wait()


class GuardedCase(HttpBackendCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.guarded = GuardedServer()
        cls.addClassCleanup(cls.guarded.stop)


class TestLoginKinds(GuardedCase):
    """What each kind of login sends is right, and is shown nowhere."""

    def make(self, kind, **values):
        """Return a backend with a kind of login, and the path that wants it."""
        room, model, secrets = LOGINS[kind]
        extra = {"organizer": "acme"} if model == HTTP else {}
        backend = self.env[model].create(
            {
                "name": "Guarded",
                "url": self.guarded.url,
                **extra,
                **secrets,
                **values,
            }
        )
        self.patch(type(backend), "_auth", BY_NAME.get(kind, kind))
        return backend, f"login/{room}"

    @contextmanager
    def nothing_shown(self):
        """Check that no secret is in any log, of the process and of the requests."""
        exchanges = []
        with (
            patch.object(RequestLog, "note", lambda _log, one: exchanges.append(one)),
            self.assertLogs("urllib3", "DEBUG") as of_library,
            self.assertLogs("odoo.addons.connector", "DEBUG") as of_ours,
        ):
            yield
        self.assertTrue(exchanges)
        self.check_hidden(*of_library.output, *of_ours.output)
        for one in exchanges:
            self.check_hidden(one.describe(), one.request_text(), one.answer_text())

    def check_hidden(self, *texts):
        for text in texts:
            for form in FORMS:
                self.assertNotIn(form, text)

    def test_right_secret_is_let_in_and_shown_nowhere(self):
        for kind in LOGINS:
            backend, path = self.make(kind)
            with self.subTest(kind), self.nothing_shown():
                answer = backend._http_client().request("GET", path)
                self.assertTrue(answer.json()["ok"])
                self.check_hidden(answer.describe(), repr(answer.url))

    def test_wrong_secret_is_told_and_shown_nowhere(self):
        for kind, (_room, _model, secrets) in LOGINS.items():
            wrong = {name: f"{SECRET}-wrong" for name in secrets if name != USER}
            backend, path = self.make(kind, **wrong)
            with self.subTest(kind), self.nothing_shown():
                with self.assertRaises(FailedJobError) as caught:
                    backend._http_client().request("GET", path)
                self.assertIn("Correct the login", str(caught.exception))
                self.check_hidden(str(caught.exception), repr(caught.exception))

    def test_missing_secret_is_told_before_anything_is_sent(self):
        for kind, (_room, _model, secrets) in LOGINS.items():
            name = list(secrets)[-1]
            with self.subTest(kind):
                backend, path = self.make(kind, **{name: False})
                with self.assertRaises(FailedJobError) as caught:
                    backend._http_client().request("GET", path)
                self.assertIn(repr(name), str(caught.exception))


class TestPageKinds(GuardedCase):
    """Each kind of pagination reads what is there, and ends."""

    def setUp(self):
        super().setUp()
        Backend("connector_test", version="1")
        self.http_backend.url = self.guarded.url

    def read(self, kind, extent):
        """Return the ids of a list, page by page as a stream reads it."""
        members = {
            "_model_name": CUSTOMER,
            "_path": f"pages/{kind}/{extent}",
            "_pages": PAGES[kind],
        }
        cls = type(RestAdapter)("PagesAdapter", (RestAdapter,), members)
        adapter = cls(ConnectorEnvironment(self.http_backend, self.session, CUSTOMER))
        by_page = [one["id"] for page in adapter.pages(None) for one in page]
        self.assertEqual([one["id"] for one in adapter.search_read()], by_page)
        return by_page

    def test_list_is_read_to_its_end(self):
        extents = {"all": [1, 2, 3, 4, 5], "empty": [], "one": [1]}
        for kind in PAGES:
            for extent, ids in extents.items():
                with self.subTest(kind=kind, extent=extent):
                    self.assertEqual(self.read(kind, extent), ids)

    def test_page_that_vanished_ends_a_list_where_nobody_named_it(self):
        """P6: a page past the end is 404."""
        for kind in BY_ASKING:
            with self.subTest(kind):
                self.assertEqual(self.read(kind, "gone"), [1, 2])

    def test_page_that_the_server_named_and_that_vanished_is_no_end(self):
        for kind in PAGES.keys() - {*BY_ASKING}:
            with self.subTest(kind), self.assertRaises(IDMissingInBackend):
                self.read(kind, "gone")

    def test_next_page_on_another_host_is_an_error_that_says_what_to_do(self):
        """H8: whoever gives the link must not learn the login."""
        for kind in ("next_link", "link_header"):
            with self.subTest(kind):
                with self.assertRaises(FailedJobError) as caught:
                    self.read(kind, "elsewhere")
                self.assertIn("elsewhere.example", str(caught.exception))
                self.assertIn("_hosts", str(caught.exception))

    def test_list_that_leads_back_ends_with_an_error(self):
        for kind in LEADING:
            with self.subTest(kind):
                with self.assertRaises(FailedJobError) as caught:
                    self.read(kind, "circle")
                self.assertIn("never end", str(caught.exception))
