# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Status table: what the answers of a server mean, and which error follows from them.

A connector adds rows in front of the table of the framework, for what its server says
in ways of its own: by status, by a header, by a text in the body, or by the code of an
error of GraphQL, whose servers answer with 200 whatever happens.
"""

import json
import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..exception import (
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    NetworkRetryableError,
    RetryableJobError,
)
from ..retry_after import parse_reset, parse_retry_after, server_time
from ..text import did_you_mean

SUCCESS = "success"
IGNORED = "ignored"
RETRY = "retry"
RATE_LIMITED = "rate limited"
REFRESH_TOKEN = "refresh token"
LOGIN = "login"
MISSING = "missing"
CONFLICT = "conflict"
REFUSED = "refused"

# What each word means for the request, as the manual says it.
MEANINGS = {
    SUCCESS: "the answer is read",
    IGNORED: "the answer counts as an empty one",
    RETRY: "the job is tried again, in the time that network errors have",
    RATE_LIMITED: "the same; how long to wait is also read from X-RateLimit-Reset",
    REFRESH_TOKEN: "the login is renewed and the request sent once more; else as login",
    LOGIN: "the job fails: the login has to be corrected",
    MISSING: "there is no such record (any more)",
    CONFLICT: "somebody else is at it: the job is tried again, and its tries count",
    REFUSED: "the record is refused; of a request that reads, the job fails",
}

READS = frozenset({"GET", "HEAD", "OPTIONS", "PROPFIND", "REPORT"})
RESETS = ("X-RateLimit-Reset", "RateLimit-Reset", "X-Rate-Limit-Reset")
BODY_SIZE = 100_000  # characters of a body in which a row is searched
ANY_CODE = "*"  # of an error of GraphQL: also one that has no code
ERROR_LISTS = ("userErrors", "errors")  # of what a mutation gives


@dataclass(frozen=True)
class Status:
    """A row of a status table: what some answers mean.

    Args:
        codes: a status, or several; None for any.
        means: one of ``MEANINGS``.
        header: name and value of a header that the answer has to have; any value where
            it is None.
        body: regular expression that is found in the text of the answer.
        code: of an error of GraphQL that is in the answer, or several; see
            :func:`error_codes`. ``"*"`` for any error.
        methods: of the request, such as ``("PUT", "DELETE")``; any where it is None.

    Raises:
        InvalidUsageError: it can be no row; so its addon does not load.
    """

    codes: int | Collection[int] | None
    means: str
    header: tuple[str, str | None] | None = None
    body: str | None = None
    code: str | Collection[str] | None = None
    methods: Collection[str] | None = None

    def __post_init__(self) -> None:
        if self.means not in MEANINGS:
            raise InvalidUsageError(
                f"{self} means {self.means!r}, expected one of {', '.join(MEANINGS)}."
                f"{did_you_mean(self.means, MEANINGS)}"
            )
        conditions = (self.codes, self.header, self.body, self.code)
        if all(one is None for one in conditions):
            raise InvalidUsageError(f"{self} is for every answer. Name some.")
        try:
            re.compile(self.body or "")
        except re.error as error:
            raise InvalidUsageError(
                f"{self} has an unreadable regular expression: {error}. Correct body."
            ) from error

    def is_for(
        self,
        status: int,
        headers: Mapping[str, str],
        text: str,
        method: str = "",
        error_codes: Collection[str] = (),
    ) -> bool:
        """Return whether an answer is one of these."""
        codes = {self.codes} if isinstance(self.codes, int) else self.codes
        if codes is not None and status not in codes:
            return False
        if self.methods is not None and method not in self.methods:
            return False
        if self.header is not None:
            name, value = self.header
            if name not in headers or (value is not None and headers[name] != value):
                return False
        if self.code is not None and not self._has_code(error_codes):
            return False
        return self.body is None or bool(re.search(self.body, text[:BODY_SIZE]))

    def _has_code(self, error_codes: Collection[str]) -> bool:
        if self.code == ANY_CODE:
            return bool(error_codes)
        own = {self.code} if isinstance(self.code, str) else set(self.code or ())
        return not own.isdisjoint(error_codes)


# Of errors in the answers of GraphQL servers, behind the rows of a connector.
GRAPHQL_STATUSES = (
    Status(None, REFRESH_TOKEN, code=("UNAUTHENTICATED", "UNAUTHORIZED", "FORBIDDEN")),
    Status(None, LOGIN, code="CHANNEL_NOT_FOUND"),
    Status(None, MISSING, code=("NOT_FOUND", "ENTITY_NOT_FOUND")),
    Status(None, CONFLICT, code="CONFLICT"),
    Status(
        None,
        RATE_LIMITED,
        code=("THROTTLED", "RATE_LIMITED", "TOO_MANY_REQUESTS", "MAX_COST_EXCEEDED"),
    ),
    Status(
        None, RETRY, code=("INTERNAL_SERVER_ERROR", "SERVICE_UNAVAILABLE", "TIMEOUT")
    ),
    Status(range(200, 300), REFUSED, code=ANY_CODE),
)

# The status that says the same as an error in an answer with 200: flows read it.
SAME_STATUS = {
    **{REFRESH_TOKEN: 401, LOGIN: 403, MISSING: 404, CONFLICT: 409},
    **{REFUSED: 422, RATE_LIMITED: 429, RETRY: 503},
}

# The first row that fits counts. What is in none of them is refused.
STATUSES = (
    Status(range(200, 300), SUCCESS),
    Status(304, IGNORED),
    Status(401, REFRESH_TOKEN),
    Status(403, RATE_LIMITED, header=("X-RateLimit-Remaining", "0")),
    Status(403, RATE_LIMITED, header=("Retry-After", None)),
    Status((402, 403, 407), LOGIN),
    Status((404, 410), MISSING),
    Status((409, 412, 423), CONFLICT),
    Status(429, RATE_LIMITED),
    Status((408, 425, *range(500, 600)), RETRY),
)


def is_reading(method: str, is_read: bool | None) -> bool:
    """Return whether a request changes nothing: as was said, else as its method is."""
    return method.upper() in READS if is_read is None else is_read


def declared_statuses(cls: type) -> tuple[Status, ...]:
    """Return the rows of a class and of its bases; those of the class come first.

    Raises:
        InvalidUsageError: one of them is no row.
    """
    rows = tuple(row for one in cls.mro() for row in vars(one).get("_statuses", ()))
    for row in rows:
        if not isinstance(row, Status):
            raise InvalidUsageError(
                f"_statuses of {cls.__qualname__} has {row!r}, expected Status(…)."
            )
    return rows


def find_meaning(
    rows: Iterable[Status],
    status: int,
    headers: Mapping[str, str],
    text: str,
    method: str = "",
) -> str:
    """Return what an answer means by the first row that fits.

    Args:
        rows: those of a connector; the table of the framework follows them.
        headers: by names in any case.
        text: of the body.
        method: of the request.
    """
    rows = (*rows, *STATUSES)
    codes = error_codes(text) if any(row.code for row in rows) else ()
    asked = status, headers, text, method, codes
    row = next((row for row in rows if row.is_for(*asked)), None)
    return row.means if row else REFUSED


def error_codes(text: str) -> list[str]:
    """Return the codes of the errors in an answer of a GraphQL server.

    These are ``extensions.code`` of each of its errors, the type of a result that is
    one (``EmailAddressConflictError``), and the codes in a list of errors that a
    mutation gives (``userErrors``). An error without a code counts as one of ``"*"``.

    >>> error_codes('{"errors": [{"extensions": {"code": "FORBIDDEN"}}]}')
    ['FORBIDDEN']
    """
    return [code for code, _message in errors_in(text)]


def errors_in(text: str) -> list[tuple[str, str]]:
    """Return code and message of each error in an answer of a GraphQL server."""
    if 'rrors"' not in text and 'Error"' not in text:
        return []  # lists are long, and mostly without errors
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return list(_errors_of(answer)) if isinstance(answer, dict) else []


def _errors_of(answer: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for one in _objects(answer.get("errors")):
        extensions = one.get("extensions")
        code = extensions.get("code") if isinstance(extensions, dict) else None
        yield str(code or ANY_CODE), str(one.get("message", ""))
    data = answer.get("data")
    for result in _objects(list(data.values()) if isinstance(data, dict) else None):
        name = str(result.get("__typename", ""))
        if name.endswith("Error"):
            yield name, str(result.get("message", ""))
        for key in ERROR_LISTS:
            for one in _objects(result.get(key)):
                if "message" in one:
                    yield str(one.get("code") or ANY_CODE), str(one["message"])


def _objects(found: Any) -> list[dict[str, Any]]:
    listed = found if isinstance(found, list) else []
    return [one for one in listed if isinstance(one, dict)]


def wait_s(means: str, headers: Mapping[str, str], now: datetime) -> int | None:
    """Return how long a server asks to wait, in whole seconds; None if it does not say.

    Times are compared with the server's own clock, where it sends one.

    Args:
        now: naive, in UTC.
    """
    now = server_time(headers, now)
    seconds = parse_retry_after(headers.get("Retry-After", ""), now)
    if seconds is None and means == RATE_LIMITED:
        resets = (parse_reset(headers.get(name, ""), now) for name in RESETS)
        seconds = next((one for one in resets if one is not None), None)
    return None if seconds is None else math.ceil(seconds)


def error_of(means: str, is_read: bool, text: str, seconds: int | None) -> Exception:
    """Return the error that follows from an answer that is no success.

    Args:
        means: what the answer means.
        is_read: whether the request only reads: it has sent no record.
        text: what was asked, and what was answered.
        seconds: how long the server asks to wait, None if it does not say.
    """
    if means == RETRY:
        return NetworkRetryableError(f"{text} It is asked again.", seconds=seconds)
    if means == RATE_LIMITED:
        told = f"{text} It has had too many requests; it is asked again later."
        return NetworkRetryableError(told, seconds=seconds)
    if means == CONFLICT:
        told = f"{text} Somebody else is at it; it is asked again."
        return RetryableJobError(told, seconds=seconds)
    if means in (LOGIN, REFRESH_TOKEN):
        return FailedJobError(
            f"{text} Correct the login in the settings of the backend, or have it "
            "permitted there, then press Retry."
        )
    if means == MISSING:
        return IDMissingInBackend(text)
    if is_read:
        return FailedJobError(
            f"{text} Correct the address in the settings of the backend, or the "
            "request of its adapter."
        )
    return InvalidDataError(f"{text} Correct the record, then press Retry.")
