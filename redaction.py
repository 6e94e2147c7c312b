# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Redaction of what is written down: secrets become stars."""

import json
import re
from collections.abc import Mapping

HIDDEN = "***"
MAX_DEPTH = 30  # of values in values; below that they are shown as text
LEFT_OUT = " … ({} characters left out)"
LEFT_OUT_INSIDE = " … {:,} characters left out … "
MESSAGE_SIZE = 4_000  # characters of a message: somebody is to read it
TEXT_SIZE = 64_000  # characters of a traceback, a result …: a list of jobs reads them

# In names of arguments, keys, headers, parameters and elements.
_WORDS = (
    r"passw|passphrase|pwd|secret|token|api[-_]?key|access[-_]?key|private[-_]?key"
    r"|credential|authorization|cookie|session[-_]?id|signature|(?<![a-z])t?otp"
)
_SECRET_NAME = re.compile(_WORDS, re.IGNORECASE)

# A whole name with such a word in it. It is looked at once, from its start, and taken
# as a whole: to try each part of it would take minutes for a long one.
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


def redact(value, size: int) -> str:
    """Return a value as text: short, without secrets, and as PostgreSQL keeps it.

    Secret is what is named like one (password, token, authorization, api_key …) as key
    of a dict or of JSON, as header, parameter of an URL or element of XML; and what
    stands before the @ of an URL.

    Args:
        value: text, bytes, or anything that is shown as JSON.
        size: characters of the text at most, without the hint that some are left out.
    """
    text = storable(_text_of(value, size))
    hidden = _redact_text(text[:size])
    left_out = len(text) - size
    return hidden + LEFT_OUT.format(left_out) if left_out > 0 else hidden


def bounded(text: str, size: int) -> str:
    """Return a text as PostgreSQL keeps it; of a long one the beginning and the end.

    Args:
        size: characters at most, without the hint that some are left out.
    """
    if len(text) > size:
        tail = size // 2
        left_out = LEFT_OUT_INSIDE.format(len(text) - size)
        text = f"{text[: size - tail]}{left_out}{text[-tail:]}"
    return storable(text)


def storable(text: str) -> str:
    """Return a text without what PostgreSQL refuses: zeros and half surrogates."""
    return text.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()


def _text_of(value, size) -> str:
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
    """Return a text as it is, or without secrets when all of it is JSON."""
    if text[:1] not in ("{", "[") or len(text) > size:
        return text  # patterns find its secrets, too
    try:
        value = json.loads(text)
        hidden = _without_secrets(value)
        same = hidden == value
    except (ValueError, RecursionError):
        return text
    return text if same else json.dumps(hidden, ensure_ascii=False)


def _without_secrets(value, depth: int = 0):
    """Return data with stars in place of what is named like a secret."""
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


def is_secret_name(name) -> bool:
    """Tell whether what has this name is a secret, such as ``password``."""
    return isinstance(name, str) and bool(_SECRET_NAME.search(name))


def _redact_text(text: str) -> str:
    text = _CREDENTIALS.sub(rf"\g<scheme>{HIDDEN}@", text)
    text = _ELEMENT.sub(rf"\g<start>{HIDDEN}", text)
    text = _NAMED.sub(_hide_named, text)
    return _SCHEME.sub(rf"\g<scheme> {HIDDEN}", text)


def _hide_named(match: re.Match) -> str:
    value = match["value"]
    quote = value[0] if value[0] in "\"'" else ""
    if value == 2 * quote:
        return match[0]  # nothing is there
    return f"{match['name']}{match['sign']}{quote}{HIDDEN}{quote}"
