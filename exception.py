# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Errors of the framework, named after what happens next.

::

    ConnectorException
    ├── NoConnectorUnitError       no unit is registered for what was asked
    ├── AmbiguousUnitError         several units are registered for what was asked
    ├── InvalidDataError           the record is not fit to be synchronized
    │   ├── AlreadyBoundError          the record, or the external id, is bound already
    │   └── UnclearMatchError          several records here may be the counterpart
    ├── MappingError               the record cannot be translated
    │   ├── UnmappedValueError         a value has to be filled in in a value map first
    │   └── MissingDependencyError     a record that it needs could not be imported
    ├── InvalidUsageError          the framework was called in a way it does not know
    │   └── WrongArgumentsError        a delayed function does not take these arguments
    ├── UnserializableArgumentError  a job cannot keep what it was given
    ├── ChannelNotFound            no channel has that name
    ├── LinkError                  a link cannot be made or told from others
    ├── SyncError                  items of a sync failed, the others are done
    ├── TransactionLostError       single items cannot be told apart, all is rolled back
    └── JobError
        ├── NoSuchJobError         the job's row is gone
        ├── NotReadableJobError    the job's arguments cannot be read
        ├── FailedJobError         fail the job for good
        │   ├── NotSentError           a request was not sent: settings do not fit
        │   ├── SetupError             rights or code keep all records out
        │   └── SystemicError          too many records of a page fail alike
        ├── JobTimeoutError        the job ran longer than it may
        ├── RetryableJobError      put the job back, with a delay
        │   ├── NewerPayloadError      a later version of the addon wrote the job
        │   ├── NetworkRetryableError  the far side did not answer
        │   │   └── CircuitOpenError       it is known not to: nothing was sent
        │   ├── ChangedThereError      the record changed there since it was read
        │   ├── NoExternalId           the record has no external id yet
        │   └── SessionEndedError      PostgreSQL ended the job's session
        ├── NothingToDoJob         end the job as done, keep the message
        │   └── DryRunError            a write was not sent: the backend is in a dry run
        ├── IDMissingInBackend     the external id does not exist (any more)
        └── ManyIDSInBackend       the external id is not unique over there
