# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Types of job functions and methods: what a type checker sees of ``@job``.

A job function keeps its parameters, and so do its ``delay`` and ``delayable``. No type
can join these parameters with the options of a job: of a call with an option, only that
option is checked here. Its arguments are when it is made, see ``check_calls``.
"""

from collections.abc import Callable, Iterable
from typing import (
    TYPE_CHECKING,
    Any,
    Concatenate,
    ParamSpec,
    Protocol,
    TypeVar,
    overload,
)

from ..session import ConnectorSession
from .delay.call import Declared
from .delay.options import Eta, IdentityKey, Key, Mode, Scope, Tags
from .engine.retry import Pattern, Policy
from .graph import DelayableJob

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .delay.options import JobKeywords

P = ParamSpec("P")
R_co = TypeVar("R_co", covariant=True)


class Recordset(Protocol):
    """Records of a model, as far as they differ from a session."""

    def ensure_one(self) -> Any:
        """Return the records when they are one."""


class TakesSession(Protocol[P, R_co]):
    """A function that can become a job function."""

    def __call__(
        self, session: ConnectorSession, *args: P.args, **kwargs: P.kwargs
    ) -> R_co:
        """Do what the job does."""


Records = TypeVar("Records", bound=Recordset)
Decorated = TypeVar("Decorated", bound=Callable[..., Any])


class Delay(Protocol[P, R_co]):
    """``delay`` or ``delayable`` of a job function."""

    @overload
    def __call__(
        self, session: ConnectorSession, *args: P.args, **kwargs: P.kwargs
    ) -> R_co: ...

    # With an option, one for each: type checkers take the first one that fits.

    @overload
    def __call__(
        self, session: ConnectorSession, *args: Any, priority: int | None, **others: Any
    ) -> R_co: ...

    @overload
    def __call__(
        self, session: ConnectorSession, *args: Any, eta: Eta | None, **others: Any
    ) -> R_co: ...

    @overload
    def __call__(
        self,
        session: ConnectorSession,
        *args: Any,
        max_retries: int | None,
        **others: Any,
    ) -> R_co: ...

    @overload
    def __call__(
        self,
        session: ConnectorSession,
        *args: Any,
        description: str | None,
        **others: Any,
    ) -> R_co: ...

    @overload
    def __call__(
        self, session: ConnectorSession, *args: Any, channel: str | None, **others: Any
    ) -> R_co: ...

    @overload
    def __call__(
        self,
        session: ConnectorSession,
        *args: Any,
        identity_key: IdentityKey | None,
        mode: Mode | None = None,
        scope: Scope | None = None,
        **others: Any,
    ) -> R_co: ...

    @overload
    def __call__(
        self,
        session: ConnectorSession,
        *args: Any,
        concurrency_key: Key | None,
        **others: Any,
    ) -> R_co: ...

    @overload
    def __call__(
        self, session: ConnectorSession, *args: Any, tags: Tags | None, **others: Any
    ) -> R_co: ...

    @overload
    def __call__(
        self,
        session: ConnectorSession,
        *args: Any,
        timeout: float | None,
        **others: Any,
    ) -> R_co: ...

    @overload
    def __call__(
        self,
        session: ConnectorSession,
        *args: Any,
        public_user: str | None,
        **others: Any,
    ) -> R_co: ...


class DelayMany(Protocol):
    """``delay_many`` of a job function."""

    def __call__(
        self,
        session: ConnectorSession,
        model_name: str | None,
        list_of_args: Iterable[tuple[Any, ...]],
        **options: "Unpack[JobKeywords]",
    ) -> list[str]:
        """Run the function later, once for each tuple of arguments."""


class JobFunction(Declared, Protocol[P, R_co]):
    """A function that can run as a job. Called as usual, it runs at once."""

    retry_pattern: Pattern | None
    retry_policy: Policy

    delay: Delay[P, str]
    """Run the function later, once; return the uuid of the job."""
    delay_many: DelayMany
    """Run the function later, once for each tuple of arguments; return the uuids."""
    delayable: Delay[P, DelayableJob]
    """Return a job that is not stored yet, for a chain or a group."""

    def __call__(
        self, session: ConnectorSession, *args: P.args, **kwargs: P.kwargs
    ) -> R_co:
        """Run it at once."""


class JobDecorator(Protocol):
    """``@job(…)``: a method keeps its type, a function becomes a job function."""

    @overload
    def __call__(self, func: TakesSession[P, R_co], /) -> JobFunction[P, R_co]: ...

    @overload
    def __call__(
        self, func: Callable[Concatenate[ConnectorSession, P], R_co], /
    ) -> JobFunction[P, R_co]: ...

    @overload
    def __call__(
        self, func: Callable[Concatenate[Records, P], R_co], /
    ) -> Callable[Concatenate[Records, P], R_co]: ...
