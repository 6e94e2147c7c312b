# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters of numbers, amounts of money and booleans."""

import decimal as python_decimal

from .converter import UnfitValueError, converter

BOOLEANS = {
    **dict.fromkeys((True, 1, "1", "true", "yes", "y", "on"), True),
    **dict.fromkeys((False, 0, "0", "false", "no", "n", "off"), False),
}
LARGEST = 2**31 - 1  # of an integer field


def _parse(value) -> python_decimal.Decimal:
    """Return a number exactly as it was sent."""
    if isinstance(value, bool):
        raise UnfitValueError("a number")
    try:
        number = python_decimal.Decimal(str(value).strip())
    except python_decimal.InvalidOperation as error:
        raise UnfitValueError("a number with a point, such as 12.50") from error
    if not number.is_finite():
        raise UnfitValueError("a finite number")
    return number


@converter
def decimal(mapper, value, to_attr, places: int | None = None):
    """Return a number: text with a point, an integer, a float or a Decimal.

    Args:
        places: digits after the point, to which it is rounded half up.
    """
    number = _parse(value)
    if places is not None:
        step = python_decimal.Decimal(1).scaleb(-places)
        number = number.quantize(step, rounding=python_decimal.ROUND_HALF_UP)
    return float(number)


@converter
def integer(mapper, value, to_attr):
    """Return a whole number; one with a fraction is refused, where Odoo cuts it.

    So is one that is too large for a field of Odoo.
    """
    number = _parse(value)
    if number != number.to_integral_value():
        raise UnfitValueError("a whole number")
    if abs(number) > LARGEST:
        raise UnfitValueError(f"a whole number up to {LARGEST}")
    return int(number)


@converter
def money(mapper, value, to_attr, currency: str | None = None, in_cents: bool = False):
    """Return an amount of money, rounded as its currency is.

    Args:
        currency: ISO code; None for that of the company.
        in_cents: the amount is in the smallest unit of the currency.
    """
    number = _parse(value)
    found = mapper.env.company.currency_id
    if currency:
        # archived, too: amounts of old documents are read in the currency they have
        currencies = mapper.env["res.currency"].with_context(active_test=False)
        found = currencies.search([("name", "=", currency)], limit=1)
    if not found:
        raise UnfitValueError(f"an amount in a known currency, not in {currency!r}")
    if in_cents:
        number = number.scaleb(-found.decimal_places)
    return found.round(float(number))


@converter
def boolean(mapper, value, to_attr):
    """Return a boolean; Odoo takes the text ``"false"`` for true."""
    key = value.strip().lower() if isinstance(value, str) else value
    try:
        return BOOLEANS[key]
    except (KeyError, TypeError) as error:
        raise UnfitValueError("true or false, 1 or 0, yes or no") from error
