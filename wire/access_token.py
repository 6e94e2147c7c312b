# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Access tokens: logins with a token that a server gives, and that all processes share.

A token is asked for by the first request that needs one, kept on the backend, and asked
for again where it has ended or is refused; see ``models/backend/oauth.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from requests import PreparedRequest

from .answer import HttpAnswer
from .auth import Auth, fill
from .status import LOGIN, Status

EARLY = timedelta(seconds=30)  # a token that ends so soon is not used any more
LATER = {408, 409, 425, 429}  # a token may be given then
# Of what gives a token: its answers are about the login, never about a record.
STATUSES = (Status(frozenset(range(300, 500)) - LATER, LOGIN),)


@dataclass(frozen=True)
class AccessToken:
    """A token with which requests log in.

    Args:
        text: the token; empty for none.
        until: when it ends, naive in UTC; None where nobody knows.
        refresh: the text that asks for the next one; None where it stays the same.
    """

    text: str = ""
    until: datetime | None = None
    refresh: str | None = None

    def is_usable(self, now: datetime) -> bool:
        """Return whether it can be used.

        Args:
            now: naive, in UTC.
        """
        return bool(self.text) and (self.until is None or now < self.until - EARLY)


@dataclass(frozen=True)
class TokenAuth(Auth):
    """Base of the logins with a token that a server gives.

    Args:
        token_path: path that gives it, below the address of the backend, or a whole
            address; with fields of the backend in braces.
    """

    token_path: str

    statuses: ClassVar[Sequence[Status]] = STATUSES
    """Rows of the status table for the request that asks for a token."""

    def fields(self) -> set[str]:
        """Return the fields for the token request, and for what it gives."""
        return {*super().fields(), "access_token", "token_until"}

    def account_fields(self) -> set[str]:
        """Return the fields that say whose token it is."""
        return {"url", *self.fields()} - {"access_token", "token_until"}

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the token."""
        bearer = fill("Bearer {access_token}", values)
        request.headers["Authorization"] = bearer.encode()

    def token_request(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Return body and headers of the request that asks for a token.

        Args:
            values: by the names of the fields.
        """
        raise NotImplementedError

    def read_token(self, answer: HttpAnswer, now: datetime) -> AccessToken:
        """Return the token in an answer.

        Args:
            now: when it was asked for, naive in UTC.

        Raises:
            FailedJobError: there is none.
        """
        raise NotImplementedError


class TokenLogin:
    """The token of a backend, renewed where it ended or is refused.

    Args:
        token: as the backend has it.
        renew: returns another token than the one with a text.
        now: returns the time, naive in UTC.
    """

    def __init__(
        self,
        token: AccessToken,
        renew: Callable[[str], AccessToken],
        now: Callable[[], datetime],
    ) -> None:
        self.token = token
        self._renew = renew
        self._now = now

    def values(self) -> dict[str, object]:
        """Return the token for a request."""
        if not self.token.is_usable(self._now()):
            self.refresh()
        return {"access_token": self.token.text}

    def refresh(self) -> bool:
        """Renew the token."""
        self.token = self._renew(self.token.text)
        return True


def end_of(seconds: Any, now: datetime) -> datetime | None:
    """Return when a token ends that is given for some seconds, None if unknown."""
    try:
        return now + timedelta(seconds=float(seconds))
    except (TypeError, ValueError, OverflowError):
        return None
