# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP client of a backend: requests, with its login, limits and status table."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from functools import cached_property, lru_cache
from typing import Any, NoReturn
from urllib.parse import SplitResult, urlsplit

import requests
from requests import exceptions as failures

from ..exception import (
    DryRunError,
    FailedJobError,
    NetworkRetryableError,
    NotSentError,
)
from ..redaction import redact
from ..text import sentence
from .answer import SHOWN, HttpAnswer, join_address
from .auth import Auth
from .body import encode_body, encode_params
from .exchange import Exchange, answered, failed, not_sent
from .gate import OPEN_GATE, Gate
from .quiet_log import hidden_login
from .status import (
    IGNORED,
    READS,
    REFRESH_TOKEN,
    SAME_STATUS,
    SUCCESS,
    Status,
    error_of,
    errors_in,
    find_meaning,
    is_reading,
    wait_s,
)

_logger = logging.getLogger(__name__)

SUCCESSES = range(200, 300)
REDIRECTS = {301, 302, 303, 307, 308}
MAX_REDIRECTS = 5
LOCATION = "header Location"
BLOCK_BYTES = 65_536
PORTS = {"http": 80, "https": 443}
HEADERS = {"User-Agent": "connector", "Accept": "application/json, */*;q=0.5"}

UNUSABLE = (
    *(failures.InvalidURL, failures.InvalidSchema, failures.MissingSchema),
    *(failures.InvalidHeader, failures.URLRequired, UnicodeError),
)


@dataclass(frozen=True)
class HttpTarget:
    """The server of a backend, and the limits of requests to it.

    Args:
        url: where all paths begin.
        owner: the backend, for messages.
        hosts: other hosts that requests may go to, without a login.
        verify: whether its certificate is checked; a path names the file with the
            certificates of who may have signed it.
        is_proxied: requests go through a proxy, which resolves the names of hosts.
        is_dry_run: requests that may change something are not sent.
        timeout_s: seconds to connect, and to wait for each part of an answer.
        max_bytes: most bytes of a body, decompressed.
    """

    url: str
    owner: str
    hosts: Sequence[str] = ()
    verify: bool | str = True
    timeout_s: tuple[float, float] = (10, 60)
    max_bytes: int = 50_000_000
    is_proxied: bool = False
    is_dry_run: bool = False


@dataclass(frozen=True)
class Login:
    """How requests log in.

    Args:
        auth: the kind of login, None for none.
        values: returns the fields of the backend that it needs, by name.
        refresh: renews the login; returns whether it did.
        hide: returns a text without the secrets.
    """

    auth: Auth | None = None
    values: Callable[[], Mapping[str, object]] = dict
    refresh: Callable[[], bool] = lambda: False
    hide: Callable[[str], str] = str


