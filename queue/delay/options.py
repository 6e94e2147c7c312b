# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Options of a job, checked when it is delayed."""

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime, timedelta, timezone
from typing import Any, Final, Literal, TypedDict

from ...exception import InvalidUsageError
from ..channel_text import ROOT
from ..eta import check_eta
from ..state import ENQUEUED, FAILED
from .call import Declared, IdentifiedCall, Task

DEFAULT_PRIORITY = 10  # smaller first
DEFAULT_MAX_RETRIES = 5  # 0 means for ever
INT_MAX = 2**31 - 1  # of a column
KEY_MAX = 512  # characters of a key: in UTF-8 less than an index row may have
TAG_MAX = 64  # characters

# The classic options: they always are options. A job function may have parameters
# with the names of the others.
ALWAYS_OPTIONS = frozenset(
    ("priority", "eta", "max_retries", "description", "channel", "identity_key")
)

KEEP: Final = "keep"  # the waiting job stays as it is
REPLACE: Final = "replace"  # it becomes the new call
DEBOUNCE: Final = "debounce"  # it becomes the new call, and its eta starts over
MODES = (KEEP, REPLACE, DEBOUNCE)

# States in which jobs with the identity key count, besides those not started.
SCOPES: dict[str, tuple[str, ...]] = {
    "waiting": (),
    "running": (ENQUEUED,),
    "failed": (ENQUEUED, FAILED),
}

Eta = datetime | timedelta | int | float
Key = str | Callable[[Task], str | None]
IdentityKey = str | Callable[[IdentifiedCall], str | None]
Description = str | Callable[[Task], str]
Mode = Literal["keep", "replace", "debounce"]
Scope = Literal["waiting", "running", "failed"]
Tags = list[str] | tuple[str, ...]


class JobKeywords(TypedDict, total=False):
    """Options of a job as keyword arguments, where None counts as not given.

    It says to type checkers what ``JobOptions`` is to the program, option by option.
    """

    priority: int | None
    eta: Eta | None
    max_retries: int | None
    description: Description | None
    channel: str | None
    identity_key: IdentityKey | None
    mode: Mode | None
    scope: Scope | None
    concurrency_key: Key | None
    tags: Tags | None
    timeout: float | None
    public_user: str | None


@dataclass(frozen=True)
class JobOptions:
    """Options of a job: how, when and where it runs.

    Raises:
        InvalidUsageError: an option is invalid; the message names it.
    """

    priority: int = DEFAULT_PRIORITY
    eta: Eta | None = None
    max_retries: int | None = None
    description: Description | None = None
    channel: str | None = None
    identity_key: IdentityKey | None = None
    mode: Mode = KEEP
    scope: Scope = "waiting"
    concurrency_key: Key | None = None
    tags: Tags | None = None
    timeout: float | None = None
    public_user: str | None = None

    def __post_init__(self) -> None:
        for name, (is_usable, expected) in CHECKS.items():
            value = getattr(self, name)
            if value is not None and not is_usable(value):
                raise InvalidUsageError(
                    f"Cannot delay: option {name!r} is {value!r}, expected {expected}."
                )
        self._check_identity()

    @classmethod
    def split(
        cls, kwargs: Mapping[str, Any], func: Callable[..., Any] | None = None
    ) -> tuple["JobOptions", dict[str, Any]]:
        """Split keyword arguments into options and the others.

        Args:
            kwargs: of a delay; an option that is None counts as not given.
            func: the delayed function, when its arguments are among them. It keeps
                those that it accepts itself, except the classic six options.
        """
        names = {
            key
            for key in kwargs.keys() & OPTION_NAMES
            if key in ALWAYS_OPTIONS or not _takes_keyword(func, key)
        }
        given = {key: kwargs[key] for key in names if kwargs[key] is not None}
        rest = {key: value for key, value in kwargs.items() if key not in names}
        return cls(**given), rest

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> "JobOptions":
        """Return the options, where nothing but options may be given.

        Raises:
            InvalidUsageError: there is something else, or an option is invalid.
        """
        options, unknown = cls.split(given)
        if unknown:
            raise InvalidUsageError(
                f"Cannot delay: unknown options {', '.join(map(repr, unknown))}. Known "
                f"are {', '.join(cls.__dataclass_fields__)}."
            )
        return options

    @property
    def is_replacing(self) -> bool:
        """Whether the new call replaces that of a waiting job with its identity key."""
        return self.mode != KEEP

    @property
    def most_retries(self) -> int:
        """The given ``max_retries``, else the default."""
        return DEFAULT_MAX_RETRIES if self.max_retries is None else self.max_retries

    def _check_identity(self) -> None:
        if self.mode == DEBOUNCE and self.eta is None:
            raise InvalidUsageError(
                "Cannot delay: option 'mode' is 'debounce' and there is no 'eta', "
                "expected one: it starts over with each call. Say how long to wait."
            )
        for name, default in (("mode", KEEP), ("scope", "waiting")):
            value = getattr(self, name)
            if value != default and self.identity_key is None:
                raise InvalidUsageError(
                    f"Cannot delay: option {name!r} is {value!r} and there is no "
                    "'identity_key', expected one. Say which jobs are the same."
                )

    def run_after(self, read_clock: Callable[[], datetime]) -> datetime | None:
        """Return the time before which the job must not start, naive UTC.

        Args:
            read_clock: reads the time, naive UTC; called for time spans only.
        """
        try:
            return naive_time(self.eta, read_clock)
        except OverflowError as error:
            raise InvalidUsageError(
                f"Cannot delay: option 'eta' is {self.eta!r}, which is beyond what a "
                "datetime can tell. Take an earlier one."
            ) from error

    def timeout_of(self, func: Declared) -> float | None:
        """Return the timeout of a job, in seconds: the option, else as declared."""
        return func.timeout if self.timeout is None else self.timeout

    def identity_key_of(self, task: Task) -> str | None:
        """Return the identity key of a call, None for none."""
        return _key_of(self.identity_key, IdentifiedCall(task), "identity_key")

    def concurrency_key_of(self, task: Task) -> str | None:
        """Return the concurrency key of a call, None for none."""
        return _key_of(self.concurrency_key, task, "concurrency_key")

    def description_of(self, task: Task) -> str:
        """Return what the list of jobs shows of a call."""
        if callable(self.description):
            return self.description(task)
        return self.description or task.description

    def public_user_of(self, func: Declared) -> str | None:
        """Return the XML id of the user of nobody's job: the option, else declared."""
        return self.public_user or func.public_user


