# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import tempfile
from pathlib import Path
from unittest import TestCase, mock

from ground.odoo_home import find_odoo
from ground.say import StepFailed

RELEASE = "version_info = ({}, 0, 'final', 0, '')\n"


class TestGivenOdoo(TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.home = Path(holder.name)
        (self.home / "odoo").mkdir()

    def find(self, home: Path, version: str):
        (self.home / "odoo" / "release.py").write_text(RELEASE.format(version))
        with mock.patch.dict(os.environ, ODOO_HOME=str(home)):
            return find_odoo()

    def test_folder_or_package_of_version_19_is_used(self):
        for home in (self.home, self.home / "odoo"):
            with self.subTest(home=home):
                self.assertEqual(self.find(home, "19, 0").parent, self.home)

    def test_other_version_is_refused_and_named(self):
        with self.assertRaisesRegex(StepFailed, r"18\.0\.0.*\n.*version 19\.0"):
            self.find(self.home, "18, 0")
