# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Circuit breaker: when a backend counts as away, and when it is asked again.

It opens after some network errors in a row; then nothing is sent but a probe now and
then (half-open), and it closes with the first answer.
"""

from collections.abc import Mapping

from .status import RETRY

CLOSED = "closed"
OPEN = "open"
HALF_OPEN = "half_open"

OPENS_AFTER = 5  # network errors in a row, of all processes
# Answers of a gateway whose server does not answer; 520 to 530 are those of a proxy
# that many sites stand behind. With Retry-After, a server says when it is back.
GATEWAY_STATUSES = frozenset({502, 503, 504, *range(520, 531)})

FIRST_PROBE_S = 15  # after it opened; doubled where it had closed only just before
LAST_PROBE_S = 100  # between two probes: jobs go on within two minutes of the return
LONG_S = 2 * 3600  # an outage for longer than that is probed less
LONG_PROBE_S = 300
LEASE_S = 180  # for a probe; then its process counts as dead


def is_away(status: int, headers: Mapping[str, str], means: str) -> bool:
    """Return whether an answer says that the server behind a gateway does not answer.

    Args:
        status: number, such as 503.
        headers: by names in any case.
        means: what the answer means by the status table.
    """
    is_told = "Retry-After" in headers
    return means == RETRY and status in GATEWAY_STATUSES and not is_told


def next_probe_s(age_s: float) -> float:
    """Return how long to wait before the next probe, in seconds.

    Args:
        age_s: seconds since the breaker opened.
    """
    if age_s > LONG_S:
        return LONG_PROBE_S
    return min(max(age_s, FIRST_PROBE_S), LAST_PROBE_S)


def first_probe_s(open_count: int) -> float:
    """Return how long to wait before the first probe, in seconds.

    Args:
        open_count: how often the breaker has opened within an hour, 1 for the first
            time: a server that answers probes only must not get all jobs again.
    """
    doublings = min(open_count - 1, 10)
    return min(FIRST_PROBE_S * 2**doublings, LAST_PROBE_S)
