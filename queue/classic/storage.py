# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Storage of jobs that were made by hand."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from ...exception import GoneName
from ...session import ConnectorSession
from ..delay.options import ALWAYS_OPTIONS
from ..engine.worker import Worker
from ..state import ENQUEUED, NOT_STARTED
from .job import Job

_logger = logging.getLogger(__name__)

NOT_ENDED = (*NOT_STARTED, ENQUEUED)


def whitelist_unpickle_global(thing) -> None:
    """Log that the call has no effect: arguments are JSON, nothing is unpickled."""
    _logger.warning(
        "whitelist_unpickle_global(%r) does nothing: the arguments of jobs are JSON. "
        "Drop the call; what cannot be stored is refused when the job is delayed.",
        thing,
    )


class JobStorage:
    """Interface of a job storage."""

    def store(self, job: Job) -> None:
        """Store a job, new or altered."""
        raise NotImplementedError

    def load(self, job_uuid: str) -> Job:
        """Return a stored job."""
        raise NotImplementedError

    def exists(self, job_uuid: str) -> bool:
        """Return whether a job is stored."""
        raise NotImplementedError


class OpenERPJobStorage(JobStorage):
    """Job storage in the database, in the transaction of a session.

    Args:
        session: its user runs the jobs, unless a job names another user.
    """

    _job_model_name = "connector.queue.job"
    _worker_model_name = "connector.queue.worker"

    openerp_id = GoneName("db_record(job).id")

    def __init__(self, session: ConnectorSession):
        self.session = session
        self.job_model = session.env[self._job_model_name]

    def enqueue(  # noqa: PLR0913 the classic signature
        self,
        func: Callable | str,
        model_name: str | None = None,
        args: tuple | None = None,
        kwargs: dict | None = None,
        priority: int | None = None,
        eta: datetime | timedelta | int | None = None,
        max_retries: int | None = None,
        description: str | None = None,
        channel: str | None = None,
        identity_key: str | Callable | None = None,
    ) -> str:
        """Create and store a job; return its uuid.

        With the identity key of a waiting job, nothing is stored and the uuid is that
        of the waiting job.

        Raises:
            InvalidUsageError: an argument cannot be used, or func is no job.
        """
        job = Job(
            func,
            model_name,
            args,
            kwargs,
            priority=priority,
            eta=eta,
            max_retries=max_retries,
            description=description,
            channel=channel,
            identity_key=identity_key,
        )
        return self.job_model._delay_job(job)

    def enqueue_resolve_args(self, func: Callable | str, *args, **kwargs) -> str:
        """Enqueue a job, given the arguments of its function after the session.

        The first is the name of the model. Options of a job are taken out of kwargs.
        """
        options = {name: kwargs.pop(name) for name in ALWAYS_OPTIONS & kwargs.keys()}
        return self.enqueue(func, args=args, kwargs=kwargs, **options)

    def store(self, job: Job) -> None:
        """Insert a job, or write the mutable fields of a stored job.

        Its call and its user stay as first stored.

        Raises:
            InvalidUsageError: func is no job; a worker has it; it is in a state that
                only workers set.
        """
        self.job_model._store_job(job)

    def load(self, job_uuid: str) -> Job:
        """Return a stored job, with records in the session's environment.

        Raises:
            NoSuchJobError: there is none.
            NotReadableJobError: its arguments cannot be read.
        """
        return self.job_model._load_job(job_uuid)

    def exists(self, job_uuid: str) -> bool:
        """Return whether a job is stored."""
        return bool(self.db_record_from_uuid(job_uuid))

    def db_record(self, job: Job):
        """Return the record of a job, empty when it is not stored."""
        return self.db_record_from_uuid(job.uuid)

    def db_record_from_uuid(self, job_uuid: str):
        """Return the record of a job, empty when it is not stored.

        With elevated rights: delaying a job needs no rights on the queue.
        """
        return self.job_model._find_sudo(job_uuid)

    def job_record_with_same_identity_key(self, identity_key: str):
        """Return the record of the unended job with an identity key, or none."""
        return self.job_model.sudo().search(
            [("identity_key", "=", identity_key), ("state", "in", NOT_ENDED)],
            limit=1,
        )


Worker.job_storage_class = OpenERPJobStorage  # the engine knows no classic names
