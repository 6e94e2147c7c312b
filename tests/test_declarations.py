# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the page of all declarations: it says what the code says."""

import ast

from odoo.tests import BaseCase, tagged

from .declarations import PAGE, PLACES, find_declarations, find_words, write_page

ADAPTER = '''
class ShopAdapter:
    _color: str = "red"
    """Color of the shop, see :class:`~..some.where.Paint`."""

    state = 1
    """Not declared: it has no underscore."""

    _unexplained = 2
'''
KINDS = '''
@dataclass(frozen=True)
class Kind:
    """A kind.

    Args:
        size: in
            centimetres.
    """

@dataclass(frozen=True)
class Special(Kind):
    """A special kind.

    Args:
        name: of it.

    Raises:
        ValueError: it is none.
    """
'''


@tagged("post_install", "-at_install")
class TestDeclarations(BaseCase):
    def test_page_says_what_the_code_says(self):
        self.assertEqual(
            PAGE.read_text(),
            write_page(),
            "docs/declarations.rst is old: run python3 tests/declarations.py",
        )

    def test_page_has_the_declarations_of_a_connector(self):
        text = PAGE.read_text()
        names = (
            "_auth",
            "_streams",
            "_match",
            "_owner",
            "_line_of",
            "_frozen",
            "_path",
        )
        kinds = ("Stream", "ExportOn", "Watch", "ValueMap", "ChangedSince", "Status")
        for name in (*names, *kinds):
            with self.subTest(name):
                self.assertIn(f"\n``{name}``", text)

    def test_new_attribute_is_found(self):
        (place,) = (one for one in PLACES if one.title == "On an adapter")

        (found,) = find_declarations(place, [ast.parse(ADAPTER)])

        self.assertEqual((found.name, found.owner), ("_color", "ShopAdapter"))

    def test_arguments_are_found_with_those_of_bases(self):
        api = ast.parse("from .kinds import Special")

        (word,) = find_words(api, {"kinds.py": ast.parse(KINDS)})

        self.assertEqual(word.arguments, {"size": "in centimetres.", "name": "of it."})
