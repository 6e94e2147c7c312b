# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Visitor of screens in a browser; runs in a Python with playwright.

Arguments: a JSON file with ``url``, ``login``, ``browser`` (its program), ``axe`` (its
script), ``find_violations``, ``ours`` and ``of_odoo`` (see ``axe.py``), ``folder`` (for
the pictures), ``prefix`` (of their names) and ``screens`` (pairs of name and path).
Prints a line of JSON for each picture, with the errors of the console and of axe.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

SIZES = {"wide": (1366, 850), "narrow": (390, 844)}  # of a laptop, of a telephone
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync"
    " --disable-background-networking --disable-component-update"
).split()
WAIT_MS = 120_000  # the first page makes the assets, and the machine may be busy
REST_MS = 700  # for pictures, graphs and fonts that come after the view
READY = ".o_action_manager .o_content, .modal .o_form_view"
LOOK = """([place, others]) =>
    (%s)(document.querySelector(".modal") ? ".modal" : place, others)
"""


def visit_all(plan):
    """Visit each screen in each size, and print what was found."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=plan["browser"], args=FLAGS
        )
        for size, (width, height) in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                is_mobile=size == "narrow",
                has_touch=size == "narrow",
            )
            log_in(context, plan)
            for name, path in plan["screens"]:
                picture = f"{plan['prefix']}_{name}_{size}.png"
                found = visit(context, plan, path, Path(plan["folder"]) / picture)
                print(json.dumps({"picture": picture, **found}), flush=True)
            context.close()
        browser.close()


def log_in(context, plan):
    """Log in, once for all pages of a context."""
    page = context.new_page()
    page.goto(f"{plan['url']}/web/login")
    page.fill("input[name=login]", plan["login"])
    page.fill("input[name=password]", plan["login"])
    page.click("button[type=submit]")
    page.wait_for_selector(".o_main_navbar", timeout=WAIT_MS)
    page.close()


def visit(context, plan, path, picture):
    """Take the picture of a screen; return what is wrong with it."""
    page = context.new_page()
    errors = []
    page.on("console", lambda told: told.type == "error" and errors.append(told.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    violations = []
    try:
        page.goto(plan["url"] + path)
        page.wait_for_selector(READY, timeout=WAIT_MS)
        page.wait_for_timeout(REST_MS)
        page.screenshot(path=picture)
        page.add_script_tag(path=plan["axe"])
        look = LOOK % plan["find_violations"]
        violations = page.evaluate(look, [plan["ours"], plan["of_odoo"]])
    except Error as error:
        errors.append(f"cannot be looked at: {error}")
    page.close()
    return {"errors": errors, "violations": violations}


if __name__ == "__main__":
    visit_all(json.loads(Path(sys.argv[1]).read_text()))