class HttpClient:
    """Sends requests to the server of a backend.

    Args:
        target: the server.
        session: with the connections to it.
        login: how to log in.
        statuses: rows before the table of the framework.
        public: session for hosts to which only a redirect of the server leads; it
            reaches no private network. None for the same one.
    """

    note: Callable[[Exchange], None] | None = None
    """Is called with each request and its answer; None for nobody."""

    def __init__(
        self,
        target: HttpTarget,
        session: requests.Session,
        login: Login | None = None,
        statuses: Sequence[Status] = (),
        public: requests.Session | None = None,
    ) -> None:
        self.target = target
        self.login = login or Login()
        self.statuses = tuple(statuses)
        self.gate: Gate = OPEN_GATE
        """What requests pass, see :class:`~.gate.Gate`."""
        self._session = session
        self._public = public or session

    def request(
        self,
        method: str,
        path: str,
        params: Mapping[str, Any] | None = None,
        data: Any = None,
        headers: Mapping[str, str] | None = None,
        is_read: bool | None = None,
    ) -> HttpAnswer:
        """Send a request, and return the answer if it is a success.

        Requests that read follow redirects; to another host they go without the login.

        Args:
            method: ``"GET"``, ``"POST"`` …
            path: below the address of the backend, or a whole address on its host.
            params: of the address; None is left out, booleans are ``true`` and
                ``false``, a list is repeated.
            data: bytes, sent as they are, or values that are sent as JSON. A Decimal is
                sent as text, a time in UTC with ``Z``.
            headers: besides those of the login.
            is_read: whether it changes nothing there, so that a dry run sends it; None
                as its method says. It says which error an answer is as well; redirects
                follow the method.

        Raises:
            DryRunError: it was not sent, as it may change something.
            NetworkRetryableError: no answer, or one that may be another one later.
            RetryableJobError: somebody else is at it.
            IDMissingInBackend: nothing is there.
            InvalidDataError: what was sent is refused.
            NotSentError: settings do not fit; nothing was sent.
            FailedJobError: all other answers.
        """
        asked = self._prepare(method, path, params, data, headers)
        is_read = is_reading(method, is_read)
        if self.target.is_dry_run and not is_read:
            self._keep_back(asked)
        answer, means = self._ask(asked)
        if means == REFRESH_TOKEN and self.login.refresh():
            answer, means = self._ask(asked)
        if means == IGNORED:
            return replace(answer, content=b"")
        if means != SUCCESS:
            says = SAME_STATUS.get(means) if answer.status in SUCCESSES else None
            raise self._error(answer, means, is_read) from answer.as_error(says)
        return answer

    def is_own(self, url: str) -> bool:
        """Return whether an address is on the server of the backend.

        It is with the same scheme, host and port; https in place of http will do.
        """
        own, other = self._own, _split(url)
        is_same = _origin(own) == _origin(other)
        is_safer = (
            own.hostname == other.hostname
            and _origin(own) == ("http", own.hostname, 80)
            and _origin(other) == ("https", own.hostname, 443)
        )
        return is_same or is_safer

    def without_login(self, url: str) -> str:
        """Return an address that a server gave without the login, to be kept.

        Where it is a parameter, many servers repeat it in the links to their pages.
        """
        return url if self.login.auth is None else self.login.auth.remove_from(url)

    # === REQUEST === #

    def _prepare(
        self, method: str, path: str, params: Any, data: Any, headers: Any
    ) -> requests.PreparedRequest:
        """Return a request without a login, ready to be sent."""
        body, kind = encode_body(data)
        asked = requests.Request(
            method.upper(),
            self._address(path),
            headers={**HEADERS, **kind, **(headers or {})},
            params=encode_params(params),
            data=body,
        )
        try:
            return self._session.prepare_request(asked)
        except UNUSABLE as error:
            raise self._unusable(error) from error

    def _address(self, path: str) -> str:
        """Return the whole address of a path.

        Raises:
            NotSentError: it is on a host that the backend may not ask.
        """
        if "://" not in path.partition("?")[0]:
            return f"{self.target.url.rstrip('/')}/{path.lstrip('/')}"
        if not self.is_own(path) and _split(path).hostname not in self.target.hosts:
            raise NotSentError(
                f"Cannot ask {self.target.owner} for {redact(path, SHOWN)!r}: expected "
                f"an address of {self.target.url!r}. Correct the address in its "
                "settings, or name the host in _hosts of its model."
            )
        return path

    def _ask(self, asked: requests.PreparedRequest) -> tuple[HttpAnswer, str]:
        """Return an answer, after redirects, and what it means."""
        answer = self._send(asked)
        for _hop in range(MAX_REDIRECTS):
            location = answer.headers.get("Location", "")
            is_redirect = answer.status in REDIRECTS and location
            if not is_redirect or asked.method not in READS:
                break
            place = self.without_login(join_address(answer, location, LOCATION))
            if asked.body and not self.is_own(place):
                break  # a question is put to the server of the backend only
            asked = self._follow(asked, place)
            answer = self._send(asked)
        text = answer.text if self._reads_bodies else ""
        told = answer.status, answer.headers, text, answer.method
        means = find_meaning(self.statuses, *told)
        self.gate.answered(answer.status, answer.headers, means)
        return answer, means

    def _follow(
        self, asked: requests.PreparedRequest, url: str
    ) -> requests.PreparedRequest:
        """Return the request to which a redirect leads.

        Another host gets nothing of the headers of an adapter: they may be secret.
        """
        self._check_scheme(url)
        self._check_proxied(url)
        headers = asked.headers if self.is_own(url) else HEADERS
        try:
            following = requests.Request(
                asked.method, url, headers=headers, data=asked.body
            )
            return self._session.prepare_request(following)
        except UNUSABLE as error:
            raise self._unusable(error) from error

    @property
    def _reads_bodies(self) -> bool:
        return any(row.body is not None or row.code for row in self.statuses)

    def _check_scheme(self, url: str) -> None:
        """Refuse to be led from https to http, where everybody can read along."""
        before, after = self._own.scheme, _split(url).scheme
        if after not in PORTS or (before == "https" and after == "http"):
            raise FailedJobError(
                f"{self.target.owner} redirects to {redact(url, SHOWN)!r}, expected an "
                "address that begins with https://. Correct its address."
            )

    def _check_proxied(self, url: str) -> None:
        """Refuse to be led by a proxy to where nobody can check the address."""
        host = _split(url).hostname
        if self.target.is_proxied and not self._is_known_host(host):
            raise FailedJobError(
                f"{self.target.owner} redirects to {redact(url, SHOWN)!r}, another "
                f"host, and a proxy resolves its name. Name {host!r} in _hosts of its "
                "model if requests may go there."
            )

    def _send(self, asked: requests.PreparedRequest) -> HttpAnswer:
        """Send a request with the login, where it goes to the server, and read all."""
        url = asked.url or ""
        self.gate.enter()
        signed = asked.copy()
        try:
            if self.login.auth is not None and self.is_own(url):
                self.login.auth.sign(signed, self.login.values())
            return self._logged(asked, signed)
        except UNUSABLE as error:
            raise self._unusable(error) from error
        except failures.SSLError as error:
            raise self._noted(self._ssl_error(url, error)) from error
        except (failures.RequestException, OSError) as error:
            told = (
                f"No answer to {asked.method} {redact(url, SHOWN)} from "
                f"{self.target.owner}: {self._reason(error)}"
            )
            raise self._noted(NetworkRetryableError(told)) from error

    def _logged(
        self, asked: requests.PreparedRequest, signed: requests.PreparedRequest
    ) -> HttpAnswer:
        """Send a request, and note what became of it."""
        if self.note is None:
            return self._exchange(signed, asked)
        begun = time.monotonic()
        try:
            answer = self._exchange(signed, asked)
        except Exception as error:
            seconds = time.monotonic() - begun
            reason = self._reason(error)
            self.note(failed(asked, reason, seconds, self.login.hide))
            raise
        self.note(answered(asked, answer, time.monotonic() - begun))
        return answer

    def _keep_back(self, asked: requests.PreparedRequest) -> NoReturn:
        exchange = not_sent(asked, self.login.hide)
        if self.note:
            self.note(exchange)
        raise DryRunError(
            f"dry run: {exchange.method} {redact(exchange.address, SHOWN)} was not "
            f"sent to {self.target.owner}."
        )

    def _exchange(
        self, signed: requests.PreparedRequest, asked: requests.PreparedRequest
    ) -> HttpAnswer:
        target, begun, url = self.target, time.monotonic(), asked.url or ""
        with hidden_login(signed.path_url, asked.path_url, self.login.hide):
            response = self._session_for(url).send(
                signed,
                timeout=target.timeout_s,
                verify=target.verify,
                allow_redirects=False,
                stream=True,
            )
        with response:
            content = self._read(response, url)
        if _logger.isEnabledFor(logging.DEBUG):
            _logger.debug(
                "%s %s: %s, %s bytes in %.3f s",
                *(signed.method, redact(url, SHOWN), response.status_code),
                *(len(content), time.monotonic() - begun),
            )
        return HttpAnswer(
            signed.method or "",
            url,
            response.status_code,
            str(response.reason or ""),
            response.headers,
            content,
            response.encoding,
            self.login.hide,
        )

    def _session_for(self, url: str) -> requests.Session:
        """Return the session for an address: of the backend, or of the public."""
        is_known = self._is_known_host(urlsplit(url).hostname)
        return self._session if is_known else self._public

    def _is_known_host(self, host: str | None) -> bool:
        """Return whether the backend names a host, and not only its server."""
        return host == self._own.hostname or host in self.target.hosts

    @cached_property
    def _own(self) -> SplitResult:
        return _split(self.target.url)

    def _read(self, response: requests.Response, url: str) -> bytes:
        """Return the body of an answer.

        Raises:
            FailedJobError: it is larger than allowed.
        """
        content = bytearray()
        for block in response.iter_content(BLOCK_BYTES):
            content += block
            if len(content) > self.target.max_bytes:
                raise FailedJobError(
                    f"The answer to {redact(url, SHOWN)} from {self.target.owner} has "
                    f"more than {self.target.max_bytes} bytes, the most allowed. Ask "
                    "for smaller pages, or raise _max_bytes of its model."
                )
        return bytes(content)

    # === ERRORS === #

    def _error(self, answer: HttpAnswer, means: str, is_read: bool) -> Exception:
        text = f"{self.target.owner}: {answer.describe()}{self._told(answer)}"
        if answer.status in REDIRECTS:
            # hidden before it is cut: half a secret is not recognized
            place = redact(self.login.hide(answer.headers.get("Location", "")), SHOWN)
            text += (
                f" It redirects to {place!r}; that is followed to read, and "
                f"{MAX_REDIRECTS} times at most."
            )
        now = datetime.now(timezone.utc).replace(tzinfo=None)
        seconds = wait_s(means, answer.headers, now)
        return self._patient(error_of(means, is_read, text, seconds))

    def _noted(self, error: Exception) -> Exception:
        """Note that there was no answer, unless it is a matter of settings."""
        if isinstance(error, NetworkRetryableError):
            self.gate.failed(error)
        return self._patient(error)

    def _patient(self, error: Exception) -> Exception:
        """Let the backend say for how long the job is retried."""
        if isinstance(error, NetworkRetryableError):
            error.network_retry_s = self.gate.patience_s
        return error

    def _told(self, answer: HttpAnswer) -> str:
        """Return the errors of GraphQL in an answer, which may stand far behind."""
        if not any(row.code for row in self.statuses):
            return ""
        told = "; ".join(f"{code}: {text}" for code, text in errors_in(answer.text))
        # hidden before it is cut: half a secret is not recognized
        return f" It says {redact(self.login.hide(told), SHOWN)!r}." if told else ""

    def _unusable(self, error: Exception) -> NotSentError:
        return NotSentError(
            f"Cannot ask {self.target.owner}: {sentence(self._reason(error))} "
            "Correct its settings, or the request of its adapter."
        )

    def _ssl_error(self, url: str, error: failures.SSLError) -> Exception:
        text = (
            f"No safe connection to {_split(url).hostname!r} of {self.target.owner}: "
            f"{self._reason(error)}"
        )
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return FailedJobError(f"{sentence(text)} Have its certificate corrected.")
        return NetworkRetryableError(text)

    def _reason(self, error: Exception) -> str:
        # hidden before it is cut: half a secret is not recognized
        return redact(self.login.hide(str(error) or type(error).__name__), SHOWN)


@lru_cache(maxsize=256)
def _split(url: str) -> SplitResult:
    """Return the parts of an address, as the library that connects reads them.

    Others read the host of ``https://a.org\\@b.org`` differently, or leave a name as it
    is where the library encodes it.

    Raises:
        NotSentError: it is none.
    """
    prepared = requests.PreparedRequest()
    try:
        prepared.prepare_url(url, None)
        parts = urlsplit(prepared.url or "")
        _port = parts.port  # raises when it is none
    except (*UNUSABLE, ValueError) as error:
        raise NotSentError(
            f"Cannot read the address {redact(url, SHOWN)!r}: {sentence(error)} "
            "Correct it."
        ) from error
    return parts


def _origin(parts: SplitResult) -> tuple[str, str | None, int | None]:
    return parts.scheme, parts.hostname, parts.port or PORTS.get(parts.scheme)
