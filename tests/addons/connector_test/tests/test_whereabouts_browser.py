# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Browser tests of the search by external id, and of a decision about deletions."""

from odoo.tests import tagged

from odoo.addons.connector_test.models.flow import CONTACT

from .browser_case import BrowserCase

# Searches for an id that is here and was rejected before, and opens the record.
FIND = """
    const input = await find("#o_connector_external_id");
    const ask = async (text) => {
        input.value = text;
        input.dispatchEvent(new Event("input", { bubbles: true }));
        (await find(".o_connector_search button")).click();
    };
    await ask("nobody");
    await find(".o_connector_hits", "Nothing is known of nobody");
    await ask("100123");
    await find(".o_connector_hits tr", "Here");
    await find(".o_connector_hits tr", "Earlier: Rejected");
    expect(all(".o_connector_hits tr").length === 2, "two finds");

    (await find(".o_connector_hits button", "Ada")).click();
    await find(".o_form_view");
    await find(".o_breadcrumb", "Ada");
"""

# Keeps what a full refresh missed, on the form of the stream.
KEEP = """
    await find(".alert", "did not find on the backend");
    (await find("button[name=action_keep_missing]", "Keep")).click();
    await until("the decision", () => !all("button[name=action_keep_missing]")[0]);
"""


@tagged("post_install", "-at_install", "browser")
class TestWhereaboutsBrowser(BrowserCase):
    def setUp(self):
        super().setUp()
        backends = self.env["connector.test.backend"]
        self.shop = backends.create({"name": "A shop", "version": "1"})

    def test_reviewer_finds_a_record_by_its_id_and_opens_it(self):
        self.env[CONTACT].create(
            {"name": "Ada", "backend_id": self.shop.id, "external_id": "100123"}
        )
        self.env["connector.rejected"].create(
            {
                "backend_id": self.shop,
                "model": CONTACT,
                "external_id": "100123",
                "kind": "rejected",
                "reason": "The VAT number is wrong.",
                "closed_at": "2026-01-01 12:00:00",
            }
        )

        self.drive("action-connector.connector_overview_action", FIND)

    def test_manager_keeps_what_a_full_refresh_missed(self):
        streams = self.env["connector.stream"]
        streams._declare_all()
        stream = streams.search(
            [("name", "=", "contacts"), ("backend_id", "=", self.shop.reference())]
        )
        run = stream._make_run("full")
        run._set({"state": "done", "missing_count": 7, "deletion_state": "held"})

        self.drive(f"action-connector.connector_stream_action/{stream.id}", KEEP)

        self.assertEqual(run.deletion_state, "kept")
