# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rate limits: how many requests a server takes, learnt from its answers.

A server that says it by headers is believed. Of one that only answers 429, the rate is
measured between two refusals: its bucket was empty at both, so what it took is at most
what came in, and less where requests came too slowly. So the pace grows until it is
refused, less from time to time; after ``LEARN_S`` it stays below the best measurement.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt

from ..retry_after import parse_reset

SAFETY = 0.96  # of the measured rate: clocks and networks are not exact
FIRST_RATE = 1.0  # requests a second after the first refusal
GROWTHS = (2.0, 1.10, 1.05, 1.02)  # a second, after the first refusal, the second …
LEARN_S = 45  # since the first refusal
SETTLED_S = 900  # without a refusal, then the pace grows slowly
SETTLED_GROWTH = 1.0001  # a second: 6 % in ten minutes
SETTLED_GROW_S = 6_931  # until it has doubled: it grew while nobody asked, perhaps
MAX_RATE = 1_000.0  # requests a second; no limit is felt above
MIN_RATE = 0.001
TOGETHER_S = 2  # refusals so near to each other are one
LOW = 0.25  # of a limit that is left: it is time to keep to its pace
PAUSE_S = 1.0  # where a server says that nothing is left, and not until when

# Families of headers, each with -Limit, -Remaining and -Reset.
FAMILIES = ("X-RateLimit", "RateLimit", "X-Rate-Limit")
USED = "X-Shopify-Shop-Api-Call-Limit"  # used/limit


@dataclass(frozen=True)
class Quota:
    """What the headers of an answer say of a limit.

    Args:
        limit: requests in a window.
        remaining: of these that are left.
        reset_s: seconds until all are there again.
        window_s: length of the window.
    """

    limit: float | None = None
    remaining: float | None = None
    reset_s: float | None = None
    window_s: float | None = None

    @property
    def rate(self) -> float | None:
        """Requests a second; None where the headers do not say it."""
        if not self.limit or not self.window_s:
            return None
        return self.limit / self.window_s

    @property
    def wait_s(self) -> float:
        """How long to send nothing, in seconds, as nothing is left."""
        return (self.reset_s or PAUSE_S) if self.remaining == 0 else 0.0

    @property
    def is_low(self) -> bool:
        """Whether so little is left that requests should keep to the pace."""
        if self.limit is None or self.remaining is None:
            return False
        return self.remaining < LOW * self.limit


NOTHING = Quota()


def read_quota(headers: Mapping[str, str], now: datetime) -> Quota:
    """Return what the headers of an answer say of a limit.

    Args:
        headers: by names in any case.
        now: naive, in UTC; by the server's clock where it sends one.
    """
    policy, current = headers.get("RateLimit-Policy", ""), headers.get("RateLimit", "")
    parts = {
        "limit": _part(policy, "q") or _first(policy) or _part(current, "limit"),
        "remaining": _part(current, "r", "remaining"),
        "reset_s": _part(current, "t", "reset"),
        "window_s": _part(policy, "w"),
    }
    for family in FAMILIES:
        limit = headers.get(f"{family}-Limit", "")
        found = {
            "limit": _first(limit),
            "remaining": _first(headers.get(f"{family}-Remaining", "")),
            "reset_s": parse_reset(headers.get(f"{family}-Reset", ""), now),
            "window_s": _part(limit, "w"),
        }
        parts = {name: _known(parts[name], found[name]) for name in parts}
    if used := re.fullmatch(r"\s*(\d+)\s*/\s*(\d+)\s*", headers.get(USED, "")):
        count, most = map(float, used.groups())
        parts |= {"limit": most, "remaining": max(most - count, 0)}
    return Quota(**parts)


def _known(one: float | None, other: float | None) -> float | None:
    return other if one is None else one


def _first(text: str) -> float | None:
    """Return the number that a header begins with: ``100`` of ``100, 100;w=60``."""
    found = re.match(r"\s*(\d+(?:\.\d+)?)", text)
    return float(found[1]) if found else None


def _part(text: str, *names: str) -> float | None:
    """Return the number with a name: 60 of ``100;w=60`` for ``w``."""
    found = re.search(rf"(?:^|[;,\s])(?:{'|'.join(names)})=(\d+(?:\.\d+)?)", text)
    return float(found[1]) if found else None


