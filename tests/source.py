# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Python source of this repository, parsed."""

import ast
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
OURS = "odoo.addons.connector"


class Import(NamedTuple):
    """One imported name: ours without the name of the addon, others in full."""

    name: str
    is_ours: bool
    is_at_top: bool  # of the module: made when it is imported


class Source:
    """A Python file of the repository.

    Args:
        path: where it is, seen from the root.
        text: what is in it.
    """

    def __init__(self, path: str, text: str):
        self.path = path
        self.text = text

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.path}>"

    @property
    def parts(self) -> tuple[str, ...]:
        """The folders of the file and its name."""
        return PurePosixPath(self.path).parts

    @property
    def room(self) -> str:
        """The first folder, empty for the files of the root."""
        return self.parts[0] if len(self.parts) > 1 else ""

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text)

    @property
    def functions(self) -> Iterator[ast.FunctionDef]:
        """Every function and method, also those inside others."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node

    @property
    def classes(self) -> Iterator[ast.ClassDef]:
        """Every class."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))

    @cached_property
    def imports(self) -> list[Import]:
        """Every name that is imported, also inside of functions."""
        late = [*self.functions, *filter(_is_for_types, ast.walk(self.tree))]
        inside = {id(node) for one in late for node in ast.walk(one)}
        return [
            self._read_import(name, id(node) not in inside)
            for node in ast.walk(self.tree)
            for name in self._names(node)
        ]

    def _names(self, node: ast.AST) -> list[str]:
        """Return the full names that a statement imports."""
        if isinstance(node, ast.Import):
            return [alias.name for alias in node.names]
        if isinstance(node, ast.ImportFrom):
            where = [node.module] if node.module else []
            if node.level:
                where = [OURS, *self.parts[: len(self.parts) - node.level], *where]
            return [".".join([*where, alias.name]) for alias in node.names]
        return []

    def _read_import(self, name: str, is_at_top: bool) -> Import:
        """Tell ours from others."""
        is_ours = is_inside(name, OURS)
        return Import(name.removeprefix(f"{OURS}."), is_ours, is_at_top)


def _is_for_types(node: ast.AST) -> bool:
    """Tell whether only type checkers read a block."""
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def is_inside(name: str, prefix: str) -> bool:
    """Tell whether a dotted name is a prefix or something inside it."""
    return name == prefix or name.startswith(f"{prefix}.")


def read_sources() -> list[Source]:
    """Return every Python file of the repository."""
    files = sorted(path for path in ROOT.rglob("*.py") if not _is_hidden(path))
    return [
        Source(path.relative_to(ROOT).as_posix(), path.read_text()) for path in files
    ]


def _is_hidden(path: Path) -> bool:
    """Tell whether a file is in a folder that tools keep for themselves."""
    folders = path.relative_to(ROOT).parts[:-1]
    return any(folder.startswith((".", "__")) for folder in folders)