OPTION_NAMES = frozenset(one.name for one in fields(JobOptions))


def check_declared(option: str, value: Any) -> None:
    """Raise InvalidUsageError unless a declaration may give an option a value."""
    is_usable, expected = CHECKS[option]
    if not is_usable(value):
        raise InvalidUsageError(
            f"Cannot declare a job: its {option} is {value!r}, expected {expected}."
        )


def _takes_keyword(func: Callable[..., Any] | None, name: str) -> bool:
    """Return whether a function has a parameter for a keyword argument."""
    if func is None:
        return False
    parameters = inspect.signature(func).parameters.values()
    return any(
        one.kind is one.VAR_KEYWORD
        or (one.name == name and one.kind is not one.POSITIONAL_ONLY)
        for one in parameters
    )


def naive_time(eta: Eta | None, read_clock: Callable[[], datetime]) -> datetime | None:
    """Return an eta as a time, naive UTC.

    Args:
        read_clock: reads the time, naive UTC; called for time spans only.

    Raises:
        OverflowError: it is after ``LAST_ETA``.
    """
    if eta is None:
        return None
    if isinstance(eta, datetime):
        zone = eta.tzinfo
        return check_eta(
            eta.astimezone(timezone.utc).replace(tzinfo=None) if zone else eta
        )
    if not isinstance(eta, timedelta):
        eta = timedelta(seconds=eta)
    return check_eta(read_clock() + eta)


def _key_of(key: Any, call: Task | IdentifiedCall, name: str) -> str | None:
    """Return the given key, or the key computed from the call."""
    if not callable(key):
        return key
    computed = key(call)
    if computed is not None and not _is_key_text(computed):
        raise InvalidUsageError(
            f"Cannot delay: the function of option {name!r} gave {computed!r} for "
            f"{call}, expected {KEY_TEXT}, or None for no key."
        )
    return computed


# === CHECKS === #

KEY_TEXT = f"text of 1 to {KEY_MAX} characters"


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_priority(value: Any) -> bool:
    return _is_whole(value) and -INT_MAX <= value <= INT_MAX


def _is_max_retries(value: Any) -> bool:
    return _is_whole(value) and 0 <= value <= INT_MAX


def _is_eta(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, (datetime, timedelta)) or _is_whole(value)


def _is_timeout(value: Any) -> bool:
    is_number = isinstance(value, float) or _is_whole(value)
    return is_number and 0 <= value < math.inf


def _is_text(value: Any) -> bool:
    """Return whether the database can store a value as text."""
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:  # a lone surrogate
        return False
    return True


def _is_description(value: Any) -> bool:
    return callable(value) or _is_text(value)


def _is_channel(value: Any) -> bool:
    return _is_text(value) and all(value.split(".")) and value.partition(".")[0] == ROOT


def _is_xml_id(value: Any) -> bool:
    return _is_text(value) and len(value.split(".")) == 2 and all(value.split("."))


def _is_tags(value: Any) -> bool:
    return isinstance(value, (list, tuple)) and all(
        _is_text(tag) and 0 < len(tag) <= TAG_MAX for tag in value
    )


def _is_key_text(value: Any) -> bool:
    return _is_text(value) and 0 < len(value) <= KEY_MAX


def _is_scope(value: Any) -> bool:
    return isinstance(value, str) and value in SCOPES


def _is_key(value: Any) -> bool:
    return callable(value) or _is_key_text(value)


# For each option: its check, and the expected value for messages.
CHECKS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "priority": (_is_priority, "a whole number; smaller goes first"),
    "eta": (_is_eta, "a datetime, a timedelta, or seconds from now"),
    "max_retries": (_is_max_retries, "a whole number, 0 for no end"),
    "description": (_is_description, "text, or a function that makes it of the call"),
    "channel": (_is_channel, "'root' or a name below it such as 'root.orders'"),
    "identity_key": (_is_key, f"{KEY_TEXT}, or a function that makes it of the job"),
    "mode": (MODES.__contains__, f"one of {', '.join(map(repr, MODES))}"),
    "scope": (_is_scope, f"one of {', '.join(map(repr, SCOPES))}"),
    "concurrency_key": (_is_key, f"{KEY_TEXT}, or a function that makes it of the job"),
    "tags": (_is_tags, f"a list of texts of 1 to {TAG_MAX} characters"),
    "timeout": (_is_timeout, "a number of seconds, 0 for none"),
    "public_user": (_is_xml_id, "the XML id of a user such as 'base.user_root'"),
}
