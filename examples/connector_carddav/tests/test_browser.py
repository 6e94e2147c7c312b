# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of an import by a person, in a browser."""

from odoo.tests import HttpCase, tagged

from .common import CarddavCase

# Opens the address book, presses Import Contacts, and reads what it did.
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
    (await find("button[name=action_import_contacts]:enabled")).click();
    const created = await find("div[name=created_count] span");
    const reason = await find("td[name=reason]");
    if (created.innerText !== "1") { throw new Error(`Created ${created.innerText}`); }
    if (!reason.innerText.includes("no name")) { throw new Error(reason.innerText); }
    console.log("test successful");
})();
"""


@tagged("post_install", "-at_install", "browser")
class TestBrowser(CarddavCase, HttpCase):
    def test_button_imports_and_shows_what_was_done(self):
        self.book.put("ada", "FN:Ada")
        self.book.put("nameless", "FN:")
        action = "connector_carddav.carddav_backend_action"

        self.browser_js(
            f"/odoo/action-{action}/{self.backend.id}",
            PRESS_IMPORT,
            "odoo.isReady === true",
            login="admin",
        )

        self.assertEqual(self.find("ada").name, "Ada")
