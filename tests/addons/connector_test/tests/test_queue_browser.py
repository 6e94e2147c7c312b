# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Browser tests of the screens of the queue."""

from datetime import timedelta

from odoo import fields
from odoo.tests import tagged

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.graph import chain, group

from ..models.job import TRACE, end, leave_trace
from .browser_case import BrowserCase
from .test_queue_sight import USER, SightCase


@tagged("post_install", "-at_install", "browser")
class TestJobs(SightCase, BrowserCase):
    def test_failed_job_is_retried_by_its_button(self):
        job = self.delay(end, "x", error="The shop is closed.")
        self.run_jobs()

        self.drive(
            f"connector-jobs/{job.id}",
            """
            await find(".alert-danger", "The shop is closed.");
            (await find("button[name=requeue]", "Retry Now")).click();
            await find(".o_arrow_button_current", "Pending");
            expect(!all("button[name=requeue]").length, "no Retry while it waits");
            """,
        )

        self.assertEqual(job.state, "pending")

    def test_progress_moves_while_somebody_looks_and_the_selection_stays(self):
        job, other = self.delay(), self.delay()
        self.take(job)

        self.drive(
            "connector-jobs",
            f"""
            await find(".o_data_row .badge", "Started");
            const row = all(".o_data_row", "Started")[0];
            row.querySelector("input").click();
            await find(".o_selection_box", "1");
            for (const percent of [20, 80]) {{
                await call("{TRACE}", "tell_progress", [{job.id}, percent, 100]);
                await find(".o_progressbar", `${{percent}}%`);
            }}
            expect(document.contains(row), "the row is the same");
            expect(row.querySelector("input").checked, "it is still selected");
            await call("connector.queue.job", "button_cancel", [[{other.id}]]);
            await until("one row", () => all(".o_data_row").length === 1);
            """,
        )

        self.assertEqual(other.state, "cancelled")

    def test_all_that_match_are_cancelled_at_once(self):
        uuids = leave_trace.delay_many(self.session, TRACE, [()] * 90)
        jobs = self.env["connector.queue.job"].search([("uuid", "in", uuids)])

        self.drive(
            "connector-jobs",
            """
            (await find("thead .o_list_record_selector input")).click();
            (await find(".o_select_domain")).click();
            (await find(".o_control_panel button[name=button_cancel]")).click();
            await find(".o_notification", "Jobs changed: 90");
            await find(".o_view_nocontent", "No waiting, running");
            """,
        )

        self.assertEqual(set(jobs.mapped("state")), {"cancelled"})

    def test_banner_says_that_no_worker_is_alive(self):
        self.patch(store, "find_live_workers", lambda *_: [])
        ago = fields.Datetime.now() - timedelta(minutes=5)
        self.update(self.delay(), date_created=ago)

        self.drive(
            "connector-jobs",
            f"""
            await find(".o_connector_banner", "no worker has been alive");
            await find(".o_connector_banner", "-d {self.env.cr.dbname}");
            """,
        )

    def test_graph_shows_the_jobs_around_and_leads_to_them(self):
        def new(name):
            return end.delayable(self.session, TRACE, name, description=name)

        uuids = chain(new("first"), group(new("b"), new("c")), new("last")).delay()
        job, last = self.job(uuids[0]), self.job(uuids[-1])

        self.drive(
            f"connector-jobs/{job.id}",
            f"""
            (await find(".o_notebook a", "Dependencies")).click();
            await find(".o_connector_node_own", "first");
            expect(all(".o_connector_node").length === 4, "four jobs");
            expect(all(".o_connector_edge").length === 4, "four edges");
            (await find(".o_connector_node[data-job-id='{last.id}']", "last")).click();
            await find(".o_breadcrumb .active, .o_last_breadcrumb_item", "last");
            """,
        )

    def test_arguments_and_attempts_are_readable(self):
        job = self.delay(end, "SO-1042", error="broken")
        self.run_jobs()

        self.drive(
            f"connector-jobs/{job.id}",
            """
            await find(".o_field_html td", "'SO-1042'");
            (await find(".o_notebook a", "Attempts")).click();
            (await find("td[name=message_line]", "broken")).click();
            await find(".modal .o_connector_traceback", "FailedJobError");
            """,
        )


