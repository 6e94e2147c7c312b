# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Redaction of texts for logs and job rows: secrets become stars."""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from html import escape
from typing import Any, NamedTuple
from urllib.parse import quote, quote_plus

HIDDEN = "***"
MAX_DEPTH = 30  # of values in values; below that they are shown as text
LEFT_OUT = " … ({} characters left out)"
LEFT_OUT_INSIDE = " … {:,} {} left out … "
MESSAGE_SIZE = 4_000  # characters of a message: somebody is to read it
TEXT_SIZE = 64_000  # characters of a traceback, a result …: rows are read as a whole

# In names of arguments, keys, headers, parameters and elements.
_WORDS = (
    r"passw|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|credential|authorization|cookie|session[-_]?id|signature|(?<![a-z])t?otp"
)
_SECRET_NAME = re.compile(_WORDS, re.IGNORECASE)

# A whole name with such a word in it. It is matched once, from its start, and as a
# whole: to try each part of a long name would take minutes.
_NAME = rf"(?<![\w.-])(?=[\w.-]*?(?:{_WORDS}))(?=(?P<run>[\w.-]+))(?P=run)"

# name, then : or = or > of an element, then the value up to where it ends
_NAMED = re.compile(
    rf"""(?P<name>["']?{_NAME}["']?)"""
    r"""(?P<sign>\s*[:=]\s*)"""
    r"""(?P<value>"(?:\\.|[^"\\])*"?|'(?:\\.|[^'\\])*'?"""
    r"""|(?:Basic|Bearer|Digest|Token)\s+[^\s,;&"']+|[^\s,;&"'<>{}\[\]]+)""",
    re.IGNORECASE,
)
_ELEMENT = re.compile(
    rf"(?P<start><(?:(?=(?P<prefix>[\w.-]+))(?P=prefix):)?{_NAME}(?:\s[^<>]*)?>)[^<]+",
    re.IGNORECASE,
)
_CREDENTIALS = re.compile(
    r"(?P<scheme>\b[a-z][\w+.-]{0,30}://)[^\s/?#@'\"<>]+@", re.IGNORECASE
)
_SCHEME = re.compile(r"\b(?P<scheme>Basic|Bearer)\s+[\w.~+/=-]{8,}", re.IGNORECASE)


def redact(value: object, size: int, known: "KnownSecrets | None" = None) -> str:
    """Return a value as text: short, without secrets, and as PostgreSQL keeps it.

    Secret is what is named like one (password, token, authorization, api_key …) as key
    of a dict or of JSON, as header, parameter of an URL or element of XML; and what
    stands before the @ of an URL.

    Args:
        value: text, bytes, or anything that is shown as JSON.
        size: characters of the text at most, without the hint that some are left out.
        known: secrets that are hidden whatever they are called.
    """
    text = storable(_text_of(value, size))
    if known:
        text = known.hide(text)
    hidden = _redact_text(text[:size])
    left_out = len(text) - size
    return hidden + LEFT_OUT.format(left_out) if left_out > 0 else hidden


def bounded(text: str, size: int) -> str:
    """Return a text that PostgreSQL can store; of a long text its start and end.

    Args:
        size: characters at most, without the hint that some are left out.
    """
    if len(text) > size:
        tail = size // 2
        left_out = LEFT_OUT_INSIDE.format(len(text) - size, "characters")
        text = f"{text[: size - tail]}{left_out}{text[-tail:]}"
    return storable(text)


