# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the manual's page of classic names against the code."""

import re
from importlib import import_module

from odoo.tests import TransactionCase, tagged

from .documents import ROOT, read_sections
from .test_import_path import CLASSIC_NAMES

PAGE = ROOT / "docs" / "classic_names.rst"
OURS = "odoo.addons.connector"
XML_ID = re.compile(r"``(connector\.\w+)``")

# What the tests of the import paths leave to the queue.
QUEUE_NAMES = {
    "queue.job": (
        "job related_action Job JobStorage OpenERPJobStorage identity_exact "
        "whitelist_unpickle_global JOB_REGISTRY PENDING ENQUEUED STARTED DONE FAILED "
        "STATES DEFAULT_PRIORITY DEFAULT_MAX_RETRIES RETRY_INTERVAL"
    ),
    "queue.queue": "JobsQueue",
    "queue.worker": "Worker WorkerWatcher watcher start_service",
    "jobrunner": "_channels",
    "jobrunner.runner": "ConnectorRunner ConnectorRunnerThread",
    "jobrunner.channels": (
        "ChannelManager Channel ChannelJob ChannelQueue PriorityQueue SafeSet"
    ),
    "checkpoint.checkpoint": "add_checkpoint add_checkpoint_message",
    "deprecate": "log_deprecate DeprecatedClass",
    "tests.common": "mock_job_delay_to_direct",
    "controllers.main": "RunJobController",
}


@tagged("post_install", "-at_install")
class TestClassicNames(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        sections = read_sections(PAGE)
        cls.here = sections["Names that are here"]
        cls.not_here = sections["Names that are not here"]
        cls.models = sections["Models"]

    def test_name_is_what_lives_where_the_page_says(self):
        for module, names, place in self.here:
            for name in names.split():
                with self.subTest(module=module, name=name):
                    self.assertIs(find(f"{module}.{name}"), find_in(place, name))

    def test_name_that_is_not_here_cannot_be_imported(self):
        """Where one has come since, it belongs into the first table of the page."""
        for module, names, _remedy in self.not_here:
            for name in names.split():
                with self.subTest(module=module, name=name):
                    self.assertIsNone(find(f"{module}.{name}"))

    def test_no_classic_name_is_left_out(self):
        told = {
            (module, name)
            for module, names, _place in [*self.here, *self.not_here]
            for name in names.split()
        }
        for module, names in (CLASSIC_NAMES | QUEUE_NAMES).items():
            for name in names.split():
                with self.subTest(module=module, name=name):
                    self.assertIn((module, name), told)

    def test_models_are_there_under_the_name_that_is_told(self):
        for classic, here in self.models:
            name = here.partition(":")[0].split(",")[0]
            with self.subTest(classic=classic):
                self.assertEqual(name in self.env, name != "none")

    def test_records_have_kept_their_names(self):
        text = PAGE.read_text().partition("These XML ids")[2]
        for xml_id in XML_ID.findall(text):
            with self.subTest(xml_id=xml_id):
                self.assertTrue(self.env.ref(xml_id, raise_if_not_found=False))


def find(path: str):
    """Return what has a dotted path below this addon, None when nothing has."""
    module, _dot, name = f"{OURS}.{path}".rpartition(".")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError):
        return None


def find_in(place: str, name: str):
    """Return what a place holds under a name; it may say that of the name itself."""
    found = find(f"{place}.{name}")
    return find(place) if found is None else found
