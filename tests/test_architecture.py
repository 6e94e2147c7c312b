# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the architecture: every file imports only what its room may."""

import ast
import sys
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from typing import NamedTuple

from odoo.tests import BaseCase, tagged

from .source import Source, is_inside, read_sources

ROOT_FILES = (
    "addon",
    "event",
    "session",
    "backend",
    "exception",
    "redaction",
    "retry_after",
    "secret",
    "sql",
    "text",
)
DEPENDS = ("odoo.addons.base", "odoo.addons.mail")  # what the manifest names
# Odoo's API gives and raises their values; whoever takes these must name them.
IN_ODOOS_API = ("babel", "markupsafe", "psycopg2", "pytz", "werkzeug")
FOR_TYPES = ("typing_extensions",)  # what only type checkers import, in any room
ENGINE = (*ROOT_FILES, "components", "queue", "magic")
EVERYTHING = (*ENGINE, "flows", "wire", "models", "wizards", "controllers")


# What a room that delays jobs, or runs as one, may take of the queue.
OF_QUEUE = (
    "queue.job",
    "queue.current",
    "queue.delay",
    "queue.engine.outcome",
    "queue.engine.retry",
)
NO_PRODUCT = ("tests", "examples", "benchmarks", "bin")


class Room(NamedTuple):
    """What the files of a folder may import, besides each other."""

    ours: tuple[str, ...]
    others: tuple[str, ...] = ()  # besides the standard library, Odoo and its API


ROOMS = {
    "": Room(ROOT_FILES),
    "components": Room(
        (*ROOT_FILES, "queue.job", "queue.settings"), ("requests", "lxml", "openpyxl")
    ),
    "flows": Room((*ROOT_FILES, "components", "queue")),
    "wire": Room((*ROOT_FILES, "components"), ("requests", "urllib3", "lxml")),
    "queue": Room(
        (
            *("exception", "session", "addon", "sql", "text", "redaction", "secret"),
            "retry_after",
        )
    ),
    "magic": Room((*ROOT_FILES, "components", "wire.address", *OF_QUEUE)),
    "fields": Room(("secret", "text")),
    "testing": Room(
        (*ROOT_FILES, "components", "queue.testing", "queue.settings"), ("requests",)
    ),
    "models": Room((*EVERYTHING, "fields"), ("lxml",)),  # of default views
    "wizards": Room((*EVERYTHING, "fields")),
    "controllers": Room(EVERYTHING),
    "cli": Room(()),  # at the top; inside of functions also IN_CLI
}
IN_CLI = ("queue",)

# What a folder inside a room must not import.
_MODELS = ("backend", "checkpoint", "link", "monitoring", "queue", "queue_job")
WALLS = {
    "queue/engine/": ("queue.classic", "queue.server"),
    "magic/links/": ("magic.sync",),
    **{
        f"models/{one}/": tuple(f"models.{other}" for other in _MODELS if other != one)
        for one in _MODELS
        if one != "queue_job"
    },
    "models/queue_job/": tuple(
        f"models.{other}" for other in _MODELS if not other.startswith("queue")
    ),
}
# The only things of ours that these import.
ISLANDS = {
    "queue/store/": ("queue.store", "queue.state", "queue.eta", "sql"),
    "queue/state.py": (),
    "queue/eta.py": (),
    "queue/settings.py": (),  # run by their path, see cli
    "queue/channel_text.py": (),
}
# Rooms inside of rooms, and what none of their files may import, nor what these import.
APART = {
    "queue/delay/": ("queue/engine/", "queue/classic/", "queue/server/", "models/"),
    "queue/channels/": ("queue/engine/", "queue/classic/", "queue/server/", "models/"),
}

# File or folder of a classic import path, and the only rooms it may show.
CLASSIC = {
    "connector.py": ("addon", "components.core", "components.binder"),
    "unit/backend_adapter.py": ("components.backend_adapter",),
    "unit/binder.py": ("components.binder",),
    "unit/mapper.py": ("components",),
    "unit/synchronizer.py": ("components.synchronizer",),
    "unit/__init__.py": (),
    "checkpoint/": ("models", "wizards"),
    "queue/model.py": ("models", "wizards"),
    "queue/queue.py": ("queue",),
    "queue/worker.py": ("queue",),
    "backend_model.py": ("models",),
    "related_action.py": ("components.related_action",),
    "producer.py": ("models.base",),
    "deprecate.py": ("components.deprecation",),
    "jobrunner/": ("queue", "exception"),
}


