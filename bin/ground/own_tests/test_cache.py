# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import contextlib
import tempfile
from pathlib import Path
from unittest import TestCase

from ground import cache


class TestChosenFolder(TestCase):
    def test_given_cache_home_wins(self):
        environment = {"XDG_CACHE_HOME": "/given", "HOME": "/home/me"}

        chosen = cache.choose_folder(environment, is_root=True)

        self.assertEqual(chosen, Path("/given/odoo-connector"))

    def test_root_works_in_the_system_cache(self):
        chosen = cache.choose_folder({"HOME": "/root"}, is_root=True)

        self.assertEqual(chosen, Path("/var/cache/odoo-connector"))

    def test_user_works_in_the_home_cache(self):
        chosen = cache.choose_folder({"HOME": "/home/me"}, is_root=False)

        self.assertEqual(chosen, Path("/home/me/.cache/odoo-connector"))


class TestBuiltFolder(TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.target = Path(holder.name) / "built"

    def test_half_built_folder_gets_no_name(self):
        with contextlib.suppress(KeyError), cache.build_folder(self.target) as partial:
            (partial / "half").touch()
            raise KeyError

        self.assertFalse(self.target.exists())

    def test_leftovers_of_a_killed_build_are_thrown_away(self):
        partial = cache.partial_of(self.target)
        partial.mkdir()
        (partial / "left").touch()

        with cache.build_folder(self.target) as partial:
            (partial / "new").touch()

        self.assertEqual([file.name for file in self.target.iterdir()], ["new"])


class TestLock(TestCase):
    def test_second_holder_is_refused_until_the_first_lets_go(self):
        with tempfile.NamedTemporaryFile() as named:
            first, second = open(named.name), open(named.name)
            self.addCleanup(second.close)

            self.assertTrue(cache.try_lock(first))
            self.assertFalse(cache.try_lock(second))
            first.close()
            self.assertTrue(cache.try_lock(second))
