# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Storage of classic ``Job`` objects: store, load and alter."""

from odoo import api, fields, models

from ...exception import (
    InvalidUsageError,
    NoSuchJobError,
    NotReadableJobError,
)
from ...queue import store
from ...queue.classic.job import Job
from ...queue.delay.caller import caller_values
from ...queue.delay.insert import (
    caller_of,
    delay_tasks,
    identity_keys,
    insert_jobs,
)
from ...queue.delay.options import DEFAULT_MAX_RETRIES, JobOptions
from ...queue.engine.outcome import result_text
from ...queue.notify import wake_after_commit
from ...queue.state import CANCELLED, DONE, ENQUEUED, FAILED, PENDING, STARTED, WAITING
from ...redaction import MESSAGE_SIZE, TEXT_SIZE, bounded
from ...secret import known_secrets

REST = [WAITING, PENDING, DONE, FAILED, CANCELLED]  # states in which no worker has it


class QueueJob(models.Model):
    """The database side of ``OpenERPJobStorage``."""

    _inherit = "connector.queue.job"

    func_string = fields.Char(
        string="Call", compute="_compute_func_string", help="The call as text."
    )

    # === COMPUTE === #

    def _compute_func_string(self):
        for row in self:
            try:
                row.func_string = Job.from_record(row, self.env).func_string
            except NotReadableJobError as error:
                reason = bounded(str(error), MESSAGE_SIZE)
                row.func_string = f"{row.func_name}(…): {reason}"

    # === HELPERS === #

    @api.model
    def _find_sudo(self, job_uuid: str):
        """Return the record of a job with elevated rights, or none.

        Users need no right on the queue to delay jobs, or to load their own.
        """
        return self.sudo().search([("uuid", "=", job_uuid)])

    @api.model
    def _delay_job(self, job: Job) -> str:
        """Delay the call of a job; return its uuid, or that of an identical job."""
        return delay_tasks(self.env, [_checked(job).task], _options(job))[0]

    @api.model
    def _load_job(self, job_uuid: str) -> Job:
        """Return a stored job as a ``Job``."""
        row_sudo = self._find_sudo(job_uuid)
        if not row_sudo:
            raise NoSuchJobError(
                f"Cannot load job {job_uuid}: there is none (any more)."
            )
        return Job.from_record(row_sudo, self.env)

    @api.model
    def _store_job(self, job: Job) -> None:
        """Insert a job, or write the columns of a stored job that may change."""
        row_sudo = self._find_sudo(job.uuid)
        if row_sudo:
            row_sudo._store_again(job)
        else:
            self._store_first(_checked(job))

    def _store_first(self, job: Job) -> None:
        if job.state != PENDING:
            raise InvalidUsageError(
                f"Cannot store new {job}: its state is {job.state!r}, expected "
                f"{PENDING!r}. Store it first, then set another."
            )
        options = _options(job)
        env = self.with_user(job.user_id or self.env.uid).env
        env, reason = caller_of(env, job.task, options)
        if job.company_id:
            env = env(context={**env.context, "company_id": job.company_id})
            if caller_values(env)["company_id"] != job.company_id:
                raise InvalidUsageError(
                    f"Cannot store {job}: company {job.company_id} is none of user "
                    f"{env.uid}. Set one of theirs, or leave it out."
                )
        (job.identity_key,) = identity_keys(env, [job.task], options)
        new = (job.task, job.uuid, job.identity_key)
        if not insert_jobs(env, [new], options, user_reason=reason):
            raise InvalidUsageError(
                f"Cannot store {job}: a job that waits has its identity key "
                f"{job.identity_key!r}. Use enqueue(): it returns that one's uuid."
            )

    def _store_again(self, job: Job) -> None:
        if job.state in (ENQUEUED, STARTED):
            raise InvalidUsageError(
                f"Cannot store {job}: its state is {job.state!r}, which only workers "
                "give. Call set_pending(), set_done(), set_failed() or cancel()."
            )
        if job.state not in (self.state, WAITING):
            sources = [one for one in REST if (one, job.state) != (WAITING, PENDING)]
            self._move_rows([one for one in sources if one != job.state], job.state)
        secrets = known_secrets(self.env.cr)
        self._rewrite(
            [PENDING, WAITING] if job.state == PENDING else [job.state],
            priority=job.priority,
            max_retries=job.max_retries,
            retry=job.retry,
            eta=job.eta,
            has_eta=True,
            result=result_text(job.result, secrets),
            exc_info=job.exc_info and secrets.stored(job.exc_info, TEXT_SIZE),
            has_end=True,
        )

    def _rewrite(self, states: list[str], **values) -> None:
        """Alter jobs that no worker has; all of them or none."""
        altered = store.rewrite(self.env.cr, self.ids, states, **values)
        self.invalidate_recordset()
        wake_after_commit(self.env.cr)
        others = self.filtered(lambda one: one.id not in altered)
        if others:
            raise InvalidUsageError(
                f"Cannot alter job {others[0].uuid}: it is {others[0].state}, expected "
                f"one of {', '.join(states)}. A job that a worker has is left alone."
            )


def _checked(job: Job) -> Job:
    if not getattr(job.func, "is_job", False):
        raise InvalidUsageError(
            f"Cannot store {job}: {job.func_name} is no job. Decorate it with @job."
        )
    return job


def _options(job: Job) -> JobOptions:
    return JobOptions(
        priority=job.priority,
        eta=job.eta,
        max_retries=_given_retries(job),
        description=job.description,
        channel=job.channel,
        identity_key=job.given_identity_key,
    )


def _given_retries(job: Job) -> int | None:
    """Return the max_retries of a job; None for the default that nobody gave."""
    is_default = job.max_retries == DEFAULT_MAX_RETRIES and not job.has_own_max_retries
    return None if is_default else job.max_retries
