# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The ``@job`` decorator: functions and methods that can run as jobs.

Also the classic import path of everything about jobs.
"""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Concatenate, cast, overload

from ..session import ConnectorSession
from .channel_text import ROOT
from .classic.job import Job  # noqa: F401 its classic path
from .classic.storage import (  # noqa: F401 their classic path
    JobStorage,
    OpenERPJobStorage,
    whitelist_unpickle_global,
)
from .delay.call import Declared, Task, identity_exact  # noqa: F401 its classic path
from .delay.insert import delay_tasks
from .delay.options import (
    DEFAULT_MAX_RETRIES,  # noqa: F401 its classic path
    DEFAULT_PRIORITY,  # noqa: F401 its classic path
    JobOptions,
    check_declared,
)
from .delay.registry import (
    FAIL,
    JOB_METHODS,
    JOB_REGISTRY,
    OnMissing,
    check_has_records,
    check_on_missing,
)
from .engine.retry import (
    RETRY_INTERVAL,  # noqa: F401 its classic path
    Backoff,
    Pattern,
    Policy,
)
from .graph import DelayableJob
from .job_function import (
    Decorated,
    JobDecorator,
    JobFunction,
    P,
    R_co,
    Records,
    TakesSession,
)
from .state import (  # noqa: F401 their classic path
    DONE,
    ENQUEUED,
    FAILED,
    PENDING,
    STARTED,
    STATES,
)

# === DECLARING === #


@overload
def job(func: TakesSession[P, R_co], /) -> JobFunction[P, R_co]: ...


@overload
def job(
    func: Callable[Concatenate[ConnectorSession, P], R_co], /
) -> JobFunction[P, R_co]: ...


@overload
def job(
    func: Callable[Concatenate[Records, P], R_co], /
) -> Callable[Concatenate[Records, P], R_co]: ...


@overload
def job(  # noqa: PLR0913 what a declaration says, by keyword
    func: None = None,
    default_channel: str = ROOT,
    retry_pattern: Pattern | None = None,
    retry_on: tuple[type[Exception], ...] = (),
    backoff: Backoff | None = None,
    timeout: float | None = None,
    on_missing: OnMissing = FAIL,
    network_retry_s: float | None = None,
    public_user: str | None = None,
) -> JobDecorator: ...


def job(  # noqa: PLR0913 what a declaration says, by keyword
    func: Callable[..., Any] | None = None,
    default_channel: str = ROOT,
    retry_pattern: Pattern | None = None,
    retry_on: tuple[type[Exception], ...] = (),
    backoff: Backoff | None = None,
    timeout: float | None = None,
    on_missing: OnMissing = FAIL,
    network_retry_s: float | None = None,
    public_user: str | None = None,
) -> Any:
    """Allow a function, or a method of a model, to run as a job.

    A function of a module takes ``(session, model_name, *args, **kwargs)`` and gets
    ``func.delay(…)``, ``func.delay_many(…)`` and ``func.delayable(…)``; a method is
    delayed with ``records.delayed().method(…)``. Called as usual, it runs at once.

    Args:
        default_channel: ``root`` or a dotted name below it.
        retry_pattern: ``{retry count: seconds}``; the entry with the greatest count
            that was reached applies.
        retry_on: exceptions after which the job is tried again, besides
            RetryableJobError and those of the network.
        backoff: doubling delays instead of a pattern.
        timeout: seconds after which a running job is interrupted; it ends with
            JobTimeoutError. None, or 0, for none.
        on_missing: what a job of a method does when records of it are gone: ``fail``
            and name them; ``done``: run for those that are left, end as done without
            any; ``run``: run for all, and check itself.
        network_retry_s: for how long a job is retried after errors of the network,
            in seconds; 0: its retries are counted. None: as the setting says, or by
            count where there is a ``retry_pattern``.
        public_user: XML id of the user as whom jobs run that the public user or nobody
            delays, where their backend has none: it must be safe for anybody to cause
            them. ``base.user_root`` is OdooBot, which may do all. None refuses them.

    Raises:
        InvalidUsageError: an argument is invalid.
    """
    check_declared("channel", default_channel)
    if timeout is not None:
        check_declared("timeout", timeout)
    if public_user is not None:
        check_declared("public_user", public_user)
    check_on_missing(on_missing)
    policy = Policy(retry_pattern, retry_on, backoff, network_retry_s)

    def declare(undeclared: Callable[..., Any]) -> Callable[..., Any]:
        function = cast(JobFunction[..., Any], undeclared)
        function.is_job = True
        function.default_channel = default_channel
        function.retry_pattern = retry_pattern
        function.retry_policy = policy
        function.timeout = timeout
        function.on_missing = on_missing
        function.public_user = public_user
        if _is_method(function):
            JOB_METHODS.add(function.__name__)
        else:
            check_has_records(function)
            function.delay = _delay_of(function)
            function.delay_many = _delay_many_of(function)
            function.delayable = _delayable_of(function)
            JOB_REGISTRY.add(function)
        return undeclared

    return declare if func is None else declare(func)


def related_action(
    action: Callable[..., Any] = lambda session, job: None, **kwargs: Any
) -> Callable[[Decorated], Decorated]:
    """Give a job function the action that shows what its jobs worked on.

    Args:
        action: ``action(session, job, **kwargs)`` returns an action, or None.
    """

    def decorate(func: Decorated) -> Decorated:
        function: Any = func  # whatever it is, it has room for an attribute
        function.related_action = partial(action, **kwargs) if kwargs else action
        return func

    return decorate


def _delay_of(function: Declared) -> Callable[..., str]:
    def delay(
        session: ConnectorSession, model_name: object, *args: Any, **kwargs: Any
    ) -> str:
        """Run the function later; same arguments, and the options of a job."""
        options, kwargs = JobOptions.split(kwargs, function)
        task = Task.of_function(function, model_name, args, kwargs)
        return delay_tasks(session.env, [task], options)[0]

    return delay


def _delay_many_of(function: Declared) -> Callable[..., list[str]]:
    def delay_many(
        session: ConnectorSession,
        model_name: object,
        list_of_args: Iterable[tuple[Any, ...]],
        **options: Any,
    ) -> list[str]:
        """Run the function later, once for each tuple of arguments."""
        job_options, kwargs = JobOptions.split(options, function)
        tasks = [
            Task.of_function(function, model_name, args, kwargs)
            for args in list_of_args
        ]
        return delay_tasks(session.env, tasks, job_options)

    return delay_many


def _delayable_of(function: Declared) -> Callable[..., DelayableJob]:
    def delayable(
        session: ConnectorSession, model_name: object, *args: Any, **kwargs: Any
    ) -> DelayableJob:
        """Return a job that is not stored yet, see :mod:`.graph`."""
        options, kwargs = JobOptions.split(kwargs, function)
        task = Task.of_function(function, model_name, args, kwargs)
        return DelayableJob(session.env, task, options)

    return delayable


def _is_method(function: Declared) -> bool:
    owner = function.__qualname__.rpartition(".")[0]
    return bool(owner) and not owner.endswith("<locals>")
