# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the receipt of events: who may send, and what is stored (P15, O37)."""

import json
from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

import psycopg2
from werkzeug.exceptions import ServiceUnavailable

from odoo import fields, http
from odoo.tests import HttpCase, tagged

from odoo.addons.connector.api import Hmac, PathSecret, StandardWebhooks
from odoo.addons.connector.controllers.webhook import MAX_BYTES, PATH

from ..models.flow_hook import HOOK_BACKEND
from .webhook_case import WebhookCase, event

STORED, BAD, UNKNOWN, TOO_LARGE, TOO_MANY = 204, 400, 404, 413, 429


class TestReceipt(WebhookCase):
    def test_event_is_stored_as_it_came_with_what_it_says(self):
        body = json.dumps(event(1, at="2026-01-31T13:00:00+01:00")).encode()

        self.assertEqual(self.send(body), [STORED])

        stored = self.last()
        self.assertEqual(stored.body, body.decode())
        self.assertEqual(stored.backend_id, self.sender)
        self.assertEqual(
            (stored.topic, stored.external_id, stored.event_id, stored.state),
            ("contact.changed", "C1", "e1", "received"),
        )
        self.assertEqual(f"{stored.occurred_at}", "2026-01-31 12:00:00")

    def test_event_that_is_sent_again_is_a_duplicate(self):
        self.assertEqual(self.send(event(1), event(1), event(2)), [STORED] * 3)

        self.assertEqual(self.states(), ["received", "duplicate", "received"])
        self.assertFalse(self.events.search([("state", "=", "duplicate")]).body)

    def test_topic_for_which_nothing_is_declared_is_counted_and_shown(self):
        self.assertEqual(self.send(event(1, topic="invoice.paid")), [STORED])

        self.assertEqual(self.states(), ["ignored"])
        self.assertIn("invoice.paid", self.last().reason)
        self.assertEqual(self.webhook.ignored_count, 1)

    def test_event_without_an_id_fails_and_says_where_it_was_expected(self):
        self.send({"topic": "contact.changed", "data": {}})

        self.assertEqual(self.states(), ["failed"])
        self.assertIn("data.id", self.last().reason)

    def test_body_that_is_no_json_is_refused_and_not_stored(self):
        statuses = self.send(b"name=Ada", b"<a/>", b"{", b"", b"\xff", b"[" * 100_000)

        self.assertEqual(statuses, [BAD] * 6)
        self.assertEqual(self.states(), [])

    def test_larger_event_than_allowed_is_refused(self):
        self.patch(type(self.sender), "_webhook_max_bytes", 100)

        self.assertEqual(self.send(event(1, name="x" * 100)), [TOO_LARGE])
        self.assertEqual(self.send(event(1)), [STORED])

    def test_sender_that_is_too_fast_is_told_so(self):
        self.patch(type(self.sender), "_webhook_rate", (0.0, 2.0))

        statuses = self.send(*map(event, range(3)))

        self.assertEqual(statuses, [STORED, STORED, TOO_MANY])

    def test_archived_backend_takes_nothing(self):
        self.sender.active = False
        self.assertEqual(self.send(event(1)), [UNKNOWN])

        self.sender.active = True
        self.assertEqual(self.send(event(1)), [STORED])

    def test_test_event_is_answered_and_not_stored(self):
        self.assertEqual(self.send({"connector_test": "1"}), [STORED])

        self.assertEqual(self.states(), [])

    def test_payload_is_shown_without_its_secrets(self):
        self.send(event(1, password="swordfish", name="Ada"))

        self.assertIn("Ada", self.last().payload)
        self.assertNotIn("swordfish", self.last().payload)