def find_forbidden_imports(source: Source) -> list[str]:
    """Return "file imports name" for each import that its room forbids."""
    room = _room_of(source)
    if room is None:
        return []
    return [
        f"{source.path} imports {found.name}"
        for found in source.imports
        if not _is_allowed(found, room, source)
    ]


def _room_of(source: Source) -> Room | None:
    """Return the rules for a file, None where everything is allowed."""
    if classic := _classic_path(source):
        return Room(CLASSIC[classic])
    if source.path in ("__init__.py", "__manifest__.py", "api.py"):
        return None  # the addon's __init__ and its public face import from all rooms
    return ROOMS.get(source.room)


def _classic_path(source: Source) -> str | None:
    """Return the classic path a file belongs to."""
    return next(_paths_in(CLASSIC, source), None)


def _paths_in(table: dict, source: Source) -> Iterator[str]:
    """Yield the keys of a table, files or folders, that stand for a file."""
    for path in table:
        if source.path == path or (path[-1] == "/" and source.path.startswith(path)):
            yield path


def _is_allowed(found, room: Room, source: Source) -> bool:
    top = found.name.partition(".")[0]
    if found.is_ours:
        own = [source.room] if source.room and not _classic_path(source) else []
        late = IN_CLI if source.room == "cli" and not found.is_at_top else ()
        return any(is_inside(found.name, name) for name in (*own, *room.ours, *late))
    if is_inside(found.name, "odoo.addons"):
        return any(is_inside(found.name, name) for name in DEPENDS)
    others = ("odoo", *IN_ODOOS_API, *room.others)
    if not found.is_at_top:
        others += FOR_TYPES
    return top in sys.stdlib_module_names or top in others


def find_breached_walls(source: Source) -> list[str]:
    """Return "file imports name" for each import from behind a wall."""
    walls = [name for path in _paths_in(WALLS, source) for name in WALLS[path]]
    islands = [ISLANDS[path] for path in _paths_in(ISLANDS, source)]
    return [
        f"{source.path} imports {found.name}"
        for found in source.imports
        if found.is_ours
        and (
            _is_in(found.name, walls)
            or not all(_is_in(found.name, names) for names in islands)
        )
    ]


def _is_in(name: str, prefixes: Iterable[str]) -> bool:
    return any(is_inside(name, prefix) for prefix in prefixes)


def read_import_graph(
    sources: Iterable[Source], has_late: bool = False
) -> dict[str, set[str]]:
    """Return the files that each file of the product imports.

    Args:
        has_late: also those that it imports inside a function, or for types only.
    """
    product = {one.path: one for one in sources if one.room not in NO_PRODUCT}
    graph = {
        path: {
            _file_of(found.name, product)
            for found in source.imports
            if found.is_ours and (found.is_at_top or has_late)
        }
        for path, source in product.items()
    }
    return {path: files - {path, None} for path, files in graph.items()}


def _file_of(name: str, files: Iterable[str]) -> str | None:
    """Return the file that defines an imported name: the longest that is there."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        path = "/".join(parts[:count])
        for file in (f"{path}.py", f"{path}/__init__.py"):
            if file in files:
                return file
    return None


def find_circle(graph: dict[str, set[str]]) -> list[str]:
    """Return files each of which imports the one before, the first also the last."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def find_ways(graph: dict[str, set[str]], room: str, others: tuple) -> list[str]:
    """Return "file → file …" for each way of imports from a room into other rooms."""
    ways = {path: path for path in graph if path.startswith(room)}
    waiting = list(ways)
    for path in waiting:
        for imported in sorted(graph[path] - ways.keys()):
            ways[imported] = f"{ways[path]} → {imported}"
            waiting.append(imported)
    return [way for path, way in ways.items() if path.startswith(others)]


def find_logic(source: Source) -> list[str]:
    """Return "file holds …" for each statement that is no re-export."""
    return [
        f"{source.path} holds {ast.unparse(node).splitlines()[0]!r}, expected imports"
        for node in source.tree.body
        if not _is_reexport(node)
    ]


