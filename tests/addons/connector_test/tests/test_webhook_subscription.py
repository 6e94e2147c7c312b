# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of webhooks that register themselves on a server, and repair that."""

from odoo.exceptions import UserError

from odoo.addons.connector.api import (
    RestAdapter,
    StandardWebhooks,
    Subscription,
    Webhook,
)
from odoo.addons.connector.backend import Backend
from odoo.addons.connector.tests.answering_server import Reply

from .http_case import HttpBackendCase

CUSTOMER = "connector.test.customer"
PATH = "/shop/api/v1/acme/webhooks/"


class SubscriptionCase(HttpBackendCase):
    """A test with a server that keeps webhooks."""

    def setUp(self):
        super().setUp()
        self.declare(
            _webhooks=[
                Webhook("customer.*", CUSTOMER, id="code"),
                Webhook("address.changed", CUSTOMER, id="customer.code"),
            ],
            _webhook_scheme=StandardWebhooks(),
        )
        self.http_backend = self.make_backend()
        self.webhook = self.http_backend.webhook_ids
        self.webhook.action_rotate()
        self.there = {}  # what the server has, by id
        self.server.replies[PATH] = self.answer

    def register(self):
        backend = Backend("connector_test", version="1")

        @backend
        class ServerWebhooks(RestAdapter):
            _model_name = "connector.webhook"
            _path = "api/v1/{organizer}/webhooks/"

            def subscribe(self, wanted):
                return self.create(
                    {
                        "url": wanted.address,
                        "topics": wanted.topics,
                        "secret": wanted.secret,
                    }
                )

            def list_subscriptions(self):
                return [
                    Subscription(one["url"], one["topics"], one["id"], one["enabled"])
                    for one in self.search_read()
                ]

            def unsubscribe(self, external_id):
                self.delete(external_id)

    def answer(self, asked):
        if asked.method == "GET":
            return list(self.there.values())
        number = f"W{len(self.server.asked)}"
        self.there[number] = {**asked.data, "id": number, "enabled": True}
        self.server.replies[f"{PATH}{number}/"] = lambda _asked: self.forget(number)
        return Reply(self.there[number], 201)

    def forget(self, number):
        if self.there.pop(number, None) is None:
            return Reply({"error": "no such webhook"}, 404)
        return Reply(None, 204)

    def addresses(self):
        return [one["url"] for one in self.there.values()]

    def checkpoints(self):
        return self.env["connector.checkpoint"].search_count(
            [("model", "=", "connector.webhook"), ("record_id", "=", self.webhook.id)]
        )


class TestSubscription(SubscriptionCase):
    def setUp(self):
        super().setUp()
        self.register()
        self.webhook.action_subscribe()

    def test_webhook_is_registered_with_address_topics_and_secret(self):
        (there,) = self.there.values()

        self.assertEqual(there["url"], self.webhook.address)
        self.assertEqual(there["topics"], ["customer.*", "address.changed"])
        self.assertEqual(there["secret"], self.webhook.secret)
        self.assertEqual(self.webhook.subscription_id, there["id"])
        self.assertEqual(self.webhook.subscription_state, "ok")

    def test_check_of_what_is_right_changes_nothing(self):
        before = dict(self.there)
        self.env["connector.webhook"]._cron_check()

        self.assertEqual(self.there, before)
        self.assertEqual(self.webhook.subscription_state, "ok")
        self.assertEqual(self.checkpoints(), 0)

    def test_lost_registration_is_repaired_noticed_and_made_up_for(self):
        """What was not sent meanwhile is imported by the stream of the model."""
        self.there.clear()
        self.env["connector.webhook"]._cron_check()

        self.assertEqual(self.addresses(), [self.webhook.address])
        self.assertEqual(self.webhook.subscription_state, "repaired")
        self.assertEqual(self.checkpoints(), 1)
        stream = self.env["connector.stream"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )
        self.assertEqual(stream.state, "running")

    def test_registration_that_the_server_has_given_up_is_made_anew(self):
        for one in self.there.values():
            one["enabled"] = False
        self.env["connector.webhook"]._cron_check()

        (there,) = self.there.values()
        self.assertTrue(there["enabled"])
        self.assertEqual(self.webhook.subscription_state, "repaired")

    def test_topic_that_an_addon_adds_is_registered(self):
        self.declare(
            _webhooks=[*self.http_backend._webhooks, Webhook("note.*", CUSTOMER)]
        )
        self.env["connector.webhook"]._cron_check()

        (there,) = self.there.values()
        self.assertIn("note.*", there["topics"])

    def test_webhooks_of_others_are_left_alone(self):
        others = {"id": "X", "url": "https://other.example", "topics": []}
        self.there["X"] = {**others, "enabled": False}
        self.there.pop(self.webhook.subscription_id)
        self.env["connector.webhook"]._cron_check()

        self.assertIn("X", self.there)
        self.assertEqual(len(self.there), 2)

    def test_new_secret_is_told_to_the_server(self):
        self.webhook.action_rotate()

        (there,) = self.there.values()
        self.assertEqual(there["secret"], self.webhook.secret)

    def test_server_that_does_not_answer_is_asked_again_tomorrow(self):
        self.server.replies[PATH] = Reply(None, 503)
        with self.assertLogs("odoo.addons.connector", "WARNING"):
            self.env["connector.webhook"]._cron_check()

        self.assertEqual(self.webhook.subscription_state, "failed")
        self.server.replies[PATH] = self.answer
        self.env["connector.webhook"]._cron_check()
        self.assertEqual(self.webhook.subscription_state, "ok")


class TestNoSubscription(SubscriptionCase):
    def test_connector_that_cannot_register_says_so(self):
        self.assertFalse(self.webhook.can_subscribe)
        with self.assertRaises(UserError):
            self.webhook.action_subscribe()

    def test_daily_check_leaves_alone_what_nobody_registered(self):
        self.register()
        self.env["connector.webhook"]._cron_check()

        self.assertEqual(self.there, {})
