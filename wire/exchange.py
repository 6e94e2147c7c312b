# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exchanges: a request and what was answered, as a log shows them.

The login is added to a copy of the request, so it is in none of these; what a server
repeats of it is hidden when a text is made.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from requests import PreparedRequest

from ..redaction import LEFT_OUT, is_secret_name, redact
from .answer import HttpAnswer

BODY_SIZE = 8_000  # characters of a body: a log is no archive
MARGIN = 16_000  # characters behind them, to recognize a secret that is cut
ADDRESS_SIZE = 2_000

# Headers that say something of a request or an answer. Others may be secrets.
SHOWN_HEADERS = re.compile(
    r"content-type|date|retry-after|etag|if-match|last-modified|location|link"
    r"|idempotency-key|.*request-id|.*correlation-id|.*rate-?limit.*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Exchange:
    """A request, and its answer, or why there is none.

    Args:
        method: of the request.
        url: of the request, without a login.
        sent: the start of its body.
        sent_size: bytes of its whole body.
        sent_headers: its headers, without a login.
        seconds: from the request to the end of the answer.
        status: of the answer; None without one.
        reason: text beside it.
        headers: of the answer.
        content: the start of its body, decompressed.
        size: bytes of the whole body.
        error: why there is no answer, without secrets.
        is_sent: whether it was sent; not in a dry run.
        hide: returns a text without the secrets of the backend.
    """

    method: str
    url: str
    sent: bytes
    sent_size: int
    sent_headers: Mapping[str, str]
    seconds: float = 0
    status: int | None = None
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes = b""
    size: int = 0
    error: str = ""
    is_sent: bool = True
    hide: Callable[[str], str] = field(default=str, repr=False, compare=False)

    @property
    def is_refused(self) -> bool:
        """Whether it was sent, and is no success."""
        return self.is_sent and not (self.status and self.status < 400)

    @property
    def address(self) -> str:
        """The address of the request, without secrets."""
        return redact(self.hide(self.url), ADDRESS_SIZE)

    def describe(self) -> str:
        """Return the exchange in one line."""
        asked = f"{self.method} {self.address}"
        if not self.is_sent:
            return f"{asked}: not sent (dry run)"
        if self.status is None:
            return f"{asked}: no answer. {self.error}"
        return f"{asked}: {self.status} {redact(self.hide(self.reason), 100)}".rstrip()

    def request_text(self) -> str:
        """Return headers and body of the request, without secrets."""
        return self._text(self.sent_headers, self.sent, self.sent_size)

    def answer_text(self) -> str:
        """Return headers and body of the answer, without secrets; or why it is none."""
        return self.error or self._text(self.headers, self.content, self.size)

    # === HELPERS === #

    def _text(self, headers: Mapping[str, str], content: bytes, size: int) -> str:
        lines = [
            f"{name}: {redact(self.hide(str(value)), ADDRESS_SIZE)}"
            for name, value in headers.items()
            if SHOWN_HEADERS.fullmatch(name) and not is_secret_name(name)
        ]
        return "\n".join([*lines, "", self._body(content, size)]).strip()

    def _body(self, content: bytes, size: int) -> str:
        """Return the start of a body.

        Secrets are hidden before it is cut. One that the excerpt itself has cut is
        not recognized: it is at the end, in the margin, which is not shown.
        """
        if not content:
            return ""
        if b"\0" in content[:1_000]:
            return f"<{size} bytes>"
        text = self.hide(content.decode("utf-8", "replace"))
        if size > len(content):
            text = text[: max(0, len(text) - MARGIN)]
        shown = text[:BODY_SIZE]
        left_out = size - len(shown.encode())
        if len(text) == len(shown) and size <= len(content):
            return redact(shown, BODY_SIZE)
        return redact(shown, BODY_SIZE) + LEFT_OUT.format(left_out)


def answered(asked: PreparedRequest, answer: HttpAnswer, seconds: float) -> Exchange:
    """Return the exchange of a request that was answered."""
    return Exchange(
        **_request_of(asked),
        seconds=seconds,
        status=answer.status,
        reason=answer.reason,
        headers=answer.headers,
        content=answer.content[: BODY_SIZE + MARGIN],
        size=len(answer.content),
        hide=answer.hide,
    )


def failed(
    asked: PreparedRequest, error: str, seconds: float, hide: Callable[[str], str]
) -> Exchange:
    """Return the exchange of a request without an answer.

    Args:
        error: why, without secrets.
        hide: returns a text without the secrets of the backend.
    """
    return Exchange(**_request_of(asked), seconds=seconds, error=error, hide=hide)


def not_sent(asked: PreparedRequest, hide: Callable[[str], str]) -> Exchange:
    """Return the exchange of a request that a dry run keeps back."""
    return Exchange(**_request_of(asked), is_sent=False, hide=hide)


def _request_of(asked: PreparedRequest) -> dict[str, Any]:
    body = asked.body or b""
    sent = body.encode() if isinstance(body, str) else bytes(body)
    return {
        "method": asked.method or "",
        "url": asked.url or "",
        "sent": sent[: BODY_SIZE + MARGIN],
        "sent_size": len(sent),
        "sent_headers": asked.headers,
    }
