# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Durations as short text for screens."""

from datetime import timedelta

from babel.dates import format_timedelta
from babel.units import format_unit

LONG = 0.9  # of the next unit: 50 minutes are "50 min", 55 are "1 h"


def elapsed_text(span: timedelta | None, locale) -> str:
    """Return a duration in one unit, such as "3 min"; empty for none.

    Args:
        span: negative values, from clocks that differ a little, count as 0.
        locale: of babel, see ``odoo.tools.misc.babel_locale_parse``.
    """
    if span is None:
        return ""
    seconds = max(0.0, span.total_seconds())
    if seconds < 1:
        milliseconds = round(seconds * 1000)
        return format_unit(milliseconds, "duration-millisecond", "short", locale=locale)
    if seconds < 10:
        return format_unit(round(seconds, 1), "duration-second", "short", locale=locale)
    return format_timedelta(span, threshold=LONG, format="short", locale=locale)
