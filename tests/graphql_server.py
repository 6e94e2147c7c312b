# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A local server that speaks GraphQL: it reads documents, and answers what they select.

It knows operations with variables, fields with arguments and aliases, and fragments. As
the specification says, an argument whose variable has no value is left out, and a
document that uses what it does not declare, or declares what it does not use, is
refused before anything is done.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .answering_server import AnsweringServer, Asked, Reply

TOKEN = re.compile(
    r'\s+|,|#[^\n]*|(\.\.\.|[A-Za-z_]\w*|\$\w+|"[^"]*"|-?\d+(?:\.\d+)?|[{}()\[\]:!=])'
)
WORDS = {"true": True, "false": False, "null": None}
ABSENT = object()  # what a variable without a value is


class Invalid(Exception):
    """A document that the server cannot read."""


class GraphQLFault(Exception):
    """An error of a resolver.

    Args:
        code: in ``extensions`` of the error.
    """

    def __init__(self, code: str, message: str = "No.") -> None:
        super().__init__(message)
        self.code = code


class Document:
    """A document, read into its operation and its fragments."""

    def __init__(self, text: str) -> None:
        self.tokens = [one[1] for one in TOKEN.finditer(text) if one[1]]
        self.kind, self.selection, self.declared = "query", [], {}
        self.fragments: dict[str, tuple[str, list]] = {}
        self.used: set[str] = set()
        while self.tokens:
            self._definition()
        spread = {name for name in self.used if not name.startswith("$")}
        if spread != self.fragments.keys():
            raise Invalid(f"Fragments {spread ^ self.fragments.keys()} do not fit.")
        if self.used - spread != self.declared.keys():
            named = self.used - spread ^ self.declared.keys()
            raise Invalid(f"Variables {named} do not fit.")

    def _definition(self) -> None:
        if self._see("{"):
            self.selection = self._selection()
            return
        word = self._take()
        if word == "fragment":
            name, _on, type_name = self._take(), self._take("on"), self._take()
            self.fragments[name] = (type_name, self._selection())
            return
        self.kind = word
        if not self._see("{", "("):
            self._take()  # its name
        if self._see("("):
            self._take("(")
            while not self._see(")"):
                name = self._take()
                self._take(":")
                self.declared[name] = self._type()
            self._take(")")
        self.selection = self._selection()

    def _type(self) -> str:
        if self._see("["):
            self._take("[")
            text = f"[{self._type()}]"
            self._take("]")
        else:
            text = self._take()
        return text + (self._take("!") if self._see("!") else "")

    def _selection(self) -> list:
        self._take("{")
        found = []
        while not self._see("}"):
            found.append(self._spread() if self._see("...") else self._field())
        self._take("}")
        return found

    def _spread(self) -> tuple:
        self._take("...")
        if self._see("on"):
            self._take("on")
            return "on", self._take(), self._selection()
        name = self._take()
        self.used.add(name)
        return "spread", name

    def _field(self) -> tuple:
        alias = name = self._take()
        if self._see(":"):
            self._take(":")
            name = self._take()
        arguments = self._object("(", ")") if self._see("(") else {}
        selection = self._selection() if self._see("{") else None
        return "field", alias, name, arguments, selection

    def _object(self, begin: str, end: str) -> dict:
        self._take(begin)
        found = {}
        while not self._see(end):
            name = self._take()
            self._take(":")
            found[name] = self._value()
        self._take(end)
        return found

    def _value(self) -> Any:
        if self._see("{"):
            return self._object("{", "}")
        if self._see("["):
            self._take("[")
            found = []
            while not self._see("]"):
                found.append(self._value())
            self._take("]")
            return found
        word = self._take()
        if word.startswith("$"):
            self.used.add(word)
            return ("$", word[1:])
        if word in WORDS or word[0].isalpha():
            return WORDS.get(word, word)
        return json.loads(word)

    def _see(self, *words: str) -> bool:
        return bool(self.tokens) and self.tokens[0] in words

    def _take(self, expected: str | None = None) -> str:
        if not self.tokens or (expected and self.tokens[0] != expected):
            raise Invalid(f"Expected {expected}, found {self.tokens[:5]}.")
        return self.tokens.pop(0)


class GraphQLServer(AnsweringServer):
    """A GraphQL server in a thread of the test, at ``/shop/graphql``.

    Attributes:
        resolvers: function of its arguments by the name of a field of the root; it
            returns objects, or raises :class:`GraphQLFault`.
        documents: kind and variables of what was asked.
        headers: of each answer.
    """

    def __init__(self) -> None:
        super().__init__()
        self.resolvers: dict[str, Callable[[dict], Any]] = {}
        self.documents: list[tuple[str, dict]] = []
        self.headers: dict[str, str] = {}
        self.check: Callable[[Asked], None] = lambda _asked: None
        self.serve()

    def serve(self) -> None:
        """Answer at its address, also after ``replies`` were cleared."""
        self.replies["/shop/graphql"] = self.answer

    def answer(self, asked: Asked) -> Reply:
        """Answer a document."""
        variables = asked.data.get("variables") or {}
        try:
            document = Document(asked.data["query"])
            unknown = [one[2] for one in document.selection if one[0] == "field"]
            if missing := set(unknown) - self.resolvers.keys():
                raise Invalid(f"Cannot query field {missing}.")
        except Invalid as error:
            extensions = {"code": "GRAPHQL_VALIDATION_FAILED"}
            told = [{"message": str(error), "extensions": extensions}]
            return Reply({"errors": told}, 400)
        self.documents.append((document.kind, variables))
        try:
            self.check(asked)
            data = dict(self._run(document, variables))
        except GraphQLFault as error:
            extensions = {"code": error.code}
            told = [{"message": str(error), "extensions": extensions}]
            return Reply({"errors": told, "data": None}, 200, self.headers)
        return Reply({"data": data}, 200, self.headers)

    def _run(self, document: Document, variables: dict) -> Iterator[tuple[str, Any]]:
        for _kind, alias, name, arguments, selection in document.selection:
            found = self.resolvers[name](_filled(arguments, variables))
            yield alias, _project(found, selection, document)


def _filled(value: Any, variables: Mapping[str, Any]) -> Any:
    if isinstance(value, tuple):
        return variables.get(value[1], ABSENT)
    if isinstance(value, list):
        return [_filled(one, variables) for one in value]
    if isinstance(value, dict):
        filled = {name: _filled(one, variables) for name, one in value.items()}
        return {name: one for name, one in filled.items() if one is not ABSENT}
    return value


def _project(value: Any, selection: list | None, document: Document) -> Any:
    if isinstance(value, list):
        return [_project(one, selection, document) for one in value]
    if not isinstance(value, dict) or selection is None:
        return value
    found = {}
    for one in selection:
        if one[0] == "field":
            found[one[1]] = _project(value.get(one[2]), one[4], document)
            continue
        type_name, inner = (
            document.fragments[one[1]] if one[0] == "spread" else (one[1], one[2])
        )
        names = (value.get("__typename", type_name), value.get("interface"))
        if type_name in names:
            found.update(_project(value, inner, document))
    return found
