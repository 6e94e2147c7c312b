# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Answers of a server: status, headers and body, read to their end."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn
from urllib.parse import urljoin, urlsplit

import requests

from ..exception import FailedJobError
from ..redaction import redact

SHOWN = 300  # characters of a body in a message


@dataclass(frozen=True)
class HttpAnswer:
    """What a server answered to a request.

    Args:
        method: of the request.
        url: of the request, after redirects, without a login.
        status: number, such as 200.
        reason: text beside it.
        headers: by names in any case.
        content: the body as bytes, decompressed.
        encoding: of the body, as its headers say; None where they do not.
        hide: returns a text without the secrets of the backend.
    """

    method: str
    url: str
    status: int
    reason: str
    headers: Mapping[str, str]
    content: bytes
    encoding: str | None = None
    hide: Callable[[str], str] = field(default=str, repr=False, compare=False)

    @property
    def text(self) -> str:
        """The body as text; what cannot be read of it is replaced."""
        try:
            return self.content.decode(self.encoding or "utf-8", "replace")
        except LookupError:  # the server names an encoding that nobody knows
            return self.content.decode("utf-8", "replace")

    def json(self, decimals: bool = False) -> Any:
        """Return the data in the body; None for an empty one.

        Args:
            decimals: numbers with a fraction are read as Decimal, not as float.

        Raises:
            FailedJobError: it is no JSON.
        """
        if not self.content.strip():
            return None
        try:
            return json.loads(
                self._json_text(),
                parse_float=Decimal if decimals else None,
                parse_constant=_refuse_constant,
            )
        except (ValueError, RecursionError) as error:
            raise FailedJobError(
                f"{self.describe()} Expected JSON: {error}. Correct the address in the "
                "settings of the backend."
            ) from error

    def _json_text(self) -> bytes | str:
        """Return the body for the parser, which finds out which UTF it is."""
        is_utf = (self.encoding or "utf").lower().startswith("utf")
        is_text = self.headers.get("Content-Type", "").startswith("text/")
        # of a text without a charset, the library guesses one
        return self.content if is_utf or is_text else self.text

    def as_error(self, status: int | None = None) -> requests.HTTPError:
        """Return the answer as the error of the library: flows read its status.

        Args:
            status: that says the same, where its own is that of a success.
        """
        response = requests.Response()
        response.status_code = status or self.status
        response.reason = self.reason
        response.headers.update(self.headers)
        response.url = self.url
        response.encoding = self.encoding
        response._content = self.content
        text = f"{self.status} {self.reason}".strip()
        return requests.HTTPError(text, response=response)

    def describe(self) -> str:
        """Return request and answer in a sentence, without what is called a secret."""
        # hidden before it is cut: half a secret is not recognized
        url = redact(self.hide(self.url), SHOWN)
        text = self.hide(redact(self.text[: 10 * SHOWN], 10 * SHOWN))
        body = " ".join(text.split())
        shown = f", {body[:SHOWN]!r}" if body else ""
        kind = self.headers.get("Content-Type", "no content type")
        status = f"{self.status} {self.reason}".strip()
        return f"{self.method} {url} answered {status} ({kind}{shown})."


def join_address(answer: HttpAnswer, address: str, what: str) -> str:
    """Return an address that a server gave, as a whole one.

    Args:
        answer: that holds it; it may begin at the path of its request.
        what: where it stands in the answer, for messages.

    Raises:
        FailedJobError: it is none.
    """
    try:
        whole = urljoin(answer.url, address)
        _port = urlsplit(whole).port  # raises when it is none
    except ValueError as error:
        # hidden before it is cut: half a secret is not recognized
        shown = redact(answer.hide(address), SHOWN)
        raise FailedJobError(
            f"{answer.describe()} The address in its {what} is {shown!r}, which cannot "
            f"be read: {answer.hide(str(error))}. Have the server corrected."
        ) from error
    return whole


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
