# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounds of an eta: what Python, PostgreSQL and screens can all tell."""

from datetime import datetime

LAST_ETA = datetime.fromisoformat("9998-12-31")  # screens add zones, or a year
MAX_DELAY_S = 10 * 366 * 86_400  # seconds until the next try: nobody waits longer

IS_TELLABLE = f"eta BETWEEN '0001-01-01' AND '{LAST_ETA:%Y-%m-%d}'"  # of a row


def check_eta(eta: datetime) -> datetime:
    """Return an eta, naive UTC, that can be told.

    Raises:
        OverflowError: it is too late.
    """
    if eta > LAST_ETA:
        raise OverflowError(f"{eta} is after {LAST_ETA}")
    return eta


def bounded_s(seconds: float) -> float:
    """Return how long to wait for what asks for so many seconds."""
    return min(max(0, seconds), MAX_DELAY_S)