@tagged("post_install", "-at_install", "browser")
class TestOwnJobs(SightCase, BrowserCase):
    def test_user_sees_own_jobs_only_and_their_progress_beside_the_clock(self):
        ada = self.new_user("ada_jobs", USER)
        mine = self.delay(session=self.session_of(ada), description="Mine")
        other = self.delay(description="Of the boss")
        for one in (mine, other):
            self.take(one)
            store.write_progress(self.env.cr, one.id, 1, 4, "counting")

        self.drive(
            "connector-my-jobs",
            """
            await find(".o_data_row", "Mine");
            expect(!all(".o_data_row", "Of the boss").length, "one job");
            (await find(".o_connector_job_menu_button", "1")).click();
            await find(".o_connector_job_menu_item", "counting");
            await find(".o_connector_job_menu_item [aria-valuenow='25']");
            (await find(".o_connector_job_menu_item", "Mine")).click();
            await find(".o_form_view", "Mine");
            """,
            login="ada_jobs",
        )

    def test_job_that_a_button_makes_appears_beside_the_clock(self):
        self.new_user("ada_jobs", USER)

        self.drive(
            "connector-my-jobs",
            f"""
            await find(".o_view_nocontent", "None of your jobs");
            expect(!all(".o_connector_job_menu_button").length, "no menu");
            const {{ rpc }} = odoo.loader.modules.get("@web/core/network/rpc");
            await rpc("/web/dataset/call_kw/{TRACE}/action_delay", {{
                model: "{TRACE}", method: "action_delay", args: [], kwargs: {{}},
            }});
            await find(".o_connector_job_menu_button");
            """,
            login="ada_jobs",
        )


@tagged("post_install", "-at_install", "browser")
class TestChannels(SightCase, BrowserCase):
    def test_channel_is_paused_in_the_list_and_the_chatter_says_who_did_it(self):
        channels = self.env["connector.queue.channel"]
        channel = channels.browse(channels._id_of("root.shop"))
        self.delay(channel="root.shop")
        self.env.cr.precommit.run()

        self.drive(
            "connector-channels",
            """
            const row = await find(".o_data_row", "root.shop");
            row.querySelector(".o_boolean_toggle input").click();
            await until("a pause", () => row.matches(".text-warning") ||
                all(".o_data_row.text-warning", "root.shop").length ||
                row.querySelector(".o_boolean_toggle input:checked"));
            """,
        )

        self.assertTrue(channel.is_paused)
        self.assertEqual(self.run_jobs(), 0)
        self.drive(
            f"connector-channels/{channel.id}",
            """
            await find(".o-mail-Message", "Paused");
            (await find("button[name=action_resume]")).click();
            await find("button[name=action_pause]");
            """,
        )
        self.assertFalse(channel.is_paused)

    def test_screens_without_anything_say_what_to_do(self):
        for path, text in {
            "connector-jobs": "Connectors store their work here",
            "connector-workers": "odoo-bin connector_worker",
            "connector-activity": "No job ended in this period",
        }.items():
            with self.subTest(path):
                self.drive(path, f"await find('.o_view_nocontent', '{text}')")


@tagged("post_install", "-at_install", "browser")
class TestPhone(SightCase, BrowserCase):
    browser_size = "400x800"
    touch_enabled = True

    def test_screens_fit_on_a_phone(self):
        job = self.delay(end, "x", error="The shop is closed. " * 20)
        self.run_jobs()
        for path in (
            "connector-jobs",
            f"connector-jobs/{job.id}",
            "connector-channels",
            "connector-functions",
        ):
            with self.subTest(path):
                self.drive(
                    path,
                    """
                    await find(".o_data_row, .o_form_view .o_field_widget");
                    const { scrollWidth } = document.documentElement;
                    expect(scrollWidth <= 400, `${scrollWidth} pixels are 400`);
                    """,
                )