def _is_reexport(node: ast.stmt) -> bool:
    """Tell whether a statement is an import, or says why there is none."""
    if isinstance(node, ast.Raise):
        return ast.unparse(node).startswith("raise ImportError(")
    if isinstance(node, ast.Assign):
        return ast.unparse(node.targets[0]) == "__all__"
    is_docstring = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    return is_docstring or isinstance(node, ast.Import | ast.ImportFrom)


def find_classic_imports(source: Source) -> list[str]:
    """Return "file imports name" for each classic path that a file imports."""
    modules = {
        path.removesuffix(".py").strip("/").replace("/", ".") for path in CLASSIC
    }
    modules |= {"unit"}
    return [
        f"{source.path} imports {found.name}"
        for found in source.imports
        if found.is_ours and any(is_inside(found.name, name) for name in modules)
    ]


@tagged("post_install", "-at_install")
class TestRooms(BaseCase):
    def test_each_file_imports_only_what_its_room_may(self):
        breaches = [
            b for source in read_sources() for b in find_forbidden_imports(source)
        ]

        self.assertEqual(breaches, [])

    def test_files_import_each_other_without_a_circle(self):
        """An import inside a function hides a circle, and does not cut it."""
        sources = read_sources()
        graph = read_import_graph(sources)
        all_imports = read_import_graph(sources, has_late=True)

        self.assertGreaterEqual(graph.keys(), {f"{one}.py" for one in ROOT_FILES})
        self.assertEqual(find_circle(graph), [])
        self.assertEqual(find_circle(all_imports), [])

    def test_no_file_imports_from_behind_a_wall(self):
        breaches = [b for source in read_sources() for b in find_breached_walls(source)]

        self.assertEqual(breaches, [])

    def test_rooms_that_stand_apart_import_each_other_on_no_way(self):
        graph = read_import_graph(read_sources())
        for room, others in APART.items():
            with self.subTest(room):
                self.assertTrue([path for path in graph if path.startswith(room)])
                self.assertEqual(find_ways(graph, room, others), [])


@tagged("post_install", "-at_install")
class TestClassicPaths(BaseCase):
    def test_classic_paths_hold_reexports_only(self):
        classic = [source for source in read_sources() if _classic_path(source)]

        self.assertGreater(len(classic), 8)
        self.assertEqual([line for one in classic for line in find_logic(one)], [])

    def test_classic_paths_are_a_few_lines(self):
        long = [
            source.path
            for source in read_sources()
            if _classic_path(source) and len(source.text.splitlines()) > 60
        ]

        self.assertEqual(long, [])

    def test_no_package_imports_them(self):
        breaches = [
            breach
            for source in read_sources()
            if source.parts[-1] == "__init__.py" and source.room != "tests"
            for breach in find_classic_imports(source)
        ]

        self.assertEqual(breaches, [])


