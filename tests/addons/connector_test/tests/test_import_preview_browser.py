# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Browser tests of the dialog that previews an import, wide and on a phone."""

from odoo.tests import tagged

from odoo.addons.connector_test.models.flow import CONTACT

from .browser_case import BrowserCase
from .flow_case import FlowCase

FILL_IN = """
    await find(".o_statusbar_buttons button");
    const more = all(".o_statusbar_buttons button[title=More]")[0];
    if (more) { more.click(); }
    (await find("button", "Preview")).click();
    const field = await find(".modal [name=external_id] input");
    field.value = "C1";
    field.dispatchEvent(new InputEvent("input", {bubbles: true}));
    field.dispatchEvent(new Event("change", {bubbles: true}));
    (await find(".modal footer button", "Preview")).click();
    await find(".modal [name=outcome]", "It would be updated");
"""


@tagged("post_install", "-at_install", "browser")
class TestPreviewBrowser(BrowserCase, FlowCase):
    def setUp(self):
        super().setUp()
        self.records = self.contacts(1, town="Paris", mail="ada@example.com")
        self.import_page()
        self.records = self.contacts(1, town="Rome", mail="ada@example.com")
        self.env["connector.stream"]._declare_all()
        self.stream = self.env["connector.stream"].search(
            [
                ("model", "=", CONTACT),
                ("backend_id", "=", self.backend_record.reference()),
            ]
        )

    def drive_dialog(self, script):
        path = f"action-connector.connector_stream_action/{self.stream.id}"
        self.drive(path, FILL_IN + script)

    def test_stream_shows_what_would_change(self):
        self.drive_dialog(
            """
            const row = await find(".modal .o_data_row", "Rome");
            const text = row.textContent;
            expect(text.includes("City") && text.includes("Paris"), "both values");
            expect(all(".modal .o_data_row")[0] === row, "what changes comes first");
            """
        )
        self.assertEqual(self.binding("C1").city, "Paris")


@tagged("post_install", "-at_install", "browser")
class TestPreviewOnPhone(TestPreviewBrowser):
    allow_inherited_tests_method = True
    browser_size = "400x800"
    touch_enabled = True

    def drive_dialog(self, script):
        super().drive_dialog(
            """
            const card = await find(".modal .o_kanban_record", "Rome");
            expect(card.textContent.includes("Paris"), "both values");
            const wide = document.querySelector(".modal .modal-body");
            expect(wide.scrollWidth <= wide.clientWidth, "nothing is cut off");
            """
        )
