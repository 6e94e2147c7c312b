# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import TestCase, mock

from ground import addons, cache
from ground.new_connector_run import check_is_free, check_name
from ground.odoo_home import OdooHome
from ground.say import StepFailed

BIN = Path(__file__).parents[2]


class TestNewConnector(TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def run_command(self, *words):
        """Run a command of bin/, and return its end and what it printed."""
        environment = {**os.environ, addons.OWN: str(self.folder)}
        done = subprocess.run(
            [sys.executable, BIN / "ground" / "__main__.py", *words],
            env=environment,
            capture_output=True,
            text=True,
        )
        return done.returncode, done.stdout + done.stderr

    def write(self, name, *options):
        """Write a connector, and return the lines of its Python, without tests."""
        words = ("new-connector", name, str(self.folder), *options)
        code, output = self.run_command(*words)
        self.assertEqual(code, 0, output)
        files = (self.folder / name).glob("*.py")
        return sum(len(one.read_text().splitlines()) for one in files)

    def test_new_connectors_pass_their_tests_unedited(self):
        self.write("tea_shop")
        self.write("cup_shop", "--two-way")

        code, output = self.run_command("test", "tea_shop", "cup_shop")

        self.assertEqual(code, 0, output)
        self.assertIn("15 passed, 0 failed", output)

    def test_both_ways_are_few_lines(self):
        one_way, both = self.write("tea_shop"), self.write("cup_shop", "--two-way")

        self.assertLessEqual(one_way, 140)
        self.assertLessEqual(both - one_way, 12)

    def test_new_connector_has_no_screens_of_its_own(self):
        files = [one.name for one in (cache.REPOSITORY / "scaffold").rglob("*")]

        self.assertEqual([one for one in files if ".xml" in one or ".csv" in one], [])

    def test_name_that_is_none_is_refused_with_one_that_is(self):
        near = {
            "MyShop": "my_shop",
            "my-shop": "my_shop",
            "2shops": "shops",
            "my shop": "my_shop",
            "_": "my_shop",
            "../shop": "shop",
        }
        for name, better in near.items():
            with self.subTest(name=name):
                with self.assertRaises(StepFailed) as caught:
                    check_name(name)
                self.assertIn(repr(name), str(caught.exception))
                self.assertTrue(caught.exception.remedy.endswith(f" {better}"))
                check_name(better)

    def test_name_that_an_addon_has_is_refused(self):
        odoo = OdooHome(self.folder, "19.0")
        (self.folder / "addons" / "sale").mkdir(parents=True)
        (self.folder / "mine").mkdir()
        for name in ("connector", "connector_carddav", "sale", "mine"):
            with self.subTest(name=name), self.assertRaises(StepFailed) as caught:
                check_is_free(name, self.folder / name, odoo)
            self.assertIn("there already", str(caught.exception))
        check_is_free("other", self.folder / "other", odoo)

    def test_addons_of_the_user_are_found_after_ours(self):
        addon = self.folder / "tea_shop"
        addon.mkdir()
        (addon / "__manifest__.py").write_text("{}")
        (addon / "__init__.py").touch()

        with mock.patch.dict(os.environ, {addons.OWN: str(self.folder)}):
            found = [one.name for one in addons.find_addons()]

        self.assertEqual((found[0], found[-1]), ("connector", "tea_shop"))

    def test_folder_of_addons_that_is_not_there_is_named(self):
        gone = str(self.folder / "gone")

        with mock.patch.dict(os.environ, {addons.OWN: gone}):
            with self.assertRaisesRegex(StepFailed, "gone"):
                addons.find_addons()
