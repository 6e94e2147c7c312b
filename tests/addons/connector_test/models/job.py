# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that leave a trace, and the traces."""

import os
import signal
import time
from pathlib import Path

from odoo import api, fields, models

from odoo.addons.connector.exception import FailedJobError, RetryableJobError
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.engine import supervisor as supervisor
from odoo.addons.connector.queue.job import job

TRACE = "connector.test.trace"


class TestTrace(models.Model):
    """That a job ran: each run leaves one, in its own transaction."""

    _name = TRACE
    _description = "Test Trace"
    _order = "id"

    name = fields.Char()
    job_uuid = fields.Char(default=lambda self: self.env.context.get("job_uuid"))
    company_id = fields.Many2one("res.company", default=lambda self: self.env.company)

    @job
    def copy_as(self, name):
        """Leave a trace with another name for each of these."""
        return self.create([{"name": name} for _trace in self]).ids

    @job(default_channel="root.traces", retry_pattern={1: 7})
    def rename(self, name):
        """Rename these traces."""
        self.write({"name": name})

    @job(on_missing="done")
    def export(self):
        """Leave a trace for each of these that are left."""
        return self.create([{"name": f"export {trace.name}"} for trace in self]).ids

    @job(on_missing="run")
    def report_gone(self):
        """Leave a trace that tells which of these exist."""
        self.create({"name": f"{len(self.exists())} of {len(self)}"})

    @api.model
    @job
    def leave(self, name, seconds):
        """Leave a trace, and take some time."""
        self.create({"name": name})
        time.sleep(seconds)

    @job
    @api.model
    def count(self):
        """Count all traces."""
        return self.search_count([])

    @api.model
    def action_delay(self):
        """Delay a job, as a button does."""
        self.create({"name": "for a job"}).delayed(eta=3600).leave("later", 0)

    @api.model
    def tell_progress(self, job_id, done, total):
        """Say how far a job is, for a test whose job does not really run."""
        store.write_progress(self.env.cr, job_id, done, total, None)

    def archive_quietly(self):
        """Do what no job may do."""


class TestTraceOverride(models.Model):
    """An addon that overrides a job and does not decorate it again."""

    _inherit = TRACE

    def rename(self, name):
        """Rename these traces, in capitals."""
        return super().rename(name.upper())


@job
def leave_trace(session, _model_name, name="trace"):
    """Leave a trace."""
    return session.env[TRACE].create({"name": name}).name


@job
def end(session, _model_name, name, error=None):
    """Leave a trace, or fail with a message."""
    if error:
        raise FailedJobError(error)
    session.env[TRACE].create({"name": name})


@job(default_channel="root.traces.slow")
def leave_trace_slowly(session, _model_name, name, seconds):
    """Leave a trace, and take some time."""
    session.env[TRACE].create({"name": name})
    time.sleep(seconds)


@job
def kill_own_process(session, _model_name, file=None):
    """Leave a trace and kill this process; only once when a file is given."""
    session.env[TRACE].create({"name": "killer"})
    if file and Path(file).exists():
        return
    if file:
        Path(file).touch()
    os.kill(os.getpid(), signal.SIGKILL)


@job
def say_nothing(_session, _model_name):
    """Have no word for the database."""


@job
def leave_trace_when_tried_again(session, _model_name, seconds):
    """Leave a trace at the second attempt, so many seconds after the first."""
    if current_job(session.env).attempt == 1:
        raise RetryableJobError("not yet", seconds=seconds)
    session.env[TRACE].create({"name": "again"})


@job
def delay_another(session, model_name, seconds):
    """Leave a trace, and delay a job that leaves one so many seconds later."""
    session.env[TRACE].create({"name": "first"})
    leave_trace.delay(session, model_name, "later", eta=seconds)


@job(timeout=0.5)
def sleep_for_ever(session, _model_name):
    """Leave a trace and hang, in a process that does not wait long."""
    session.env[TRACE].create({"name": "asleep"})
    supervisor.HARD_S = 0.5
    time.sleep(3600)


@job
def run_action(session, model_name, action_id):
    """Run a server action."""
    return session.env[model_name].browse(action_id).run()
