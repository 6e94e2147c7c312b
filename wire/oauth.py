# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""OAuth 2: logins with a token that a token server gives for a time (RFC 6749)."""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import quote_plus, urlencode

from ..exception import FailedJobError
from ..secret import SecretText
from ..text import is_missing
from .access_token import AccessToken, TokenAuth, end_of
from .answer import HttpAnswer
from .auth import fill

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class OAuth2(TokenAuth):
    """Base of the logins with a token that a token server gives for a time.

    Args:
        scope: what is asked for; none where the server decides.
        params: further parameters of the token request, such as ``audience``.
        in_body: client id and secret are parameters, and not in a header.
    """

    scope: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    in_body: bool = False

    grant: ClassVar[Mapping[str, str]]
    """Parameters that say what the token is given for."""

    def templates(self) -> Iterable[str]:
        """Return the fields that the token request needs."""
        return ("{client_id}", "{client_secret}", *self.grant.values())

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

    def read_token(self, answer: HttpAnswer, now: datetime) -> AccessToken:
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
                f"{answer.describe()} Expected an access token of type bearer. Correct "
                "the login in the settings of the backend, or token_path in _auth of "
                "its model."
            )
        refresh = found.get("refresh_token")
        return AccessToken(
            SecretText(str(text)),
            end_of(found.get("expires_in"), now),
            None if is_missing(refresh) else SecretText(str(refresh)),
        )


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
