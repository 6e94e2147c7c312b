# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What is to be done later, by which function, with which arguments?"""

import hashlib
import inspect
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module

from ..addon import addon_of
from ..exception import FailedJobError
from ..session import ConnectorSession
from .options import (
    DEFAULT_MAX_RETRIES,  # noqa: F401 its classic path
    DEFAULT_PRIORITY,  # noqa: F401 its classic path
    ROOT_CHANNEL,
    JobOptions,
    check_channel,
)
from .retry import Backoff, Pattern, Policy

WAITING = "waiting"  # for other jobs
PENDING = "pending"  # may be taken by a worker, or not before its eta
ENQUEUED = "enqueued"  # taken by a worker
STARTED = "started"  # running now; never stored, see models.queue_job
DONE = "done"
FAILED = "failed"
CANCELLED = "cancelled"
STATES = [
    (WAITING, "Waiting"),
    (PENDING, "Pending"),
    (ENQUEUED, "Enqueued"),
    (STARTED, "Started"),
    (DONE, "Done"),
    (FAILED, "Failed"),
    (CANCELLED, "Cancelled"),
]

JOB_REGISTRY: set[Callable] = set()
"""The module functions that may run as jobs."""

JOB_METHODS: set[str] = set()
"""The names of the methods that are jobs on some model."""


# === DECLARING === #


def job(
    func: Callable | None = None,
    default_channel: str = ROOT_CHANNEL,
    retry_pattern: Pattern | None = None,
    retry_on: tuple[type[Exception], ...] = (),
    backoff: Backoff | None = None,
):
    """Make a function, or a method of a model, one that can run as a job.

    A function of a module takes ``(session, model_name, *args, **kwargs)`` and gets
    ``func.delay(…)`` and ``func.delay_many(…)``; a method is delayed with
    ``records.delayed().method(…)``. Called as usual, it runs at once.

    Args:
        default_channel: ``root`` or a dotted name below it.
        retry_pattern: ``{retry count: seconds}``; the entry with the greatest count
            that was reached applies.
        retry_on: exceptions after which the job is tried again, besides
            RetryableJobError and those of the network.
        backoff: doubling delays instead of a pattern.

    Raises:
        InvalidUsageError: one of them cannot be used.
    """
    check_channel(default_channel)
    policy = Policy(retry_pattern, retry_on, backoff)

    def declare(function: Callable) -> Callable:
        function.is_job = True
        function.default_channel = default_channel
        function.retry_pattern = retry_pattern
        function.retry_policy = policy
        if _is_method(function):
            JOB_METHODS.add(function.__name__)
        else:
            function.delay = _delay_of(function)
            function.delay_many = _delay_many_of(function)
            JOB_REGISTRY.add(function)
        return function

    return declare if func is None else declare(func)


def related_action(action: Callable = lambda session, job: None, **kwargs):
    """Give a job function the action that shows what its jobs worked on.

    Args:
        action: ``action(session, job, **kwargs)`` returns an action, or None.
    """

    def decorate(func: Callable) -> Callable:
        if kwargs:
            func.related_action = lambda session, job: action(session, job, **kwargs)
        else:
            func.related_action = action
        return func

    return decorate


def _delay_of(function: Callable) -> Callable:
    def delay(session: ConnectorSession, model_name: str, *args, **kwargs) -> str:
        """Run the function later; same arguments, and the options of a job."""
        options, kwargs = JobOptions.split(kwargs, function)
        task = Task(function, model_name, args, kwargs)
        return session.env["connector.queue.job"]._delay([task], options)[0]

    return delay


def _delay_many_of(function: Callable) -> Callable:
    def delay_many(
        session: ConnectorSession,
        model_name: str,
        list_of_args: Iterable[tuple],
        **options,
    ) -> list[str]:
        """Run the function later, once for each tuple of arguments."""
        options, kwargs = JobOptions.split(options, function)
        tasks = [Task(function, model_name, args, kwargs) for args in list_of_args]
        return session.env["connector.queue.job"]._delay(tasks, options)

    return delay_many


def _is_method(function: Callable) -> bool:
    owner = function.__qualname__.rpartition(".")[0]
    return bool(owner) and not owner.endswith("<locals>")


# === DELAYING === #


