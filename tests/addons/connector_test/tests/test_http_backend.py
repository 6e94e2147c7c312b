# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of backends over HTTP: login, declarations, check of the connection, rights."""

import socket
from base64 import b64decode

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidDataError,
    InvalidUsageError,
    NetworkRetryableError,
)
from odoo.addons.connector.fields.login import LoginSecret
from odoo.addons.connector.testing import Reply
from odoo.addons.connector.wire.auth import Basic, Bearer, Header, Query

from .http_case import SWORDFISH, HttpBackendCase

BOTH = {"username": "ada", "password": "grüße:1"}


class TestLogin(HttpBackendCase):
    def setUp(self):
        super().setUp()
        self.server.replies["/shop/a"] = {}

    def log_in(self, auth, **values):
        """Ask with a kind of login; return the request that came."""
        fields = self.http_backend._fields
        for name in values:
            self.patch(fields[name], "store", True)
        self.declare(_auth=auth)
        self.patch(type(self.http_backend), "_login_values", lambda _self: values)
        self.get("a")
        return self.last()

    def test_header_carries_the_token(self):
        self.get("a")

        self.assertEqual(self.last().headers["Authorization"], f"Token {SWORDFISH}")

    def test_bearer_is_written_with_a_capital(self):
        asked = self.log_in(Bearer(), token=SWORDFISH)

        self.assertEqual(asked.headers["Authorization"], f"Bearer {SWORDFISH}")

    def test_basic_is_in_utf_8(self):
        asked = self.log_in(Basic(), **BOTH)

        kind, code = asked.headers["Authorization"].split()
        self.assertEqual((kind, b64decode(code).decode()), ("Basic", "ada:grüße:1"))

    def test_basic_may_have_an_empty_password(self):
        asked = self.log_in(Basic("{token}", ""), token=SWORDFISH)

        code = asked.headers["Authorization"].split()[1]
        self.assertEqual(b64decode(code).decode(), f"{SWORDFISH}:")

    def test_query_carries_the_token_beside_other_parameters(self):
        self.declare(_auth=Query("api_key"))

        self.get("a", params={"page": 2})

        self.assertEqual(self.last().query, {"page": "2", "api_key": SWORDFISH})

    def test_blanks_around_a_secret_are_left_out(self):
        asked = self.log_in(Header("X-Key"), token=f" {SWORDFISH}\n")

        self.assertEqual(asked.headers["X-Key"], SWORDFISH)

    def test_secret_that_no_header_can_carry_is_refused_and_not_shown(self):
        for value, fact in (("sword\nfish", "line break"), ("", "empty")):
            with self.subTest(fact):
                with self.assertRaises(FailedJobError) as caught:
                    self.log_in(Header("X-Key"), token=value)
                self.assertIn(fact, str(caught.exception))
                self.assertNotIn("fish", str(caught.exception))

    def test_without_a_login_nothing_is_sent(self):
        self.declare(_auth=None)

        self.get("a")

        self.assertNotIn("Authorization", self.last().headers)

    def test_secret_is_in_no_message(self):
        """Of none of the kinds, neither as it is nor encoded."""
        self.server.replies["/shop/a"] = lambda asked: Reply(
            {"you sent": str(asked.headers), "query": str(asked.query)}, 400
        )
        for auth in (Header("X-Any"), Bearer(), Query("any"), Basic("ada", "{token}")):
            with self.subTest(auth):
                self.declare(_auth=auth)
                with self.assertRaises(FailedJobError) as caught:
                    self.get("a")
                self.assertIn("you sent", str(caught.exception))
                for form in (SWORDFISH, "c3dvcmRmaXNo", "YWRhOnN3b3JkZmlz"):
                    self.assertNotIn(form, str(caught.exception))

    def test_secret_is_in_no_message_of_a_broken_connection(self):
        self.server.replies["/shop/a"] = lambda _asked: None
        self.declare(_auth=Query("any"))

        with self.assertRaises(Exception) as caught:
            self.get("a")

        self.assertNotIn(SWORDFISH, str(caught.exception))

    def test_secret_that_a_message_of_a_closed_port_cuts_is_hidden(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        self.http_backend.url = f"http://127.0.0.1:{port}"
        self.declare(_auth=Query("any"))
        for size in range(150, 300):
            with self.assertRaises(NetworkRetryableError) as caught:
                self.get("a" * size)
            self.assertNotIn(SWORDFISH[:4], str(caught.exception))

    def test_secret_that_a_message_of_a_redirect_cuts_is_hidden(self):
        for size in range(280, 310):
            place = {"Location": f"{'a' * size}{SWORDFISH}"}
            self.server.replies["/shop/a"] = Reply({}, 302, place)
            with self.assertRaises(InvalidDataError) as caught:
                self.http_backend._http_client().request("POST", "a", data={})
            self.assertNotIn(SWORDFISH[:4], str(caught.exception))

    def test_connection_without_a_check_is_not_used_with_one(self):
        plain = self.http_backend._http_client()._session
        self.http_backend.tls_verify = False

        self.assertIsNot(self.http_backend._http_client()._session, plain)


class TestSecretInSqlLog(HttpBackendCase):
    """Odoo logs each statement that PostgreSQL refuses, with all its values."""

    def test_new_backend_that_is_refused_leaves_no_secret_in_the_log(self):
        with self.assertLogs("odoo.sql_db", "ERROR") as log:
            with self.assertRaises(IntegrityError):
                self.make_backend(version=False)

        self.assert_masked(log)

    def test_change_that_is_refused_leaves_no_secret_in_the_log(self):
        with self.assertLogs("odoo.sql_db", "ERROR") as log:
            with self.assertRaises(IntegrityError):
                self.http_backend.write({"token": "swordfish 2", "version": False})
                self.env.flush_all()

        self.assert_masked(log)

    def test_error_of_another_model_is_logged_as_ever(self):
        with self.assertLogs("odoo.sql_db", "ERROR") as log:
            with self.assertRaises(IntegrityError):
                self.env["ir.config_parameter"].create({"key": False, "value": "x y"})

        self.assertIn("x y", log.output[0])

    def assert_masked(self, log):
        (line,) = log.output
        self.assertIn("bad query on connector_test_http_backend", line)
        self.assertIn('null value in column "version"', line)
        self.assertNotIn(SWORDFISH, line)


class TestDeclarations(HttpBackendCase):
    def refuse(self, fact, **members):
        """Check that the addon would not load with such a declaration."""
        with self.subTest(members):
            self.declare(**members)
            with self.assertRaises(InvalidUsageError) as caught:
                self.http_backend._check_declarations()
            self.assertIn(fact, str(caught.exception))

    def test_what_cannot_work_keeps_the_addon_from_loading(self):
        self.refuse("'token'?", _auth=Header("X", "{tokn}"))
        self.refuse("Did you mean Bearer(…)?", _auth=Bearer)
        self.refuse("expected Header", _auth="Bearer")
        self.refuse("Secret", _auth=Header("X", "{organizer}"))
        self.refuse("expected only the names", _auth=Header("X", "{token.__class__}"))
        self.refuse("braces", _auth=Header("X", "{token"))
        self.declare(_auth=None)
        self.refuse("'organizer'?", _check="api/{organiser}/")
        self.refuse("'token'", _check="api/{token}/")  # addresses are logged
        self.declare(_check=None)
        self.refuse("Status(…)", _statuses=["404"])

    def test_field_of_another_kind_of_login_is_not_kept_and_not_shown(self):
        fields = self.http_backend._fields
        arch = self.http_backend._get_default_form_view()
        shown = set(arch.xpath("//field/@name"))

        self.assertIsInstance(fields["token"], LoginSecret)
        self.assertTrue(fields["token"].store)
        self.assertFalse(fields["password"].store)
        self.assertLessEqual({"url", "token", "tls_verify", "organizer"}, shown)
        self.assertFalse({"password", "username"} & shown)


class TestCheckConnection(HttpBackendCase):
    def check(self):
        self.http_backend.action_check_connection()
        backend = self.http_backend
        return backend.connection_state, backend.connection_message

    def test_path_is_read_with_the_login(self):
        self.server.replies["/shop/api/v1/acme%20%2F1/"] = {}
        self.http_backend.organizer = "acme /1"

        self.assertEqual(self.check(), ("ok", "The backend answers."))
        self.assertEqual(self.last().headers["Authorization"], f"Token {SWORDFISH}")

    def test_refusal_is_told(self):
        self.server.replies["/shop/api/v1/acme/"] = Reply({"detail": "No."}, 401)

        state, message = self.check()

        self.assertEqual(state, "failed")
        for fact in ("401", "No.", "login"):
            self.assertIn(fact, message)

    def test_server_that_is_away_is_told(self):
        self.http_backend.url = "http://127.0.0.1:9"

        state, message = self.check()

        self.assertEqual(state, "failed")
        self.assertIn("No answer", message)

    def test_field_that_is_empty_is_told(self):
        self.http_backend.organizer = ".."  # a way up, to other paths

        self.assertEqual(self.check()[0], "failed")

    def test_backend_without_a_path_has_no_button(self):
        self.assertTrue(self.http_backend._can_check_connection())

        self.declare(_check=None)

        self.assertFalse(self.http_backend._can_check_connection())


class TestAddressOfBackend(HttpBackendCase):
    def test_address_is_one_of_the_web(self):
        wrong = ("ftp://a.b", "a.b/c", "https://", "https://u:p@a.b", "https://a.b?c=d")
        for url in (*wrong, "https://a.b:x", "https://a b", "https://a.b#c"):
            with self.subTest(url), self.assertRaises(ValidationError):
                self.http_backend.url = url

    def test_only_managers_say_to_whom_the_login_is_sent(self):
        user = new_test_user(self.env, "employee_of_http", "base.group_user")
        backend = self.http_backend.with_user(user)

        backend.name = "Renamed"
        for values in ({"url": "https://evil.example"}, {"tls_verify": False}):
            with self.subTest(values):
                with self.assertRaises(AccessError):
                    backend.write(values)
                with self.assertRaises(AccessError):
                    backend.sudo().write(values)

    def test_manager_changes_the_address(self):
        groups = "base.group_user,connector.group_connector_manager"
        manager = new_test_user(self.env, "manager_of_http", groups)

        self.http_backend.with_user(manager).url = "https://new.example"

        self.assertEqual(self.http_backend.url, "https://new.example")
