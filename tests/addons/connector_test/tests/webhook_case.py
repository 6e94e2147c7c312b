# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of webhooks: a sender, and its contacts in a folder."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo import api
from odoo.tests import TransactionCase, tagged

from odoo.addons.connector.models.webhook import receive
from odoo.addons.connector.queue.testing import run_jobs

from ..models.flow_hook import HOOK_BACKEND, HOOKED

EVENT = "connector.webhook.event"


def event(number, topic="contact.changed", record="C1", at=None, **data):
    """Return the payload of an event about a contact."""
    payload = {"topic": topic, "event_id": f"e{number}", "data": {"id": record, **data}}
    return {**payload, "at": at} if at else payload


@tagged("post_install", "-at_install")
class WebhookCase(TransactionCase):
    """A test with a sender that sends to us what it has in ``self.folder``."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.hooked = self.env[HOOKED]
        self.events = self.env[EVENT]
        self.sender = self.env[HOOK_BACKEND].create(
            {"name": str(self.folder), "flow_user_id": self.env.uid}
        )
        self.webhook = self.sender.webhook_ids
        self.patch(receive, "rates", receive.Rates())

    def put(self, record="C1", **values):
        """Let the sender have a contact."""
        values = {"id": record, "name": f"Contact {record}", **values}
        (self.folder / f"{record}.json").write_text(json.dumps(values))

    def remove(self, record="C1"):
        (self.folder / f"{record}.json").unlink()

    def send(self, *payloads, token=None, headers=None):
        """Send events; return the statuses of the answers."""
        self.env.flush_all()
        nobody = api.Environment(self.env.cr, None, {})
        webhooks = nobody["connector.webhook"]
        bodies = [
            payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            for payload in payloads
        ]
        return [
            webhooks.receive(token or self.webhook.token, headers or {}, body)
            for body in bodies
        ]

    def work(self):
        """Do what the cron and the workers do."""
        self.sender._wake_webhooks()
        run_jobs(self.env)
        # what hands out events comes again a second later, and would not be due
        self.env["connector.queue.job"].search(
            [("identity_key", "=", f"webhooks {self.sender.reference()}")]
        ).filtered(lambda one: one.state == "pending").button_cancel()

    def states(self):
        """Return the states of the events, as they came."""
        return self.events.search([], order="id").mapped("state")

    def last(self):
        return self.events.search([], limit=1)

    def binding(self, record="C1"):
        contacts = self.hooked.with_context(active_test=False)
        return contacts.search(
            [("external_id", "=", record), ("backend_id", "=", self.sender.id)]
        )

    def lines(self, name):
        """Return the lines of a file in the folder, none where it is not there."""
        path = self.folder / name
        return path.read_text().splitlines() if path.exists() else []
