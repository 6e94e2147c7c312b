# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mutations: small changes that break a promise, each with the test that sees it.

``tests/mutations/`` lists them as (promise, definition, old text, new text, test). The
definition is a function, method, class, class attribute or module constant of the
product, named by the end of its full name, as long as is needed to be the only one:
``"unblock_children"``, ``"Runner._finish"``, ``"store.delay.MOVE"``. So files may move
and neighbours change. What several statements of one scope define, such as a property
and its setter, is one definition. A file that is not Python is named by its path.
"""

import ast
import difflib
import runpy
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from pathlib import Path

from ground.say import StepFailed

LISTS = Path("tests", "mutations")
NOT_PRODUCT = {"benchmarks", "bin", "changes", "docs", "examples", "tests"}
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
SCOPES = FUNCTIONS | ast.ClassDef
BLOCKS = ast.stmt | ast.ExceptHandler | ast.match_case


@dataclass(frozen=True)
class Mutation:
    """A small change that breaks a promise, and the test that sees it."""

    list_name: str
    promise: str
    target: str  # the end of a definition's name, or the path of another file
    old: str
    new: str
    test: str


@dataclass(frozen=True)
class Change:
    """What a mutation makes of one file."""

    file: Path
    before: str
    after: str


@dataclass(frozen=True)
class Segment:
    """Source lines of a definition, its decorators included."""

    file: Path
    start: int
    end: int

    @cached_property
    def text(self) -> str:
        """The lines themselves."""
        return self.file.read_text()[self.start : self.end]


def read_mutations(root: Path) -> list[Mutation]:
    """Return the mutations of every list of a repository."""
    return [
        Mutation(file.stem, *entry)
        for file in sorted((root / LISTS).glob("*.py"))
        for entry in runpy.run_path(str(file))["MUTATIONS"]
    ]


class Product:
    """The definitions of a repository's Python files, without tests and tools."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def change(self, mutation: Mutation) -> Change:
        """Return what a mutation makes of its file.

        Raises:
            StepFailed: the target is not found once, or the old text not once in it.
        """
        found = [one for one in self._segments(mutation) if mutation.old in one.text]
        count = sum(one.text.count(mutation.old) for one in found)
        if count != 1:
            raise _failed(
                mutation,
                f"{mutation.target} has the old text {count} times, expected once:\n"
                f"{mutation.old}",
                self._where_to_look(mutation, count),
            )
        segment = found[0]
        text = segment.file.read_text()
        changed = segment.text.replace(mutation.old, mutation.new)
        after = text[: segment.start] + changed + text[segment.end :]
        return Change(segment.file, text, after)

    @cached_property
    def definitions(self) -> dict[str, list[Segment]]:
        """The segments of each definition, by its name from the root on."""
        found: dict[str, list[Segment]] = {}
        for file in sorted(self.root.rglob("*.py")):
            parts = file.relative_to(self.root).with_suffix("").parts
            if parts[0] not in NOT_PRODUCT and not parts[0].startswith("."):
                module = ".".join(part for part in parts if part != "__init__")
                for name, segment in _read_definitions(file, module):
                    found.setdefault(name, []).append(segment)
        return found

    def short_name(self, name: str) -> str:
        """Return the end of a full name that is enough; a method's has its class."""
        parts = name.split(".")
        start = len(parts) - 1
        while ".".join(parts[:start]) in self.definitions:
            start -= 1
        ends = (".".join(parts[place:]) for place in range(start, -1, -1))
        return next((end for end in ends if self._matches(end) == [name]), name)

    def _segments(self, mutation: Mutation) -> list[Segment]:
        """Return the only definition that is meant, or the whole of another file."""
        target = mutation.target
        if "/" in target or target.endswith(".py"):
            return [self._other_file(mutation)]
        names = self._matches(target)
        if len(names) == 1:
            return self.definitions[names[0]]
        if names:
            wanted = ", ".join(f'"{self.short_name(name)}"' for name in names)
            why = f"{len(names)} definitions are called {target}, expected one."
            raise _failed(mutation, why, f"Name one of them: {wanted}.")
        why = f"no definition of the product is called {target}."
        raise _failed(mutation, why, self._where_to_look(mutation, 0))

    def _other_file(self, mutation: Mutation) -> Segment:
        """Return a file as a whole; raise StepFailed for Python of the product."""
        path = Path(mutation.target)
        if path.suffix == ".py" and path.parts[0] not in NOT_PRODUCT:
            why = f"{path} is a file, expected the name of a definition."
            raise _failed(mutation, why, self._where_to_look(mutation, 0))
        if not (self.root / path).is_file():
            why = f"there is no file {path}."
            raise _failed(mutation, why, f"Follow it in {LISTS}.")
        return Segment(self.root / path, 0, len((self.root / path).read_text()))

    def _matches(self, end: str) -> list[str]:
        """Return the full names that end so."""
        return [
            name for name in self.definitions if name == end or name.endswith(f".{end}")
        ]

    def _where_to_look(self, mutation: Mutation, count: int) -> str:
        """Return the remedy: where the old text is, or what is called alike."""
        place = f"{LISTS / mutation.list_name}.py"
        if count > 1:
            return f"Give more of the lines around it in {place}."
        if holders := self._holders(mutation):
            wanted = " or ".join(f'"{self.short_name(name)}"' for name in holders[:5])
            return f'Write {wanted} in place of "{mutation.target}" in {place}.'
        ends = [self.short_name(name) for name in self.definitions]
        alike = difflib.get_close_matches(mutation.target, ends, 3)
        hint = f"Called alike: {', '.join(alike)}. " if alike else ""
        return (
            f"{hint}Follow the code in {place}: the name of one definition, and a text "
            "that is in it once."
        )

    def _holders(self, mutation: Mutation) -> list[str]:
        """Return the innermost definitions that have the old text once.

        Those of the file come first that an entry names as entries once did.
        """
        found = [
            name
            for name, segments in self.definitions.items()
            if sum(one.text.count(mutation.old) for one in segments) == 1
        ]
        innermost = [
            name
            for name in found
            if not any(other.startswith(f"{name}.") for other in found)
        ]
        file = self.root / mutation.target
        here = [name for name in innermost if self.definitions[name][0].file == file]
        return here or innermost


