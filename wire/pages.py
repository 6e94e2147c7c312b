# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Kinds of pagination: where the records of a page stand, and where the next page is.

A place names a page: JSON that is kept until the page is read; None is the first one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from requests.utils import parse_header_links

from ..exception import FailedJobError
from ..text import did_you_mean, is_missing
from .answer import HttpAnswer, join_address

Place = dict[str, Any]
Records = list[dict[str, Any]]

MISSING = object()


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Base of the kinds: a list on one page.

    Args:
        records: key of the list in the answer, with dots for keys in keys; None where
            the answer is the list.
    """

    records: str | None = None

    names_next: ClassVar[bool] = True
    """Whether the server says that there is a next page; else it is found by asking."""

    def params(self, place: Place | None) -> Mapping[str, Any]:
        """Return the parameters that ask for a page."""
        return {}

    def next_place(
        self, answer: HttpAnswer, data: Any, count: int, place: Place | None
    ) -> Place | None:
        """Return where the next page is, None after the last one.

        Args:
            answer: of the server.
            data: in its body.
            count: records of the page.
            place: of the page.
        """
        return None

    def records_in(self, answer: HttpAnswer, data: Any) -> Records:
        """Return the records of a page.

        Raises:
            FailedJobError: there is no list of records.
        """
        found = find_key(data, self.records)
        if found is None and self.records:
            return []  # some servers send null for an empty list
        if not isinstance(found, list) or not all(isinstance(x, dict) for x in found):
            raise FailedJobError(
                f"{answer.describe()} Expected a list of objects "
                f"{_where(self.records)}.{_hint(data, self.records)} Correct records= "
                "in _pages of the adapter."
            )
        return found


@dataclass(frozen=True)
class NextLink(Pages):
    """The answer has the address of the next page.

    Args:
        next: key of the address, with dots for keys in keys. It may begin at the path.
    """

    next: str = "next"

    def next_place(
        self, answer: HttpAnswer, data: Any, count: int, place: Place | None
    ) -> Place | None:
        """Return the address; none or an empty one ends the list."""
        return _url_place(answer, find_key(data, self.next))


@dataclass(frozen=True)
class LinkHeader(Pages):
    """The header ``Link`` has the address of the next page, as RFC 8288 says.

    Args:
        rel: name of the link.
    """

    rel: str = "next"

    def next_place(
        self, answer: HttpAnswer, data: Any, count: int, place: Place | None
    ) -> Place | None:
        """Return the address of the link; without one the list ends."""
        links = parse_header_links(answer.headers.get("Link", ""))
        found = (one["url"] for one in links if self.rel in one.get("rel", "").split())
        return _url_place(answer, next(found, None))


@dataclass(frozen=True)
class PageNumber(Pages):
    """Pages have numbers.

    Without ``last`` the list ends with an empty page, or with one that is not there: a
    page that has fewer records than were asked for may be full, as servers have limits.

    Args:
        param: name of the parameter.
        first: number of the first page.
        last: key of the number of the last page in the answer.
    """

    param: str = "page"
    first: int = 1
    last: str | None = None

    @property
    def names_next(self) -> bool:  # type: ignore[override]  # a constant of others
        """Whether the answer says which page is the last one."""
        return self.last is not None

    def params(self, place: Place | None) -> Mapping[str, Any]:
        """Return the number of a page."""
        return {self.param: place["page"] if place else self.first}

    def next_place(
        self, answer: HttpAnswer, data: Any, count: int, place: Place | None
    ) -> Place | None:
        """Return the next number."""
        number = place["page"] if place else self.first
        if self.last is None:
            return {"page": number + 1} if count else None
        last = _number(find_key(data, self.last), answer, self.last)
        return {"page": number + 1} if number < last else None


@dataclass(frozen=True)
class Offset(Pages):
    """Pages begin after a number of records.

    Records that are deleted while a list is read move all others up. Where the answer
    says how many there are, and these got fewer, the next page begins so much earlier.

    Args:
        param: name of the parameter.
        total: key of the number of all records in the answer. Without it the list ends
            with an empty page.
    """

    param: str = "offset"
    total: str | None = None

    @property
    def names_next(self) -> bool:  # type: ignore[override]  # a constant of others
        """Whether the answer says how many records there are."""
        return self.total is not None

    def params(self, place: Place | None) -> Mapping[str, Any]:
        """Return the number of records before a page."""
        return {self.param: place["offset"] if place else 0}

    def next_place(
        self, answer: HttpAnswer, data: Any, count: int, place: Place | None
    ) -> Place | None:
        """Return the number of records up to the end of the page."""
        start = place["offset"] if place else 0
        if self.total is None:
            return {"offset": start + count} if count else None
        total = _number(find_key(data, self.total), answer, self.total)
        lost = max(0, (place or {}).get("total", total) - total)
        offset = max(0, start - lost) if lost else start + count
        is_last = offset >= total or not (count or lost)
        return None if is_last else {"offset": offset, "total": total}


@dataclass(frozen=True)
class CursorParam(Pages):
    """The answer has a text that asks for the next page.

    Args:
        param: name of the parameter.
        next: key of the text in the answer.
        more: key that tells by true or false whether there is a next page.
    """

    param: str = "cursor"
    next: str = "next_cursor"
    more: str | None = None

    def params(self, place: Place | None) -> Mapping[str, Any]:
        """Return the text for a page."""
        return {self.param: place["cursor"]} if place else {}

    def next_place(
        self, answer: HttpAnswer, data: Any, count: int, place: Place | None
    ) -> Place | None:
        """Return the text for the next page; none or an empty one ends the list.

        Raises:
            FailedJobError: the server says that there is one, without its text.
        """
        more = MISSING if self.more is None else find_key(data, self.more)
        if not more:
            return None
        cursor = find_key(data, self.next)
        if cursor is not MISSING and not is_missing(cursor):
            return {"cursor": cursor}
        if more is MISSING:
            return None
        raise FailedJobError(  # to end here would lose the rest
            f"{answer.describe()} {self.more!r} says that there are more records, and "
            f"there is nothing under {self.next!r}. Correct _pages of the adapter."
        )


@dataclass(frozen=True)
class RelayPages(CursorParam):
    """Pages of a connection of GraphQL, as Relay defines it.

    The records are its ``nodes``, or the ``node`` of each of its ``edges``.

    Args:
        param: name of the variable with the text for a page.
        next: key of the text in the answer.
        more: key that tells whether there is a next page.
    """

    param: str = "after"
    next: str = "pageInfo.endCursor"
    more: str | None = "pageInfo.hasNextPage"

    def records_in(self, answer: HttpAnswer, data: Any) -> Records:
        """Return the records of a page."""
        place = find_key(data, self.records)
        edges = place.get("edges") if isinstance(place, dict) else None
        if edges is None:
            key = f"{self.records}.nodes" if self.records else "nodes"
            return Pages(records=key).records_in(answer, data)
        is_list = isinstance(edges, list)
        nodes = [find_key(one, "node") for one in edges] if is_list else edges
        return Pages().records_in(answer, nodes)


KINDS = (NextLink, LinkHeader, PageNumber, Offset, CursorParam, RelayPages, Pages)


def find_key(data: Any, key: str | None) -> Any:
    """Return what stands under a key, with dots for keys in keys; ``MISSING`` if none.

    >>> find_key({"meta": {"next": 2}}, "meta.next")
    2
    >>> find_key([1], None)
    [1]
    """
    for one in key.split(".") if key else ():
        if not isinstance(data, dict) or one not in data:
            return MISSING
        data = data[one]
    return data


def _url_place(answer: HttpAnswer, url: Any) -> Place | None:
    if url is MISSING or is_missing(url):
        return None
    if not isinstance(url, str):
        raise FailedJobError(
            f"{answer.describe()} The address of the next page is {url!r}, expected a "
            "text. Correct _pages of the adapter."
        )
    return {"url": join_address(answer, url, "next page")}


def _number(value: Any, answer: HttpAnswer, key: str) -> int:
    """Return a number of pages or records."""
    try:
        return int(value)
    except (TypeError, ValueError) as error:
        shown = "not there" if value is MISSING else repr(value)
        raise FailedJobError(
            f"{answer.describe()} {key!r} is {shown}, expected a number. Correct "
            "_pages of the adapter."
        ) from error


def _where(key: str | None) -> str:
    return f"under {key!r}" if key else "as the whole answer"


def _hint(data: Any, key: str | None) -> str:
    keys = list(data) if isinstance(data, dict) else []
    lists = [one for one in keys if isinstance(data[one], list)]
    if not key:
        return f" It has lists under {', '.join(map(repr, lists))}." if lists else ""
    return did_you_mean(key, lists or keys)
