# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the words: the glossary is used, and words that it replaced are gone."""

import re
from pathlib import Path

from odoo.tests import BaseCase, tagged

from .documents import ROOT

GLOSSARY = ROOT / "docs" / "glossary.md"
# Where the words of the glossary are used, and the replaced ones are not.
ROOMS = (
    *("cli", "components", "controllers", "data", "demo", "docs", "fields", "flows"),
    *("magic", "models", "queue", "security", "static", "views", "wire", "wizards"),
)
KINDS = {".py", ".xml", ".js", ".rst", ".md", ".sql"}
READ_FROM_HERE = ("README.rst", "CONTRIBUTING.rst", "docs/concepts.rst")

# Home-made words that the field's words have replaced.
REPLACED = (
    *("crew", "overseer", "rush", "rushes", "refusing", "finisher", "presence"),
    *("stand_in", "books", "wish", "bell", "hush", "key_news", "sight", "item_guard"),
)
# What keeps its name: columns, whose rename would stop the workers of the version
# before, and address books, which are no accounts.
KEPT = (
    *("key_news", "books_backend_pid", "address books", "address_books"),
    "connector_queue_rush",
)


def find_replaced(text: str) -> list[str]:
    """Return the replaced words of a text, also inside of identifiers."""
    for name in KEPT:
        text = re.sub(name, "", text, flags=re.IGNORECASE)
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text).lower()
    pattern = rf"(?<![a-z])({'|'.join(REPLACED)})(?![a-z])"
    return re.findall(pattern, words)


def read_product() -> dict[Path, str]:
    """Return the texts of the product, by file."""
    files = [path for room in ROOMS for path in (ROOT / room).rglob("*")]
    texts = [path for path in [*ROOT.glob("*"), *files] if path.suffix in KINDS]
    return {
        path: path.read_text()
        for path in texts
        if path != GLOSSARY and path.parent.name != "decisions"  # never edited
    }


def read_words() -> list[str]:
    """Return the words that the glossary explains, in their order."""
    return re.findall(r"(?m)^\| (?!word \|)([^|]+?) \|", GLOSSARY.read_text())


@tagged("post_install", "-at_install")
class TestGlossary(BaseCase):
    def test_words_stand_in_the_order_of_the_alphabet(self):
        words = read_words()

        self.assertGreater(len(words), 50)
        self.assertEqual(words, sorted(set(words), key=str.lower))

    def test_each_word_is_used(self):
        text = " ".join(" ".join(read_product().values()).split()).lower()
        plain = re.sub(r"[_`*]", " ", text)

        for word in read_words():
            with self.subTest(word=word):
                self.assertIn(word.lower(), plain)

    def test_readers_are_led_to_it(self):
        for name in READ_FROM_HERE:
            with self.subTest(document=name):
                self.assertIn("glossary.md", (ROOT / name).read_text())

    def test_words_that_were_replaced_are_gone(self):
        texts = {
            path.relative_to(ROOT).as_posix(): text
            for path, text in read_product().items()
        }

        for name in texts:
            with self.subTest(file=name):
                self.assertEqual(find_replaced(texts[name]), [])

    def test_words_that_were_replaced_are_found(self):
        for text, expected in {
            "class Overseer:": ["overseer"],
            "make_crew(stand_in)": ["crew", "stand_in"],
            "the wish of a person": ["wish"],
            "JobFinisher": ["finisher"],
            "key_news, books_backend_pid, two address books": [],
            "a brush, insight, wishing": [],
        }.items():
            with self.subTest(text=text):
                self.assertEqual(find_replaced(text), expected)
