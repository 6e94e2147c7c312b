# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the channel setting, from every source of old and new servers."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from odoo.addons.connector.queue.server.misconfigured import find_settings
from odoo.addons.connector.queue.settings import Settings

LOG = "odoo.addons.connector.queue.settings"


@tagged("post_install", "-at_install")
class TestChannelSetting(BaseCase):
    def setUp(self):
        super().setUp()
        self.file = Path(self.enterContext(TemporaryDirectory())) / "odoo.conf"
        runtime = {"config": str(self.file)}
        self.enterContext(mock.patch.dict(config._runtime_options, runtime))
        self.enterContext(mock.patch.dict(os.environ))
        for name in ("CONNECTOR_CHANNELS", "ODOO_CONNECTOR_CHANNELS"):
            os.environ.pop(name, None)

    def find(self) -> str:
        """Return the channels that a server finds."""
        return Settings.find().channels

    def test_there_are_none_without_a_word(self):
        self.assertEqual(self.find(), "")

    def test_file_and_environment_tell_them(self):
        self.file.write_text("[connector]\nchannels = root:4,\n  shop:1\n")
        self.assertEqual(self.find(), "root:4,\nshop:1")

        os.environ["CONNECTOR_CHANNELS"] = "root:2"
        self.assertEqual(self.find(), "root:2")

    def test_old_file_and_environment_tell_them_too(self):
        self.file.write_text("[options-connector]\nchannels = root:4\nport = 8069\n")
        with self.assertLogs(LOG, "WARNING") as logs:
            self.assertEqual(self.find(), "root:4")
        self.assertIn("[options-connector] is an old section", logs.output[0])

        os.environ["ODOO_CONNECTOR_CHANNELS"] = "root:3"
        with self.assertLogs(LOG, "WARNING") as logs:
            self.assertEqual(self.find(), "root:3")
        self.assertIn("use CONNECTOR_CHANNELS", logs.output[-1])

    def test_new_name_goes_before_the_old_one(self):
        os.environ["ODOO_CONNECTOR_CHANNELS"] = "root:3"
        os.environ["CONNECTOR_CHANNELS"] = "root:2"

        with self.assertLogs(LOG, "WARNING"):
            self.assertEqual(self.find(), "root:2")

    def test_what_cannot_be_read_keeps_the_queue_from_starting(self):
        os.environ["CONNECTOR_CHANNELS"] = "shop:2:sequential"

        with self.assertLogs(
            "odoo.addons.connector.queue.server.misconfigured", "ERROR"
        ) as logs:
            _settings, refusal = find_settings()

        self.assertIn("a sequential channel has capacity 2, exp", refusal)
        self.assertIn(refusal, logs.output[0])
