# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Download of a URL from an untrusted source.

Only public addresses are contacted, with limits of time and size; the name of a host
is resolved once, and the connection goes to the address that was checked.
Proxies of the environment are not used: they would connect for us.
"""

import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass, field
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from ...exception import (
    RETRIED_STATUSES,
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
)
from ...redaction import redact
from ...wire.address import Network, find_addresses

TIMEOUT_S = 30  # for all of it
MAX_BYTES = 50_000_000
MAX_REDIRECTS = 5
BLOCK_BYTES = 65_536
URL_SIZE = 300  # characters of an URL in a message

REDIRECTS = {301, 302, 303, 307, 308}
GONE = {404, 410}
SAFE = "%/:=&?~#+!$,;'@()*[]"  # characters of an URL that stay as they are
HEADERS = {"User-Agent": "connector", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Limits:
    """Time and size limits of a download, and the networks it may reach.

    Args:
        networks: private networks that may be contacted.
    """

    timeout_s: float = TIMEOUT_S
    max_bytes: int = MAX_BYTES
    networks: list[Network] = field(default_factory=list)


def read_url(url: str, limits: Limits) -> bytes:
    """Return the content of a URL.

    Raises:
        NetworkRetryableError: no answer, or one that may be another one later.
        IDMissingInBackend: nothing is there.
        FailedJobError: it may not, or cannot, be read.
    """
    deadline = time.monotonic() + limits.timeout_s
    try:
        for _hop in range(MAX_REDIRECTS + 1):
            body, location = _ask(url, limits, deadline)
            if location is None:
                return body
            url = urljoin(url, location)
    except ssl.SSLCertVerificationError as error:
        raise _failure(url, f"its certificate is refused: {error}") from error
    except (OSError, http.client.HTTPException) as error:
        why = str(error) or type(error).__name__
        raise NetworkRetryableError(f"No answer from {_shown(url)}: {why}") from error
    raise _failure(url, f"it is redirected more than {MAX_REDIRECTS} times")


def _ask(url, limits, deadline) -> tuple[bytes, str | None]:
    """Request a URL; return its content, or the URL of a redirect."""
    parts = _parts(url)
    connection = _Connection(parts, limits, deadline)
    try:
        connection.request("GET", _target(parts), headers=HEADERS)
        response = connection.getresponse()
        location = response.getheader("Location")
        if response.status in REDIRECTS and location:
            return b"", location
        _check_status(url, response)
        return _body(url, response, limits.max_bytes), None
    finally:
        connection.close()


def _parts(url) -> SplitResult:
    try:
        parts = urlsplit(url)
        _port = parts.port  # raises when it is none
    except (TypeError, ValueError, AttributeError) as error:
        raise _failure(url, f"{error}, expected an URL") from error
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _failure(url, "expected one that begins with https:// or http://")
    if parts.username or parts.password:
        raise _failure(url, "it holds a user or a password, expected none")
    return parts


def _target(parts: SplitResult) -> str:
    path = quote(parts.path or "/", safe=SAFE)
    return f"{path}?{quote(parts.query, safe=SAFE)}" if parts.query else path


def _check_status(url, response) -> None:
    status = response.status
    if 200 <= status < 300:
        return
    text = f"{_shown(url)} answered {status} {response.reason}"
    if status in GONE:
        raise IDMissingInBackend(text)
    if status in RETRIED_STATUSES:
        raise NetworkRetryableError(text)
    raise FailedJobError(text)


def _body(url, response, max_bytes) -> bytes:
    encoding = response.getheader("Content-Encoding", "identity")
    if encoding != "identity":
        raise _failure(url, f"it came encoded as {encoding!r}, expected as it is")
    body = bytearray()
    expected = response.length or 0
    while expected <= max_bytes and (block := response.read(BLOCK_BYTES)):
        body += block
        if len(body) > max_bytes:
            break
    if max(expected, len(body)) > max_bytes:
        raise _failure(url, f"it has more than {max_bytes} bytes, the most allowed")
    if response.length:  # the connection ended before
        raise http.client.IncompleteRead(bytes(body), response.length)
    return bytes(body)


def _failure(url, why: str) -> FailedJobError:
    return FailedJobError(f"Cannot read {_shown(url)}: {why}.")


def _shown(url) -> str:
    return repr(redact(url, URL_SIZE))


class _Connection(http.client.HTTPConnection):
    """Connection to an address that was checked, with a deadline."""

    def __init__(self, parts: SplitResult, limits: Limits, deadline: float):
        self._is_secure = parts.scheme == "https"
        self.default_port = 443 if self._is_secure else 80
        super().__init__(parts.hostname, parts.port or self.default_port)
        self._networks = limits.networks
        self._deadline = deadline

    def connect(self) -> None:
        """Connect to the first address that answers."""
        addresses = find_addresses(self.host, self.port, self._networks)
        for count in range(len(addresses), 0, -1):
            wait_s = seconds_left(self._deadline) / count  # some for each of the rest
            try:
                place = addresses[-count], self.port
                plain = socket.create_connection(place, timeout=wait_s)
                break
            except OSError:
                if count == 1:
                    raise
        plain.settimeout(seconds_left(self._deadline))
        if self._is_secure:
            context = ssl.create_default_context()
            plain = context.wrap_socket(plain, server_hostname=self.host)
        self.sock = _TimedSocket(plain, self._deadline)


class _TimedSocket:
    """The part of a socket that http.client needs; each wait ends at the deadline."""

    def __init__(self, plain: socket.socket, deadline: float):
        self._plain = plain
        self._deadline = deadline

    def sendall(self, data) -> None:
        self._plain.settimeout(seconds_left(self._deadline))
        self._plain.sendall(data)

    def makefile(self, *_args) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._plain, self._deadline))

    def close(self) -> None:
        self._plain.close()


class _TimedReader(io.RawIOBase):
    """Reader of a socket until the deadline; keeps the socket open until then."""

    def __init__(self, plain: socket.socket, deadline: float):
        self._plain = plain
        self._raw = plain.makefile("rb", buffering=0)
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int:
        self._plain.settimeout(seconds_left(self._deadline))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def seconds_left(deadline: float) -> float:
    """Return the seconds until a deadline.

    Raises:
        TimeoutError: it is over.
    """
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError("the time is over")
    return left
