# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Accessibility tests of the screens, with axe at level A."""

import json

from odoo.tests import tagged

from ..models.job import TRACE, end
from .browser_case import BrowserCase
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase, insert_row
from .tools import import_tool

OF_TESTS = "connector.test."  # how the names of their models begin

# Opens each screen in turn, and looks at what is ours there.
LOOK = """
    const service = odoo.__WOWL_DEBUG__.root.env.services.action;
    const complaints = [];
    for (const [action, options] of SCREENS) {
        await service.doAction(action, {clearBreadcrumbs: true, ...options});
        await find(OURS);
        for (const one of await (FIND_VIOLATIONS)(OURS, OF_ODOO)) {
            const screen = `${action} ${JSON.stringify(options)}`;
            complaints.push(`${screen}: ${one.help} ${one.nodes.join(" ")}`);
        }
    }
    expect(!complaints.length, complaints.join("; "));
"""


@tagged("post_install", "-at_install", "browser")
class TestAccessibility(CheckpointCase, QueueCase, BrowserCase):
    def find_screens(self):
        """Yield each screen as the web client opens it."""
        for screen in import_tool("screens.find_screens").find_screens(self.env):
            options = {"viewType": screen.view} if screen.view else {}
            if screen.view == "form":
                if screen.model.startswith(OF_TESTS) and not screen.record_id:
                    continue  # a default form, as that of the shop and its contacts
                self.assertTrue(screen.record_id, f"no {screen.model} to show")
                options["props"] = {"resId": screen.record_id}
            yield screen.action, options

    def make_flow_records(self):
        """Make a record for each screen of the flows."""
        self.env["connector.stream"]._declare_all()
        backend = {"backend_id": self.backend_record.reference()}
        self.env["connector.value.map"].create(
            {**backend, "map_name": "status", "external_value": "paid"}
        )
        shop = self.env["connector.test.shop"].create({"name": "Tea"})
        contact = {"name": "Ada", "external_id": "7"}
        contacts = self.env["connector.test.contact"]
        contact = contacts.create({**contact, "backend_id": self.backend_record.id})
        checkpoint = self.add(contact, reason="both_changed", binding=contact)
        self.env["connector.conflict"].create(
            {"checkpoint_id": checkpoint.id, "field": "name"}
        )
        known = {
            "backend_id": shop.reference(),
            "model": "connector.test.shop.item",
            "external_id": "8",
        }
        for model, values in (
            ("match", {"outcome": "ambiguous"}),
            ("rejected", {"kind": "rejected", "reason": "No tax"}),
            ("tombstone", {"deleted_at": "2026-01-01 12:00:00"}),
        ):
            self.env[f"connector.{model}"].create({**known, **values})
        del known["external_id"]
        request = {"binding_id": 8, "state": "unknown", "reason": "No answer"}
        self.env["connector.request"].create({**known, **request})
        away = {"backend_id": shop.reference(), "state": "open"}
        insert_row(self.env, "connector.traffic", **away)
        self.make_webhook_event()

    def make_webhook_event(self):
        """Make an event of a backend with a webhook."""
        sender = self.env["connector.test.hook.backend"].create({"name": "Sender"})
        event = {"topic": "contact.changed", "state": "failed", "reason": "No id"}
        event["backend_id"] = sender.reference()
        self.env["connector.webhook.event"].create(event)

    def test_no_screen_keeps_a_person_out(self):
        end.delay(self.session_of(self.env.user), TRACE, "late", error="No tax")
        self.run_jobs()
        self.add(odoo_version={"city": "Bern"}, external_version={"city": "Basel"})
        self.add(severity="critical")
        self.env["res.partner"].create({"name": "Ada"}).set_link("people", "ada")
        line = {"date": "2026-01-01", "kind": "message", "level": "info"}
        self.env["connector.log"].create(
            {**line, "message": "Asked for Ada", "user_id": self.env.uid}
        )
        request = {"method": "PUT", "address": "https://shop.example/a", "status": 422}
        texts = {"message": "PUT: 422", "data": '{"a": 1}', "answer": "No"}
        about = {"kind": "request", "user_id": self.env.uid}
        self.env["connector.log"].create({**line, **about, **request, **texts})
        self.make_flow_records()
        screens = list(self.find_screens())
        self.assertGreater(len(screens), 10)
        axe = import_tool("axe")
        look = LOOK.replace("FIND_VIOLATIONS", axe.FIND_VIOLATIONS)
        facts = {"SCREENS": screens, "OURS": axe.OURS, "OF_ODOO": axe.OF_ODOO}
        constants = "".join(
            f"const {name} = {json.dumps(value)};" for name, value in facts.items()
        )

        self.drive(
            "action-connector.connector_overview_action",
            f"{axe.find_axe().read_text()};{constants}{look}",
        )
