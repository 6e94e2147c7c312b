# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""User, company and context of a job: those of its caller, as far as they are right."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytz

from odoo import api

_logger = logging.getLogger(__name__)

COMPANY = "company_id"  # in the context: of the job, in place of the current company
COMPANIES = "allowed_company_ids"
DEFAULT_LANG = "en_US"  # Odoo accepts it even when it is not active


def may_run_jobs(env: api.Environment) -> bool:
    """Return whether jobs run as the user of an environment."""
    if not env.uid:
        return False
    user = env.user
    user.fetch(["company_id", "active", "share"])  # else all its fields are read
    if env.uid == api.SUPERUSER_ID:  # archived, and yet allowed
        return True
    return user.active and not (user.share and user._is_public())


def caller_values(env: api.Environment) -> dict[str, Any]:
    """Return the columns of user, company and context.

    Clients can send any context. A wrong value gives the user no further right and
    keeps no job from running: it is left out, with a warning in the log.

    Raises:
        AccessError: the current companies are not the user's.
    """
    context = find_context(env)
    return {
        "user_id": env.uid,
        "company_id": find_company(env, context.get(COMPANIES, [])),
        "context": json.dumps(context),
        "user_reason": None,
    }


def find_context(env: api.Environment) -> dict[str, Any]:
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


def find_lang(env: api.Environment) -> str | None:
    """Return the language of the context if it is active, else that of the user.

    Odoo caches both; no job reads them from the database twice.
    """
    lang = env.context.get("lang")
    if lang == DEFAULT_LANG:
        return lang
    if lang:
        if isinstance(lang, str) and env["res.lang"]._get_data(code=lang):
            return lang
        env = env(context={})  # nothing is read in that language
    return env["res.users"].context_get().get("lang")


def _allowed_companies(env: api.Environment) -> list[int]:
    """Return the current companies that are the user's own."""
    asked = env.context[COMPANIES]
    if not isinstance(asked, list | tuple) or {*map(type, asked)} != {int}:
        _leave_out(env, COMPANIES)
        return []
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
        _leave_out(env, "tz")
        return None


def _leave_out(env: api.Environment, key: str) -> None:
    _logger.warning(
        "job of user %s: %s of the context is %.80r, which is left out",
        env.uid,
        key,
        env.context[key],
    )


# Context keys that a job keeps, besides the company.
KEPT: dict[str, Callable[[api.Environment], Any]] = {
    "lang": _known_lang,
    "tz": _known_zone,
    COMPANIES: _allowed_companies,
}
