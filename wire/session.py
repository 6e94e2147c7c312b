# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""HTTP sessions: one for each backend and process, whose connections are kept open.

A session sends each request once. It takes nothing from the environment (no proxy, no
``.netrc``), keeps no cookies, and connects to addresses that were checked: the name of
a host is resolved once, and the connection goes to the address that it had then.
"""

import os
import socket
from collections import OrderedDict
from collections.abc import Callable, Hashable
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
CONNECTIONS = 20  # of a session that are kept open: a process has so many threads

IN_SETTING = "setting private_networks in section [connector] of its configuration"

_sessions: OrderedDict[Hashable, requests.Session] = OrderedDict()
_lock = Lock()


def find_session(
    key: Hashable, networks: Callable[[], list[Network]]
) -> requests.Session:
    """Return the session of a backend in this process.

    Args:
        key: names the backend: database, model, id, and how it is connected to.
        networks: returns the private networks that it may reach.
    """
    key = (os.getpid(), key)  # a fork must not write to the sockets of its parent
    with _lock:
        session = _sessions.pop(key, None) or open_session(networks())
        _sessions[key] = session
        if len(_sessions) > MAX_SESSIONS:
            _sessions.popitem(last=False)[1].close()
    return session


def open_session(networks: list[Network]) -> requests.Session:
    """Return a new session.

    Args:
        networks: private networks that it may reach besides all public addresses.
    """
    session = _Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _CheckingAdapter(networks)
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

    def __init__(self, networks: list[Network]):
        self._networks = networks
        super().__init__(pool_maxsize=CONNECTIONS, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Have the pools make connections that check addresses."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._pool_class(HTTPConnectionPool, HTTPConnection),
            "https": self._pool_class(HTTPSConnectionPool, HTTPSConnection),
        }

    def _pool_class(self, pool: type, connection: type) -> type:
        members = {"networks": self._networks}
        checking = type("CheckingConnection", (_Checking, connection), members)
        return type("CheckingPool", (pool,), {"ConnectionCls": checking})