@dataclass(frozen=True)
class Pace:
    """The pace of the requests to a server, as learnt from its refusals.

    Args:
        rate: requests a second; None for any number.
        growth: by which it grows each second from ``grows_at`` on.
        grows_at: naive, in UTC.
        settles_at: until when it grows so; None for no end.
        settled: requests a second after that.
        refusals: from which it is learnt.
        refused_at: when the first of them came.
        counted: requests that were let through since ``counted_at``.
        counted_at: when the last refusal came.
        idle_s: seconds since then in which no request waited.
        free_at: when the next request may be sent.
    """

    rate: float | None = None
    growth: float = 1.0
    grows_at: datetime | None = None
    settles_at: datetime | None = None
    settled: float | None = None
    refusals: int = 0
    refused_at: datetime | None = None
    counted: float = 0
    counted_at: datetime | None = None
    idle_s: float = 0
    free_at: datetime | None = None

    def rate_at(self, now: datetime) -> float:
        """Return the rate at a time; the statements of the database say the same."""
        if self.rate is None or self.grows_at is None:
            return self.rate or MAX_RATE
        if self.settles_at is None or now < self.settles_at:
            age_s = min(max((now - self.grows_at).total_seconds(), 0), 60)
            return min(self.rate * self.growth**age_s, MAX_RATE)
        quiet_s = (now - self.settles_at).total_seconds() - SETTLED_S
        grown_s = min(max(quiet_s, 0), SETTLED_GROW_S)
        return min((self.settled or self.rate) * SETTLED_GROWTH**grown_s, MAX_RATE)


def learn(pace: Pace, quota: Quota, wait_s: float | None, now: datetime) -> Pace:
    """Return the pace after a refusal for too many requests.

    Args:
        quota: what the headers of the answer say.
        wait_s: how long the server asks to wait, in seconds; None if it does not say.
        now: naive, in UTC.
    """
    back_at = now + timedelta(seconds=wait_s or quota.wait_s or PAUSE_S)
    free_at = max(filter(None, [pace.free_at, back_at]))
    last_at = pace.counted_at
    if pace.refusals and last_at and (now - last_at).total_seconds() < TOGETHER_S:
        return replace(pace, counted=max(pace.counted - 1, 0), free_at=free_at)
    return replace(
        _next_pace(pace, quota, now),
        grows_at=back_at,
        refusals=pace.refusals + 1,
        refused_at=pace.refused_at or now,
        counted=0,
        counted_at=now,
        idle_s=0,
        free_at=free_at,
    )


def _next_pace(pace: Pace, quota: Quota, now: datetime) -> Pace:
    """Return the rate after a refusal, its growth, and what it will settle at."""
    if quota.rate is not None:
        rate = _bounded(SAFETY * quota.rate)
        return replace(pace, rate=rate, growth=1.0, settles_at=now, settled=rate)
    current = pace.rate_at(now)
    growth = GROWTHS[min(pace.refusals, len(GROWTHS) - 1)]
    if not pace.refusals or pace.refused_at is None:
        rate = min(current, FIRST_RATE)
        return replace(pace, rate=rate, growth=growth, settles_at=None, settled=None)
    measured = min(_measured_rate(pace, now) or current / 2, current)
    settles_at = pace.refused_at + timedelta(seconds=LEARN_S)
    if now >= settles_at:  # settled before, at what is too much
        rate = _bounded(max(SAFETY * measured, current / 4))
        return replace(pace, rate=rate, growth=1.0, settles_at=now, settled=rate)
    best = max(_bounded(SAFETY * measured), pace.settled or 0)
    rate = _bounded(sqrt(measured * current))  # it takes more than one, less than both
    learning = replace(pace, rate=rate, growth=growth)
    return replace(learning, settled=best, settles_at=settles_at)


def _bounded(rate: float) -> float:
    return min(max(rate, MIN_RATE), MAX_RATE)


def _measured_rate(pace: Pace, now: datetime) -> float | None:
    """Return what the server took a second since its last refusal, None if unclear."""
    if pace.counted_at is None:
        return None
    ahead_s = max((pace.free_at - now).total_seconds(), 0) if pace.free_at else 0
    taken = pace.counted - 1 - ahead_s * pace.rate_at(now)
    busy_s = (now - pace.counted_at).total_seconds() - pace.idle_s
    return taken / busy_s if taken >= 2 and busy_s > 0 else None
