# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of an import by a person, in a browser."""

from odoo.tests import HttpCase, tagged

from odoo.addons.connector.api import run_jobs

from .common import CarddavCase

# Opens the address book, presses Import Now, and sees that it runs.
PRESS_IMPORT = """
(async () => {
    const find = async (selector) => {
        for (let tries = 0; tries < 200; tries++) {
            const found = document.querySelector(selector);
            if (found) { return found; }
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
        throw new Error(`Nothing matches ${selector}`);
    };
    (await find("div[name=stream_ids] button[name=action_run]:enabled")).click();
    await find("div[name=stream_ids] tr.text-info");
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install", "browser")
class TestBrowser(CarddavCase, HttpCase):
    def test_button_imports_and_shows_how_far_it_is(self):
        self.book.put("ada", "FN:Ada")
        self.env["connector.stream"]._declare_all()  # the cron does, once a minute
        action = "connector_carddav.connector_default_action_carddav_backend"

        self.browser_js(
            f"/odoo/action-{action}/{self.backend.id}",
            PRESS_IMPORT,
            "odoo.isReady === true",
            login="admin",
        )

        run_jobs(self.env)
        self.assertEqual(self.find("ada").name, "Ada")