@tagged("post_install", "-at_install")
class TestGuard(BaseCase):
    """Show that the guards can bite."""

    def test_forbidden_imports_are_found(self):
        cases = {
            ("event.py", "from .components.core import ConnectorUnit"): (
                "components.core.ConnectorUnit"
            ),
            ("session.py", "from . import queue"): "queue",
            ("components/core.py", "from ..queue import store"): "queue.store",
            ("components/core.py", "from ..models.base import Base"): (
                "models.base.Base"
            ),
            ("components/core.py", "import jobsystem"): "jobsystem",
            ("components/core.py", "from odoo.addons.sale import x"): (
                "odoo.addons.sale.x"
            ),
            ("queue/job.py", "from ..event import Event"): "event.Event",
            ("queue/job.py", "from odoo.addons.connector import magic"): "magic",
            ("queue/job.py", "import requests"): "requests",
            ("magic/link.py", "from ..models import base"): "models.base",
            ("magic/link.py", "from ..wire.rest import x"): "wire.rest.x",
            ("wire/rest.py", "from ..flows import declare"): "flows.declare",
            ("wire/rest.py", "from ..magic import links"): "magic.links",
            ("wire/rest.py", "from ..queue.job import job"): "queue.job.job",
            ("magic/link.py", "from ..queue import worker"): "queue.worker",
            ("cli/connector_worker.py", "from ..queue import worker"): "queue.worker",
            ("unit/binder.py", "from ..components import core"): "components.core",
            ("backend_model.py", "from .backend import Backend"): "backend.Backend",
        }
        for (path, text), name in cases.items():
            with self.subTest(path=path, name=name):
                breaches = find_forbidden_imports(Source(path, text))
                self.assertEqual(breaches, [f"{path} imports {name}"])

    def test_allowed_imports_are_not_found(self):
        cases = {
            "event.py": "from .session import ConnectorSession\nimport logging",
            "components/core.py": "from ..queue.job import Job\nfrom . import binder",
            "components/mapper.py": "from lxml import etree\nfrom odoo import models",
            "queue/store.py": "import psycopg2.errors\nfrom ..session import x",
            "cli/connector_worker.py": "def run():\n    from ..queue import worker",
            "models/job.py": "from ..queue.store import CLAIM\nfrom ..magic import x",
            "unit/binder.py": "from ..components.binder import Binder",
            "tests/test_x.py": "import freezegun",
        }
        for path, text in cases.items():
            with self.subTest(path=path):
                self.assertEqual(find_forbidden_imports(Source(path, text)), [])

    def test_circle_is_found(self):
        texts = {
            "queue/job.py": "from .delay import call",
            "queue/delay/call.py": "from .options import JobOptions",
            "queue/delay/options.py": "from ..job import job",
        }
        sources = [Source(path, text) for path, text in texts.items()]

        self.assertEqual(set(find_circle(read_import_graph(sources))), texts.keys())

    def test_circle_that_is_hidden_in_a_function_is_found(self):
        for late in (
            "def call():\n    from .job import job",
            "if TYPE_CHECKING:\n    from .job import job",
        ):
            sources = (
                Source("queue/job.py", "from . import b"),
                Source("queue/b.py", late),
            )
            with self.subTest(late):
                graph = read_import_graph(sources, has_late=True)
                self.assertEqual(
                    set(find_circle(graph)), {"queue/job.py", "queue/b.py"}
                )

    def test_breached_walls_are_found(self):
        cases = {
            ("queue/engine/pool.py", "from ..classic.job import Job"): (
                "queue.classic.job.Job"
            ),
            ("queue/engine/pool.py", "def f():\n    from .. import server"): (
                "queue.server"
            ),
            ("queue/store/claim.py", "from ..delay import codec"): "queue.delay.codec",
            ("queue/settings.py", "from .state import DONE"): "queue.state.DONE",
            ("models/link/link.py", "from ..queue.function import x"): (
                "models.queue.function.x"
            ),
        }
        for (path, text), name in cases.items():
            with self.subTest(path=path, name=name):
                breaches = find_breached_walls(Source(path, text))
                self.assertEqual(breaches, [f"{path} imports {name}"])
        allowed = Source("models/queue_job/alerts.py", "from ..queue.worker import x")
        self.assertEqual(find_breached_walls(allowed), [])

    def test_way_into_a_room_apart_is_found(self):
        texts = {
            "queue/delay/call.py": "from ..notify import wake",
            "queue/notify.py": "from .engine.wake import wake",
            "queue/engine/wake.py": "",
        }
        graph = read_import_graph(Source(path, text) for path, text in texts.items())

        self.assertEqual(
            find_ways(graph, "queue/delay/", ("queue/engine/",)),
            ["queue/delay/call.py → queue/notify.py → queue/engine/wake.py"],
        )

    def test_logic_in_a_classic_path_is_found(self):
        text = '"""Doc."""\nfrom .a import b\n\n__all__ = ["b"]\n\nb.patch()\n'

        found = find_logic(Source("connector.py", text))

        self.assertEqual(found, ["connector.py holds 'b.patch()', expected imports"])

    def test_package_with_a_classic_path_is_found(self):
        for text, name in {
            "from . import connector": "connector",
            "from . import unit": "unit",
            "from .queue.model import QueueJob": "queue.model.QueueJob",
        }.items():
            with self.subTest(name=name):
                found = find_classic_imports(Source("__init__.py", text))
                self.assertEqual(found, [f"__init__.py imports {name}"])
