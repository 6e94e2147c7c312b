# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Circles of pages: a list that leads back to a page which was read never ends.

Source: R. P. Brent, "An improved Monte Carlo factorization algorithm", 1980: one page
is kept in mind, and a later one after 1, 2, 4, 8 … more. A circle comes by the one in
mind again, after three times its length and the pages before it, at most.
"""

import json
from hashlib import sha256
from typing import Any

TRAIL = "trail"  # in the place of a page: the page in mind, steps since, and until when


def follow_trail(place: dict[str, Any] | None, next_place: dict[str, Any]) -> bool:
    """Add the trail to the place of the next page; return whether it goes in a circle.

    Args:
        place: of the page that was read; None for the first one.
        next_place: of the next page; the trail is added to it.
    """
    here = _mark_of(next_place)
    mind, steps, until = (place or {}).get(TRAIL) or (None, 0, 1)
    if here == mind:
        return True
    steps += 1
    if mind is None or steps == until:
        mind, steps, until = here, 0, 1 if mind is None else 2 * until
    next_place[TRAIL] = [mind, steps, until]
    return False


def _mark_of(place: dict[str, Any]) -> str:
    """Return what tells a place from others, in a few letters."""
    text = json.dumps(place, sort_keys=True, default=str)
    return sha256(text.encode()).hexdigest()[:16]
