# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Insertion of delayed calls as jobs, in the caller's transaction.

The columns of a job come from its call and options, from its caller (user, company,
context) and from three look-ups: the row of its function, the channels of backends, and
its backend. A job is inserted here and nowhere else.
"""

import inspect
import json
import time
from dataclasses import replace
from functools import lru_cache
from typing import Any

from odoo import api
from odoo.exceptions import MissingError
from odoo.models import BaseModel
from odoo.sql_db import Cursor

from ...exception import InvalidUsageError
from ...redaction import KnownSecrets
from ...secret import known_secrets
from ...text import reference_of
from .. import store
from ..notify import wake_after_commit
from ..state import NOT_STARTED, PENDING
from . import codec
from .acting_user import Caller, find_callers
from .call import Declared, Task, check_calls, new_uuids
from .caller import caller_values, may_run_jobs
from .options import SCOPES, JobOptions

MODEL = "connector.queue.job"
FUNCTION = "connector.queue.function"
CHANNEL = "connector.queue.channel"
BACKEND = "connector.backend"

Columns = dict[str, Any]
Keys = list[str | None]
NewJob = tuple[Task, str, str | None]  # with its uuid and its identity key


def delay_tasks(
    env: api.Environment, tasks: list[Task], options: JobOptions, **place: Any
) -> list[str]:
    """Insert jobs of one function in one statement; return their uuids.

    For a call whose identity key an existing job has, in the scope of the options,
    the uuid is that of the existing job.

    Args:
        env: of the user as whom they will run; those of the public user, or of nobody,
            run as another.
        tasks: calls of one function.
        place: columns with the position of the jobs in a graph.

    Raises:
        InvalidUsageError: a call cannot be made with its arguments, or has no user.
    """
    check_calls(tasks)
    if not tasks or may_run_jobs(env):
        return _delay_as_user(env, tasks, options, **place)
    callers = find_callers(env, tasks, find_backends(env, tasks), options)
    uuids: list[str] = [""] * len(tasks)
    for caller in dict.fromkeys(callers):  # a statement for each user
        numbers = [number for number, one in enumerate(callers) if one == caller]
        some = [tasks[number] for number in numbers]
        place["user_reason"] = caller.user_reason
        found = _delay_as_user(caller.env, some, options, **place)
        for number, uuid in zip(numbers, found, strict=True):
            uuids[number] = uuid
    return uuids


def caller_of(env: api.Environment, task: Task, options: JobOptions) -> Caller:
    """Return as whom a call runs that is about to be inserted, and check the call.

    Raises:
        InvalidUsageError: it cannot be made with its arguments, or has no user.
    """
    check_calls([task])
    if may_run_jobs(env):
        return Caller(env)
    return find_callers(env, [task], find_backends(env, [task]), options)[0]


def _delay_as_user(
    env: api.Environment, tasks: list[Task], options: JobOptions, **place: Any
) -> list[str]:
    keys = identity_keys(env, tasks, options)
    uuids = new_uuids(len(tasks))
    known = _find_in_scope(env.cr, keys, options)
    places = _places_of(keys, known, options)
    new = [(tasks[place], uuids[place], keys[place]) for place in places]
    inserted = insert_jobs(env, new, options, **place) if new else set()
    known |= {key: uuid for _task, uuid, key in new if key and uuid in inserted}
    if left := [job for job in new if job[1] not in inserted]:
        known |= _meet(env, left, options, **place)
    return [
        uuid if key is None else known[key]
        for uuid, key in zip(uuids, keys, strict=True)
    ]


def insert_jobs(
    env: api.Environment, jobs: list[NewJob], options: JobOptions, **place: Any
) -> set[str]:
    """Insert jobs and wake workers after commit; return the uuids inserted.

    A job is left out when a waiting job has its identity key.
    """
    values = _values(env, jobs, options)
    asked = time.monotonic()
    inserted = store.insert_jobs(env.cr, {**values, **place})
    wake_after_commit(env.cr, asked + inserted.burst_left_s)
    return set(inserted.uuids)


def payload_of(task: Task, secrets: KnownSecrets) -> str:
    """Return the arguments of a call as JSON text, its records first."""
    args = task.args if task.records is None else (task.records, *task.args)
    return codec.encode(args, task.kwargs, secrets)


# === IDENTITY === #


def identity_keys(env: api.Environment, tasks: list[Task], options: JobOptions) -> Keys:
    """Return the identity keys of calls; functions of the key get the caller."""
    if callable(options.identity_key):
        values = caller_values(env)
        who = {name: values[name] for name in ("user_id", "company_id")}
        tasks = [replace(task, **who) for task in tasks]
    return [options.identity_key_of(task) for task in tasks]


def _find_in_scope(cr: Cursor, keys: Keys, options: JobOptions) -> dict[str, str]:
    """Return the uuids, by key, of the scope's jobs that no longer wait."""
    states = SCOPES[options.scope]
    names = list({key for key in keys if key is not None})
    if not states or not names:
        return {}
    found = store.find_in_states(cr, names, [*NOT_STARTED, *states])
    return {key: uuid for key, (uuid, state) in found.items() if state in states}


