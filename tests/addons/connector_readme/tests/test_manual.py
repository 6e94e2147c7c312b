# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the examples in the manual."""

import sys
from unittest import mock

from odoo.addons.connector.api import (
    Backend,
    on_record_create,
    on_record_unlink,
    on_record_write,
)
from odoo.addons.connector.magic.sync.declared import DECLARED
from odoo.addons.connector.magic.sync.push import PUSHES
from odoo.addons.connector.queue.job import JOB_REGISTRY
from odoo.addons.connector.tests.common import ConnectorCase
from odoo.addons.connector.tests.documents import ROOT, find_false_examples

MANUAL = ROOT / "docs"


class TestManual(ConnectorCase):
    def setUp(self):
        super().setUp()
        for event in (on_record_create, on_record_write, on_record_unlink):
            self.patch(event, "_consumers", dict(event._consumers))
        self.addCleanup(JOB_REGISTRY.intersection_update, set(JOB_REGISTRY))
        module = type(sys)("odoo.addons.connector_readme.concepts")
        sys.modules[module.__name__] = module  # a worker imports its jobs from there
        self.addCleanup(sys.modules.pop, module.__name__)
        self.names = vars(module)

        shops = self.env["shop.backend"]
        record = shops.create({"name": "Shop", "url": "http://127.0.0.1:1"})
        self.names.update(env=self.env, record=record, session=self.session)

    def test_examples_of_the_concepts_give_what_they_show(self):
        self.assertEqual(self.find_false("concepts.rst"), "")

    def test_examples_of_the_jobs_give_what_they_show(self):
        self.assertEqual(self.find_false("jobs.rst"), "")

    def test_examples_of_the_sync_helpers_give_what_they_show(self):
        self.enterContext(mock.patch.dict(DECLARED))
        self.addCleanup(PUSHES.clear)

        self.assertEqual(self.find_false("sync.rst"), "")

    def test_examples_of_the_flows_give_what_they_show(self):
        self.assertEqual(self.find_false("flows.rst"), "")

    def test_examples_of_magic_give_what_they_show(self):
        self.assertEqual(self.find_false("magic.rst"), "")

    def test_examples_of_the_links_give_what_they_show(self):
        self.assertEqual(self.find_false("links.rst"), "")

    def test_examples_of_the_checkpoints_give_what_they_show(self):
        self.assertEqual(self.find_false("checkpoints.rst"), "")

    def test_examples_of_porting_give_what_they_show(self):
        Backend("shop", version="1")

        self.assertEqual(self.find_false("porting.rst"), "")

    def find_false(self, name):
        """Return what the examples of a document give that it does not show."""
        return "".join(find_false_examples(MANUAL / name, self.names))
