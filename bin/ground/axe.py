# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where is axe, the program that finds what keeps people out of a page?"""

import shutil
import tarfile
from pathlib import Path

from ground import cache, debian
from ground.process import run

VERSION = "4.14.1"  # of axe-core in the registry of npm
FILE = "package/axe.min.js"


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
