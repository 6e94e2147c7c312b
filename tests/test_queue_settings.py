# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Are the settings of the engine read, and wrong ones refused?"""

import os
from tempfile import NamedTemporaryFile
from unittest import mock

from odoo.tests import BaseCase, tagged
from odoo.tools import config

from ..queue.settings import Settings


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

    def test_unknown_name_is_refused_with_the_nearest_one(self):
        with self.assertRaises(ValueError) as caught:
            self.find("[connector]\nheartbeats_s = 90\n")

        self.assertIn(
            "Unknown setting 'heartbeats_s' in [connector]; did you mean "
            "'heartbeat_s'?",
            str(caught.exception),
        )

    def test_unknown_name_of_the_environment_is_refused_as_well(self):
        with self.assertRaisesRegex(ValueError, "did you mean 'workers'"):
            self.find(CONNECTOR_WORKER="2")

    def test_name_that_is_like_no_other_is_refused_with_all_there_are(self):
        with self.assertRaises(ValueError) as caught:
            Settings.load({"zzz": "1"})

        self.assertNotIn("did you mean", str(caught.exception))
        self.assertIn("Known are workers, poll_s", str(caught.exception))

    def test_unreadable_value_is_refused_with_what_was_seen(self):
        for name, text in (("workers", "two"), ("workers", "1.5"), ("poll_s", "")):
            with self.subTest(name=name, text=text):
                with self.assertRaises(ValueError) as caught:
                    Settings.load({name: text})
                self.assertIn(
                    f"Unreadable setting {name!r} in [connector]: {text!r}, expected",
                    str(caught.exception),
                )

    def test_negative_value_is_refused(self):
        with self.assertRaisesRegex(ValueError, "is -1, expected >= 0"):
            Settings.load({"workers": "-1"})

    def test_value_that_is_no_number_of_seconds_is_refused(self):
        """nan is no less than 0, and a wait of nan or of inf seconds raises later."""
        for text in ("nan", "inf"):
            with self.subTest(text=text), self.assertRaises(ValueError):
                Settings.load({"poll_s": text})
