# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classification of network errors, and the ``Retry-After`` of HTTP answers."""

import errno
from datetime import datetime
from urllib.error import HTTPError, URLError
from xmlrpc.client import ProtocolError

from ...exception import RETRIED_STATUSES, NetworkRetryableError, NotSentError
from ...retry_after import parse_retry_after

NETWORK_ERRORS = frozenset(
    {
        "builtins.ConnectionError",
        "builtins.TimeoutError",
        "http.client.BadStatusLine",
        "http.client.IncompleteRead",
        "httpx.TransportError",
        "requests.exceptions.ChunkedEncodingError",
        "requests.exceptions.ConnectionError",
        "requests.exceptions.Timeout",
        "socket.gaierror",
        "ssl.SSLEOFError",
        "urllib3.exceptions.MaxRetryError",
        "urllib3.exceptions.NewConnectionError",
        "urllib3.exceptions.ProtocolError",
        "urllib3.exceptions.TimeoutError",
    }
)
"""Full names of classes; so the queue needs none of these libraries."""

UNREACHED_ERRORS = frozenset(
    {
        "builtins.ConnectionRefusedError",
        "httpx.ConnectError",
        "httpx.ConnectTimeout",
        "requests.exceptions.ConnectTimeout",
        "socket.gaierror",
        "urllib3.exceptions.ConnectTimeoutError",
        "urllib3.exceptions.NewConnectionError",
    }
)
"""Those that come before a request is sent."""

NETWORK_ERRNOS = {
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
}

_CLIENT_ERRORS = {"requests.exceptions.HTTPError", "httpx.HTTPStatusError"}


def is_network_error(error: BaseException) -> bool:
    """Return whether the remote side did not answer, or answered that it could not."""
    if answer := _answer_of(error):
        return answer[0] in RETRIED_STATUSES
    if isinstance(error, URLError) and isinstance(error.reason, OSError):
        return is_network_error(error.reason)
    if isinstance(error, NetworkRetryableError):
        return True
    is_unreachable = isinstance(error, OSError) and error.errno in NETWORK_ERRNOS
    return is_unreachable or _is_named(error, NETWORK_ERRORS)


def status_of(error: BaseException) -> int | None:
    """Return the status of the HTTP answer that the error stands for, if any."""
    answer = _answer_of(error)
    return answer[0] if answer else None


def is_unreached(error: BaseException) -> bool:
    """Return whether the remote side could not be connected to: it received nothing."""
    if isinstance(error, NotSentError) or _is_named(error, UNREACHED_ERRORS):
        return True
    # requests wraps the error of urllib3, and urllib3 its last reason
    inner = [getattr(error, "reason", None), *getattr(error, "args", ())[:1]]
    return any(isinstance(one, Exception) and is_unreached(one) for one in inner)


def retry_after_s(error: BaseException, now: datetime) -> float | None:
    """Return the delay of the ``Retry-After`` header, in seconds.

    Args:
        now: naive, in UTC.

    Returns:
        Seconds in ``[1, RETRY_AFTER_CAP_S]``; None when the answer has no
        ``Retry-After`` that can be read: seconds, also with a fraction, or a date.
    """
    _status, headers = _answer_of(error) or (None, None)
    return parse_retry_after((headers and headers.get("Retry-After")) or "", now)


def _answer_of(error):
    """Return status and headers of the HTTP answer that the error stands for."""
    if isinstance(error, HTTPError):
        return error.code, error.headers
    if isinstance(error, ProtocolError):
        return error.errcode, error.headers
    response = getattr(error, "response", None)
    if response is None or not _is_named(error, _CLIENT_ERRORS):
        return None
    return response.status_code, response.headers


def _is_named(error, names):
    """Return whether the class of the error, or one of its bases, has such a name."""
    return any(f"{c.__module__}.{c.__qualname__}" in names for c in type(error).__mro__)
