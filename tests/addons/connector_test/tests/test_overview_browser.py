# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Browser tests of the overview: the state of a backend, and its pause."""

from odoo.tests import tagged

from odoo.addons.connector.queue import store

from .browser_case import BrowserCase

# Opens the overview, pauses and resumes the shop, and sees its figures move.
PAUSE_AND_RESUME = """
    const card = () => [...document.querySelectorAll(".o_connector_card")]
        .find((one) => one.querySelector("h2").innerText.includes("A shop"));
    const figure = (what) =>
        card()?.querySelector(`[data-figure=${what}] .o_connector_number`).innerText;
    const press = async (selector) => {
        (await until(selector, () => card()?.querySelector(selector))).click();
    };
    await until("two jobs that wait", () => figure("backlog") === "2");
    await press(".o_connector_pause");
    (await find(".modal-footer .btn-primary")).click();
    await until("the pause", () => card().innerText.includes("Paused: root.shop"));
    await press(".o_connector_resume");
    await until("the end of it", () => card().querySelector(".o_connector_pause"));
    await call("connector.test.backend", "delay_another", [[BACKEND_ID]]);
    await until("one more job, without a reload", () => figure("backlog") === "3");
    await press("[data-figure=backlog]");
    await until("jobs", () => all(".o_data_row").length === 3);
"""

BEGIN = """
    const banner = ".o_connector_banner";
    await find(banner, "Jobs start in");
    (await find(".o_connector_begin", "Start now")).click();
    await find(".modal-body", "both will run the same jobs");
    (await find(".modal-footer .btn-primary", "Start now")).click();
    await until("no such banner", () => !all(banner, "Jobs start in")[0]);
"""


@tagged("post_install", "-at_install", "browser")
class TestOverviewBrowser(BrowserCase):
    def test_manager_lets_the_jobs_of_a_new_database_begin(self):
        identity = store.find_identity(self.env.cr)
        store.withdraw(self.env.cr, identity)
        store.judge(self.env.cr, identity, 60)

        self.drive("action-connector.connector_overview_action", BEGIN)

        self.assertTrue(store.find_admission(self.env.cr).is_admitted)

    def test_manager_pauses_and_resumes_a_backend_and_sees_figures_move(self):
        backends = self.env["connector.test.backend"]
        shop, _other = backends.create(
            [{"name": "A shop", "version": "1"}, {"name": "Other", "version": "1"}]
        )
        shop.delayed_many([()] * 2).import_stock()
        channels = self.env["connector.queue.channel"]
        channel = channels.search([("complete_name", "=", "root.shop")])
        changes = []
        write = type(channels).write

        def watch(records, vals):
            changes.append(vals.get("is_paused"))
            return write(records, vals)

        self.patch(type(channels), "write", watch)

        self.drive(
            "action-connector.connector_overview_action",
            PAUSE_AND_RESUME.replace("BACKEND_ID", str(shop.id)),
        )

        self.assertEqual([x for x in changes if x is not None], [True, False])
        self.assertFalse(channel.is_paused)
