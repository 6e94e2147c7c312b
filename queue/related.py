# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which screen shows what a job worked on?"""

from types import SimpleNamespace

from odoo import api

from ..session import ConnectorSession
from . import codec
from .job import JOB_REGISTRY, Task, find_job_method


def find_related_action(env: api.Environment, row) -> dict | None:
    """Return the action of a stored job, None when its function has none.

    A function or method says it with ``@related_action``; the records of a method
    that says nothing are shown themselves.

    Args:
        env: of the person who wants to see it.
        row: the job, a record of ``connector.queue.job``.
    """
    args, kwargs = codec.decode(row.payload, env, row.payload_version)
    function = _find_function(env, row)
    action = getattr(function, "related_action", None)
    if action is None:
        return _show(args[0]) if row.method_name else None
    if not row.method_name:
        args = (row.model_name, *args)  # as the classic framework has them
    call = SimpleNamespace(
        uuid=row.uuid, model_name=row.model_name, args=args, kwargs=kwargs
    )
    return action(ConnectorSession.from_env(env), call)


def _find_function(env, row):
    if row.method_name:
        return find_job_method(env.registry[row.model_name], row.method_name)
    known = {Task(one, None).func_name: one for one in JOB_REGISTRY}
    return known.get(row.func_name)


def _show(records) -> dict | None:
    records = records.exists()
    if not records:
        return None
    action = {
        "type": "ir.actions.act_window",
        "name": records.env._("Related Records"),
        "res_model": records._name,
    }
    if len(records) == 1:
        return {**action, "view_mode": "form", "res_id": records.id}
    return {**action, "view_mode": "list,form", "domain": [("id", "in", records.ids)]}
