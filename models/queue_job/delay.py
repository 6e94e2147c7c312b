# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of events: the calls of their consumers, delayed or merged."""

import hashlib
from collections.abc import Callable

from odoo import api, models

from ...queue import store
from ...queue.delay import codec
from ...queue.delay.call import Task, new_uuid
from ...queue.delay.insert import (
    caller_of,
    caller_values,
    delay_tasks,
    insert_jobs,
    payload_of,
)
from ...queue.delay.options import JobOptions
from ...secret import Secret, known_secrets


class QueueJob(models.Model):
    """Creation of jobs by events."""

    _inherit = "connector.queue.job"

    @api.model
    def _delay_consumer(self, consumer: Callable, model_name: str, args, kwargs) -> str:
        """Delay the consumer of an event; return the job's uuid."""
        args = tuple(self._without_secret_fields(model_name, arg) for arg in args)
        task = Task(consumer, model_name, args, kwargs)
        return delay_tasks(self.env, [task], JobOptions())[0]

    @api.model
    def _delay_merged(
        self, consumer: Callable, model_name: str, record_id: int, vals: dict
    ) -> None:
        """Delay the consumer of a write, or merge its values into the waiting job.

        Only a job of the same user, company and context matches: it runs with their
        rights. If a worker takes it meanwhile, PostgreSQL refuses the merge and the
        caller's transaction runs again.
        """
        vals = self._without_secret_fields(model_name, vals)
        task = Task(consumer, model_name, (record_id, vals))
        caller = caller_of(self.env, task, JobOptions())
        values = caller_values(caller.env)
        who = (values[name] for name in ("user_id", "company_id", "context"))
        parts = task.func_name, model_name, record_id, *who
        key = hashlib.sha1(repr(parts).encode(), usedforsecurity=False).hexdigest()
        key, reason = f"event:{key}", caller.user_reason
        new = (task, new_uuid(), key)
        if insert_jobs(caller.env, [new], JobOptions(), user_reason=reason):
            return
        job_id, payload = store.lock_identical(self.env.cr, key)
        (_record_id, known), _kwargs = codec.decode(payload, self.env)
        merged = Task(consumer, model_name, (record_id, {**known, **vals}))
        secrets = known_secrets(self.env.cr)
        store.replace_payload(self.env.cr, job_id, payload_of(merged, secrets))

    def _without_secret_fields(self, model_name: str, vals):
        """Return the values of an event without those of secret fields."""
        if not isinstance(vals, dict) or not known_secrets(self.env.cr):
            return vals
        known = self.env[model_name]._fields if model_name in self.env else {}
        return {
            name: value
            for name, value in vals.items()
            if not isinstance(known.get(name), Secret)
        }
