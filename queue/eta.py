# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bounds of an eta: what Python, PostgreSQL and screens can all represent."""

from datetime import datetime

LAST_ETA = datetime.fromisoformat("9998-12-31")  # screens add zones, or a year
MAX_DELAY_S = 10 * 366 * 86_400  # seconds until the next attempt, at most

IS_TELLABLE = f"eta BETWEEN '0001-01-01' AND '{LAST_ETA:%Y-%m-%d}'"  # of a row


def check_eta(eta: datetime) -> datetime:
    """Check an eta, naive UTC, and return it.

    Raises:
        OverflowError: it is after ``LAST_ETA``.
    """
    if eta > LAST_ETA:
        raise OverflowError(f"{eta} is after {LAST_ETA}")
    return eta


def bounded_s(seconds: float) -> float:
    """Return a requested delay within the bounds of an eta, in seconds."""
    return min(max(0, seconds), MAX_DELAY_S)
