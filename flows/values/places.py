# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters of countries and languages by their codes, and countries by name."""

from collections.abc import Mapping

from babel.core import get_global

from odoo.tools import escape_psql

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


def find_country(env, code: str = "", name: str = ""):
    """Return a country by its two-letter code, else by its name.

    Args:
        env: in whose language the name is.
        code: of any length; a search of Odoo would cut a longer one to two letters.
        name: as a person writes it, in any case.
    """
    code = code.strip().upper()
    by_code = _country_ids(env).get(code) if len(code) == ALPHA_2 else None
    if by_code or not name:
        return env["res.country"].browse(by_code or ())
    return _find(env, "res.country", [("name", "=ilike", escape_psql(name))])


def find_state(env, country, text: str):
    """Return a state of a country by its name or code, empty where there is none."""
    if not text or not country:
        return env["res.country.state"]
    text = escape_psql(text)
    texts = ["|", ("name", "=ilike", text), ("code", "=ilike", text)]
    return _find(env, "res.country.state", [("country_id", "=", country.id), *texts])


def place_values(env, place: Mapping) -> dict:
    """Return the fields of an address for a city, a region and a country in words.

    What nobody here knows by that name stays with the city.

    Args:
        env: in whose language the names are.
        place: ``city``, ``region``, ``country`` and ``country_code``, each of which may
            be missing or empty.

    Returns:
        ``city``, ``state_id`` and ``country_id``.
    """
    region, name = place.get("region") or "", place.get("country") or ""
    country = find_country(env, place.get("country_code") or "", name)
    state = find_state(env, country, region)
    unknown = ["" if state else region, "" if country else name]
    words = [word for word in (place.get("city"), *unknown) if word]
    city = ", ".join(words) or False
    return {"city": city, "state_id": state.id, "country_id": country.id}


def place_names(record) -> dict:
    """Return city, region and country of an address in words: see ``place_values``."""
    return {
        "city": record.city,
        "region": record.state_id.name,
        "country": record.country_id.name,
        "country_code": record.country_id.code,
    }


def _find(env, model: str, domain: list):
    """Return the first record of a domain, looked for once in a transaction."""
    found = env.cr.cache.setdefault("connector_places", {})
    key = env.lang, model, str(domain)
    if key not in found:
        found[key] = env[model].sudo().search(domain, limit=1).id  # open to everybody
    return env[model].browse(found[key] or ())


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
