# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Do our screens keep nobody out? axe looks for errors of level A."""

import json

from odoo.tests import tagged

from ..models.job import TRACE, end
from .browser_case import BrowserCase
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase
from .tools import import_tool

# Opens each screen in turn; of what axe finds on it, neither Odoo's navigation bar nor
# its control panel is ours.
LOOK = """
    const service = odoo.__WOWL_DEBUG__.root.env.services.action;
    const complaints = [];
    for (const [action, options] of SCREENS) {
        await service.doAction(action, {clearBreadcrumbs: true, ...options});
        await find(".o_action_manager .o_content");
        const found = await axe.run(".o_action_manager .o_content", {
            runOnly: {type: "tag", values: ["wcag2a", "wcag21a"]},
        });
        for (const one of found.violations) {
            const places = one.nodes.map((node) => node.html).join(" ");
            const screen = `${action} ${JSON.stringify(options)}`;
            complaints.push(`${screen}: ${one.help} ${places}`);
        }
    }
    expect(!complaints.length, complaints.join("; "));
"""


@tagged("post_install", "-at_install", "browser")
class TestAccessibility(CheckpointCase, QueueCase, BrowserCase):
    def find_screens(self):
        """Return each view of each action below our menu, with a record for a form."""
        actions = self.menu_actions(self.env.ref("connector.menu_connector_root"))
        for action in actions:
            xml_id = action.get_external_id()[action.id]
            if action.type != "ir.actions.act_window" or action.target == "new":
                yield xml_id, {}
                continue
            for view in action.view_mode.split(","):
                options = {"viewType": view}
                if view == "form":
                    record = self.env[action.res_model].search([], limit=1)
                    options["props"] = {"resId": record.id}
                yield xml_id, options

    def menu_actions(self, menu):
        """Yield the actions of a menu and of those below it."""
        if menu.action:
            yield menu.action
        for child in menu.child_id:
            yield from self.menu_actions(child)

    def test_no_screen_keeps_a_person_out(self):
        end.delay(self.session_of(self.env.user), TRACE, "late", error="No tax")
        self.run_jobs()
        self.add(odoo_version={"city": "Bern"}, external_version={"city": "Basel"})
        self.add(severity="critical")
        screens = list(self.find_screens())
        self.assertGreater(len(screens), 10)
        axe = import_tool("axe").find_axe().read_text()

        self.drive(
            "action-connector.connector_overview_action",
            f"{axe};{LOOK.replace('SCREENS', json.dumps(screens))}",
        )
