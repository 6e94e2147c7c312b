# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kinds of login: how a request proves whose it is, with secrets of its backend."""

import re
from base64 import b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_plus, urlsplit, urlunsplit

from requests import PreparedRequest

from ..exception import InvalidUsageError, NotSentError
from ..secret import Secret
from ..text import is_missing
from .template import check_placeholders, placeholders_in

CONTROL = re.compile(r"[\x00-\x1f\x7f]")  # no header may have them


class Auth:
    """Base of the kinds of login."""

    def templates(self) -> Iterable[str]:
        """Return the texts with names of fields in braces."""
        raise NotImplementedError

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the login to a request that is ready to be sent.

        Args:
            values: by the names of the fields.
        """
        raise NotImplementedError

    def remove_from(self, url: str) -> str:
        """Return an address without the login: servers repeat it in their links."""
        return url

    def fields(self) -> set[str]:
        """Return the names of the fields of the backend that it needs."""
        found = (name for one in self.templates() for name in placeholders_in(one))
        return set(found)


@dataclass(frozen=True)
class NamedSecret(Auth):
    """A secret under a name of the backend's.

    Args:
        name: of the header or parameter.
        template: its value, with names of fields in braces.
    """

    name: str
    template: str = "{token}"

    def templates(self) -> Iterable[str]:
        """Return the value."""
        return (self.template,)


class Header(NamedSecret):
    """A header with a secret, such as ``Header("Authorization", "Token {token}")``."""

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the header."""
        request.headers[self.name] = fill(self.template, values).encode()


def Bearer(template: str = "{token}") -> Header:  # noqa: N802 it reads as a kind
    """Return the login with a token in the header ``Authorization: Bearer …``."""
    return Header("Authorization", f"Bearer {template}")


@dataclass(frozen=True)
class Basic(Auth):
    """User and password in the header ``Authorization: Basic …``, in UTF-8.

    Args:
        username: template of the user.
        password: template of the password; some servers want an empty one, and a token
            as the user.
    """

    username: str = "{username}"
    password: str = "{password}"

    def templates(self) -> Iterable[str]:
        """Return user and password."""
        return self.username, self.password

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the header."""
        pair = f"{fill(self.username, values)}:{fill(self.password, values)}"
        code = b64encode(pair.encode()).decode()
        request.headers["Authorization"] = f"Basic {code}"


class Query(NamedSecret):
    """A parameter with a secret in the address, such as ``Query("api_key")``."""

    def sign(self, request: PreparedRequest, values: Mapping[str, object]) -> None:
        """Add the parameter."""
        value = fill(self.template, values)
        request.prepare_url(request.url, {self.name: value})

    def remove_from(self, url: str) -> str:
        """Return an address without the parameter; the rest stays as it is."""
        parts = urlsplit(url)
        found = [one for one in parts.query.split("&") if one]
        kept = [
            one for one in found if unquote_plus(one.partition("=")[0]) != self.name
        ]
        if len(kept) == len(found):
            return url
        return urlunsplit(parts._replace(query="&".join(kept)))


def fill(template: str, values: Mapping[str, object]) -> str:
    """Return a text with secrets in place of the names.

    Blanks around a secret, which come with copy and paste, are left out.

    Raises:
        NotSentError: a secret is missing, or holds what no request can carry.
    """
    found = {name: values.get(name) for name in placeholders_in(template)}
    for name, value in found.items():
        if is_missing(value) or not str(value).strip():
            raise NotSentError(
                f"Cannot log in: the field {name!r} is empty. Fill it in, in the "
                "settings of the backend."
            )
        if CONTROL.search(str(value).strip()):
            raise NotSentError(
                f"Cannot log in: the field {name!r} holds a line break or another "
                "control character. Enter it again, in the settings of the backend."
            )
    return template.format(**{name: _plain(value) for name, value in found.items()})


def _plain(value: object) -> str:
    return str.__str__(str(value)).strip()


def check_auth(auth: object, fields: Mapping[str, Any], where: str) -> None:
    """Refuse a login that cannot work with the fields of a model.

    Args:
        auth: what was declared.
        fields: of the model, by name.
        where: its place, for messages.

    Raises:
        InvalidUsageError: it is no login, names a field that is not there, or has no
            field that is a secret.
    """
    if auth is None:
        return
    if not isinstance(auth, Auth):
        kind = getattr(auth, "__name__", "")
        hint = f" Did you mean {kind}(…)?" if kind else ""
        raise InvalidUsageError(
            f"{where} is {auth!r}, expected Header(…), Basic(), Bearer(), Query(…) or "
            f"None.{hint}"
        )
    for template in auth.templates():
        check_placeholders(template, fields, where)
    if not any(isinstance(fields[name], Secret) for name in auth.fields()):
        raise InvalidUsageError(
            f"{where} is {auth!r}, and none of its fields is a Secret: everybody who "
            "reads the backend would read them. Declare one with Secret()."
        )
