# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of declared webhooks: merged over addons, refused where they cannot work."""

from odoo.addons.connector.api import Hmac, InvalidUsageError, Webhook
from odoo.addons.connector.flows.declare import declared_by_name

from ..models.flow_hook import HOOKED
from .webhook_case import WebhookCase


class TestDeclaredWebhooks(WebhookCase):
    def assertRefused(self, hint, **members):
        for name, value in members.items():
            self.patch(type(self.sender), name, value)
        with self.assertRaises(InvalidUsageError) as caught:
            self.sender._post_model_setup__()
        self.assertIn(hint, str(caught.exception))

    def test_later_addon_adds_and_replaces_by_topic_and_drops_nothing(self):
        class Base:
            _webhooks = self.sender._webhooks

        class Extended(Base):
            _webhooks = [Webhook("full.*", HOOKED, id="code"), Webhook("x", HOOKED)]

        found = declared_by_name(Extended, "_webhooks")
        self.assertEqual(list(found), ["contact.*", "full.*", "x"])
        self.assertEqual(found["full.*"].id, "code")

    def test_model_that_does_not_exist_keeps_the_addon_from_loading(self):
        wrong = [Webhook("a", "connector.test.hookd")]

        self.assertRefused(f"Did you mean {HOOKED!r}?", _webhooks=wrong)

    def test_what_is_no_webhook_is_refused(self):
        self.assertRefused("expected Webhook(…)", _webhooks=["contact.*"])

    def test_class_in_place_of_a_scheme_is_refused(self):
        self.assertRefused("Did you mean Hmac(…)?", _webhook_scheme=Hmac)

    def test_empty_place_is_refused(self):
        wrong = [Webhook("a", HOOKED, id="header:")]

        self.assertRefused("header:X-Code", _webhooks=wrong)
