# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the text of a call: readable, and without secrets."""

from collections import OrderedDict, namedtuple
from datetime import date

from odoo import Command

from ..queue.delay.call import TEXT_SIZE, describe
from .common import ConnectorCase

Login = namedtuple("Login", "user options")


class TestDescribe(ConnectorCase):
    def test_call_reads_like_python(self):
        text = describe("sale.export", ("a", 1, None), {"when": date(2026, 1, 31)})

        expected = "sale.export('a', 1, None, when=datetime.date(2026, 1, 31))"
        self.assertEqual(text, expected)

    def test_values_read_like_python(self):
        values = [
            True,
            1.5,
            b"\x00",
            [1, "a"],
            (1,),
            {"b": 1, "a": [2]},
            frozenset({1}),
            [Command.link(4)],
            self.env.user,
        ]
        for value in values:
            with self.subTest(value):
                self.assertEqual(describe("f", (value,), {}), f"f({value!r})")

    def test_long_value_is_shortened(self):
        values = [
            "a" * 10**6,
            b"a" * 10**6,
            10**5000,
            list(range(10**5)),
            dict.fromkeys(range(10**5)),
            self.env.user.browse(range(1, 10**4)),
            [[[[[["deep"]]]]]],
        ]
        for value in values:
            with self.subTest(type(value)):
                text = describe("f", (value, "next"), {})
                self.assertIn("...", text)
                self.assertTrue(text.endswith(", 'next')"), text)
                self.assertLess(len(text), 200)

    def test_whole_is_limited(self):
        text = describe("f", ("a" * 50,) * 100, {})

        self.assertEqual(len(text), TEXT_SIZE)
        self.assertTrue(text.endswith("…)"))

    def test_secret_does_not_show(self):
        names = [
            "password",
            "new_passwd",
            "pwd",
            "access_token",
            "client_secret",
            "apiKey",
            "API_KEY",
            "private_key",
            "Authorization",
            "credentials",
        ]
        for name in names:
            calls = [
                ((), {name: "swordfish"}),
                (({name: "swordfish"},), {}),
                (([OrderedDict({name: "swordfish"})],), {}),
                ((Login("ada", {name: "swordfish"}),), {}),
            ]
            for args, kwargs in calls:
                with self.subTest((args, kwargs)):
                    text = describe("f", args, kwargs)
                    self.assertNotIn("swordfish", text)
                    self.assertIn("***", text)

    def test_name_that_only_sounds_alike_shows(self):
        text = describe("f", (), {"key": 1, "passenger": 2, "author": 3})

        self.assertEqual(text, "f(key=1, passenger=2, author=3)")

    def test_text_can_be_stored(self):
        text = describe("f", ("\0\ud800\n",), {"a\0\ud800": "é"})

        self.assertEqual(text, r"f('\x00\ud800\n', a\x00\ud800='é')")
