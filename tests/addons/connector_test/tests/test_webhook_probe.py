# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the test of a webhook: what answered, and what to do (P15, P17)."""

import requests

from odoo.exceptions import UserError
from odoo.tests.common import _super_send

from odoo.addons.connector.api import StandardWebhooks
from odoo.addons.connector.tests.answering_server import AnsweringServer, Reply

from .webhook_case import WebhookCase


class TestProbe(WebhookCase):
    """The address leads to a server that answers as others would."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = AnsweringServer()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.patch(requests.Session, "send", _super_send)
        parameters = self.env["ir.config_parameter"]
        parameters.set_param("web.base.url", self.server.url)
        self.env.invalidate_all()
        self.path = f"/connector/webhook/{self.webhook.token}"

    def probe(self, reply=None):
        """Press Test; return the kind of notice, and its text."""
        if reply:
            self.server.replies[self.path] = reply
        params = self.webhook.action_test()["params"]
        return params["type"], params["message"]

    def take(self, asked):
        """Take an event as our server does."""
        statuses = self.send(asked.body, headers=asked.headers)
        return Reply(None, statuses[0])

    def test_address_that_answers_is_said_to_and_that_it_is_private(self):
        kind, text = self.probe(lambda asked: Reply(None, 204))

        self.assertEqual(kind, "success")
        self.assertIn("private network", text)

    def test_event_is_signed_as_the_backend_would(self):
        self.patch(type(self.sender), "_webhook_scheme", StandardWebhooks())
        self.env.invalidate_all()
        self.webhook.action_rotate()

        self.assertEqual(self.probe(self.take)[0], "success")
        self.assertEqual(self.states(), [])

    def test_redirect_is_not_followed_and_its_end_is_named(self):
        place = {"Location": "https://shop.example/there"}
        kind, text = self.probe(Reply(None, 301, place))

        self.assertEqual(kind, "danger")
        self.assertIn("https://shop.example/there", text)
        self.assertIn("web.base.url", text)

    def test_other_database_or_none_is_named_as_the_cause(self):
        for status in (404, 503):
            with self.subTest(status=status):
                kind, text = self.probe(Reply(None, status))
                self.assertEqual(kind, "danger")
                self.assertIn("dbfilter", text)

    def test_address_that_nobody_answers_is_said_to_be_wrong(self):
        self.server.replies[self.path] = lambda _asked: None
        kind, text = self.probe()

        self.assertEqual(kind, "danger")
        self.assertIn("web.base.url", text)

    def test_without_a_secret_there_is_nothing_to_test(self):
        self.patch(type(self.sender), "_webhook_scheme", StandardWebhooks())
        self.env.invalidate_all()

        with self.assertRaises(UserError):
            self.webhook.action_test()
