# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the settings of the engine: parsed, or refused when wrong."""

import os
import re
from dataclasses import fields
from tempfile import NamedTemporaryFile
from unittest import mock

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from ..queue.settings import Settings
from .documents import ROOT

MANUAL = ROOT / "docs" / "where_jobs_run.rst"
SHOWN = {
    "channels": "(none)",
    "only_channels": "(all)",
    "pooled": "auto",
    "file_root": "(none)",
    "private_networks": "(none)",
}


@tagged("post_install", "-at_install")
class TestSettings(BaseCase):
    def find(self, file: str = "", **environment: str) -> Settings:
        """Return the settings of a server with this file and environment."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("CONNECTOR_")
        }
        self.enterContext(mock.patch.dict(os.environ, kept | environment, clear=True))
        with NamedTemporaryFile("w", suffix=".conf") as written:
            written.write(file)
            written.flush()
            runtime = {"config": written.name}
            with mock.patch.dict(config._runtime_options, runtime):
                return Settings.find()

    def test_nothing_set_is_fine(self):
        self.assertEqual(self.find(), Settings())

    def test_section_of_the_file_is_read(self):
        settings = self.find("[options]\nworkers = 9\n[connector]\nworkers = 3\n")

        self.assertEqual(settings, Settings(workers=3))

    def test_environment_goes_before_the_file(self):
        settings = self.find(
            "[connector]\nworkers = 3\npoll_s = 4\n", CONNECTOR_WORKERS="2"
        )

        self.assertEqual((settings.workers, settings.poll_s), (2, 4.0))

    def test_unknown_name_is_refused_with_the_nearest_one_and_the_file(self):
        with self.assertRaises(ValueError) as caught:
            self.find("[connector]\nheartbeats_s = 90\n")

        message = str(caught.exception)
        self.assertRegex(
            message, r"^Unknown setting 'heartbeats_s' in \[connector\] of /\S+\.conf\."
        )
        self.assertIn("Did you mean 'heartbeat_s'?", message)

    def test_unknown_name_of_the_environment_is_refused_as_well(self):
        with self.assertRaisesRegex(
            ValueError,
            "Unknown setting 'worker' in the environment. Did you mean 'workers'",
        ):
            self.find(CONNECTOR_WORKER="2")

    def test_name_that_is_like_no_other_is_refused_with_all_there_are(self):
        with self.assertRaises(ValueError) as caught:
            Settings.load({"zzz": "1"})

        self.assertNotIn("Did you mean", str(caught.exception))
        self.assertIn("There are workers, threads", str(caught.exception))

    def test_unreadable_value_is_refused_with_what_was_seen_and_expected(self):
        for name, text, expected in (
            ("workers", "two", "expected a whole number such as 1."),
            ("workers", "1.5", "expected a whole number such as 1."),
            ("workers", "-1", "expected a number >= 0."),
            ("threads", "0", "expected a number >= 1."),
            ("poll_s", "", "expected a number such as 30.0."),
            ("poll_s", "0", "expected a number >= 0.1."),
            # nan is no less than 0, and a wait of nan or of inf seconds raises later
            ("poll_s", "nan", "expected a number >= 0.1."),
            ("poll_s", "inf", "expected a number >= 0.1."),
            # who says so seldom that it is alive would be taken for dead
            ("heartbeat_s", "90", "expected a number >= 0.1 and <= 20.0."),
            # who looks so soon would end processes that are well
            ("watchdog_s", "5", "expected 0 or a number >= 10.0 and <= 3600.0."),
            ("network_retry_s", "-1", "expected a number >= 0 and <= 31622400.0."),
            ("watchdog_s", "-1", "expected 0 or a number >= 10.0 and <= 3600.0."),
        ):
            with self.subTest(name=name, text=text):
                with self.assertRaises(ValueError) as caught:
                    Settings.load({name: text})
                self.assertEqual(
                    str(caught.exception),
                    f"Unreadable setting {name!r} in [connector]: {text!r}, {expected}",
                )

    def test_each_kind_of_value_is_read(self):
        settings = Settings.load(
            {"threads": "8", "channels": " root:4 ", "grace_s": "0"}
        )

        self.assertEqual(settings, Settings(threads=8, channels="root:4", grace_s=0))

    def test_watchdog_can_be_left_out(self):
        for text, expected in {"0": 0.0, " 0 ": 0.0, "10": 10.0}.items():
            with self.subTest(text=text):
                settings = Settings.load({"watchdog_s": text})
                self.assertEqual(settings.watchdog_s, expected)

    def test_names_of_channels_are_read(self):
        settings = Settings.load({"only_channels": " shop,\n root.bank.in "})

        self.assertEqual(settings.only_channels, ("shop", "root.bank.in"))

    def test_limits_in_the_list_of_served_channels_are_refused(self):
        """They belong into ``channels``, the setting beside it."""
        for text in ("shop:2", "root..shop", "shop."):
            with (
                self.subTest(text=text),
                self.assertRaisesRegex(
                    ValueError, "'only_channels'.*expected names such as root.shop"
                ),
            ):
                Settings.load({"only_channels": text})

    def test_setting_that_nothing_reads_is_refused(self):
        for name in ("server_env", "jobs_per_minute"):
            with self.subTest(name), self.assertRaisesRegex(ValueError, "Unknown"):
                Settings.load({name: "1"})

    def test_manual_tells_each_setting_with_its_default(self):
        told = dict(re.findall(r"^``(\w+)`` +(\S+) ", MANUAL.read_text(), re.M))

        expected = {
            one.name: SHOWN.get(one.name, f"{one.default}".removesuffix(".0"))
            for one in fields(Settings)
        }
        self.assertEqual({name: told.get(name) for name in expected}, expected)

    def test_file_that_cannot_be_read_is_refused(self):
        with self.assertRaisesRegex(ValueError, "Unreadable file"):
            self.find("[connector]\nworkers = 1\nworkers = 2\n")
