# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""UUIDv7 for new jobs."""

import os
import time

DIGITS = 20  # random digits of each; an even number, all but one are used
VARIANTS = dict(zip("0123456789abcdef", "89ab" * 4, strict=True))  # two bits are fixed


def new_uuids(count: int) -> list[str]:
    """Return UUIDs of version 7, which begin with the time (RFC 9562, 5.7).

    Jobs made together lie together in the index, to which each start and end of a job
    writes: that matters beside a million other jobs.
    """
    now = f"{time.time_ns() // 1_000_000:012x}"
    begin = f"{now[:8]}-{now[8:]}-7"
    digits = os.urandom(count * DIGITS // 2).hex()
    chunks = (digits[at : at + DIGITS] for at in range(0, len(digits), DIGITS))
    return [
        f"{begin}{one[:3]}-{VARIANTS[one[3]]}{one[4:7]}-{one[7:19]}" for one in chunks
    ]


def new_uuid() -> str:
    """Return the UUID of one job."""
    return new_uuids(1)[0]
