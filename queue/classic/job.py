# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic ``Job``, for connectors that make, store, load and perform jobs by hand."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta, timezone

from odoo import api

from ...exception import (
    FailedJobError,
    InvalidUsageError,
    RetryableJobError,
)
from ...session import ConnectorSession
from ..delay import codec
from ..delay.call import Task, describe, new_uuid
from ..delay.caller import COMPANIES, DEFAULT_LANG, find_lang
from ..delay.options import (
    DEFAULT_MAX_RETRIES,
    DEFAULT_PRIORITY,
    JobOptions,
    naive_time,
)
from ..delay.registry import existing, find_job_function, require_job_method
from ..engine.retry import RETRY_INTERVAL, pattern_delay_s
from ..eta import bounded_s
from ..state import CANCELLED, DONE, ENQUEUED, FAILED, PENDING, STARTED

NO_ETA = datetime(1, 1, 1)  # noqa: DTZ001 naive, as Odoo has them: before all others
CANCELLED_TEXT = "Canceled. Nothing to do."
# Columns of the row that are attributes under the same name.
COLUMNS = (
    "uuid",
    "state",
    "func_name",
    "method_name",
    "model_name",
    "priority",
    "eta",
    "max_retries",
    "retry",
    "date_created",
    "date_enqueued",
    "date_started",
    "date_done",
    "result",
    "exc_info",
)


