# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""libfaketime, the library that changes the clock of a program."""

from pathlib import Path

from ground.unpacked import Unpacked

LIBRARY = Unpacked(
    "libfaketime", "usr/lib/*/faketime/libfaketime.so.1", folder="faketime"
)


def find_library() -> Path:
    """Return the library: the system's, else Debian's; download that when missing."""
    return LIBRARY.find()
