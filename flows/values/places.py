# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters of countries and languages, by their codes."""

from babel.core import get_global

from .converter import UnfitValueError, converter
from .languages import find_language

ALPHA_2 = 2  # letters of the codes that Odoo knows


@converter
def country(mapper, value, to_attr):
    """Return the id of a country, by its ISO 3166 code of two or three letters.

    A search of Odoo cuts longer values to two letters and finds another country.
    """
    code = str(value).strip().upper()
    if len(code) != ALPHA_2:
        # those of three letters and three digits; an alias of a former state has many
        found = get_global("territory_aliases").get(code, [])
        code = found[0] if len(found) == 1 else ""
    country_id = _country_ids(mapper.env).get(code)
    if not country_id:
        raise UnfitValueError("an ISO 3166 code of a country, such as DE or DEU")
    return country_id


def _country_ids(env) -> dict[str, int]:
    """Return the ids of all countries by their codes, read once per transaction."""
    cache = env.cr.cache.setdefault("connector_country_ids", {})
    if not cache:
        countries = env["res.country"].sudo()  # everybody may know them
        # pylint: disable-next=no-search-all
        found = countries.search_fetch([], ["code"])
        cache.update({one.code: one.id for one in found if one.code})
    return cache


@converter
def language(mapper, value, to_attr):
    """Return the code of a language that is active here, such as ``de_CH``.

    Odoo does not check the language of a contact, and fails when it is used.
    """
    if code := find_language(mapper.env, value):
        return code
    codes = [code for code, _name in mapper.env["res.lang"].get_installed()]
    raise UnfitValueError(
        f"one of the active languages {', '.join(codes)}; activate it, or map it"
    )