class Job:
    """A call with its state, in memory; OpenERPJobStorage stores it.

    ``func.delay(…)`` is shorter and needs none of this.

    Args:
        func: a function with ``@job``, or its dotted path.
        model_name: goes before the other arguments.
        eta: not before: naive UTC, a timedelta, or seconds from now.
        identity_key: text, or a function that computes it. As attribute it is text;
            it is computed again when the job is stored, for the user of that time.

    Raises:
        InvalidUsageError: there is no func, args is no tuple or kwargs no dict.
        NotImplementedError: func is bound to an object.
        TypeError: func is something else.
    """

    context: dict
    method_name: str | None = None  # of a job that calls a method of records
    worker_uuid: str | None = None
    date_enqueued: datetime | None = None
    date_started: datetime | None = None
    date_done: datetime | None = None
    result = None
    exc_info: str | None = None

    def __init__(  # noqa: PLR0913 the classic signature
        self,
        func: Callable | str | None = None,
        model_name: str | None = None,
        args: tuple | None = None,
        kwargs: dict | None = None,
        priority: int | None = None,
        eta: datetime | timedelta | int | None = None,
        job_uuid: str | None = None,
        max_retries: int | None = None,
        description: str | None = None,
        channel: str | None = None,
        identity_key: str | Callable | None = None,
    ):
        self.func_name, self._func = _named(func)
        self.model_name = model_name
        self.args = _args(model_name, args)
        self.kwargs = _kwargs(kwargs)
        self.priority = DEFAULT_PRIORITY if priority is None else priority
        self.max_retries = DEFAULT_MAX_RETRIES if max_retries is None else max_retries
        self.has_own_max_retries = max_retries is not None
        self.eta = eta
        self.channel = channel
        self.context = {}
        self.state, self.retry = PENDING, 0
        self.user_id: int | None = None
        self.company_id: int | None = None
        self.date_created = _now()
        self._uuid = job_uuid
        self._description = description
        self.given_identity_key = identity_key

    @classmethod
    def from_record(cls, row, env: api.Environment) -> "Job":
        """Return the job stored in a record of ``connector.queue.job``.

        Args:
            env: of the records among its arguments.

        Raises:
            NotReadableJobError: its arguments cannot be read.
        """
        job = cls.__new__(cls)
        job._func = None
        for name in COLUMNS:
            setattr(job, "_uuid" if name == "uuid" else name, row[name] or None)
        job.identity_key = row.identity_key or None
        job.priority, job.retry = row.priority, row.retry
        job.max_retries = row.max_retries
        job.has_own_max_retries = row.has_own_max_retries
        job.channel = row.channel_id.complete_name
        job.context = row.context or {}
        job.user_id = row.user_id.id
        job.company_id = row.company_id.id or None
        worker_sudo = row.worker_id.sudo().exists()  # whose name is no secret
        job.worker_uuid = worker_sudo.uuid or None
        job._description = row.name
        args, job.kwargs = codec.decode(row.payload, env, row.payload_version)
        has_model = codec.has_model(job.model_name, row.payload_version)
        is_prefixed = has_model and not job.method_name
        job.args = (job.model_name, *args) if is_prefixed else args
        return job

    # === WHAT IT IS === #

    @property
    def uuid(self) -> str:
        """Its globally unique id; generated on first access."""
        if self._uuid is None:
            self._uuid = new_uuid()
        return self._uuid

    @property
    def func(self) -> Callable:
        """The function, imported; of records, the method.

        Raises:
            FailedJobError: it is gone, or is no job.
        """
        if self._func is None and self.method_name:
            self._func = require_job_method(self.args[0], self.method_name)
        elif self._func is None:
            self._func = find_job_function(self.func_name)
        return self._func

    @property
    def task(self) -> Task:
        """The call, as the queue stores it."""
        if self.method_name:
            records, *args = self.args
            return Task(self.func, records._name, tuple(args), self.kwargs, records)
        first, *rest = self.args or (None,)
        return Task.of_function(self.func, first, rest, self.kwargs)

    @property
    def func_string(self) -> str:
        """The call as text; arguments named like a secret are hidden."""
        return describe(self.func_name, self.args, self.kwargs)

    @property
    def description(self) -> str:
        """Its description in the list of jobs."""
        if self._description:
            return self._description
        return Task(self.func, None).description  # whatever its arguments are

    @description.setter
    def description(self, text: str):
        self._description = text

    @property
    def identity_key(self) -> str | None:
        """Its identity key; a function computes it for its user and company."""
        if not callable(self.given_identity_key):
            return self.given_identity_key
        task = replace(self.task, user_id=self.user_id, company_id=self.company_id)
        return JobOptions(identity_key=self.given_identity_key).identity_key_of(task)

    @identity_key.setter
    def identity_key(self, key: str | Callable | None):
        self.given_identity_key = key

    @property
    def eta(self) -> datetime | None:
        """The time before which it does not start, naive UTC."""
        return self._eta

    @eta.setter
    def eta(self, value):
        self._eta = naive_time(value or None, _now)  # 0 is no eta

    @property
    def canceled(self) -> bool:
        """Whether it was cancelled."""
        return self.state == CANCELLED

    def __repr__(self) -> str:
        return f"<Job {self.uuid}, priority:{self.priority}>"

    # === ORDER === #

    @property
    def place(self) -> tuple:
        """Sort key: jobs without eta first, then the most urgent, then the oldest."""
        return self.eta or NO_ETA, self.priority, self.date_created

    def __lt__(self, other: "Job") -> bool:
        return self.place < other.place if _is_job(other) else NotImplemented

    def __le__(self, other: "Job") -> bool:
        return self.place <= other.place if _is_job(other) else NotImplemented

    # === RUNNING === #

    def perform(self, session: ConnectorSession):
        """Run it as its user and keep the result; nothing is stored.

        Workers do not use this, but ``claimed_job``, which does more.

        Raises:
            InvalidUsageError: it was cancelled.
            FailedJobError: its retries are used up.
        """
        if self.canceled:
            raise InvalidUsageError(
                f"Cannot perform {self}: it was cancelled. Call set_pending() before."
            )
        self.retry += 1
        try:
            with session.change_env(self._env(session.env)):
                self.result = self._call(session)
        except RetryableJobError as error:
            if error.ignore_retry:
                self.retry -= 1
            elif self.max_retries and self.retry >= self.max_retries:
                raise FailedJobError(
                    f"Max. retries ({self.max_retries}) reached: {error}"
                ) from error
            raise
        return self.result

    def _env(self, env: api.Environment) -> api.Environment:
        """Return the environment of its user and context, in the user's language."""
        context = {**self.context, "job_uuid": self.uuid}
        if companies := env.context.get(COMPANIES):
            context.setdefault(COMPANIES, companies)
        env = env(user=self.user_id or env.uid, context=context)
        lang = find_lang(env)
        is_same = lang == context.get("lang", DEFAULT_LANG)
        return env if is_same else env(context={**context, "lang": lang})

    def _call(self, session):
        if not self.method_name:
            return self.func(session, *self.args, **self.kwargs)
        records, *args = self.args
        declared = require_job_method(records, self.method_name)
        records = existing(records, declared, self.func_name)
        method = getattr(records.with_env(session.env), self.method_name)
        return method(*args, **self.kwargs)

    def related_action(self, session: ConnectorSession) -> dict | None:
        """Return the action its function declares, None when it declares none."""
        action = getattr(self.func, "related_action", None)
        return action(session, self) if action else None

    # === MOVING === #

    def set_pending(self, result: str | None = None, reset_retry: bool = True) -> None:
        """Set it back to pending."""
        self.state = PENDING
        self.date_enqueued = self.date_started = self.date_done = None
        self.worker_uuid = None
        if reset_retry:
            self.retry = 0
        if result is not None:
            self.result = result

    def set_enqueued(self, worker=None) -> None:
        """Mark it as claimed by a worker; in memory only."""
        self.state = ENQUEUED
        self.date_enqueued, self.date_started = _now(), None
        self.worker_uuid = getattr(worker, "uuid", None)

    def set_started(self) -> None:
        """Mark it as running; in memory only."""
        self.state, self.date_started = STARTED, _now()

    def set_done(self, result: str | None = None) -> None:
        """Mark it as done."""
        self.state, self.date_done, self.exc_info = DONE, _now(), None
        if result is not None:
            self.result = result

    def set_failed(self, exc_info: str | None = None) -> None:
        """Mark it as failed, with the traceback."""
        self.state, self.date_done = FAILED, _now()
        if exc_info is not None:
            self.exc_info = exc_info

    def cancel(self, msg: str | None = None) -> None:
        """Cancel it: it ends without its work."""
        self.state, self.date_done = CANCELLED, _now()
        self.result = CANCELLED_TEXT if msg is None else msg

    def postpone(self, result: str | None = None, seconds: int | None = None) -> None:
        """Set the eta of the next attempt; the state stays."""
        self.eta = timedelta(seconds=bounded_s(self._get_retry_seconds(seconds)))
        self.exc_info = None
        if result is not None:
            self.result = result

    def _get_retry_seconds(self, seconds: int | None = None) -> float:
        pattern = getattr(self.func, "retry_pattern", None)
        if seconds:
            return seconds
        return pattern_delay_s(pattern, self.retry) if pattern else RETRY_INTERVAL


def _named(func) -> tuple[str, Callable | None]:
    """Return the dotted path of a function, and the function if it was given."""
    if func is None:
        raise InvalidUsageError("Cannot make a job: func is None, expected a function.")
    if isinstance(func, str):
        return func, None
    if inspect.ismethod(func):
        raise NotImplementedError(
            f"Cannot make a job of {func!r}: it is bound to an object. Use "
            "records.delayed().method(…)."
        )
    if not inspect.isfunction(func):
        raise TypeError(
            f"Cannot make a job of {func!r}: expected a function or its dotted path."
        )
    return f"{func.__module__}.{func.__name__}", func


def _args(model_name: str | None, args) -> tuple:
    if args is not None and not isinstance(args, tuple):
        raise InvalidUsageError(f"Cannot make a job: args is {args!r}, not a tuple.")
    return (*([model_name] if model_name else []), *(args or ()))


def _kwargs(kwargs) -> dict:
    if kwargs is not None and not isinstance(kwargs, dict):
        raise InvalidUsageError(f"Cannot make a job: kwargs is {kwargs!r}, not a dict.")
    return kwargs or {}


def _is_job(other) -> bool:
    return isinstance(other, Job)


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)
