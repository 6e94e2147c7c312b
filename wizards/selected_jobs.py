# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which jobs did a person select before a dialog opened?"""

from collections.abc import Container

from odoo import api

JOB = "connector.queue.job"


def selected_jobs(env: api.Environment, states: Container[str]):
    """Return the selected jobs that are in one of some states."""
    jobs = env[JOB]
    if env.context.get("active_model") != JOB:
        return jobs
    selected = jobs.browse(env.context.get("active_ids", ()))
    return selected.filtered(lambda job: job.state in states)
