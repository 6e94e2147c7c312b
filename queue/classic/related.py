# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Related action of a job: the screen that shows what it worked on."""

from odoo import api

from ...session import ConnectorSession
from ..delay.call import Task
from ..delay.registry import JOB_REGISTRY, find_job_method
from .job import Job


def find_related_action(env: api.Environment, row) -> dict | None:
    """Return the action of a stored job, None when its function has none.

    A function or method declares it with ``@related_action``; without, the action
    shows the records of the method.

    Args:
        env: of the person who wants to see it.
        row: the job, a record of ``connector.queue.job``.
    """
    job = Job.from_record(row, env)
    action = getattr(_find_function(env, row), "related_action", None)
    if action:
        return action(ConnectorSession.from_env(env), job)
    return _show(job.args[0]) if job.method_name else None


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
