# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Can a person see how a backend is doing, and pause it?"""

from odoo.tests import HttpCase, tagged

# Opens the overview, pauses and resumes the shop, and sees its figures move.
PAUSE_AND_RESUME = """
(async () => {
    const until = async (find, what) => {
        for (let tries = 0; tries < 200; tries++) {
            const found = find();
            if (found) { return found; }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`Not seen: ${what}`);
    };
    const card = () => [...document.querySelectorAll(".o_connector_card")]
        .find((one) => one.querySelector("h2").innerText.includes("A shop"));
    const figure = (what) =>
        card()?.querySelector(`[data-figure=${what}] .o_connector_number`).innerText;
    const press = async (selector) => {
        (await until(() => card()?.querySelector(selector), selector)).click();
    };
    await until(() => figure("backlog") === "2", "two jobs that wait");
    await press(".o_connector_pause");
    (await until(
        () => document.querySelector(".modal-footer .btn-primary"), "the question"
    )).click();
    await until(() => card().innerText.includes("Paused: root.shop"), "the pause");
    await press(".o_connector_resume");
    await until(() => card().querySelector(".o_connector_pause"), "the end of it");
    await odoo.__WOWL_DEBUG__.root.env.services.orm.call(
        "connector.test.backend", "delay_another", [[BACKEND_ID]]);
    await until(() => figure("backlog") === "3", "one more job, without a reload");
    await press("[data-figure=backlog]");
    await until(() => document.querySelectorAll(".o_data_row").length === 3, "jobs");
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install", "browser")
class TestOverviewBrowser(HttpCase):
    def setUp(self):
        super().setUp()
        # this package of Odoo lacks a file of mail, which the browser would report
        self.env["ir.asset"].create(
            {
                "name": "missing",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": "mail/static/lib/selfie_segmentation/selfie_segmentation.js",
            }
        )

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

        self.browser_js(
            "/odoo/action-connector.connector_overview_action",
            PAUSE_AND_RESUME.replace("BACKEND_ID", str(shop.id)),
            "odoo.isReady === true",
            login="admin",
        )

        self.assertEqual([x for x in changes if x is not None], [True, False])
        self.assertFalse(channel.is_paused)
