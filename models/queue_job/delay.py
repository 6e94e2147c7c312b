# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs of events: the calls of their consumers, delayed or merged."""

import hashlib
from collections.abc import Callable

from odoo import api, fields, models

from ...queue import store
from ...queue.delay import codec
from ...queue.delay.call import Task, new_uuid
from ...queue.delay.caller import caller_values
from ...queue.delay.insert import caller_of, delay_tasks, insert_jobs, payload_of
from ...queue.delay.options import JobOptions
from ...secret import Secret, known_secrets


class QueueJob(models.Model):
    """Creation of jobs by events."""

    _inherit = "connector.queue.job"

    @api.model
    def _delay_consumer(self, consumer: Callable, model_name: str, args, kwargs) -> str:
        """Delay the consumer of an event; return the job's uuid."""
        args = tuple(self._event_values(model_name, arg) for arg in args)
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
        vals = self._event_values(model_name, vals)
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

    def _event_values(self, model_name: str, vals):
        """Return the values of an event as its job keeps them.

        Those of secret fields are left out. A file is no matter of a queue: its field
        has True for it, and whoever needs the file reads the record. Files of lines,
        which are written with their record, are treated alike.
        """
        if not isinstance(vals, dict):
            return vals
        known = self.env[model_name]._fields if model_name in self.env else {}
        has_secrets = bool(known_secrets(self.env.cr))
        return {
            name: self._event_value(known.get(name), value)
            for name, value in vals.items()
            if not (has_secrets and isinstance(known.get(name), Secret))
        }

    def _event_value(self, field: fields.Field | None, value):
        if isinstance(field, fields.Binary):
            return bool(value)
        is_lines = isinstance(field, fields.One2many | fields.Many2many)
        if not (is_lines and isinstance(value, list)):
            return value
        model_name = field.comodel_name
        return [self._event_command(model_name, command) for command in value]

    def _event_command(self, model_name: str, command):
        """Return a command that writes lines, without the files of its values."""
        if len(command) < 3 or not isinstance(command[2], dict):
            return command
        values = self._event_values(model_name, command[2])
        return type(command)([*command[:2], values])