def storable(text: str) -> str:
    """Return a text without what PostgreSQL refuses: zeros and half surrogates."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _text_of(value: object, size: int) -> str:
    if isinstance(value, bytes | bytearray | memoryview):
        return _text_of_bytes(bytes(value))
    if isinstance(value, str):
        return _redact_json(value, size)
    if isinstance(value, Mapping | list | tuple):
        return json.dumps(_without_secrets(value), ensure_ascii=False, default=str)
    return str(value)


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return f"<{len(value)} bytes>"


def _redact_json(text: str, size: int) -> str:
    """Return a text, without secrets when all of it is JSON."""
    if text[:1] not in ("{", "[") or len(text) > size:
        return text  # patterns find its secrets, too
    try:
        value = json.loads(text)
        hidden = _without_secrets(value)
        same = hidden == value
    except (ValueError, RecursionError):
        return text
    return text if same else json.dumps(hidden, ensure_ascii=False)


def _without_secrets(value: Any, depth: int = 0) -> Any:
    """Return data with stars in place of values with a secret name."""
    if depth > MAX_DEPTH:
        return str(value)
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN
            if item and is_secret_name(key)
            else _without_secrets(item, depth + 1)
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [_without_secrets(item, depth + 1) for item in value]
    return _text_of_bytes(value) if isinstance(value, bytes) else value


def is_secret_name(name: object) -> bool:
    """Tell whether a name is that of a secret, such as ``password``."""
    return isinstance(name, str) and bool(_SECRET_NAME.search(name))


def _redact_text(text: str) -> str:
    text = _CREDENTIALS.sub(rf"\g<scheme>{HIDDEN}@", text)
    text = _ELEMENT.sub(rf"\g<start>{HIDDEN}", text)
    text = _NAMED.sub(_hide_named, text)
    return _SCHEME.sub(rf"\g<scheme> {HIDDEN}", text)


def _hide_named(match: re.Match[str]) -> str:
    value = match["value"]
    quote = value[0] if value[0] in "\"'" else ""
    if value == 2 * quote:
        return match[0]  # nothing is there
    return f"{match['name']}{match['sign']}{quote}{HIDDEN}{quote}"


# === SECRETS THAT WERE READ === #

MIN_SIZE = 6  # characters of a secret that is searched inside other words
MIN_WORD_SIZE = 3  # of a secret that is searched as a word; shorter: not at all
_BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_AROUND = 400  # characters of base64 around a secret, such as its user, that go too


class KnownSecrets:
    """Secrets that were read, to be removed from stored texts.

    Each is found as it is and without the blanks around it; escaped for JSON, Python,
    URLs and XML; in hexadecimals; and in base64, also behind a user and a colon. Of
    short ones (``MIN_SIZE``) only a word of its own counts, and only to be hidden.
    """

    __slots__ = ("_forms", "_secrets")

    def __init__(self) -> None:
        self._secrets: set[str] = set()
        self._forms: _Forms | None = None  # of all secrets, made at the first search

    def __bool__(self) -> bool:
        return bool(self._secrets)

    def add(self, secret: str) -> None:
        """Add a secret, given as plain text."""
        if secret not in self._secrets:
            self._secrets.add(secret)
            self._forms = None

    def update(self, others: "KnownSecrets") -> None:
        """Add all secrets of another set."""
        for secret in tuple(others._secrets):
            self.add(secret)

    def is_in(self, text: str) -> bool:
        """Tell whether a text contains one of the secrets."""
        forms = self._find_forms()
        return any(form in text for form in (*forms.texts, *forms.cores))

    def hide(self, text: str) -> str:
        """Return a text with stars in place of the secrets."""
        if not self._secrets:
            return text
        forms = self._find_forms()
        for form in forms.texts:
            text = text.replace(form, HIDDEN)
        for core in forms.cores:
            text = _hide_base64(text, core)
        return forms.words.sub(HIDDEN, text) if forms.words else text

    def stored(self, text: str, size: int) -> str:
        """Return a text ready to be stored: ``bounded``, without the secrets."""
        return bounded(self.hide(text), size)

    def _find_forms(self) -> "_Forms":
        if self._forms is None:
            self._forms = _forms_of(tuple(self._secrets))
        return self._forms


class _Forms(NamedTuple):
    """Forms of the secrets to search for."""

    texts: list[str]  # the longest first: others may be a part of them
    cores: list[str]  # of base64: the characters that only the secret decides
    words: re.Pattern[str] | None


def _forms_of(secrets: tuple[str, ...]) -> _Forms:
    long = {form for one in secrets for form in (one, one.strip())}
    short = {one for one in long if MIN_WORD_SIZE <= len(one) < MIN_SIZE}
    long = {one for one in long if len(one) >= MIN_SIZE}
    texts = {form for one in long for form in _escaped(one)}
    cores = {core for one in long for core in _base64_cores(_bytes_of(one))}
    words = "|".join(map(re.escape, short))
    return _Forms(
        sorted(texts, key=len, reverse=True),
        sorted(cores),
        re.compile(rf"(?<!\w)(?:{words})(?!\w)") if short else None,
    )


def _escaped(secret: str) -> set[str]:
    """Return a secret and its escaped forms."""
    data = _bytes_of(secret)
    return {
        secret,
        storable(secret),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        quote(data),
        quote(data, safe=""),
        quote_plus(data),
        escape(secret),
        escape(secret, quote=False),
        data.hex(),
        data.hex().upper(),
    }


def _base64_cores(data: bytes) -> set[str]:
    """Return the base64 forms of data preceded by 0, 1 or 2 other bytes."""
    cores = set()
    for before, start in ((0, 0), (1, 2), (2, 3)):  # bytes, and characters they touch
        end = (before + len(data)) * 8 // 6
        core = b64encode(bytes(before) + data).decode()[start:end]
        cores |= {core, core.translate(_URL_SAFE)}
    return cores


def _hide_base64(text: str, core: str) -> str:
    """Return a text without the base64 data that contains a secret."""
    parts, end = [], 0
    while (at := text.find(core, end)) >= 0:
        before = text[max(end, at - _AROUND) : at]
        start = at - len(before) + len(before.rstrip(_BASE64))
        parts += [text[end:start], HIDDEN]
        after = text[at + len(core) : at + len(core) + _AROUND]
        end = at + len(core) + len(after) - len(after.lstrip(_BASE64 + "="))
    return "".join([*parts, text[end:]])


def _bytes_of(text: str) -> bytes:
    return text.encode("utf-8", "backslashreplace")


_URL_SAFE = str.maketrans("+/", "-_")
