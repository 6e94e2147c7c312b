# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chromium for Odoo's browser tests."""

import re
import shutil

from ground import cache, debian
from ground.addons import Addon

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")  # what Odoo looks for
USES = re.compile(r"\b(HttpCase|browser_js|start_tour)\b")


def is_needed(addon: Addon) -> bool:
    """Tell whether tests of an addon drive a browser."""
    return any(USES.search(file.read_text()) for file in addon.test_files)


def ensure_browser() -> None:
    """Install Debian's Chromium when there is no browser."""
    if any(shutil.which(program) for program in PROGRAMS):
        return
    with cache.only_one("install Chromium"):
        if not shutil.which(PROGRAMS[0]):
            debian.install_packages([PROGRAMS[0]], "browser tests")
