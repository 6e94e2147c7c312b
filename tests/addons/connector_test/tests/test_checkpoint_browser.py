# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Can a reviewer, who has no technical right, do the work in a browser?"""

from odoo.tests import HttpCase, tagged

from ..models.job import TRACE, end
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase

ACTION = "/odoo/action-connector.action_connector_checkpoint"
# Steps wait for what they need; a test ends with the last of them.
SCRIPT = """
(async () => {
    const until = async (what, look) => {
        for (let tries = 0; tries < 300; tries++) {
            const found = look();
            if (found) { return found; }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`Waited in vain for ${what}`);
    };
    const find = (selector) =>
        until(selector, () => document.querySelector(selector));
    const press = async (selector) => (await find(selector)).click();
    const read = (selector, text) =>
        until(`${text} in ${selector}`, () =>
            [...document.querySelectorAll(selector)].find(
                (one) => one.innerText.includes(text)));
    %s
    console.log("test successful");
})();
"""
REVIEW = """
    await read(".o_form_view h1", "Ada Lovelace");
    await read(".alert", "both sides");
    await read(".o_connector_versions .table-warning", "Basel");
    await press("button[name=action_open_record]:enabled");
    await read(".breadcrumb, .o_breadcrumb", "Ada Lovelace");
    await find(".o_form_view .o_field_widget[name=email], .o_field_widget[name=phone]");
    history.back();
    await press("button[name=reviewed]:enabled");
    await read(".o_statusbar_status .o_arrow_button_current", "Reviewed");
    await read(".o-mail-Message", "Reviewed");
"""
BULK = """
    await read(".o_data_row", "No. 2");
    await press(".o_list_view thead .o_list_record_selector input");
    await press(".o_control_panel button[name=reviewed]:enabled");
    await read(".o_view_nocontent", "Nothing to review");
"""
RETRY = """
    await read("[name=job_state]", "Failed");
    await press("button[name=action_resolve_and_retry]:enabled");
    await read(".o_notification", "jobs that run again: 1");
    await read(".o_statusbar_status .o_arrow_button_current", "Reviewed");
"""
KANBAN = """
    await read(".o_kanban_group", "Need Review");
    await press(".o_kanban_record:not(.o_kanban_ghost) [name=reviewed]");
    await until("an empty column", () =>
        !document.querySelector(".o_kanban_group:first-child .o_kanban_record"));
"""


@tagged("post_install", "-at_install", "browser")
class TestBrowser(CheckpointCase, QueueCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.session = None  # the browser's, from now on
        self.new_user("reviewer", "group_connector_reviewer")

    def act(self, url, steps):
        """Do some steps in the browser, as the reviewer."""
        ready = "odoo.isReady === true"
        self.browser_js(url, SCRIPT % steps, ready, login="reviewer")

    def test_person_compares_opens_the_record_and_reviews(self):
        checkpoint = self.add(
            reason="conflict",
            odoo_version={"city": "Bern"},
            external_version={"city": "Basel"},
        )

        self.act(f"{ACTION}/{checkpoint.id}", REVIEW)

        self.assertEqual(checkpoint.state, "reviewed")

    def test_person_reviews_in_bulk(self):
        checkpoints = self.checkpoints.union(
            *[self.add(message=f"No. {number}") for number in range(5)]
        )

        self.act(ACTION, BULK)

        self.assertEqual(set(checkpoints.mapped("state")), {"reviewed"})

    def test_person_resolves_and_the_job_runs_again(self):
        job = self.job(
            end.delay(self.session_of(self.env.user), TRACE, "late", error="No tax")
        )
        self.run_jobs()
        checkpoint = self.add(reason="not_mapped", job=job.uuid)

        self.act(f"{ACTION}/{checkpoint.id}", RETRY)

        self.assertEqual(job.state, "pending")
        self.assertEqual(self.run_jobs(), 1)

    def test_person_reviews_on_a_card(self):
        checkpoint = self.add(severity="critical")

        self.act(f"{ACTION}?view_type=kanban", KANBAN)

        self.assertEqual(checkpoint.state, "reviewed")
