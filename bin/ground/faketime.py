# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where is libfaketime, the library that shows a program another time?"""

import platform
from pathlib import Path

from ground import cache, debian
from ground.say import StepFailed

PACKAGE = "libfaketime"
FILE = "usr/lib/*/faketime/libfaketime.so.1"


def find_library() -> Path:
    """Return the library: the system's, else Debian's; download that when missing.

    It must fit the C library of this system, so it comes from this Debian's own suite.

    Raises:
        StepFailed: there is none, and none can be downloaded.
    """
    target = cache.folder() / "faketime"
    found = _look_in(Path("/")) or _look_in(target)
    if not found:
        with cache.only_one("get libfaketime"):
            found = _look_in(target)
            if not found:
                found = _download(target)
    return found


def _look_in(root: Path) -> Path | None:
    return next(iter(sorted(root.glob(FILE))), None)


def _download(target: Path) -> Path:
    try:
        file = _fetch()
    except StepFailed as failure:
        remedy = f"Install the package {PACKAGE}, then run the command again."
        raise StepFailed("get libfaketime", str(failure), remedy) from failure
    with cache.build_folder(target) as partial:
        debian.extract_package(file, partial)
    file.unlink()
    found = _look_in(target)
    if not found:
        why = f"Debian's package has no {FILE}."
        raise StepFailed("get libfaketime", why, "Install one that has it.")
    return found


def _fetch() -> Path:
    suite = platform.freedesktop_os_release().get("VERSION_CODENAME", "stable")
    downloads = debian.Downloads(cache.folder("downloads", PACKAGE), (suite,))
    downloads.update()
    (file,) = downloads.fetch([PACKAGE], f"download {PACKAGE} (50 kB)")
    return file
