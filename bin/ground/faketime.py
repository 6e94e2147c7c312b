# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Where is libfaketime, the library that shows a program another time?"""

from pathlib import Path

from ground.unpacked import Unpacked

LIBRARY = Unpacked(
    "libfaketime", "usr/lib/*/faketime/libfaketime.so.1", folder="faketime"
)


def find_library() -> Path:
    """Return the library: the system's, else Debian's; download that when missing."""
    return LIBRARY.find()
