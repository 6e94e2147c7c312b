# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of PostgreSQL's errors whose codes change between versions."""

import re

from psycopg2 import errors

from odoo.tests import BaseCase, tagged

from ..exception import STILL_REFERENCED
from .source import Source, read_sources

NAMES = re.compile(
    "ForeignKeyViolation|FOREIGN_KEY_VIOLATION|23503|"
    "RestrictViolation|RESTRICT_VIOLATION|23001"
)


def names_a_row_in_use(source: Source) -> bool:
    """Tell whether a file knows itself what is raised for a row others refer to."""
    return bool(NAMES.search(source.text))


@tagged("post_install", "-at_install")
class TestRowInUse(BaseCase):
    def test_one_place_knows_its_errors(self):
        """From PostgreSQL 18 on it is another one, which code of 17 let pass."""
        knowing = [
            source.path for source in read_sources() if names_a_row_in_use(source)
        ]

        self.assertEqual(knowing, ["exception.py", "tests/test_database_errors.py"])

    def test_its_errors_are_those_of_every_version(self):
        raised = {errors.lookup(code) for code in ("23001", "23503")}
        self.assertEqual(set(STILL_REFERENCED), raised)
