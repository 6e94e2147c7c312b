# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Virtual environments with the Python packages of the commands."""

import hashlib
import shutil
import sys
from pathlib import Path

from ground import cache
from ground.process import run

REQUIREMENTS = cache.REPOSITORY / "bin" / "requirements"


def find_python(name: str) -> Path:
    """Return the Python with the packages of ``bin/requirements/NAME.txt``.

    The environment is built when it is missing and built anew when the list or
    the Python behind it has changed.
    """
    wanted = fingerprint(REQUIREMENTS / f"{name}.txt")
    home = cache.folder("python") / f"{name}-{wanted}"
    if not _is_ready(home):
        with cache.only_one(f"install Python packages {name}"):
            if not _is_ready(home):
                _build(home, name)
    return home / "bin" / "python"


def _build(home: Path, name: str) -> None:
    """Make the environment; it counts only when its last file, ``ready``, is there.

    It cannot be built aside and renamed: its scripts know the folder's name.
    """
    shutil.rmtree(home, ignore_errors=True)
    make = [sys.executable, "-m", "venv", home]
    run(make, f"make a Python environment ({name})", silent=True)
    file = REQUIREMENTS / f"{name}.txt"
    count = len(_read_requirements(file))
    run(
        [home / "bin/python", "-m", "pip", "-q", "--disable-pip-version-check"]
        + ["install", "--no-input", "-r", file],
        f"install {count} Python packages ({name})",
        measure=lambda: f"{_count_installed(home)} installed",
        remedy="Check the network and pip's configuration, then run it again.",
    )
    (home / "ready").write_text(f"{sys.version}\n")


def _is_ready(home: Path) -> bool:
    """Tell whether the environment is whole and its Python still there."""
    return (home / "ready").exists() and (home / "bin/python").exists()


def fingerprint(file: Path) -> str:
    """Return a short name for a list of packages and the Python they are for."""
    python = f"{sys.version}{Path(sys.executable).resolve()}"
    made_of = "\n".join([python, *_read_requirements(file)])
    return hashlib.sha256(made_of.encode()).hexdigest()[:12]


def _read_requirements(file: Path) -> list[str]:
    """Return the lines that name a package."""
    lines = (line.partition("#")[0].strip() for line in file.read_text().splitlines())
    return [line for line in lines if line]


def _count_installed(home: Path) -> int:
    """Return how many packages pip has put in place."""
    return len(list(home.glob("lib/python*/site-packages/*.dist-info")))