class TestSecrets(WebhookCase):
    def setUp(self):
        super().setUp()
        self.scheme = StandardWebhooks()
        self.patch(type(self.sender), "_webhook_scheme", self.scheme)
        self.env.invalidate_all()

    def send_signed(self, secret, number=1):
        body = json.dumps(event(number)).encode()
        now = datetime.now(timezone.utc)
        headers = self.scheme.sign(secret, body, f"msg{number}", now)
        return self.send(body, headers=headers)[0]

    def test_without_a_secret_nothing_is_taken(self):
        self.assertEqual(self.send_signed(""), UNKNOWN)

    def test_signed_event_is_taken_and_its_signature_not_kept(self):
        self.webhook.action_rotate()

        self.assertEqual(self.send_signed(self.webhook.secret), STORED)
        self.assertEqual(json.loads(self.last().headers), {"webhook-id": "msg1"})

    def test_secret_rotates_without_a_gap(self):
        self.webhook.action_rotate()
        old = str(self.webhook.secret)
        self.webhook.action_rotate()
        new = str(self.webhook.secret)

        self.assertNotEqual(old, new)
        self.assertEqual(self.send_signed(old, 1), STORED)
        self.assertEqual(self.send_signed(new, 2), STORED)

    def test_old_secret_ends(self):
        self.webhook.action_rotate()
        old = str(self.webhook.secret)
        self.webhook.action_rotate()
        self.webhook._set({"old_until": fields.Datetime.now() - timedelta(seconds=1)})
        self.env.flush_all()

        self.assertEqual(self.send_signed(old), UNKNOWN)
        self.assertEqual(self.send_signed(str(self.webhook.secret)), STORED)

    def test_secret_that_a_person_enters_keeps_the_one_before_for_a_while(self):
        self.webhook.secret = "whsec_b2xk"
        self.webhook.secret = "whsec_bmV3"
        self.env.flush_all()

        self.assertEqual(self.send_signed("whsec_b2xk", 1), STORED)
        self.assertEqual(self.send_signed("whsec_bmV3", 2), STORED)

    def test_path_that_is_the_secret_rotates_without_a_gap(self):
        self.patch(type(self.sender), "_webhook_scheme", PathSecret())
        self.env.invalidate_all()
        old = str(self.webhook.token)
        self.webhook.action_rotate()
        self.env.flush_all()

        self.assertEqual(self.send(event(1), token=old), [STORED])
        self.assertEqual(self.send(event(2)), [STORED])
        self.webhook._set({"old_until": fields.Datetime.now() - timedelta(seconds=1)})
        self.env.flush_all()
        self.assertEqual(self.send(event(3), token=old), [UNKNOWN])


@tagged("post_install", "-at_install")
class TestAddress(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.sender = cls.env[HOOK_BACKEND].create({"name": "/nowhere"})
        cls.webhook = cls.sender.webhook_ids
        cls.address = f"{PATH}{cls.webhook.token}"

    def post(self, address, body=None, **options):
        data = json.dumps(event(1)).encode() if body is None else body
        return self.url_open(address, data, allow_redirects=False, **options)

    def count(self):
        return self.env["connector.webhook.event"].search_count([])

    def test_event_is_answered_without_a_cookie_and_without_content(self):
        self.opener.cookies.clear()
        answer = self.post(self.address)

        self.assertEqual((answer.status_code, answer.content), (204, b""))
        self.assertNotIn("Set-Cookie", answer.headers)
        self.assertEqual(self.count(), 1)

    def test_whatever_its_content_type_the_body_is_taken_as_it_is(self):
        """A form is not parsed: a signature is of the bytes."""
        for kind in ("application/x-www-form-urlencoded", "text/plain", ""):
            with self.subTest(kind=kind):
                headers = {"Content-Type": kind}
                answer = self.post(self.address, headers=headers)
                self.assertEqual(answer.status_code, 204)

    def test_unknown_path_and_wrong_signature_are_answered_alike(self):
        self.patch(type(self.sender), "_webhook_scheme", Hmac("sha256", header="X-Sig"))
        self.webhook.secret = "swordfish"
        unknown = self.post(f"{PATH}nobody")
        wrong = self.post(self.address, headers={"X-Sig": "beef"})
        missing = self.post(self.address)

        for answer in (unknown, wrong, missing):
            del answer.headers["Date"]
        self.assertEqual(unknown.status_code, 404)
        self.assertEqual(wrong.status_code, 404)
        self.assertEqual(unknown.content, wrong.content)
        self.assertEqual(dict(unknown.headers), dict(wrong.headers))
        self.assertEqual(dict(unknown.headers), dict(missing.headers))
        self.assertEqual(self.count(), 0)

    def test_only_post_is_taken(self):
        self.assertEqual(self.url_open(self.address).status_code, 405)

    def test_body_beyond_all_limits_is_not_read(self):
        answer = self.post(self.address, b" " * (MAX_BYTES + 1))

        self.assertEqual(answer.status_code, 413)

    def test_fault_is_answered_so_that_the_sender_repeats(self):
        def fail(*_args):
            raise psycopg2.OperationalError("gone")

        self.patch(type(self.webhook), "receive", fail)
        with self.assertLogs("odoo.addons.connector.controllers.webhook", "WARNING"):
            answer = self.post(self.address)

        self.assertEqual(answer.status_code, 503)
        self.assertTrue(answer.headers["Retry-After"])

    def test_without_a_database_the_sender_is_to_repeat(self):
        """Odoo says that there is no such address."""
        asked = SimpleNamespace(httprequest=SimpleNamespace(path=self.address))

        with self.assertRaises(ServiceUnavailable):
            http.Request._serve_nodb(asked)
