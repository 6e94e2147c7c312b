# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Browser tests of checkpoints, by a reviewer without technical rights."""

from odoo.tests import tagged

from ..models.job import TRACE, end
from .browser_case import BrowserCase
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase

ACTION = "action-connector.action_connector_checkpoint"
REVIEWER = "reviewer"
REVIEW = """
    await find(".o_form_view h1", "Ada Lovelace");
    await find(".alert", "both sides");
    await find(".o_connector_versions .table-warning", "Basel");
    (await find("button[name=action_open_record]:enabled")).click();
    await find(".breadcrumb, .o_breadcrumb", "Ada Lovelace");
    await find(".o_form_view .o_field_widget[name=email], .o_field_widget[name=phone]");
    history.back();
    (await find("button[name=reviewed]:enabled")).click();
    await find(".o_statusbar_status .o_arrow_button_current", "Reviewed");
    await find(".o-mail-Message", "Reviewed");
"""
BULK = """
    await find(".o_data_row", "No. 2");
    (await find(".o_list_view thead .o_list_record_selector input")).click();
    (await find(".o_control_panel button[name=reviewed]:enabled")).click();
    await find(".o_view_nocontent", "Nothing to review");
"""
RETRY = """
    await find("[name=job_state]", "Failed");
    (await find("button[name=action_resolve_and_retry]:enabled")).click();
    await find(".o_notification", "Jobs retried: 1");
    await find(".o_statusbar_status .o_arrow_button_current", "Reviewed");
"""
KANBAN = """
    await find(".o_kanban_group", "Need Review");
    (await find(".o_kanban_record:not(.o_kanban_ghost) [name=reviewed]")).click();
    await until("an empty column", () =>
        !document.querySelector(".o_kanban_group:first-child .o_kanban_record"));
"""


@tagged("post_install", "-at_install", "browser")
class TestCheckpointBrowser(CheckpointCase, QueueCase, BrowserCase):
    def setUp(self):
        super().setUp()
        self.new_user(REVIEWER, "group_connector_reviewer")

    def test_person_compares_opens_the_record_and_reviews(self):
        checkpoint = self.add(
            reason="conflict",
            odoo_version={"city": "Bern"},
            external_version={"city": "Basel"},
        )

        self.drive(f"{ACTION}/{checkpoint.id}", REVIEW, REVIEWER)

        self.assertEqual(checkpoint.state, "reviewed")

    def test_person_reviews_in_bulk(self):
        checkpoints = self.checkpoints.union(
            *[self.add(message=f"No. {number}") for number in range(5)]
        )

        self.drive(ACTION, BULK, REVIEWER)

        self.assertEqual(set(checkpoints.mapped("state")), {"reviewed"})

    def test_person_resolves_and_the_job_runs_again(self):
        job = self.job(
            end.delay(self.session_of(self.env.user), TRACE, "late", error="No tax")
        )
        self.run_jobs()
        checkpoint = self.add(reason="not_mapped", job=job.uuid)

        self.drive(f"{ACTION}/{checkpoint.id}", RETRY, REVIEWER)

        self.assertEqual(job.state, "pending")
        self.assertEqual(self.run_jobs(), 1)

    def test_person_reviews_on_a_card(self):
        checkpoint = self.add(severity="critical")

        self.drive(f"{ACTION}?view_type=kanban", KANBAN, REVIEWER)

        self.assertEqual(checkpoint.state, "reviewed")
