# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""axe: the accessibility checker, and what of a page it checks."""

import shutil
import tarfile
from pathlib import Path

from ground import cache, debian
from ground.process import run

VERSION = "4.14.1"  # of axe-core in the registry of npm
FILE = "package/axe.min.js"

# What is ours on a page: neither Odoo's navigation bar nor its control panel, nor what
# its own widgets draw, which every list and form of Odoo has.
OURS = ".o_action_manager .o_content"
OF_ODOO = [
    ".o_list_actions_header",  # which columns are shown
    ".o_list_record_selector",
    ".o_notebook_headers",
    ".o-dropdown",
    ".o_field_reference select",
    ".o_m2o_avatar",
    ".o_field_many2many_tags",
    ".o_data_cell .o-checkbox",
    ".o_btn_char_copy",
    ".o_pivot",
    ".o-mail-ActivityButton",
    ".o-mail-Chatter",
]
FIND_VIOLATIONS = """
async (place, others) => {
    const found = await axe.run(
        {include: [[place]], exclude: others.map((one) => [one])},
        {runOnly: {type: "tag", values: ["wcag2a", "wcag21a"]}},
    );
    return found.violations.map((one) => ({
        rule: one.id, help: one.help, nodes: one.nodes.map((node) => node.html),
    }));
}
"""


def find_axe() -> Path:
    """Return the script that is put into a page, fetched when it is missing."""
    target = cache.folder("axe") / VERSION
    if not target.exists():
        with cache.only_one("download axe-core"):
            if not target.exists():
                _download(target)
    return target / FILE


def _download(target: Path) -> None:
    if not shutil.which("npm"):
        debian.install_packages(["npm"], "axe-core comes from npm's registry")
    with cache.build_folder(target) as folder:
        run(
            ["npm", "pack", "--silent", f"axe-core@{VERSION}"],
            "download axe-core",
            cwd=folder,
            remedy="Check the network and npm's configuration, then run it again.",
        )
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as package:
            package.extract(FILE, folder, filter="data")
        archive.unlink()
