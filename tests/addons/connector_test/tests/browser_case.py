# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the browser tests."""

from odoo.tests import HttpCase

# a file that Debian's Odoo names and lacks; a browser would report it
MISSING = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
# What scripts share. "find" waits for something that people can see.
PRELUDE = """
const until = async (what, look) => {
    for (let tries = 0; tries < 300; tries++) {
        const found = look();
        if (found) { return found; }
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`Waited in vain for ${what}`);
};
const isSeen = (element) => element.getClientRects().length > 0;
const all = (selector, text = "") => [...document.querySelectorAll(selector)].filter(
    (element) => isSeen(element) && element.textContent.includes(text));
const find = (selector, text = "") =>
    until(`${selector} ${text}`, () => all(selector, text)[0]);
const call = async (model, method, args) => {
    const answer = await fetch("/web/dataset/call_kw", {
        method: "POST",
        headers: {"Content-Type": "application/json"},
        body: JSON.stringify({params: {model, method, args, kwargs: {}}}),
    });
    const {result, error} = await answer.json();
    if (error) { throw new Error(JSON.stringify(error)); }
    return result;
};
const expect = (is, what) => { if (!is) { throw new Error(`Not so: ${what}`); } };
"""


class BrowserCase(HttpCase):
    """A test with a browser; where jobs are made, before or behind a case of jobs."""

    def setUp(self):
        super().setUp()
        self.env["ir.asset"].create(
            {
                "name": "missing",
                "bundle": "web.assets_backend",
                "directive": "remove",
                "path": MISSING,
            }
        )

    def drive(self, path: str, script: str, login: str = "admin") -> None:
        """Open a screen and run a script there; an error on the console fails."""
        self.env.flush_all()
        session, self.session = self.session, None  # HttpCase keeps a cookie there
        self.browser_js(
            f"/odoo/{path}",
            f"{PRELUDE}(async () => {{{script}; console.log('test successful')}})();",
            "odoo.isReady === true",
            login=login,
        )
        self.session = session
        self.env.invalidate_all()
