# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP sessions: one for each backend and process, whose connections are kept open.

A session sends each request once. It takes nothing from the environment (no proxy, no
``.netrc``), keeps no cookies, and connects to addresses that were checked: the name of
a host is resolved once, and the connection goes to the address that it had then. Where
there is a proxy, that is the one whose address is checked.
"""

import io
import os
import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from http.client import HTTPResponse
from http.cookiejar import DefaultCookiePolicy
from threading import Lock
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError

from .address import Network, find_addresses

MAX_SESSIONS = 200  # of a process; the one that was not used for longest is closed
ANSWER_S = 600.0  # that a whole answer may take
CONNECTIONS = 20  # of a session that are kept open: a process has so many threads

IN_SETTING = "setting private_networks in section [connector] of its configuration"

_sessions: OrderedDict[Hashable, requests.Session] = OrderedDict()
_lock = Lock()


def find_session(
    key: Hashable,
    networks: Callable[[], list[Network]],
    answer_s: float = ANSWER_S,
    proxy: str = "",
) -> requests.Session:
    """Return the session of a backend in this process.

    Args:
        key: names the backend: database, model, id, and how it is connected to.
        networks: returns the private networks that it may reach.
        answer_s: seconds that a whole answer may take.
        proxy: address of a proxy, with its login; empty for none.
    """
    # a fork must not write to the sockets of its parent
    key = (os.getpid(), answer_s, key)
    with _lock:
        session = _sessions.pop(key, None)
        session = session or open_session(networks(), answer_s, proxy)
        _sessions[key] = session
        if len(_sessions) > MAX_SESSIONS:
            _sessions.popitem(last=False)[1].close()
    return session


def open_session(
    networks: list[Network], answer_s: float = ANSWER_S, proxy: str = ""
) -> requests.Session:
    """Return a new session.

    Args:
        networks: private networks that it may reach besides all public addresses.
        answer_s: seconds that a whole answer may take.
        proxy: address of a proxy, with its login; empty for none.
    """
    session = _Session()
    session.trust_env = False
    if proxy:
        session.proxies = {"http": proxy, "https": proxy}
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _CheckingAdapter(networks, answer_s)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    return session


class _Session(requests.Session):
    """A session to which no answer is a redirect.

    The library would read the body of one at once, however large, to follow it.
    """

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """Return None: the client follows, within its limits."""
        return None


class SlowAnswerError(OSError):
    """An answer took longer than a whole one may, though some of it came."""


class _LimitedReader(io.RawIOBase):
    """Reads an answer up to a moment; each part of it may come in time, and yet few.

    Args:
        raw: the bytes of the connection, unbuffered.
        answer_s: seconds that the whole answer may take.
    """

    def __init__(self, raw: Any, answer_s: float):
        super().__init__()
        self._raw = raw
        self._answer_s = answer_s
        self._end = time.monotonic() + answer_s

    def readable(self) -> bool:
        """Return that it is one to read from."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come into a buffer, and return how many bytes that were."""
        if time.monotonic() > self._end:
            raise SlowAnswerError(
                f"the answer was not whole after {self._answer_s:g} s"
            )
        count: int | None = self._raw.readinto(buffer)
        return count

    def close(self) -> None:
        """Close what it reads."""
        if not self.closed:
            self._raw.close()
        super().close()


class _LimitedResponse(HTTPResponse):
    """An answer that has to be whole within some time."""

    answer_s: float = ANSWER_S

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any):
        super().__init__(sock, *args, **kwargs)
        raw = self.fp.detach()
        self.fp = io.BufferedReader(_LimitedReader(raw, self.answer_s))


class _Checking:
    """The part of a connection that resolves the host, and checks its address."""

    networks: list[Network]

    def _new_conn(self: Any) -> socket.socket:
        try:
            addresses = find_addresses(self.host, self.port, self.networks, IN_SETTING)
        except OSError as error:
            raise NewConnectionError(self, f"{self.host}: {error}") from error
        for address in addresses:
            try:
                return self._connect(address)
            except TimeoutError as error:
                failure: Exception = ConnectTimeoutError(
                    self, f"{self.host} did not answer within {self.timeout} s"
                )
                failure.__cause__ = error
            except OSError as error:
                failure = NewConnectionError(self, f"{self.host}: {error}")
                failure.__cause__ = error
        raise failure

    def _connect(self: Any, address: str) -> socket.socket:
        plain = socket.create_connection((address, self.port), timeout=self.timeout)
        for option in self.socket_options or ():
            plain.setsockopt(*option)
        return plain


class _CheckingAdapter(HTTPAdapter):
    """An adapter of requests whose connections check addresses, and never retry."""

    def __init__(self, networks: list[Network], answer_s: float):
        limited = type("LimitedResponse", (_LimitedResponse,), {"answer_s": answer_s})
        members = {"networks": networks, "response_class": limited}
        self._pool_classes = {
            "http": _pool_class(HTTPConnectionPool, HTTPConnection, members),
            "https": _pool_class(HTTPSConnectionPool, HTTPSConnection, members),
        }
        super().__init__(pool_maxsize=CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have the pools make connections that check addresses."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self._pool_classes

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Have the pools of a proxy make such connections as well."""
        manager = super().proxy_manager_for(*args, **kwargs)
        manager.pool_classes_by_scheme = self._pool_classes
        return manager


def _pool_class(pool: type, connection: type, members: dict[str, Any]) -> type:
    checking = type("CheckingConnection", (_Checking, connection), members)
    return type("CheckingPool", (pool,), {"ConnectionCls": checking})
