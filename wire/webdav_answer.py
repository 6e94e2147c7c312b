# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Questions to a WebDAV server and its answers: names of files, states, preconditions.

Source: RFC 4918 (WebDAV), RFC 6578 (sync tokens).
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote

from lxml import etree
from lxml.builder import ElementMaker

from ..exception import NotSentError
from .template import DOTS

DAV = "DAV:"
NAMES = {"d": DAV}
D = ElementMaker(namespace=DAV, nsmap=NAMES)
ETAG = ".//d:getetag"

# What the body of an error says was not met; SabreDAV adds elements of its own. Want of
# rights is a matter of the login.
PRECONDITION = (
    r"(?s)<(?:[\w-]+:)?error\b[^>]*>(?!.*\bneed-privileges\b).*?<(?!s:)[\w-]+[:\s/>]"
)
_PRECONDITION = re.compile(PRECONDITION)
STUMBLES = frozenset({413, 500, 507})  # over this, and perhaps not over less of it


def quote_name(name: str) -> str:
    """Return the name of a file as a part of a URL; what is escaped stays so.

    >>> quote_name("a%20b.vcf"), quote_name("50% off? #1.vcf")
    ('a%20b.vcf', '50%25%20off%3F%20%231.vcf')

    Raises:
        NotSentError: it is empty, or leads to another folder.
    """
    if not name or unquote(name) in DOTS:
        raise NotSentError(
            f"Cannot ask for a file called {name!r}: that is the folder, or another "
            "one. Correct its external id."
        )
    name = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", name)
    return quote(name, safe="%:@!$&'()*+,;=")


def element(namespace: str, name: str, *children: Any, **options: str) -> Any:
    """Return an element of a question.

    Args:
        namespace: such as ``"DAV:"``.
        name: such as ``"prop"``.
        children: elements and texts in it.
        options: its attributes.
    """
    maker = ElementMaker(namespace=namespace, nsmap={**NAMES, "c": namespace})
    return maker(name, *children, **options)


def write_xml(root: Any) -> bytes:
    """Return a question as it is sent."""
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return data


def rows_of(answer: Any) -> list[Any]:
    """Return what an answer says of the folder and of each of its files."""
    return list(answer.findall("d:response", NAMES))


def name_of(row: Any) -> str:
    """Return the name of a file; one with ":", "?" or "#" is no URL to be parsed."""
    return _href(row).rpartition("/")[2]


def is_gone(row: Any) -> bool:
    """Return whether a file is not there any more."""
    return " 404" in _status(row)


def is_cut(rows: Iterable[Any]) -> bool:
    """Return whether an answer goes on with the next token."""
    return any(" 507" in _status(row) for row in rows)


def token_of(answer: Any) -> str:
    """Return the token of a list of changes, or of a folder; empty without one."""
    return str(answer.findtext(".//d:sync-token", "", NAMES)).strip()


def etags_of(rows: Iterable[Any], folder: str) -> Iterator[tuple[str, str]]:
    """Yield the names of the files among some rows, each with its etag.

    Args:
        folder: path of the folder.
    """
    folder = unquote(folder).rstrip("/")
    for row in rows:
        name, place = name_of(row), unquote(_href(row)).rstrip("/")
        is_folder = not name or (bool(folder) and place.endswith(folder))
        if not is_folder and row.find(".//d:collection", NAMES) is None:
            yield name, row.findtext(ETAG, "", NAMES)


def with_known_names(
    etags: Mapping[str, str], known: Iterable[str | None]
) -> dict[str, str]:
    """Return etags by the names under which the files are known.

    A server may escape a name in one answer, and give it raw in another.

    >>> with_known_names({"a b": '"1"'}, ["a%20b"])
    {'a%20b': '"1"'}
    """
    names = {unquote(name): name for name in known if name}
    return {names.get(unquote(name), name): etag for name, etag in etags.items()}


def has_precondition(text: str) -> bool:
    """Return whether an error names what was not met, besides rights.

    >>> has_precondition('<error xmlns="DAV:"><valid-sync-token/></error>')
    True
    >>> has_precondition('<error xmlns="DAV:"><need-privileges/></error>')
    False
    >>> has_precondition('<d:error><s:exception>Forbidden</s:exception></d:error>')
    False
    """
    return bool(_PRECONDITION.search(text))


def _href(row: Any) -> str:
    return str(row.findtext("d:href", "", NAMES)).strip()


def _status(row: Any) -> str:
    """Return the status of a whole file: 404 where it is gone."""
    return str(row.findtext("d:status", "", NAMES))
