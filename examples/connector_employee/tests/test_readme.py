# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test that the code in the README is that of this addon."""

from pathlib import Path

from odoo.tests import BaseCase, tagged

from odoo.addons.connector.tests.documents import ROOT, read_blocks
from odoo.addons.connector.tests.test_docs import LEFT_OUT, is_in_order, strip_lines


@tagged("post_install", "-at_install")
class TestReadme(BaseCase):
    def test_code_of_the_readme_is_that_of_the_sync(self):
        code = strip_lines((Path(__file__).parents[1] / "sync.py").read_text())
        blocks = read_blocks(ROOT / "README.rst")
        (quote,) = [one for one in blocks if one.startswith("@declare_sync")]

        pieces = [strip_lines(piece) for piece in quote.split(LEFT_OUT)]
        self.assertTrue(is_in_order(pieces, code))
