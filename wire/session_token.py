# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Session tokens: logins by user and password that give a token for the requests."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from requests import PreparedRequest

from ..exception import FailedJobError, InvalidUsageError
from ..secret import SecretText
from ..text import is_missing
from .access_token import STATUSES, AccessToken, TokenAuth, end_of
from .answer import HttpAnswer
from .auth import fill
from .pages import MISSING, find_key
from .status import ANY_CODE, GRAPHQL_STATUSES, LOGIN, RATE_LIMITED, RETRY, Status

USER = {"username": "{username}", "password": "{password}"}
# errors of a login are about the login, unless another one may be given later
OF_LOGIN = (
    *(row for row in GRAPHQL_STATUSES if row.means in (RETRY, RATE_LIMITED)),
    Status(None, LOGIN, code=ANY_CODE),
)


@dataclass(frozen=True)
class SessionToken(TokenAuth):
    """A token that a login gives for a session, which all processes share.

    Nobody logs out: many servers end all sessions of a user with one of them. ::

        _auth = SessionToken("login", key="token")
        _auth = SessionToken("admin-api", mutation="login", header="shop-token")

    Args:
        header: of the answer, with the token.
        key: of the answer, with the token, with dots for keys in keys.
        data: what the login sends as JSON: values with fields of the backend in braces.
        mutation: mutation of GraphQL that logs in, of which ``data`` are the arguments:
            its name, or a whole document, of which they are the variables.
        expires: key of the answer with the seconds for which the token is given.
        name: of the header of requests that has the token.
        template: value of that header.

    Raises:
        InvalidUsageError: neither a header nor a key has the token.
    """

    header: str | None = None
    key: str | None = None
    data: Mapping[str, str] = field(default_factory=USER.copy)
    mutation: str = ""
    expires: str | None = None
    name: str = "Authorization"
    template: str = "Bearer {access_token}"

    def __post_init__(self) -> None:
        if (self.header is None) == (self.key is None):
            raise InvalidUsageError(
                f"{self} expects the token in a header or under a key of the answer. "
                "Name one of them."
            )

    @property
    def statuses(self) -> Sequence[Status]:  # type: ignore[override]  # by mutation
        """Rows of the status table for the login."""
        return (*OF_LOGIN, *STATUSES) if self.mutation else STATUSES

    def templates(self) -> Iterable[str]:
        """Return the values that are sent."""
        return (*self.data.values(), self.template)

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the token."""
        request.headers[self.name] = fill(self.template, values).encode()

    def token_request(self, values: Mapping[str, object]) -> dict[str, Any]:
        """Return the body of the login."""
        data = {name: fill(text, values) for name, text in self.data.items()}
        if self.mutation:
            return {"data": {"query": self._document(), "variables": data}}
        return {"data": data}

    def read_token(self, answer: HttpAnswer, now: datetime) -> AccessToken:
        """Return the token in the answer of the login.

        Raises:
            FailedJobError: there is none.
        """
        data = None if self.key is None and self.expires is None else answer.json()
        if self.header is not None:
            place, text = f"header {self.header!r}", answer.headers.get(self.header)
        else:
            place, text = f"key {self.key!r}", find_key(data, self.key)
        if text is MISSING or is_missing(text):
            seen = "which is empty" if text == "" else "which is not there"
            raise FailedJobError(
                f"{answer.describe()} Expected the token in {place}, {seen}. Correct "
                "the login in the settings of the backend, or _auth of its model."
            )
        seconds = find_key(data, self.expires) if self.expires else None
        return AccessToken(SecretText(str(text)), end_of(seconds, now))

    def _document(self) -> str:
        if "{" in self.mutation:
            return self.mutation
        declared = ", ".join(f"${name}: String!" for name in self.data)
        given = ", ".join(f"{name}: ${name}" for name in self.data)
        return f"mutation ({declared}) {{ {self.mutation}({given}) {{ __typename }} }}"
