# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import TestCase

from ground.odoo_home import OdooHome
from ground.postgres import Server
from ground.say import StepFailed
from ground.workbench import Workbench, find_extra_packages


class TestExtraPackages(TestCase):
    """``PYTHONPATH`` is left out, as it bends the imports of Odoo itself."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()

    def test_package_in_the_named_folder_is_imported(self):
        (self.folder / "shoplib.py").write_text("ANSWER = 42")
        extra = find_extra_packages({"ODOO_PACKAGES": str(self.folder)})
        server = Server(self.folder, None, None, None)
        home = OdooHome(self.folder, "19.0")
        bench = Workbench(home, Path(sys.executable), server, self.folder, extra)

        told = subprocess.check_output(
            [sys.executable, "-c", "import shoplib; print(shoplib.ANSWER)"],
            env=bench.environment(),
        )

        self.assertEqual(told, b"42\n")

    def test_nothing_named_is_nothing_more(self):
        self.assertIsNone(find_extra_packages({}))

    def test_folder_that_is_missing_is_told(self):
        with self.assertRaisesRegex(StepFailed, "(?s)nowhere.*pip install --target"):
            find_extra_packages({"ODOO_PACKAGES": str(self.folder / "nowhere")})
