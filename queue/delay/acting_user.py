# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""User of a job that the public user or nobody delays.

The public user is archived in every database, and workers run nothing as an archived
user. Such a job runs as the user of its backend, else as one that its function, or who
delays it, declares; where there is neither, it is refused at once.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from odoo import api
from odoo.models import BaseModel

from ...exception import InvalidUsageError
from .call import Task
from .caller import COMPANIES
from .options import JobOptions

KEPT = ("lang", "tz")  # keys of the context, besides the companies


class Caller(NamedTuple):
    """The user and context of a job."""

    env: api.Environment
    user_reason: str | None = None  # where it is not the user who delays it


def find_callers(
    env: api.Environment,
    tasks: Iterable[Task],
    backends: Iterable[str | None],
    options: JobOptions,
) -> list[Caller]:
    """Return as whom each call runs that the public user or nobody delays.

    Args:
        env: of a user as whom no jobs run.
        backends: the backend of each call, as ``model,id``.

    Raises:
        InvalidUsageError: there is no user for a call; or an archived user delays it,
            who is not the public one.
    """
    known: dict[str | None, Caller] = {}
    callers = []
    for task, backend in zip(tasks, backends, strict=True):
        if backend not in known:
            known[backend] = _find_caller(env, task, backend, options)
        callers.append(known[backend])
    return callers


def _find_caller(
    env: api.Environment, task: Task, backend: str | None, options: JobOptions
) -> Caller:
    who = _describe_caller(env, task)
    record_sudo = _browse_sudo(env, backend)
    if record_sudo and (user := record_sudo._get_job_user()):
        source = f"the user of {record_sudo.describe()}"
    elif xml_id := options.public_user_of(task.func):
        user = env.ref(xml_id, raise_if_not_found=False)
        source = f"{xml_id}, which is declared for it"
    else:
        where = f"its backend {record_sudo.describe()} has" if record_sudo else "it has"
        raise InvalidUsageError(
            f"Cannot delay {task.func_name}: {who} delays it, as whom no job runs, and "
            f"{where} no user to run as. Set 'Run As' of its backend, or give "
            "public_user to its @job, its push_on or this call if anybody may cause "
            "it; or delay it with the environment of a user."
        )
    _check_user(task, user, source)
    reason = f"{who[0].upper()}{who[1:]} delayed it: it runs as {source}."
    return Caller(acting_env(env, user, record_sudo), reason)


def _describe_caller(env: api.Environment, task: Task) -> str:
    """Return who delays a call; refuse a user who has been archived."""
    if not env.uid:
        return "nobody"
    if env.user._is_public():
        return f"the public user (res.users,{env.uid})"
    raise InvalidUsageError(
        f"Cannot delay {task.func_name} as {env.user.login!r} (res.users,{env.uid}): "
        "the user is archived, expected an active one. Activate the user, or delay it "
        "with the environment of another."
    )


def _browse_sudo(env: api.Environment, backend: str | None) -> BaseModel | None:
    """Return the record of a backend, whose user may be read for this, or None."""
    if not backend:
        return None
    model_name, _comma, id_ = backend.partition(",")
    return env[model_name].sudo().browse(int(id_)).exists() or None


def _check_user(task: Task, user: Any, source: str) -> None:
    is_user = isinstance(user, BaseModel) and user._name == "res.users"
    if is_user and (user.id == api.SUPERUSER_ID or user.sudo().active):
        return
    raise InvalidUsageError(
        f"Cannot delay {task.func_name} as {source}: that is {user!r}, expected an "
        "active user. Take another one there."
    )


def acting_env(
    env: api.Environment, user: BaseModel, backend_sudo: BaseModel | None
) -> api.Environment:
    """Return the environment of the user, without a right of the caller.

    Its companies are those of the caller and the user, that of the backend first.
    """
    own = set(user.sudo()._get_company_ids())
    asked = env.context.get(COMPANIES)
    asked = list(asked) if isinstance(asked, list | tuple) else []
    if backend_sudo and "company_id" in backend_sudo._fields:
        asked.insert(0, backend_sudo.company_id.id)
    companies = [id_ for id_ in dict.fromkeys(asked) if type(id_) is int and id_ in own]
    context = {key: env.context[key] for key in KEPT if env.context.get(key)}
    if companies:
        context[COMPANIES] = companies
    return env(user=user.id, su=False, context=context)