def _places_of(keys: Keys, known: dict[str, str], options: JobOptions) -> list[int]:
    """Return the positions of the calls to insert: one for each unknown key.

    Of several calls with the same key it is the first, or the last when they replace
    each other.
    """
    places = range(len(keys))
    by_key = {}
    for place in places if options.is_replacing else reversed(places):
        by_key[keys[place]] = place
    return [
        place
        for place, key in enumerate(keys)
        if key is None or (by_key[key] == place and key not in known)
    ]


def _meet(
    env: api.Environment, jobs: list[NewJob], options: JobOptions, **place: Any
) -> dict[str, str]:
    """Keep or replace the waiting jobs with these keys; return uuids by key."""
    if not options.is_replacing:
        return store.find_identical(env.cr, [key for _task, _uuid, key in jobs if key])
    values = {**_values(env, jobs, options), **place}
    replaced = store.replace_identical(env.cr, values)
    env[MODEL].invalidate_model()
    return replaced


# === COLUMNS === #


def _values(env: api.Environment, jobs: list[NewJob], options: JobOptions) -> Columns:
    """Return all columns of jobs of one function."""
    tasks, uuids, keys = map(list, zip(*jobs, strict=True))
    secrets = known_secrets(env.cr)
    values = {
        "uuids": uuids,
        "payloads": [payload_of(task, secrets) for task in tasks],
        "identity_keys": keys,
        "names": _names(tasks, options),
        **_concurrency_values(tasks, options, keys),
        **_backend_values(env, tasks, options),
        **_call_values(env, tasks[0], options),
        **caller_values(env),
    }
    return _without_secrets(values, secrets) if secrets else values


def _call_values(env: api.Environment, task: Task, options: JobOptions) -> Columns:
    """Return the columns of function, channel, time and options."""
    # the database's clock is the same for all callers and workers
    run_after = options.run_after(lambda: store.read_clock(env.cr))
    function_id, channel_id = _find_function(env, task, options.channel)
    return {
        "name": options.description_of(task),
        "func_name": task.func_name,
        "method_name": None if task.records is None else task.func.__name__,
        "model_name": task.model_name,
        "payload_version": codec.WITH_MODEL if task.has_model else codec.WITHOUT_MODEL,
        "job_function_id": function_id,
        "channel_id": channel_id,
        "state": PENDING,
        "has_edges": False,
        "priority": options.priority,
        "eta": run_after,
        "max_retries": options.most_retries,
        "has_own_max_retries": options.max_retries is not None,
        "timeout": options.timeout_of(task.func) or None,
        "tags": json.dumps(list(options.tags)) if options.tags else None,
    }


def _names(tasks: list[Task], options: JobOptions) -> list[str | None]:
    """Return what is shown of each call, None where that is the same for all."""
    if not callable(options.description):
        return [None] * len(tasks)
    return [options.description_of(task) for task in tasks]


def _find_function(
    env: api.Environment, task: Task, channel: str | None
) -> tuple[int, int]:
    """Return the ids of a function's row, 0 without one, and of its jobs' channel.

    Args:
        channel: chosen where the job is delayed, in place of the function's.
    """
    known = env[FUNCTION]._places().get(task.func_name)
    function_id, channel_id = known or (0, 0)
    if channel:
        channel_id = env[CHANNEL]._declared_id_of(channel)
    elif not known:
        channel_id = env[CHANNEL]._id_of(task.func.default_channel)
    return function_id, channel_id