"""

import traceback
from typing import Any, NoReturn

from psycopg2 import errors

# What PostgreSQL raises for a row that others refer to. A foreign key that RESTRICTs
# raises 23001 from version 18 on and 23503 before, any other one 23503.
STILL_REFERENCED = (errors.RestrictViolation, errors.ForeignKeyViolation)

# HTTP statuses after which the same request may succeed: the far side is busy, down or
# stumbled. 520 to 530 come from a proxy in front of it.
RETRIED_STATUSES = frozenset({408, 425, 429, *range(500, 600)})


def message_of(error: BaseException, empty: str = "") -> str:
    """Return the text of an error, its class where there is none to show.

    Args:
        empty: text of an error that has none, in place of its class.
    """
    name = type(error).__name__
    try:
        return str(error) or empty or name
    except BaseException as fault:  # noqa: BLE001 what it raises is no news
        return f"{name}, whose text cannot be shown: {type(fault).__name__}"


def traceback_text(error: BaseException) -> str:
    """Return the traceback of an error, or as much of it as is readable."""
    try:
        return "".join(traceback.format_exception(error))
    except BaseException as fault:  # noqa: BLE001 what it raises is no news
        frames = traceback.walk_tb(error.__traceback__)
        lines = [
            f'  File "{frame.f_code.co_filename}", line {line}, in '
            f"{frame.f_code.co_name}\n"
            for frame, line in frames
        ]
        reason = f"{message_of(error)} (no traceback: {message_of(fault)})\n"
        return "".join(["Traceback (most recent call last):\n", *lines, reason])


class ConnectorException(RuntimeError):
    """Root of every error of the framework."""


class NoConnectorUnitError(ConnectorException):
    """No registered unit matches the requested class and model."""


class AmbiguousUnitError(ConnectorException, AssertionError):
    """More than one registered unit matches the requested class and model."""


class InvalidDataError(ConnectorException):
    """The data cannot be synchronized until somebody corrects it."""


class AlreadyBoundError(InvalidDataError):
    """A binding cannot be kept beside another one, which running again would meet.

    Args:
        msg: what clashes, who has it and where, and what to do.
        model_name: model of the binding that is there already.
        binding_id: its id.
    """

    def __init__(self, msg: str, model_name: str = "", binding_id: int = 0):
        super().__init__(msg)
        self.model_name = model_name
        self.binding_id = binding_id


class UnclearMatchError(InvalidDataError):
    """Nothing here is surely the counterpart of a record; a person has to choose."""


class MappingError(ConnectorException):
    """A record could not be translated from one system to the other."""


class UnmappedValueError(MappingError):
    """A value of the backend is in no value map yet.

    Args:
        message: for the person who fills it in.
        map_name: name of the value map.
        value: as the backend sent it.
    """

    def __init__(self, message: str, map_name: str = "", value: str = ""):
        super().__init__(message)
        self.map_name = map_name
        self.value = value


class MissingDependencyError(MappingError):
    """A record needs another one that could not be imported.

    Args:
        message: for the person who corrects the other record.
        model_name: binding model of the other record.
        external_id: its id on the backend.
        reason: why it is not here.
        is_skipped: its importer did not want it, or it was deleted here.
    """

    def __init__(
        self,
        message: str,
        model_name: str = "",
        external_id: str = "",
        reason: str = "",
        is_skipped: bool = False,
    ):
        super().__init__(message)
        self.model_name = model_name
        self.external_id = external_id
        self.reason = reason
        self.is_skipped = is_skipped


class InvalidUsageError(ConnectorException, AssertionError):
    """A function of the framework was called with unusable arguments."""


class WrongArgumentsError(InvalidUsageError, TypeError):
    """A delayed function cannot be called with the given arguments."""


class UnserializableArgumentError(ConnectorException, TypeError):
    """An argument of a job cannot be stored.

    Args:
        msg: what cannot be stored, why, and what to pass instead.
        path: where it was found, such as ``argument 2['lines'][0]``.
    """

    def __init__(self, msg: str, path: str):
        super().__init__(msg)
        self.path = path


class ChannelNotFound(ConnectorException):
    """No channel of the queue has the given name."""


class LinkError(ConnectorException, ValueError):
    """A link cannot be made as requested, or is not unique."""


class SyncError(ConnectorException):
    """Items of a sync failed. What the others made outside of Odoo is linked.

    Args:
        msg: lists the failures.
        result: what became of the items, a ``SyncResult``.
    """

    def __init__(self, msg: str, result: Any) -> None:
        super().__init__(msg)
        self.result = result


class TransactionLostError(ConnectorException):
    """The writes of single items cannot be separated any more: all is rolled back."""


class JobError(ConnectorException):
    """Root of the errors that decide the outcome of a job."""


class NoSuchJobError(JobError):
    """The job is not stored (any more)."""


class NotReadableJobError(JobError):
    """The stored arguments of the job cannot be read."""


class FailedJobError(JobError):
    """The job must fail now; trying again cannot help."""


class NotSentError(FailedJobError):
    """A request was not sent, and its backend did nothing: settings do not fit."""


class SetupError(FailedJobError):
    """No record can come in before somebody corrects rights, settings or code."""


class SystemicError(FailedJobError):
    """Too many records of a page were rejected for the same reason."""


class JobTimeoutError(JobError):
    """The job ran longer than its ``timeout``, and was interrupted.

    Name it in ``@job(retry_on=(JobTimeoutError,))`` to have the job tried again; else
    it fails. Inside of the job it cannot be caught: there, ``finally`` blocks run.
    """


class RetryableJobError(JobError):
    """The job may succeed later: it is put back with a delay.

    Args:
        msg: why the job has to wait, shown as the job's result.
        seconds: wait this long, ten years at the most; None takes the job's own retry
            policy. A timedelta, or the text of a Retry-After header, is read as well.
        ignore_retry: do not count this try, so that the job can wait for ever.
    """

    def __init__(
        self, msg: str, seconds: int | None = None, ignore_retry: bool = False
    ):
        super().__init__(msg)
        self.seconds = seconds
        self.ignore_retry = ignore_retry


class NewerPayloadError(RetryableJobError, NotReadableJobError):
    """The arguments were stored by a later version of the addon, which may run them."""


class NetworkRetryableError(RetryableJobError):
    """The far side could not be reached or was not able to answer."""

    network_retry_s: float | None = None
    """For how long the job is retried, in seconds, as its backend says; None: as the
    setting says."""


class CircuitOpenError(NetworkRetryableError):
    """Nothing was sent, as the backend has not answered others; no retry is counted."""


class ChangedThereError(RetryableJobError):
    """The backend refused an update: the record was changed there since it was read.

    An export imports it then, and tries again; so adapters raise it where no status 412
    says so.
    """


class NoExternalId(RetryableJobError):
    """A record that must be known on the far side is not yet."""


class SessionEndedError(RetryableJobError):
    """PostgreSQL ended the session in which the job ran, or gave it none.

    Args:
        msg: the message of PostgreSQL.
        idle_s: how long the job had sent no statement, in seconds.
    """

    def __init__(self, msg: str, idle_s: float = 0.0):
        super().__init__(msg)
        self.idle_s = idle_s


class NothingToDoJob(JobError):
    """There is nothing (more) to do: the job ends as done with this message."""


class DryRunError(NothingToDoJob):
    """A request that changes the backend was not sent: it is in a dry run."""


class IDMissingInBackend(JobError):
    """The external id does not exist on the backend."""


class ManyIDSInBackend(JobError):
    """More than one record of the backend carries the external id."""


class GoneName:
    """A name of series 7 or 8 that is gone: reading it names the remedy.

    To ``hasattr`` it is not there, and a subclass or an object may use the name.

    Args:
        remedy: what to write instead.
    """

    def __init__(self, remedy: str) -> None:
        self._remedy = remedy

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, thing: object, owner: type) -> NoReturn:
        name = (thing if isinstance(thing, type) else owner).__name__
        raise AttributeError(
            f"{name}.{self._name} of series 7 and 8 is gone. Write "
            f"{self._remedy} instead."
        )
