# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Context keys that a job takes from its caller, each of them checked.

Clients can send any context. A wrong value gives the user no further right and keeps
no job from running: it is left out, with a warning in the log.
"""

import logging
from collections.abc import Callable

import pytz

from odoo import api

from ...queue.delay.job_lang import find_lang

_logger = logging.getLogger(__name__)

COMPANY = "company_id"  # of the job, in place of the current company
COMPANIES = "allowed_company_ids"


def find_context(env: api.Environment) -> dict:
    """Return the part of the caller's context in which the job runs.

    Raises:
        AccessError: the current companies are not the user's.
    """
    found = {key: find(env) for key, find in KEPT.items() if env.context.get(key)}
    return {key: value for key, value in found.items() if value}


def find_company(env: api.Environment, companies: list[int]) -> int | None:
    """Return the company of the jobs that a user delays: one of the user's own.

    Only the superuser delays jobs without company; all managers see them.

    Args:
        companies: the current companies, as :func:`find_context` found them.
    """
    current = companies[0] if companies else env.user.company_id.id
    asked = env.context.get(COMPANY, current)
    if asked == current and type(asked) is int:
        return current
    if env.uid == api.SUPERUSER_ID and not asked:
        return None
    if type(asked) is int and _may_enter(env, asked):
        return asked
    _leave_out(env, COMPANY)
    return current


def _allowed_companies(env: api.Environment) -> list[int]:
    """Return the current companies that are the user's own."""
    asked = env.context[COMPANIES]
    if not isinstance(asked, list | tuple) or {*map(type, asked)} != {int}:
        return _leave_out(env, COMPANIES) or []
    if not env.su:
        return list(env.companies._ids)  # Odoo checks that all are the user's
    own = [id_ for id_ in asked if _may_enter(env, id_)]
    if len(own) < len(asked):
        _leave_out(env, COMPANIES)
    return own


def _may_enter(env: api.Environment, company_id: int) -> bool:
    return env.uid == api.SUPERUSER_ID or company_id in env.user._get_company_ids()


def _known_lang(env: api.Environment) -> str | None:
    lang = find_lang(env)
    if lang != env.context["lang"]:
        _leave_out(env, "lang")
    return lang


def _known_zone(env: api.Environment) -> str | None:
    zone = env.context["tz"]
    try:
        return pytz.timezone(zone).zone
    except (pytz.UnknownTimeZoneError, ValueError, TypeError, AttributeError, OSError):
        return _leave_out(env, "tz")


def _leave_out(env: api.Environment, key: str) -> None:
    _logger.warning(
        "job of user %s: %s of the context is %.80r, which is left out",
        env.uid,
        key,
        env.context[key],
    )


# Context keys that a job keeps, besides the company.
KEPT: dict[str, Callable] = {
    "lang": _known_lang,
    "tz": _known_zone,
    COMPANIES: _allowed_companies,
}
