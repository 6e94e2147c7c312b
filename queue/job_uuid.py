# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is a new job called in the whole world?"""

import os
import time

RANDOM_BYTES = 10
VERSION = 0x7 << 76
VARIANT = 0b10 << 62
RANDOM = (1 << 76) - 1 & ~(0b11 << 62)  # what version and variant leave of these bytes


def new_uuid() -> str:
    """Return a UUID of version 7, which begins with the time (RFC 9562, 5.7).

    Those of jobs made together lie together in the index: beside a million other jobs,
    each start and end of a job writes there.
    """
    random = int.from_bytes(os.urandom(RANDOM_BYTES)) & RANDOM
    number = time.time_ns() // 1_000_000 << 80 | VERSION | VARIANT | random
    text = f"{number:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