def _failed(mutation: Mutation, why: str, remedy: str) -> StepFailed:
    """Return the error about an entry."""
    return StepFailed(f"break {mutation.promise!r}", why, remedy)


def _read_definitions(file: Path, module: str) -> Iterator[tuple[str, Segment]]:
    """Yield the full name and the lines of each definition of a file."""
    text = file.read_text()
    starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]
    for name, first, last in _walk(ast.parse(text), module):
        yield name.removeprefix("."), Segment(file, starts[first - 1], starts[last])


def _walk(
    scope: ast.AST, prefix: str, is_local: bool = False
) -> Iterator[tuple[str, int, int]]:
    """Yield name, first and last line of what is defined in a scope and inside it."""
    for node in ast.iter_child_nodes(scope):
        if isinstance(node, BLOCKS):
            decorators = getattr(node, "decorator_list", [])
            for name in _names(node, is_local):
                first = min(one.lineno for one in (node, *decorators))
                yield f"{prefix}.{name}", first, node.end_lineno
            if isinstance(node, SCOPES):
                is_function = isinstance(node, FUNCTIONS)
                yield from _walk(node, f"{prefix}.{node.name}", is_function)
            else:
                yield from _walk(node, prefix, is_local)


def _names(node: ast.AST, is_local: bool) -> list[str]:
    """Return the names that a statement defines; variables of functions are none."""
    if isinstance(node, SCOPES):
        return [node.name]
    if is_local or not isinstance(node, ast.Assign | ast.AnnAssign):
        return []
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]
