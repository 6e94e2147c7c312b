# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Proxy of records that delays method calls as jobs."""

from collections.abc import Callable, Iterable

from ...exception import InvalidUsageError
from .call import Task
from .insert import delay_tasks
from .options import JobOptions
from .registry import find_job_method


class Delayed:
    """Proxy of records; calling a method on it delays the call.

    Args:
        records: the records on which the method is called later.
        options: of the job.
        list_of_args: None for one job; else a job for each tuple of arguments.
    """

    def __init__(
        self,
        records,
        options: JobOptions,
        list_of_args: Iterable[tuple] | None = None,
    ):
        self._records = records
        self._options = options
        self._list_of_args = list_of_args

    def __getattr__(self, name: str) -> Callable:
        method = find_job_method(type(self._records), name)
        if method is None:
            raise InvalidUsageError(
                f"Cannot delay {name!r} of {self._records}: the model has no such "
                "method with @job. Decorate it with job of connector.queue.job."
            )
        return self._delay_many(method) if self._is_many else self._delay_one(method)

    @property
    def _is_many(self) -> bool:
        return self._list_of_args is not None

    def _delay_one(self, method: Callable) -> Callable:
        def delay(*args, **kwargs) -> str:
            return self._delay([self._task(method, args, kwargs)])[0]

        return delay

    def _delay_many(self, method: Callable) -> Callable:
        def delay(**kwargs) -> list[str]:
            return self._delay(
                [self._task(method, args, kwargs) for args in self._list_of_args]
            )

        return delay

    def _task(self, method: Callable, args: tuple, kwargs: dict) -> Task:
        return Task(method, self._records._name, tuple(args), kwargs, self._records)

    def _delay(self, tasks: list[Task]) -> list[str]:
        return delay_tasks(self._records.env, tasks, self._options)
