# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Probe of a webhook: a test event that is sent to our own public address."""

import ipaddress
import time
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests

from ..exception import NotSentError
from .address import Network, find_addresses
from .session import open_session

TIMEOUT_S = (5, 15)
ANYWHERE: list[Network] = [
    ipaddress.ip_network("0.0.0.0/0"),
    ipaddress.ip_network("::/0"),
]


@dataclass(frozen=True)
class Probed:
    """What came of a probe.

    Args:
        status: of the answer; 0 without one.
        ms: milliseconds until it came.
        error: why there is none.
        is_private: whether the address cannot be reached from elsewhere.
        location: where a redirect leads.
    """

    status: int = 0
    ms: int = 0
    error: str = ""
    is_private: bool = False
    location: str = ""


def probe(address: str, headers: Mapping[str, str], body: bytes) -> Probed:
    """Send a test event to an address of ours; redirects are not followed.

    It may be in a private network: that is what the caller wants to know.
    """
    session = open_session(ANYWHERE)
    begun = time.monotonic()
    try:
        answer = session.post(
            address,
            data=body,
            headers={"Content-Type": "application/json", **headers},
            timeout=TIMEOUT_S,
            allow_redirects=False,
        )
    except (requests.RequestException, OSError) as error:
        return Probed(error=str(error) or type(error).__name__)
    finally:
        session.close()
    ms = round(1000 * (time.monotonic() - begun))
    location = answer.headers.get("Location", "")
    return Probed(answer.status_code, ms, "", _is_private(address), location)


def _is_private(address: str) -> bool:
    """Return whether a host has no public address."""
    parts = urlsplit(address)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        find_addresses(parts.hostname or "", port, [])
    except (NotSentError, OSError):
        return True
    return False