@dataclass(frozen=True)
class Task:
    """A call that waits: of a module function, or of a method on records."""

    func: Callable
    model_name: str | None
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)
    records: object = None  # of which the method is called; None for a function

    @property
    def func_name(self) -> str:
        """``module.function``, or ``model.method``."""
        if self.records is not None:
            return f"{self.records._name}.{self.func.__name__}"
        return f"{self.func.__module__}.{self.func.__name__}"

    @property
    def description(self) -> str:
        """First line of the function's docstring, or its name."""
        doc = inspect.getdoc(self.func)
        return doc.partition("\n")[0] if doc else f"Function {self.func.__name__}"

    def __str__(self) -> str:
        return f"{self.func_name} of {self.model_name}"


def identity_exact(task: "Task | Job") -> str:
    """Return a key that is the same for the same function and arguments."""
    text = repr(
        (task.func_name, task.model_name, task.args, sorted(task.kwargs.items()))
    )
    return hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()


# === RUNNING === #


@dataclass
class Job:
    """A stored job in the hands of a worker: all that is needed to run it."""

    id: int
    uuid: str
    func_name: str
    method_name: str | None
    model_name: str | None
    channel_id: int
    payload: object
    payload_version: int
    user_id: int
    company_id: int | None
    context: dict
    retry: int
    max_retries: int
    attempt: int
    is_user_active: bool = True
    is_limited: bool = False  # its channel, or one above, has limits
    func: Callable | None = None
    date_started: datetime | None = None
    args: tuple = ()
    kwargs: dict = field(default_factory=dict)

    @classmethod
    def from_row(cls, row: dict) -> "Job":
        """Return the job in a row of the claim."""
        return cls(**{**row, "context": json.loads(row["context"] or "{}")})

    def run_context(self) -> dict:
        """Return the context the job runs in: its user's, and its uuid."""
        context = dict(self.context, job_uuid=self.uuid)
        if self.company_id:
            others = context.get("allowed_company_ids") or []
            context["allowed_company_ids"] = [
                self.company_id,
                *(one for one in others if one != self.company_id),
            ]
        return context

    def perform(self, session: ConnectorSession):
        """Run the function in a session of the job's user; return its result.

        Raises:
            FailedJobError: the function is gone, is no job, or its addon is not
                installed; records are gone; or the user cannot log in any more.
        """
        if not self.is_user_active:
            raise FailedJobError(
                f"Cannot run {self.func_name} as user {self.user_id}: the user is "
                "archived or deleted. Let another user delay it again."
            )
        if self.method_name:
            records, *args = self.args
            self.func = self._find_method(records)
            self._check_exist(records)
            return getattr(records, self.method_name)(*args, **self.kwargs)
        self.func = self._find_function(session)
        return self.func(session, self.model_name, *self.args, **self.kwargs)

    def _find_method(self, records) -> Callable:
        method = find_job_method(type(records), self.method_name)
        if method is None:
            raise FailedJobError(
                f"Cannot run {self.func_name}: model {records._name!r} has no method "
                f"{self.method_name!r} decorated with @job. Bring it back, or cancel "
                "the job."
            )
        return method

    def _check_exist(self, records) -> None:
        """Refuse to run for records some of which would be silently left out."""
        gone = records - records.exists()
        if gone:
            raise FailedJobError(
                f"Cannot run {self.func_name}: {gone} does not exist any more. "
                "Delay it for the records that are left, or set the job to done."
            )

    def _find_function(self, session: ConnectorSession) -> Callable:
        module_name, _dot, name = self.func_name.rpartition(".")
        try:
            function = getattr(import_module(module_name), name)
        except (ImportError, AttributeError) as error:
            raise FailedJobError(
                f"Cannot run {self.func_name}: {error}. Bring the function back, or "
                "cancel the job."
            ) from error
        if function not in JOB_REGISTRY:
            raise FailedJobError(
                f"Cannot run {self.func_name}: it is a plain function, expected a "
                "job. Decorate it with @job."
            )
        if not session.is_module_installed(addon_of(function)):
            raise FailedJobError(
                f"Cannot run {self.func_name}: addon {addon_of(function)!r} is not "
                "installed. Install it, or cancel the job."
            )
        return function


def find_job_method(model_class: type, name: str) -> Callable | None:
    """Return the definition of a model's method that carries ``@job``, if any does."""
    definitions = (vars(cls).get(name) for cls in model_class.__mro__)
    return next((one for one in definitions if getattr(one, "is_job", False)), None)
