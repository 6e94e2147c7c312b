# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""CardDAV servers with sync tokens that answer as DAViCal, SOGo and Cyrus were seen to.

What they have in common is here; where they differ, each has a class.
"""

import re
from urllib.parse import quote, unquote
from xml.sax.saxutils import escape

from .strange_server import FOLDER, HEAD, StrangeServer

REFUSED = '<error xmlns="DAV:"><valid-sync-token/></error>'
TOKEN = re.compile(r"<[^>]*sync-token>\D*(\d+)[^<]*</")
ASKED = re.compile(r"<[^>]*href>([^<]*)</")
VERSION = re.compile(r'version="([\d.]+)"')
KIND = "<collection/><c:addressbook/>"
MULTI, MISSING, OUTDATED = 207, 404, 412
NEW, DONE = 201, 204


class SyncServer(StrangeServer):
    """An address book that numbers its changes.

    Attributes:
        changes: name of the card of each change, in order.
        oldest: the first token that it still knows.
        read: names that were read, in their order.
    """

    refused_type = 415  # of a query without a content type
    safe = ""  # signs of a name that are given as they are

    def __init__(self):
        super().__init__()
        self.changes: list[str] = []
        self.versions: dict[str, int] = {}
        self.oldest = 0
        self.read: list[str] = []

    def put(self, name: str, text: str) -> None:
        """Store a card."""
        is_new = name not in self.cards
        self.versions[name] = 0 if is_new else self.versions[name] + 1
        self.cards[name] = text
        self.changes.append(name)

    def delete(self, name: str) -> None:
        """Delete a card."""
        del self.cards[name]
        self.changes.append(name)

    def forget_tokens(self) -> None:
        """Know no token of before."""
        self.changes.append("")
        self.oldest = len(self.changes)

    # === ANSWERS === #

    def _answer(self, method: str, path: str, query: str) -> tuple[int, str]:
        if method == "REPORT" and not self.headers.get("Content-Type"):
            return self.refused_type, ""
        if method == "GET":
            name = unquote(path.removeprefix(FOLDER))
            self.read.append(name)
            is_there = name in self.cards
            return (200, self._text(name, "3.0")) if is_there else (MISSING, "")
        if method in ("PUT", "DELETE"):
            return self._change(method, unquote(path.removeprefix(FOLDER)), query)
        if method == "PROPFIND":
            names = self.cards if self.headers.get("Depth") == "1" else ()
            token = f"<sync-token>{self._token(len(self.changes))}</sync-token>"
            return MULTI, self._answers([self._folder(token), *self._listed(names)])
        if "sync-collection" in query:
            return self._sync(query)
        return MULTI, self._answers(self._read_many(query))

    def _change(self, method: str, name: str, text: str) -> tuple[int, str]:
        """Store or delete a card, where the conditions of the request hold (Q12)."""
        is_there = name in self.cards
        if not self._holds(method, name):
            return OUTDATED, ""
        if method == "DELETE":
            self.delete(name)
            return DONE, ""
        self.put(name, self._stored(text))
        return DONE if is_there else NEW, ""

    def _holds(self, method: str, name: str) -> bool:
        """Return whether the conditions of the request in hand hold."""
        if self.headers.get("If-None-Match") == "*":
            return name not in self.cards
        etag = self.headers.get("If-Match")
        return name in self.cards and etag in ("*", self._etag(name))

    def _stored(self, text: str) -> str:
        """Return a card as it is kept (Q2)."""
        return text

    def _sync(self, query: str) -> tuple[int, str]:
        found = TOKEN.search(query)
        if not found or int(found[1]) < self.oldest:
            return self._unknown_token()
        start, end = int(found[1]), len(self.changes)
        return MULTI, self._sync_answer(dict.fromkeys(self.changes[start:end]), end)

    def _unknown_token(self) -> tuple[int, str]:
        """Answer with everything, as if it had changed."""
        return MULTI, self._sync_answer(self.cards, len(self.changes))

    def _sync_answer(self, names, end: int, rows: tuple = ()) -> str:
        listed = [
            self._row(self._sync_href(name), self._etag(name))
            if name in self.cards
            else self._gone(self._sync_href(name))
            for name in names
            if name
        ]
        return self._answers(
            [*listed, *rows, f"<sync-token>{self._token(end)}</sync-token>"]
        )

    def _read_many(self, query: str):
        version = VERSION.search(query)
        for href in ASKED.findall(query):
            name = unquote(href.rpartition("/")[2])
            if name in self.cards:
                self.read.append(name)
                text = escape(self._text(name, version[1] if version else "3.0"))
                data = f"<c:address-data>{text}</c:address-data>"
                yield self._row(self._href(name), self._etag(name), data)
            else:
                yield self._not_found(href)

    def _listed(self, names):
        return [self._row(self._href(name), self._etag(name)) for name in names]

    # === PARTS === #

    def _token(self, number: int) -> str:
        return f"data:,{number}"

    def _etag(self, name: str) -> str:
        return f'"{len(self.cards[name])}-{self.changes.count(name)}"'

    def _etag_at(self, path: str) -> str:
        name = unquote(path.removeprefix(FOLDER))
        return self._etag(name) if name in self.cards else ""

    def _text(self, name: str, version: str) -> str:
        return self.cards[name]

    def _href(self, name: str) -> str:
        return FOLDER + quote(name, safe=self.safe)

    def _sync_href(self, name: str) -> str:
        return self._href(name)

    def _folder(self, props: str) -> str:
        kind = f"<resourcetype>{KIND}</resourcetype>"
        return (
            f"<response><href>{FOLDER}</href><propstat><prop>{kind}{props}</prop>"
            "</propstat></response>"
        )

    def _row(self, href: str, etag: str, data: str = "") -> str:
        props = f"<getetag>{escape(etag)}</getetag>{data}"
        return (
            f"<response><href>{href}</href><propstat><prop>{props}</prop>"
            "</propstat></response>"
        )

    def _gone(self, href: str) -> str:
        status = "<status>HTTP/1.1 404 Not Found</status>"
        return f"<response><href>{href}</href>{status}</response>"

    def _not_found(self, href: str) -> str:
        """Return what a query says of a card that is not there."""
        return self._gone(href)

    def _answers(self, rows) -> str:
        return f"{HEAD}{''.join(rows)}</multistatus>"


class DAViCal(SyncServer):
    """Escapes all signs, and says nothing of a card that is not there (Q5, Q9).

    It gives no etag of a card that it has stored, and writes REV into it (Q1, Q2).
    """

    def _etag_at(self, path: str) -> str:
        return "" if self.asked[-1] == "PUT" else super()._etag_at(path)

    def _stored(self, text: str) -> str:
        return text.replace("END:VCARD", "REV:20261130T120000Z\r\nEND:VCARD")

    def _not_found(self, href: str) -> str:
        return ""


class SOGo(SyncServer):
    """Counts the changes of each card from 0; its tokens are seconds (Q1, Q5, Q10).

    It compares etags only where a card is changed that is there (Q12).
    """

    refused_type = 400
    safe = "@"

    def _etag(self, name: str) -> str:
        return f'"gcs{self.versions[name]:08}"'

    def _holds(self, method: str, name: str) -> bool:
        if method == "DELETE" or name not in self.cards:
            return True
        return self.headers.get("If-Match") in (None, "*", self._etag(name))

    def _stored(self, text: str) -> str:
        return re.sub(r";+(?=\r?$)", "", text, flags=re.MULTILINE).rstrip()

    def _sync_href(self, name: str) -> str:
        return FOLDER + name  # as it is, and where it holds a & that is no XML


class Cyrus(SyncServer):
    """Refuses unknown tokens, cuts long answers, and converts cards (Q5, Q13, Q18).

    Attributes:
        limit: number of changes that an answer has at most.
    """

    safe = "@:()'=?"

    def __init__(self):
        super().__init__()
        self.limit = 1000

    def _sync(self, query: str) -> tuple[int, str]:
        found = TOKEN.search(query)
        if not found or int(found[1]) < self.oldest:
            return 403, REFUSED
        start = int(found[1])
        end = min(start + self.limit, len(self.changes))
        status = "<status>HTTP/1.1 507 Insufficient Storage</status>"
        cut = f"<response><href>{FOLDER}</href>{status}</response>"
        rows = (cut,) if end < len(self.changes) else ()
        names = dict.fromkeys(self.changes[start:end])
        return MULTI, self._sync_answer(names, end, rows)

    def _text(self, name: str, version: str) -> str:
        text = self.cards[name]
        if version == "4.0" or "VERSION:4.0" not in text:
            return text
        text = text.replace("VERSION:4.0", "VERSION:3.0")
        return re.sub(r"(PHOTO:data:[^;]*);.*", r"\1", text)
