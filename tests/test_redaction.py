# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the redaction of secrets in logs."""

import time
from datetime import date

from odoo.tests import BaseCase, tagged

from ..queue.delay.call import describe
from ..redaction import HIDDEN, redact

SIZE = 1_000
SECRET = "hunter2-Geheim"
SECRET_NAMES = (
    "password",
    "new_passwd",
    "pwd",
    "passphrase",
    "client_secret",
    "access_token",
    "apiKey",
    "X-Api-Key",
    "access_key",
    "private_key",
    "credentials",
    "Authorization",
    "Cookie",
    "session_id",
    "signature",
    "otp",
    "totp_code",
)


@tagged("post_install", "-at_install")
class TestRedaction(BaseCase):
    def test_secrets_are_hidden_wherever_they_stand(self):
        cases = {
            "key of a dict": {"login": "ada", "password": SECRET},
            "key in a list in a dict": {"all": [{"api_key": SECRET}]},
            "dict under a secret name": {"credentials": {"value": SECRET}},
            "header": {"Authorization": f"Bearer {SECRET}"},
            "JSON": f'{{"a": 1, "Access-Token": "{SECRET}"}}',
            "JSON with a quote in the secret": f'{{"token": "x\\"{SECRET}"}}',
            "JSON that is cut": f'{{"a": 1, "token": "{SECRET}',
            "JSON in text": f'answer was {{"client_secret": "{SECRET}"}}',
            "repr of a dict": f"{{'passwd': '{SECRET}', 'a': 1}}",
            "header as text": f"GET / HTTP/1.1\nAuthorization: Basic {SECRET}",
            "any header with a scheme": f"X-Auth: Bearer {SECRET}",
            "cookie": f"Cookie: session={SECRET}",
            "parameter": f"https://example.com/a?api_key={SECRET}&b=1",
            "user in an URL": f"https://ada:{SECRET}@example.com/a",
            "form": f"user=ada&password={SECRET}",
            "XML": f"<login><password>{SECRET}</password></login>",
            "XML with a namespace": f'<w:Token a="1">{SECRET}</w:Token>',
            "bytes": f"password={SECRET}".encode(),
        }
        for name, value in cases.items():
            with self.subTest(name):
                text = redact(value, SIZE)
                self.assertNotIn(SECRET, text)
                self.assertIn(HIDDEN, text)

    def test_job_form_and_log_hide_the_same_names(self):
        """There were two lists: the form of a job showed ``X-Api-Key`` and ``otp``."""
        for name in SECRET_NAMES:
            for text in (
                describe("f", (), {name: SECRET}),
                describe("f", ([{"headers": {name: SECRET}}],), {}),
                redact({name: SECRET}, SIZE),
                redact(f"{name}: {SECRET}", SIZE),
                redact(f"<{name}>{SECRET}</{name}>", SIZE),
            ):
                with self.subTest(text.replace(SECRET, "SHOWN")):
                    self.assertNotIn(SECRET, text)
                    self.assertIn(HIDDEN, text)

    def test_long_names_take_no_time(self):
        """A picture in base64 held the worker for minutes: each part of what might be
        a name was tried as one.
        """
        for part in ("a", "a.", "token", "<a", "a://", "token ", "'"):
            with self.subTest(part):
                started = time.thread_time()
                redact(part * (1_000 // len(part)), 1_000)
                self.assertLess(time.thread_time() - started, 0.1)  # seconds

    def test_what_is_no_secret_stays(self):
        cases = {
            "footprint: 3": "footprint: 3",
            "Imported 3 orders": "Imported 3 orders",
            "https://example.com/a?b=1": "https://example.com/a?b=1",
            '{"name": "Ada"}': '{"name": "Ada"}',
            '{ "b":1,  "a": "ü" }': '{ "b":1,  "a": "ü" }',
            "mail ada@example.com": "mail ada@example.com",
            "the token was refused": "the token was refused",
        }
        for value, expected in cases.items():
            with self.subTest(value):
                self.assertEqual(redact(value, SIZE), expected)

    def test_neighbours_of_a_secret_stay(self):
        text = redact(f"https://example.com/a?token={SECRET}&page=2", SIZE)

        self.assertEqual(text, f"https://example.com/a?token={HIDDEN}&page=2")

    def test_data_is_shown_as_json(self):
        value = {"day": date(2026, 1, 2), 3: (None, True), "n": b"\xff", "pwd": ""}

        text = redact(value, SIZE)

        expected = '{"day": "2026-01-02", "3": [null, true], "n": "<1 bytes>"'
        self.assertEqual(text, expected + ', "pwd": ""}')

    def test_long_text_is_cut_and_says_so(self):
        text = redact("a" * 1_005, SIZE)

        self.assertEqual(text, "a" * SIZE + " … (5 characters left out)")

    def test_secret_at_the_cut_is_hidden(self):
        value = f'{{"fill": "{"a" * 900}", "token": "{SECRET * 20}"}}'

        text = redact(value, 950)

        self.assertNotIn(SECRET[:5], text)

    def test_deep_data_is_shown(self):
        value = []
        for _level in range(200):
            value = [value]

        self.assertIn("[[[[", redact(value, SIZE))

    def test_text_is_storable(self):
        self.assertEqual(redact("a\0b\ud800", SIZE), "a\\x00b\\ud800")

    def test_binary_says_its_size(self):
        self.assertEqual(redact(b"\xff\xfe\x00", SIZE), "<3 bytes>")
