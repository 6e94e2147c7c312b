# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the connector in the README."""

import ast
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from odoo.tests import TransactionCase, tagged

from odoo.addons.connector.api import ConnectorSession, run_jobs
from odoo.addons.connector.queue.job import JOB_REGISTRY, job
from odoo.addons.connector.tests.documents import (
    ROOT,
    find_false_examples,
    read_blocks,
    squeeze,
)
from odoo.addons.connector.tests.local_server import HOST, LocalServer

HERE = Path(__file__).parents[1]
README = ROOT / "README.rst"
LINES = 15  # of code, as the README promises


class FileServer(LocalServer):
    """Python's own web server on a free port: the shop of the README."""

    def __init__(self, folder: str):
        super().__init__()
        self.folder = Path(folder)
        words = [sys.executable, "-m", "http.server", self.port, "--bind", HOST]
        self.process = subprocess.Popen(
            list(map(str, words)), cwd=folder, stderr=subprocess.DEVNULL
        )

    def write_customer(self, external_id: str, **facts: str) -> None:
        """Let the shop know a customer."""
        (self.folder / f"{external_id}.json").write_text(json.dumps(facts))


@tagged("post_install", "-at_install")
class TestShop(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.server = FileServer(folder.name)
        cls.addClassCleanup(cls.server.stop)
        cls.server.wait()
        cls.shop = cls.env["shop.backend"].create(
            {"name": "Shop", "url": f"http://{HOST}:{cls.server.port}"}
        )

    def find_customers(self):
        return self.env["shop.customer"].search([("backend_id", "=", self.shop.id)])

    def test_customer_becomes_a_contact_with_a_binding(self):
        self.server.write_customer("7", full_name="Ada", mail="ada@example.com")

        self.shop.import_customer("7")

        customer = self.find_customers()
        self.assertEqual(customer.external_id, "7")
        self.assertEqual(customer.odoo_id.name, "Ada")
        self.assertEqual(customer.odoo_id.email, "ada@example.com")

    def test_customer_that_comes_again_is_updated(self):
        self.server.write_customer("8", full_name="Ada", mail="ada@example.com")
        self.shop.import_customer("8")
        self.server.write_customer("8", full_name="Ada King", mail="king@example.com")

        self.shop.import_customer("8")

        self.assertEqual(self.find_customers().odoo_id.name, "Ada King")

    def test_import_can_be_delayed(self):
        self.server.write_customer("9", full_name="Ada", mail="ada@example.com")

        uuid = self.shop.delayed(priority=5).import_customer("9")
        run_jobs(self.env)

        job = self.env["connector.queue.job"].search([("uuid", "=", uuid)])
        self.assertEqual(job.state, "done")
        self.assertEqual(job.name, "Import one customer of the shop.")
        self.assertEqual(self.find_customers().name, "Ada")

    def test_examples_of_the_readme_give_what_it_shows(self):
        self.server.write_customer("7", full_name="Ada", mail="ada@example.com")
        self.addCleanup(JOB_REGISTRY.intersection_update, set(JOB_REGISTRY))
        text = README.read_text()
        text = text.replace("http://127.0.0.1:8090", self.shop.url)
        text = text.replace("env.cr.commit()", "env.flush_all()")  # this is a test
        names = {
            "__name__": "odoo.addons.connector_readme.readme",
            "env": self.env,
            "job": job,
            "partner": self.env.user.partner_id,
            "session": ConnectorSession.from_env(self.env),
        }
        found = find_false_examples(README, names, text)

        self.assertEqual("".join(found), "")


@tagged("post_install", "-at_install")
class TestQuote(TransactionCase):
    """The README shows the files of this addon, and nothing else."""

    def test_code_of_the_readme_is_the_code_of_this_addon(self):
        quoted = {squeeze(block) for block in read_blocks(README)}

        for name in ("models.py", "units.py"):
            with self.subTest(file=name):
                self.assertIn(code_of(HERE / name), quoted)

    def test_units_are_as_short_as_the_readme_says(self):
        tree = ast.parse((HERE / "units.py").read_text())

        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        code = "\n".join(map(ast.unparse, classes))
        self.assertEqual(len([line for line in code.splitlines() if line]), LINES)


def code_of(path: Path) -> str:
    """Return a file without its licence and its docstring."""
    text = path.read_text()
    end = ast.parse(text).body[0].end_lineno
    return squeeze("\n".join(text.splitlines()[end:]))
