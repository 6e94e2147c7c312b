# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Schemes of webhooks: how a sender proves that an event is its own."""

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from secrets import token_bytes, token_urlsafe

from ..components.changed_since import parse_stamp
from ..exception import InvalidUsageError
from ..text import did_you_mean

ALGORITHMS = ("sha1", "sha256", "sha512")
ENCODINGS = ("hex", "base64")
KEYS = ("text", "base64")
PLACEHOLDERS = ("id", "timestamp", "body")
BODY = "{body}"
KEY_PREFIX = "whsec_"  # of secrets that are written as base64
KEY_BYTES = 32  # of a secret that is made here
MOST_SIGNATURES = 10  # in one header that are compared
MILLISECONDS = 100_000_000_000  # seconds of the year 5138: a larger stamp counts them

_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_DECOY = "no webhook has this secret"


class Scheme:
    """Base of the schemes."""

    needs_secret = True
    """Whether a secret is shared with the sender, besides the address."""

    event_id: str | None = None
    """Header with the id of an event, None where the scheme has none."""

    def is_right(
        self,
        secrets: Sequence[str],
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
    ) -> bool:
        """Return whether a request is from somebody who knows a secret.

        What takes time does not depend on the secrets.

        Args:
            secrets: that are valid now, also one that ends soon.
            headers: of the request, by names in any case.
            body: of the request.
            now: with its zone.
        """
        raise NotImplementedError

    def sign(
        self, secret: str, body: bytes, event_id: str, now: datetime
    ) -> dict[str, str]:
        """Return the headers with which a sender sends a body."""
        raise NotImplementedError

    def describe(self) -> str:
        """Return what the scheme wants, for the person who sets up the sender."""
        raise NotImplementedError

    def new_secret(self) -> str:
        """Return a secret that nobody can guess."""
        return token_urlsafe(KEY_BYTES)


@dataclass(frozen=True)
class PathSecret(Scheme):
    """The address of the webhook is the only secret."""

    needs_secret = False

    def is_right(
        self,
        secrets: Sequence[str],
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
    ) -> bool:
        """Return True: who found the address knows it."""
        return True

    def sign(
        self, secret: str, body: bytes, event_id: str, now: datetime
    ) -> dict[str, str]:
        """Return no headers."""
        return {}

    def describe(self) -> str:
        """Return what the scheme wants."""
        return "PathSecret: whoever knows the address may send"


@dataclass(frozen=True)
class SharedHeader(Scheme):
    """A header has the secret, such as ``SharedHeader("Authorization", "Bearer ")``.

    Args:
        name: of the header.
        prefix: before the secret.
    """

    name: str
    prefix: str = ""

    def __post_init__(self) -> None:
        _check_header(self, "name", self.name)

    def is_right(
        self,
        secrets: Sequence[str],
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
    ) -> bool:
        """Return whether the header has one of the secrets."""
        given = headers.get(self.name) or ""
        return _is_one_of([given], [self.prefix + one for one in secrets or [_DECOY]])

    def sign(
        self, secret: str, body: bytes, event_id: str, now: datetime
    ) -> dict[str, str]:
        """Return the header with the secret."""
        return {self.name: self.prefix + secret}

    def describe(self) -> str:
        """Return what the scheme wants."""
        return f"SharedHeader: {self.name}: {self.prefix}(secret)"


