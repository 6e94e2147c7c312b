# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Proxy of records that delays method calls as jobs."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, Generic, TypeVar

from odoo.models import BaseModel

from ...exception import InvalidUsageError
from .call import Declared, Task
from .insert import delay_tasks
from .options import JobOptions
from .registry import find_job_method

Result = TypeVar("Result")  # of a delayed call: str, list[str] or a DelayableJob


class Delayed(Generic[Result]):
    """Proxy of records; calling a method on it delays the call.

    Args:
        records: the records on which the method is called later.
        options: of the job.
        list_of_args: None for one job; else a job for each tuple of arguments.
    """

    def __init__(
        self,
        records: BaseModel,
        options: JobOptions,
        list_of_args: Iterable[tuple[Any, ...]] | None = None,
    ) -> None:
        self._records = records
        self._options = options
        self._list_of_args = list_of_args

    def __getattr__(self, name: str) -> Callable[..., Result]:
        method = find_job_method(type(self._records), name)
        if method is None:
            raise InvalidUsageError(
                f"Cannot delay {name!r} of {self._records}: the model has no such "
                "method with @job. Decorate it with job of connector.queue.job."
            )
        if self._list_of_args is None:
            return partial(self._delay_one, method)
        return partial(self._delay_many, method, self._list_of_args)

    def _delay_one(self, method: Declared, /, *args: Any, **kwargs: Any) -> Any:
        return self._delay([self._task(method, args, kwargs)])[0]

    def _delay_many(
        self,
        method: Declared,
        list_of_args: Iterable[tuple[Any, ...]],
        /,
        **kwargs: Any,
    ) -> Any:
        return self._delay([self._task(method, args, kwargs) for args in list_of_args])

    def _task(
        self, method: Declared, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Task:
        return Task(method, self._records._name, tuple(args), kwargs, self._records)

    def _delay(self, tasks: list[Task]) -> list[str]:
        return delay_tasks(self._records.env, tasks, self._options)
