# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OAuth 2: logins with a token that a token server gives for a time (RFC 6749)."""

from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlencode

from requests import PreparedRequest

from ..exception import FailedJobError
from ..secret import SecretText
from ..text import is_missing
from .answer import HttpAnswer
from .auth import Auth, fill
from .status import LOGIN, Status

EARLY = timedelta(seconds=30)  # a token that ends so soon is not used any more
FORM = "application/x-www-form-urlencoded"
LATER = {408, 409, 425, 429}  # a token may be given then
# Of a token server: what it answers is about the login, never about a record.
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
class OAuth2(Auth):
    """Base of the logins with a token that is given for a time.

    Args:
        token_path: path of the token server below the address of the backend, or a
            whole address; with fields of the backend in braces.
        scope: what is asked for; none where the server decides.
        params: further parameters of the token request, such as ``audience``.
        in_body: client id and secret are parameters, and not in a header.
    """

    token_path: str
    scope: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    in_body: bool = False

    grant: ClassVar[Mapping[str, str]]
    """Parameters that say what the token is given for."""

    def templates(self) -> Iterable[str]:
        """Return the fields that the token request needs."""
        return ("{client_id}", "{client_secret}", *self.grant.values())

    def fields(self) -> set[str]:
        """Return the fields for the token request, and for what it gives."""
        return {*super().fields(), "access_token", "token_until"}

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the token."""
        bearer = fill("Bearer {access_token}", values)
        request.headers["Authorization"] = bearer.encode()

    def token_request(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Return body and headers of the token request.

        Args:
            values: by the names of the fields.
        """
        form = {name: fill(text, values) for name, text in self.grant.items()}
        client = fill("{client_id}", values), fill("{client_secret}", values)
        headers = {"Content-Type": FORM, "Accept": "application/json"}
        if self.scope:
            form["scope"] = self.scope
        if self.in_body:
            form["client_id"], form["client_secret"] = client
        else:
            pair = ":".join(map(quote_plus, client))
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return {"data": urlencode({**form, **self.params}).encode(), "headers": headers}


@dataclass(frozen=True)
class OAuth2ClientCredentials(OAuth2):
    """A token for the client itself, by its id and secret."""

    grant: ClassVar[Mapping[str, str]] = {"grant_type": "client_credentials"}


@dataclass(frozen=True)
class OAuth2RefreshToken(OAuth2):
    """A token for an account that was authorized once: that gave a refresh token."""

    grant: ClassVar[Mapping[str, str]] = {
        "grant_type": "refresh_token",
        "refresh_token": "{refresh_token}",
    }


class TokenLogin:
    """The token of a client of a backend, renewed where it ended or is refused.

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


def read_token(answer: HttpAnswer, now: datetime) -> AccessToken:
    """Return the token in the answer of a token server.

    A token that is given for 0 seconds has ended, and is not one without an end.

    Args:
        now: when it was asked for, naive in UTC.

    Raises:
        FailedJobError: there is none, or one of another type.
    """
    data = answer.json()
    found = data if isinstance(data, dict) else {}
    text = found.get("access_token")
    kind = found.get("token_type") or "bearer"
    if is_missing(text) or str(kind).lower() != "bearer":
        raise FailedJobError(
            f"{answer.describe()} Expected an access token of type bearer. Correct the "
            "login in the settings of the backend, or token_path in _auth of its model."
        )
    refresh = found.get("refresh_token")
    return AccessToken(
        SecretText(str(text)),
        _end_of(found.get("expires_in"), now),
        None if is_missing(refresh) else SecretText(str(refresh)),
    )


def _end_of(seconds: Any, now: datetime) -> datetime | None:
    try:
        return now + timedelta(seconds=float(seconds))
    except (TypeError, ValueError, OverflowError):
        return None
