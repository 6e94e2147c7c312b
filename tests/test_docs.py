# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Can the manual be read, and are the things there that it speaks of?"""

import re

from odoo.tests import BaseCase, tagged

from .documents import ROOT, find_dead_links, find_documents, find_mistakes

PLACE = re.compile(r"``((?:bin|docs|examples|queue|components|tests)/[\w./-]*)``")


@tagged("post_install", "-at_install")
class TestDocs(BaseCase):
    def test_documents_are_valid(self):
        for path in find_documents():
            with self.subTest(document=path.name):
                self.assertEqual(find_mistakes(path), [])

    def test_links_lead_to_files(self):
        for path in find_documents():
            with self.subTest(document=path.name):
                self.assertEqual(find_dead_links(path), [])

    def test_files_that_are_named_are_there(self):
        for path in [*find_documents(), ROOT / "docs" / "glossary.md"]:
            named = set(PLACE.findall(path.read_text()))
            for name in named - {"examples/my_shop"}:  # which the reader makes
                with self.subTest(document=path.name, name=name):
                    self.assertTrue((ROOT / name).exists())