def _concurrency_values(tasks: list[Task], options: JobOptions, keys: Keys) -> Columns:
    """Return the columns ``concurrency_keys`` and ``are_dirty`` of calls.

    One dirty job for each key is enough, unless its identity key may drop it.
    """
    if options.concurrency_key is None:
        nothing = [None] * len(tasks)
        return {"concurrency_keys": nothing, "are_dirty": nothing}
    concurrency_keys = [options.concurrency_key_of(task) for task in tasks]
    first = {key: place for place, key in reversed(list(enumerate(concurrency_keys)))}
    return {
        "concurrency_keys": concurrency_keys,
        "are_dirty": [
            key is not None and (identity_key is not None or first[key] == place)
            for place, (key, identity_key) in enumerate(
                zip(concurrency_keys, keys, strict=True)
            )
        ],
    }


def _without_secrets(values: Columns, secrets: KnownSecrets) -> Columns:
    """Return the columns of jobs with secrets hidden in the name.

    Raises:
        InvalidUsageError: a key or a tag holds a secret.
    """
    for option, texts in {
        "identity_key": values["identity_keys"],
        "concurrency_key": values["concurrency_keys"],
        "tags": [values["tags"]],
    }.items():
        if any(text and secrets.is_in(text) for text in texts):
            raise InvalidUsageError(
                f"Cannot delay: option {option!r} holds a secret that was read in this "
                "transaction. Make it of what is none, such as the id of the backend."
            )
    names = [name and secrets.hide(name) for name in values["names"]]
    return {**values, "names": names, "name": secrets.hide(values["name"])}


# === BACKEND === #


def _backend_values(
    env: api.Environment, tasks: list[Task], options: JobOptions
) -> Columns:
    """Return the columns of jobs with their backends and the channels of these."""
    references = find_backends(env, tasks)
    own = {} if options.channel else env[CHANNEL]._own_channels()
    return {
        "backend_ids": references,
        "own_channel_ids": [own.get(reference) for reference in references],
    }


def find_backends(env: api.Environment, tasks: list[Task]) -> list[str | None]:
    """Return the backend of each call of one function, as ``model,id`` or None.

    It is the record whose method is called, or the ``backend_id`` of that record. For
    a function, it is found by its parameter ``backend_id`` or ``binding_id``, as in
    classic connectors. With several backends there is none.
    """
    first = tasks[0]
    if first.records is not None:
        return [_backend_of_records(first.records)] * len(tasks)
    if not first.has_model and isinstance(first.args[0], BaseModel):
        return [_backend_of_records(task.args[0]) for task in tasks]
    name, place = _backend_parameter(first.func)
    if name is None or first.model_name not in env:
        return [None] * len(tasks)
    ids = [_argument(task, name, place) for task in tasks]
    records = env[first.model_name]
    if name == "binding_id":
        bindings = records.browse(i for i in ids if i)  # read together
        by_id = {one.id: _backend_of_records(one) for one in bindings}
        return [by_id.get(i) for i in ids]
    model_name = _backend_model_of(records)
    return [f"{model_name},{i}" if model_name and i else None for i in ids]


def _backend_of_records(records: BaseModel) -> str | None:
    field = records._fields.get("backend_id")
    if field is not None and field.type == "reference" and len(records) == 1:
        backend = records.sudo().backend_id  # as below
        return reference_of(backend) if isinstance(backend, BaseModel) else None
    model_name = _backend_model_of(records)
    if not model_name:
        return None
    try:
        # a user who delays a job may lack the right to read its backend
        backends = records if model_name == records._name else records.sudo().backend_id
    except MissingError:  # the job itself will fail and report it
        return None
    return f"{model_name},{backends.id}" if len(backends) == 1 else None


def _backend_model_of(records: BaseModel) -> str | None:
    """Return the backend model of records that are, or belong to, backends."""
    if isinstance(records, records.pool[BACKEND]):
        return records._name
    field = records._fields.get("backend_id")
    if field is None or field.type != "many2one":
        return None
    if issubclass(records.pool[field.comodel_name], records.pool[BACKEND]):
        return field.comodel_name
    return None


@lru_cache(maxsize=1024)
def _backend_parameter(func: Declared) -> tuple[str | None, int]:
    """Return name and position of the argument that gives a function's backend."""
    names = list(inspect.signature(func).parameters)[2:]  # session, model_name
    for name in ("backend_id", "binding_id"):
        if name in names:
            return name, names.index(name)
    return None, 0


def _argument(task: Task, name: str, place: int) -> int | None:
    """Return an argument that is a record id, None for anything else."""
    value = task.args[place] if place < len(task.args) else task.kwargs.get(name)
    return value if type(value) is int else None
