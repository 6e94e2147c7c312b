# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Documents of the manual, parsed."""

import doctest
from pathlib import Path

from docutils import nodes
from docutils.core import publish_doctree

ROOT = Path(__file__).parents[1]
QUIET = {"report_level": 5, "halt_level": 5, "file_insertion_enabled": False}
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
INFO = 1  # docutils' level: a hint that a line may not mean what it seems to


def find_documents() -> list[Path]:
    """Return the documents in reStructuredText of this addon, its README first."""
    return [ROOT / "README.rst", *sorted((ROOT / "docs").glob("*.rst"))]


def read_tree(path: Path) -> nodes.document:
    """Return a parsed document, with messages of docutils for what is wrong in it."""
    return publish_doctree(
        path.read_text(), str(path), settings_overrides=QUIET | {"raw_enabled": False}
    )


def find_mistakes(path: Path) -> list[str]:
    """Return what docutils has to say about a document."""
    settings = QUIET | {"report_level": INFO, "warning_stream": ""}
    tree = publish_doctree(path.read_text(), str(path), settings_overrides=settings)
    found = [*tree.findall(nodes.system_message), *tree.parse_messages]
    return list(dict.fromkeys(message.astext() for message in found))


def find_dead_links(path: Path) -> list[str]:
    """Return the links to files that are not there."""
    targets = [node.get("refuri") for node in read_tree(path).findall(nodes.reference)]
    files = [one.partition("#")[0] for one in targets if one and ":" not in one]
    return [name for name in files if not (path.parent / name).exists()]


def read_blocks(path: Path) -> list[str]:
    """Return the blocks of code that are shown as they are."""
    return [node.astext() for node in read_tree(path).findall(nodes.literal_block)]


def read_sections(path: Path) -> dict[str, list[list[str]]]:
    """Return the rows of the tables of a document by the title above them."""
    return {
        section.next_node(nodes.title).astext(): _read_rows(section)
        for section in read_tree(path).findall(nodes.section)
    }


def find_false_examples(path: Path, names: dict, text: str | None = None) -> list[str]:
    """Return what the examples of a document give where it is not what they show.

    Args:
        path: the document.
        names: what the examples know; they are run in their order, as one.
        text: the document, where it is not as it was written.
    """
    text = path.read_text() if text is None else text
    examples = doctest.DocTestParser().get_doctest(text, names, path.name, str(path), 0)
    examples.globs = names  # not a copy: what is declared can be imported
    found: list[str] = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    runner.run(examples, out=found.append)
    return found


def squeeze(text: str) -> str:
    """Return a text without its empty lines."""
    return "\n".join(line for line in text.splitlines() if line.strip())


def _read_rows(section: nodes.section) -> list[list[str]]:
    """Return the rows of a section's tables, without their heads."""
    return [
        [entry.astext() for entry in row.findall(nodes.entry)]
        for body in section.findall(nodes.tbody)
        for row in body.findall(nodes.row)
    ]
