# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of durations as screens show them."""

from datetime import timedelta

from odoo.tests import BaseCase, tagged

from ..models.elapsed import elapsed_text


@tagged("post_install", "-at_install")
class TestElapsed(BaseCase):
    def test_span_is_told_in_one_unit(self):
        for seconds, expected in {
            0: "0 ms",
            0.0123: "12 ms",
            1.26: "1.3 sec",
            42: "42 sec",
            180: "3 min",
            4000: "1 hr",
            100_000: "1 day",
        }.items():
            with self.subTest(seconds=seconds):
                self.assertEqual(
                    elapsed_text(timedelta(seconds=seconds), "en_US"), expected
                )

    def test_span_is_told_in_the_language_of_the_reader(self):
        self.assertEqual(elapsed_text(timedelta(minutes=3), "de_DE"), "3 Min.")

    def test_clocks_that_differ_make_no_negative_span(self):
        self.assertEqual(elapsed_text(timedelta(seconds=-1), "en_US"), "0 ms")

    def test_no_span_is_no_text(self):
        self.assertEqual(elapsed_text(None, "en_US"), "")
