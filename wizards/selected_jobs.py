# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that were selected in the list before a dialog opened."""

import json
from collections.abc import Container

from odoo import api

JOB = "connector.queue.job"


def selected_jobs(env: api.Environment, states: Container[str]):
    """Return the selected jobs that are in one of the given states."""
    jobs = env[JOB]
    if env.context.get("active_model") != JOB or selected_domain(env):
        return jobs
    selected = jobs.browse(env.context.get("active_ids", ()))
    return selected.filtered(lambda job: job.state in states)


def selected_domain(env: api.Environment) -> str | bool:
    """Return the domain whose jobs are all selected, as text; False for none.

    The list of jobs sends it in place of ids, which could be a hundred thousand.
    """
    domain = env.context.get("selected_domain")
    return json.dumps(domain) if domain is not None else False


def read_domain(text: str) -> list:
    """Return the domain from the text of :func:`selected_domain`."""
    return json.loads(text)
