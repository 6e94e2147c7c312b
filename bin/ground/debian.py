# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Debian packages: install them, or read their files without installing."""

import os
import shutil
import subprocess
from pathlib import Path

from ground import cache
from ground.process import clean_environment, run
from ground.say import StepFailed

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
LOCK_WAIT_S = 300  # another apt may be at work


def install_packages(packages: list[str], reason: str) -> None:
    """Install Debian packages; raise StepFailed when this user cannot."""
    step = f"install Debian's {' '.join(packages)} ({reason})"
    by_hand = f"Run: sudo apt-get install {' '.join(packages)}"
    apt = [*_become_root(step, by_hand), "apt-get", "-q", "-y"]
    apt += ["-o", f"DPkg::Lock::Timeout={LOCK_WAIT_S}"]
    environment = clean_environment(DEBIAN_FRONTEND="noninteractive")
    install = [*apt, "install", "--no-install-recommends", *packages]
    try:
        run(install, step, env=environment)
    except StepFailed:
        # Package lists may be missing or too old to find the files on the mirror.
        run(
            [*apt, "update"],
            "update apt's package lists",
            env=environment,
            remedy=by_hand,
        )
        run(install, step, env=environment, remedy=by_hand)


def extract_package(package: Path, target: Path, skip: tuple[str, ...] = ()) -> None:
    """Put the files of a ``.deb`` below ``target`` without installing it."""
    excludes = [f"--exclude={pattern}" for pattern in skip]
    locks = cache.held_locks()
    with subprocess.Popen(
        ["dpkg-deb", "--fsys-tarfile", str(package)],
        stdout=subprocess.PIPE,
        pass_fds=locks,
    ) as archive:
        tar = ["tar", "-x", "--no-same-owner", "-C", str(target), *excludes]
        code = subprocess.run(
            tar, stdin=archive.stdout, check=False, pass_fds=locks
        ).returncode
    if code or archive.returncode:
        raise StepFailed(
            f"unpack {package.name}",
            f"tar ended with {code}, dpkg-deb with {archive.returncode}.",
            "Look for free disk space, then run the command again.",
        )


class Downloads:
    """Debian packages fetched as files, with apt lists of our own.

    The system's sources, lists and packages stay as they are, and no root is needed.
    """

    def __init__(self, folder: Path, suites: tuple[str, ...]) -> None:
        self.folder = folder
        self.suites = suites

    def update(self) -> None:
        """Read the package lists of our suites."""
        (self.folder / "lists" / "partial").mkdir(parents=True, exist_ok=True)
        (self.folder / "archives" / "partial").mkdir(parents=True, exist_ok=True)
        mirror = find_mirror()
        lines = [f"deb [signed-by={KEYRING}] {mirror} {s} main" for s in self.suites]
        (self.folder / "sources.list").write_text("\n".join(lines) + "\n")
        step = f"read Debian's package lists ({', '.join(self.suites)})"
        remedy = f"Check that {mirror} can be reached, or set ODOO_HOME to an Odoo 19."
        run(self._apt("update"), step, remedy=remedy)

    def find_needed(self, *packages: str) -> list[str]:
        """Return the names of packages with all that they need, on an empty system."""
        nothing = self.folder / "status"
        nothing.touch()
        words = ["-o", f"Dir::State::status={nothing}", "--no-install-recommends"]
        answer = run(
            self._apt(*words, "-qq", "--print-uris", "install", *packages),
            f"find what {packages[0]} needs",
            silent=True,
        )
        # 'address' name_version_architecture.deb size checksum
        return [line.split()[1].partition("_")[0] for line in answer.splitlines()]

    def fetch(self, packages: list[str], step: str) -> list[Path]:
        """Download packages (``name`` or ``name/suite``) and return their files."""
        for old in self.folder.glob("*.deb"):
            old.unlink()
        remedy = "Check the network, or set ODOO_HOME to a folder with Odoo 19."
        run(
            self._apt("download", *packages),
            step,
            cwd=self.folder,
            measure=self._measure,
            remedy=remedy,
        )
        return sorted(self.folder.glob("*.deb"))

    def _measure(self) -> str:
        """Return how many megabytes are here."""
        size = sum(file.stat().st_size for file in self.folder.glob("*.deb*"))
        return f"{size / 1e6:.0f} MB"

    def _apt(self, *arguments: str) -> list[str]:
        """Return an apt-get command that knows only our folder and our suites."""
        options = {
            "Dir::Etc::SourceList": self.folder / "sources.list",
            "Dir::Etc::SourceParts": "-",
            "Dir::State::Lists": self.folder / "lists",
            "Dir::Cache": self.folder,
            "APT::Sandbox::User": "",  # the cache may be closed to others
            "Acquire::Retries": 3,
        }
        words = ["apt-get", "-q"]
        for name, value in options.items():
            words += ["-o", f"{name}={value}"]
        return [*words, *arguments]


def find_mirror() -> str:
    """Return the Debian mirror this system uses."""
    answer = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(REPO_URI)"],
        capture_output=True,
        text=True,
        check=False,
    )
    mirrors = [uri for uri in answer.stdout.split() if uri.endswith("/debian/")]
    if not mirrors:
        raise StepFailed(
            "find a mirror of Debian",
            "apt's own sources name none whose address ends in /debian/.",
            "Add one to /etc/apt/sources.list, then run the command again.",
        )
    return mirrors[0]


def _become_root(step: str, by_hand: str) -> list[str]:
    """Return the words that run a command as root: none, or sudo."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"]
    why = "this user is not root and there is no sudo."
    raise StepFailed(step, why, f"As root: {by_hand.removeprefix('Run: sudo ')}")
