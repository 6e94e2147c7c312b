# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Delayed call of MAGIC.add_job: the function behind it, checked to be a job."""

from collections.abc import Callable

from odoo import api, models

from ..exception import InvalidUsageError
from ..queue.delay.call import Task
from ..queue.delay.insert import delay_tasks
from ..queue.delay.options import JobOptions


def delay_of(env: api.Environment, func: Callable, options: dict) -> Callable[..., str]:
    """Return the function that delays a call, with the arguments of the call.

    Args:
        env: in which a function is delayed; a method has that of its records.
        func: a function with ``@job``, whose call begins with the name of a model; or
            a method with ``@job`` that is bound to records.
        options: of the job.

    Raises:
        InvalidUsageError: it is neither, or there is no such option.
    """
    records = getattr(func, "__self__", None)
    if isinstance(records, models.BaseModel):
        return _delay_of_method(records, func, options)
    if getattr(func, "is_job", False) and hasattr(func, "delay"):
        return _delay_of_function(env, func, options)
    raise InvalidUsageError(
        f"Cannot add a job: {func!r} is a {type(func).__name__}, expected a function "
        "or a method of records that is declared with @job of connector.queue.job. "
        "Pass it without calling it: MAGIC.add_job(records.method)(arguments)."
    )


def _delay_of_method(records, method: Callable, options: dict) -> Callable[..., str]:
    return getattr(records.delayed(**options), method.__name__)


def _delay_of_function(env, func: Callable, options: dict) -> Callable[..., str]:
    job_options = JobOptions.read(options)

    def delay(model_name: str, *args, **kwargs) -> str:
        task = Task(func, model_name, args, kwargs)
        return delay_tasks(env, [task], job_options)[0]

    return delay
