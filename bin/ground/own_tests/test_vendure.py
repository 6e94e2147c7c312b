# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import json
import re
from unittest import TestCase

from ground.vendure_server import FILES

EXACT = re.compile(r"\d+\.\d+\.\d+")


class TestPackages(TestCase):
    def test_versions_are_exact(self):
        package = json.loads((FILES / "package.json").read_text())

        for name, version in package["dependencies"].items():
            with self.subTest(name):
                self.assertRegex(version, EXACT)

    def test_list_of_all_packages_names_no_registry(self):
        """Each machine has its own; the sums say that they give the same."""
        packages = json.loads((FILES / "package-lock.json").read_text())["packages"]

        self.assertGreater(len(packages), 100)
        for name, facts in packages.items():
            with self.subTest(name):
                self.assertNotIn("resolved", facts)
                self.assertTrue(not name or facts["integrity"])