@dataclass(frozen=True)
class Hmac(Scheme):
    """A header has a signature of the body, made with the secret.

    Several signatures may stand in the header, with blanks or commas between them.

    Args:
        algorithm: ``"sha256"``, ``"sha512"`` or ``"sha1"``.
        header: with the signature.
        encoding: of the signature, ``"hex"`` or ``"base64"``.
        prefix: before the signature: ``"sha256="``, ``"v1,"``.
        timestamp: header with the time of sending; ``"Header:t"`` where it stands in
            that header after ``t=``. It has to be in ``signed``.
        signed: what is signed, with ``{id}``, ``{timestamp}`` and ``{body}``.
        tolerance: how far the time may be from ours, before and after.
        event_id: header with the id of the event: the same when it is sent again.
        key: ``"base64"`` where the secret is the key in base64, with ``whsec_`` before
            it or without.

    Raises:
        InvalidUsageError: it can be no scheme; so its addon does not load.
    """

    algorithm: str = "sha256"
    header: str = "X-Signature"
    encoding: str = "hex"
    prefix: str = ""
    timestamp: str | None = None
    signed: str = BODY
    tolerance: timedelta = timedelta(minutes=5)
    event_id: str | None = None
    key: str = "text"

    def __post_init__(self) -> None:
        for name, known in (
            ("algorithm", ALGORITHMS),
            ("encoding", ENCODINGS),
            ("key", KEYS),
        ):
            value = getattr(self, name)
            if value not in known:
                raise InvalidUsageError(
                    f"{name} of {self} is {value!r}, expected one of "
                    f"{', '.join(map(repr, known))}.{did_you_mean(value, known)}"
                )
        _check_header(self, "header", self.header)
        self._check_signed()

    def _check_signed(self) -> None:
        found = _PLACEHOLDER.findall(self.signed)
        for name in found:
            if name not in PLACEHOLDERS:
                raise InvalidUsageError(
                    f"signed of {self} has {{{name}}}, expected {{id}}, {{timestamp}} "
                    f"and {{body}} only.{did_you_mean(name, PLACEHOLDERS)}"
                )
        given = {"body": True, "timestamp": self.timestamp}
        for name, declared in given.items():
            if bool(declared) != (name in found):
                raise InvalidUsageError(
                    f"signed of {self} has to hold {{{name}}} where it is declared, "
                    "and only there: what is not signed proves nothing. Correct one."
                )
        if "id" in found and not self.event_id:
            raise InvalidUsageError(
                f"signed of {self} has {{id}}, and event_id is missing. Name the "
                "header with the id."
            )

    def is_right(
        self,
        secrets: Sequence[str],
        headers: Mapping[str, str],
        body: bytes,
        now: datetime,
    ) -> bool:
        """Return whether a signature fits, and the time."""
        stamp = self._stamp_in(headers)
        event_id = headers.get(self.event_id) or "" if self.event_id else ""
        expected = [
            self._signature(secret, event_id, stamp, body)
            for secret in secrets or [_DECOY]
        ]
        fits = _is_one_of(self._signatures_in(headers), expected)
        return fits and self._is_recent(stamp, now)

    def sign(
        self, secret: str, body: bytes, event_id: str, now: datetime
    ) -> dict[str, str]:
        """Return the headers with the signature, the time and the id."""
        stamp = str(int(now.timestamp())) if self.timestamp else ""
        signature = self.prefix + self._signature(secret, event_id, stamp, body)
        headers = {self.header: signature}
        if self.event_id:
            headers[self.event_id] = event_id
        if self.timestamp:
            name, _colon, part = self.timestamp.partition(":")
            before = f"{headers[name]}," if name in headers else ""
            headers[name] = f"{part}={stamp},{before}".strip(",") if part else stamp
        return headers

    def describe(self) -> str:
        """Return what the scheme wants."""
        return (
            f"Hmac: {self.header}: {self.prefix}({self.algorithm}, {self.encoding}) "
            f"of {self.signed}"
        )

    def new_secret(self) -> str:
        """Return a secret that nobody can guess, in base64 where it has to be."""
        if self.key == "text":
            return super().new_secret()
        return KEY_PREFIX + b64encode(token_bytes(KEY_BYTES)).decode()

    # === HELPERS === #

    def _signatures_in(self, headers: Mapping[str, str]) -> list[str]:
        """Return the signatures in the header, as they are written."""
        text = headers.get(self.header) or ""
        if not self.prefix:
            found = re.split(r"[\s,]+", text.strip())
        else:
            found = re.findall(rf"(?:^|[\s,;]){re.escape(self.prefix)}([^\s,;]+)", text)
        return [self._plain(one) for one in found[:MOST_SIGNATURES]]

    def _plain(self, signature: str) -> str:
        return signature.lower() if self.encoding == "hex" else signature

    def _stamp_in(self, headers: Mapping[str, str]) -> str:
        if not self.timestamp:
            return ""
        name, _colon, part = self.timestamp.partition(":")
        text = (headers.get(name) or "").strip()
        if not part:
            return text
        found = re.search(rf"(?:^|[\s,;]){re.escape(part)}=([^\s,;]+)", text)
        return found[1] if found else ""

    def _signature(self, secret: str, event_id: str, stamp: str, body: bytes) -> str:
        values = {"id": event_id.encode(), "timestamp": stamp.encode(), "body": body}
        parts = _PLACEHOLDER.split(self.signed)  # each second one is a name
        signed = b"".join(
            values[part] if place % 2 else part.encode()
            for place, part in enumerate(parts)
        )
        made = hmac.new(self._key_of(secret), signed, self.algorithm).digest()
        return made.hex() if self.encoding == "hex" else b64encode(made).decode()

    def _key_of(self, secret: str) -> bytes:
        if self.key == "text":
            return secret.encode()
        text = secret.removeprefix(KEY_PREFIX)
        try:
            return b64decode(text + "=" * (-len(text) % 4), validate=True)
        except ValueError:  # a secret that is none signs nothing
            return hashlib.sha256(_DECOY.encode() + secret.encode()).digest()

    def _is_recent(self, stamp: str, now: datetime) -> bool:
        if not self.timestamp:
            return True
        sent_at = parse_moment(stamp)
        return sent_at is not None and abs(now - sent_at) <= self.tolerance


def StandardWebhooks(  # noqa: N802 it reads as a scheme
    tolerance: timedelta = timedelta(minutes=5),
) -> Hmac:
    """Return the scheme of https://www.standardwebhooks.com, with symmetric keys.

    Args:
        tolerance: how far the time of sending may be from ours.
    """
    return Hmac(
        "sha256",
        header="webhook-signature",
        encoding="base64",
        prefix="v1,",
        timestamp="webhook-timestamp",
        signed="{id}.{timestamp}.{body}",
        tolerance=tolerance,
        event_id="webhook-id",
        key="base64",
    )


def parse_moment(value: object) -> datetime | None:
    """Return a time with its zone, None for what is none.

    Args:
        value: ISO text, or seconds or milliseconds since 1970 as number or text.

    >>> parse_moment("1767268800") == parse_moment(1767268800000)
    True
    >>> parse_moment("2026-01-01T13:00:00+01:00").isoformat()
    '2026-01-01T12:00:00+00:00'
    >>> parse_moment("soon") is None
    True
    """
    try:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        if isinstance(value, str) and not re.fullmatch(r"\d+(\.\d+)?", value):
            return parse_stamp(value)
        number = float(value)
        if number >= MILLISECONDS:
            number /= 1000
        return datetime.fromtimestamp(number, timezone.utc)
    except (ValueError, OverflowError, OSError):
        return None


def _is_one_of(given: Sequence[str], expected: Sequence[str]) -> bool:
    """Return whether one text is among others; each pair is compared to its end."""
    fits = [
        hmac.compare_digest(one.encode(), other.encode())
        for one in given
        for other in expected
    ]
    return any(fits)


def _check_header(scheme: Scheme, argument: str, name: object) -> None:
    if not isinstance(name, str) or not re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", name):
        raise InvalidUsageError(
            f"{argument} of {scheme} is {name!r}, expected the name of a header."
        )
