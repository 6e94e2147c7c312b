# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declarations of connectors, read from the docstrings in the code.

``docs/declarations.rst`` has them all. To write it anew: ``python3
tests/declarations.py``.
"""

import ast
import re
import textwrap
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "declarations.rst"
MARK = ".. What follows is written by tests/declarations.py.\n"
WIDTH = 88
ROOMS = ("models", "components", "flows", "wire")
IN_HAND = {"external_id", "fields"}  # of a unit at work, and no declarations
NO_WORDS = {"ImportResult", "ListFilter"}  # what flows give, and nobody declares
ROLE = re.compile(r":\w+:`(?:[^`]*<)?~?[\w.\s]*?(\w+)(?:>|\(\))?`")


@dataclass(frozen=True)
class Place:
    """Classes on which declarations stand.

    Args:
        title: of their section.
        is_one: returns whether a class of some name is one of these.
        is_private: whether declarations there begin with an underscore.
    """

    title: str
    is_one: Callable[[str], bool]
    is_private: bool = True


PLACES = (
    Place(
        "On the model of the backends",
        lambda name: name.startswith("ConnectorBackend"),
    ),
    Place("On a binding model", lambda name: name == "ConnectorBinding"),
    Place("On an adapter", lambda name: name.endswith("Adapter")),
    Place("On a mapper", lambda name: name.endswith("Mapper"), is_private=False),
    Place(
        "On an importer, exporter or deleter",
        lambda name: name.endswith(("Importer", "Exporter", "Deleter")),
        is_private=False,
    ),
)


@dataclass(frozen=True)
class Declaration:
    """An attribute of a class with a docstring below it."""

    name: str
    owner: str
    text: str


@dataclass(frozen=True)
class Word:
    """A class whose objects stand in declarations, with its arguments."""

    name: str
    text: str
    arguments: dict[str, str]


def read_trees() -> dict[str, ast.Module]:
    """Return the parsed files of the rooms that have declarations, by path."""
    files = (path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py")))
    return {str(path.relative_to(ROOT)): ast.parse(path.read_text()) for path in files}


def find_declarations(
    place: Place, trees: Iterable[ast.Module]
) -> Iterator[Declaration]:
    """Yield the declarations of a place."""
    for one in _classes(trees):
        if not place.is_one(one.name):
            continue
        for node, following in zip(one.body, one.body[1:], strict=False):
            name, text = _declared_name(node), _text_of(following)
            is_state = name in IN_HAND or (place.is_private and name[:1] != "_")
            if name and text and not is_state:
                yield Declaration(name, one.name, text)


def find_words(api: ast.Module, trees: dict[str, ast.Module]) -> Iterator[Word]:
    """Yield the public dataclasses, with the arguments that they take."""
    public = {
        alias.name
        for node in api.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    classes = {one.name: one for one in _classes(trees.values())}
    for name in sorted(public & classes.keys() - NO_WORDS, key=str.lower):
        if not _is_word(classes[name], classes):
            continue
        text = ast.get_docstring(classes[name]) or ""
        arguments: dict[str, str] = {}
        for one in _with_bases(classes[name], classes):
            arguments = {**_arguments(ast.get_docstring(one) or ""), **arguments}
        yield Word(name, text.partition("\n\n")[0], arguments)


def write_page() -> str:
    """Return the page as it has to be."""
    trees = read_trees()
    head = PAGE.read_text().partition(MARK)[0]
    parts = [head + MARK]
    for place in PLACES:
        found = find_declarations(place, trees.values())
        parts.append(_section(place.title, map(_declaration_text, found)))
    words = find_words(ast.parse((ROOT / "api.py").read_text()), trees)
    parts.append(_section("What stands in them", map(_word_text, words)))
    return "\n".join(parts)


# === READING === #


def _classes(trees: Iterable[ast.Module]) -> Iterator[ast.ClassDef]:
    return (
        node
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    )


def _declared_name(node: ast.stmt) -> str:
    """Return the name of an attribute with a value, else an empty text."""
    if isinstance(node, ast.AnnAssign) and node.value is not None:
        target = node.target
    elif isinstance(node, ast.Assign):
        target = node.targets[0]
    else:
        return ""
    return target.id if isinstance(target, ast.Name) else ""


def _text_of(node: ast.stmt) -> str:
    is_text = (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )
    return node.value.value if is_text else ""


def _with_bases(
    one: ast.ClassDef, classes: dict[str, ast.ClassDef]
) -> list[ast.ClassDef]:
    """Return a class and its bases, itself first."""
    found = [one]
    for cls in found:
        names = [base.id for base in cls.bases if isinstance(base, ast.Name)]
        found += [classes[name] for name in names if name in classes]
    return found


def _is_word(one: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> bool:
    decorators = [
        ast.unparse(decorator)
        for cls in _with_bases(one, classes)
        for decorator in cls.decorator_list
    ]
    return any(text.startswith("dataclass") for text in decorators)


def _arguments(docstring: str) -> dict[str, str]:
    """Return the arguments that a docstring explains, by name."""
    _head, found, rest = docstring.partition("\nArgs:\n")
    if not found:
        return {}
    block = re.split(r"\n(?=\S)", rest)[0]
    entries = re.findall(r"^    (\w+): (.*(?:\n(?:     .*|$))*)", block, re.MULTILINE)
    return {name: " ".join(text.split()) for name, text in entries}


# === WRITING === #


def _section(title: str, entries: Iterable[str]) -> str:
    return f"{title}\n{'=' * len(title)}\n\n" + "\n".join(entries)


def _declaration_text(one: Declaration) -> str:
    return f"``{one.name}`` of ``{one.owner}``\n{_wrapped(one.text)}\n"


def _word_text(word: Word) -> str:
    lines = [f"``{word.name}``", _wrapped(word.text), ""]
    for name, text in word.arguments.items():
        lines.append(_wrapped(f":{name}: {_plain(text)}", after=" " * 8))
    return "\n".join([*lines, ""] if word.arguments else lines)


def _wrapped(text: str, after: str = "    ") -> str:
    return textwrap.fill(
        _plain(text),
        WIDTH,
        initial_indent="    ",
        subsequent_indent=after,
        break_on_hyphens=False,
        break_long_words=False,
    )


def _plain(text: str) -> str:
    """Return a docstring in one line, with roles as literals."""
    return ROLE.sub(r"``\1``", " ".join(text.split()))


if __name__ == "__main__":
    PAGE.write_text(write_page())
