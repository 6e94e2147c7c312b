# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Folders of backends: all lie below one folder, which the server's settings name.

Who may change a backend must not read the files of the server by it. So the settings
of the server, which nobody changes in a browser, say where such folders may be.
"""

import os
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from ..exception import InvalidUsageError
from ..queue.settings import SECTION, Settings

# Names of files that somebody is still writing, or that programs keep for themselves.
UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".tmp", ".temp", "~")
HIDDEN = (".", "~")


def open_folder(name: str | None, owner: str) -> Path:
    """Return a folder of a backend.

    Args:
        name: its path; one that is not absolute begins at the root of all folders.
        owner: the backend, for messages.

    Raises:
        InvalidUsageError: there is no such folder, or it is outside of the root.
    """
    root = _find_root(owner)
    if not name:
        raise InvalidUsageError(
            f"Cannot read files for {owner}: it has no folder, expected one below "
            f"{str(root)!r}. Fill in the field Folder."
        )
    folder = (root / name).resolve()
    if not folder.is_relative_to(root):
        raise InvalidUsageError(
            f"Cannot read files for {owner}: its folder {name!r} is {str(folder)!r}, "
            f"expected one below {str(root)!r}. Correct the field Folder, or the "
            f"setting file_root in section [{SECTION}] of the server's configuration."
        )
    if not folder.is_dir():
        raise InvalidUsageError(
            f"Cannot read files for {owner}: {str(folder)!r} is no folder. Make it, or "
            "correct the field Folder."
        )
    return folder


def _find_root(owner: str) -> Path:
    """Return the folder below which all folders of backends are."""
    named = Settings.find().file_root
    root = Path(named)
    if not named or not root.is_absolute() or not root.is_dir():
        raise InvalidUsageError(
            f"Cannot read files for {owner}: the setting file_root is {named!r}, "
            "expected the absolute path of a folder that exists. Set it in section "
            f"[{SECTION}] of the server's configuration; folders of backends lie below "
            "it."
        )
    return root.resolve()


def list_files(folder: Path) -> list[Path]:
    """Return the files of a folder that are whole by their names, in their order.

    Links are left out: they may lead out of the root.
    """
    return sorted(
        folder / entry.name
        for entry in os.scandir(folder)
        if entry.is_file(follow_symlinks=False)
        and not entry.name.startswith(HIDDEN)
        and not entry.name.lower().endswith(UNFINISHED)
    )


def open_file(path: Path) -> BinaryIO:
    """Open a file to read it, unless it has become a link or a device meanwhile."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(f"{path} is no file")
    return os.fdopen(descriptor, "rb")


def move_into(path: Path, folder: Path) -> None:
    """Move a file into a folder; a name that is taken there gets a number."""
    target, number = folder / path.name, 1
    while target.exists():
        number += 1
        target = folder / f"{path.stem} ({number}){path.suffix}"
    path.rename(target)
