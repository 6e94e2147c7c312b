# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lookup of the function or method that a job names, if it may run as a job."""

from importlib import import_module
from typing import Final, Literal

from odoo.models import BaseModel

from ...addon import addon_of
from ...exception import FailedJobError, InvalidUsageError, NothingToDoJob
from ...session import ConnectorSession
from .call import Declared

FAIL: Final = "fail"
DONE: Final = "done"
RUN: Final = "run"
ON_MISSING = (FAIL, DONE, RUN)  # what a job does when a record of it is gone
OnMissing = Literal["fail", "done", "run"]

JOB_REGISTRY: set[Declared] = set()
"""The module functions that may run as jobs."""

JOB_METHODS: set[str] = set()
"""The names of the methods that are jobs on some model."""


class MissingFunctionError(FailedJobError):
    """The function or method of a job is missing, or is no job."""


def find_job_method(model_class: type, name: str) -> Declared | None:
    """Return the definition of a model's method that carries ``@job``, if any does."""
    definitions = (vars(cls).get(name) for cls in model_class.__mro__)
    return next((one for one in definitions if getattr(one, "is_job", False)), None)


def find_job_function(func_name: str) -> Declared:
    """Return the job function with a dotted path.

    Raises:
        MissingFunctionError: it is gone, or is no job.
    """
    module_name, _dot, name = func_name.rpartition(".")
    try:
        function = getattr(import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise MissingFunctionError(
            f"Cannot run {func_name}: {error}. Bring the function back, or cancel the "
            "job."
        ) from error
    if function not in JOB_REGISTRY:
        raise MissingFunctionError(
            f"Cannot run {func_name}: it is a plain function, expected a job. "
            "Decorate it with @job."
        )
    return function


def require_job_function(func_name: str, session: ConnectorSession) -> Declared:
    """Return the job function with a dotted path, of an installed addon.

    Raises:
        MissingFunctionError: it is gone, is no job, or its addon is not installed.
    """
    function = find_job_function(func_name)
    if not session.is_module_installed(addon_of(function)):
        raise MissingFunctionError(
            f"Cannot run {func_name}: addon {addon_of(function)!r} is not installed. "
            "Install it, or cancel the job."
        )
    return function


def require_job_method(records: BaseModel, name: str) -> Declared:
    """Return the definition of a method of records that carries ``@job``.

    Raises:
        MissingFunctionError: there is none.
    """
    method = find_job_method(type(records), name)
    if method is None:
        raise MissingFunctionError(
            f"Cannot run {records._name}.{name}: model {records._name!r} has no method "
            f"{name!r} decorated with @job. Bring it back, or cancel the job."
        )
    return method


def existing(records: BaseModel, method: Declared, func_name: str) -> BaseModel:
    """Return the records for which a job runs, by the ``on_missing`` of its method.

    Args:
        records: of the job.
        method: their definition that carries ``@job``.

    Raises:
        FailedJobError: some are gone, and must not be left out silently; it names them.
        NothingToDoJob: all are gone, and ``on_missing`` is ``done``.
    """
    if method.on_missing == RUN:
        return records
    left = records.exists()
    gone = records - left
    if not gone or (left and method.on_missing == DONE):
        return left if gone else records
    if method.on_missing == DONE:
        raise NothingToDoJob(f"Nothing to do: {gone} does not exist any more.")
    raise FailedJobError(
        f"Cannot run {func_name}: {gone} does not exist any more. Delay it for "
        "the records that are left, or set the job to done."
    )


def check_on_missing(on_missing: str) -> None:
    """Raise InvalidUsageError unless it is a valid ``on_missing``."""
    if on_missing not in ON_MISSING:
        raise InvalidUsageError(
            f"Cannot declare a job: its on_missing is {on_missing!r}, expected one of "
            f"{', '.join(map(repr, ON_MISSING))}."
        )


def check_has_records(function: Declared) -> None:
    """Raise InvalidUsageError for a module function that declares ``on_missing``."""
    if function.on_missing != FAIL:
        raise InvalidUsageError(
            f"Cannot declare {function.__name__} a job with on_missing "
            f"{function.on_missing!r}: it is a function and gets no records, expected "
            "a method of a model. Let it look itself which ids exist."
        )
