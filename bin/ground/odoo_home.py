# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo 19: the user's own, or Debian's package in the cache."""

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from ground import cache, debian
from ground.say import StepFailed, say

SERIES = "19.0"
LAYOUT = "2"  # raise it when another set of packages or files is wanted
PACKAGES = "usr/lib/python3/dist-packages"

# Odoo is in Debian's unstable suite only. The fonts and JavaScript libraries it
# links to come from a stable one: newer ones have moved their files.
ODOO_SUITE, ASSETS_SUITE = "sid", "trixie"
ODOO_PACKAGE = "odoo-19"
ASSETS_PACKAGES = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-font-awesome",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-roboto-unhinted",
)
# Half a gigabyte of national charts of accounts, and a second copy of the code.
SKIPPED = ("*/odoo/addons/l10n_*", f"./{PACKAGES}/addons", "./usr/share/doc")

# Debian leaves this library out. The web client asks for it in every bundle and
# uses it in video calls only; without a file every browser test would fail.
LEFT_OUT = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"

SCRIPT = """\
# Starts Odoo as a file, which its prefork mode and its reload need.
import sys

sys.path.insert(0, {parent!r})
import odoo.cli

if __name__ == "__main__":
    odoo.cli.main()
"""


@dataclass(frozen=True)
class OdooHome:
    """An Odoo that was found."""

    parent: Path  # the folder that holds the package ``odoo``
    version: str

    @property
    def addons_path(self) -> list[Path]:
        """Return the folders of Odoo's own addons."""
        folders = [self.parent / "addons", self.parent / "odoo" / "addons"]
        return [folder for folder in folders if folder.is_dir()]

    @property
    def script(self) -> Path:
        """Return the script ``odoo-bin`` for this Odoo, written when missing."""
        key = hashlib.sha256(str(self.parent).encode()).hexdigest()[:8]
        path = cache.folder("scripts", key) / "odoo-bin"
        text = SCRIPT.format(parent=str(self.parent))
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        return path


def find_odoo() -> OdooHome:
    """Return the Odoo of ODOO_HOME, else Debian's; download that when missing."""
    if given := os.environ.get("ODOO_HOME"):
        return _find_given(Path(given).expanduser().absolute())
    target = cache.folder() / f"odoo-{SERIES}-{LAYOUT}"
    if not (target / "VERSION").exists():
        with cache.only_one("get Odoo"):
            if not (target / "VERSION").exists():
                _get_debian_odoo(target)
    return OdooHome(target / PACKAGES, (target / "VERSION").read_text().strip())


def read_version(parent: Path) -> str | None:
    """Return the version of the package ``odoo`` in a folder, None without one."""
    release = parent / "odoo" / "release.py"
    if not release.is_file():
        return None
    numbers = re.search(r"^version_info\s*=\s*\((.*)\)", release.read_text(), re.M)
    if not numbers:
        return None
    words = [word.strip(" '\"") for word in numbers.group(1).split(",")]
    return ".".join(words[:3])


def _find_given(home: Path) -> OdooHome:
    """Return the Odoo in the folder the user named."""
    seen = []
    for parent in (home, home.parent if home.name == "odoo" else home, home / PACKAGES):
        version = read_version(parent)
        if version and version.startswith(f"{SERIES}."):
            return OdooHome(parent, version)
        seen.append(f"{parent / 'odoo'}: {version or 'no Odoo'}")
    raise StepFailed(
        "use ODOO_HOME",
        f"{home} holds no Odoo {SERIES} ({'; '.join(dict.fromkeys(seen))}).",
        f"Point ODOO_HOME to a folder with `odoo-bin` or the package `odoo` of "
        f"version {SERIES}, or unset it to use Debian's package.",
    )


def _get_debian_odoo(target: Path) -> None:
    """Download and unpack Debian's Odoo with the assets it links to."""
    downloads = debian.Downloads(cache.folder("downloads"), (ODOO_SUITE, ASSETS_SUITE))
    downloads.update()
    assets = [f"{name}/{ASSETS_SUITE}" for name in ASSETS_PACKAGES]
    wanted = [f"{ODOO_PACKAGE}/{ODOO_SUITE}", *assets]
    files = downloads.fetch(wanted, "download Odoo 19 (Debian package, 130 MB)")
    with cache.build_folder(target) as partial:
        for file in files:
            is_odoo = file.name.startswith(f"{ODOO_PACKAGE}_")
            if is_odoo:
                say(f"- unpack {file.name} (600 MB)")
            debian.extract_package(file, partial, SKIPPED if is_odoo else ())
        _check(partial)
        _fill_gap(partial)
        names = "\n".join(sorted(file.name for file in files))
        (partial / "PACKAGES").write_text(f"{names}\n")
        (partial / "VERSION").write_text(f"{read_version(partial / PACKAGES)}\n")
    for file in files:
        file.unlink()


def _fill_gap(root: Path) -> None:
    """Put an empty file where Debian has left out a library."""
    file = root / PACKAGES / "odoo" / "addons" / LEFT_OUT
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("// Debian's package leaves this library out.\n")


def _check(root: Path) -> None:
    """Refuse what is not Odoo 19, and links that lead nowhere."""
    version = read_version(root / PACKAGES)
    if not version or not version.startswith(f"{SERIES}."):
        raise StepFailed(
            "use Debian's Odoo",
            f"the package holds version {version}, expected {SERIES}.",
            "Set ODOO_HOME to a folder with an Odoo 19.",
        )
    web = root / PACKAGES / "odoo/addons/web"
    for link in web.rglob("*"):
        if link.is_symlink() and not link.exists():
            say(f"  {link.relative_to(web)} leads nowhere: the web client misses it")
