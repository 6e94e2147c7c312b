# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of known secrets, found in every form in which they may be stored."""

import copy
import json
import pickle
import time
from base64 import b64encode, urlsafe_b64encode
from html import escape
from urllib.parse import quote, quote_plus, urlencode

from odoo.tests import BaseCase, tagged

from ..redaction import HIDDEN, MESSAGE_SIZE, KnownSecrets
from ..secret import SecretText

MAKERS = {  # what makes other texts of a secret
    "strip": lambda secret: secret.strip(),
    "slice": lambda secret: secret[1:5],
    "character": lambda secret: secret[2],
    "plus": lambda secret: secret + "x",
    "plus in front": lambda secret: "Bearer " + secret,
    "times": lambda secret: secret * 2,
    "percent": lambda secret: "Bearer %s" % secret,  # noqa: UP031 what is tested
    "percent of it": lambda secret: SecretText("a %s") % "b",
    "format of it": lambda secret: SecretText("a {}").format("b"),
    "format alone": lambda secret: f"{secret}",
    "text": lambda secret: str(secret),
    "separator": lambda secret: secret.join(["a", "b"]),
    "replace": lambda secret: secret.replace("ada", "bob"),
    "lower": lambda secret: secret.lower(),
    "upper": lambda secret: secret.upper(),
    "casefold": lambda secret: secret.casefold(),
    "translate": lambda secret: secret.translate({97: "b"}),
    "prefix": lambda secret: secret.removeprefix(" "),
    "padding": lambda secret: secret.ljust(30),
    "split": lambda secret: secret.split(":")[1],
    "rsplit": lambda secret: secret.rsplit(":", 1)[0],
    "lines": lambda secret: secret.splitlines()[0],
    "partition": lambda secret: secret.partition(":")[2],
    "rpartition": lambda secret: secret.rpartition(":")[0],
    "copy": lambda secret: copy.copy(secret),
    "deep copy": lambda secret: copy.deepcopy([secret])[0],
    "pickle": lambda secret: pickle.loads(pickle.dumps(secret)),
}
SECRET = 'sword/fish+"Ü" 7?'


def known(*secrets: str) -> KnownSecrets:
    """Return what knows some secrets."""
    these = KnownSecrets()
    for secret in secrets:
        these.add(secret)
    return these


@tagged("post_install", "-at_install")
class TestKnownSecrets(BaseCase):
    def test_secret_is_found_in_each_form(self):
        forms = {
            "itself": SECRET,
            "JSON": json.dumps(SECRET),
            "JSON in its own letters": json.dumps(SECRET, ensure_ascii=False),
            "Python": repr([SECRET]),
            "path of an URL": quote(SECRET, safe=""),
            "URL": quote(SECRET),
            "form": urlencode({"key": SECRET}),
            "form as text": quote_plus(SECRET),
            "XML": escape(SECRET),
            "hexadecimals": SECRET.encode().hex(),
            "base64": b64encode(SECRET.encode()).decode(),
        }
        for user in ("a", "ad", "ada", "ada@example.com", ""):
            login = f"{user}:{SECRET}".encode()
            forms[f"basic {user}"] = b64encode(login).decode()
            forms[f"basic for URLs {user}"] = urlsafe_b64encode(login).decode()
        for name, form in forms.items():
            with self.subTest(name):
                self.assertTrue(known(SECRET).is_in(f"x {form} y"))
                hidden = known(SECRET).hide(f"x {form} y")
                self.assertRegex(hidden, r"^x .*\*\*\*.* y$")
                for part in ("sword", "fish", form):
                    self.assertNotIn(part, hidden)

    def test_base64_goes_with_what_stands_around_the_secret(self):
        login = b64encode(b"ada:swordfish").decode()

        hidden = known("swordfish").hide(f"Basic {login}, Basic {login}")

        self.assertEqual(hidden, f"Basic {HIDDEN}, Basic {HIDDEN}")

    def test_blanks_around_a_secret_do_not_hide_it(self):
        self.assertEqual(known(" swordfish\n").hide("a swordfish b"), "a *** b")

    def test_longer_secret_goes_before_its_part(self):
        hidden = known("swordfish", "swordfish-2", "fish-2").hide("swordfish-2")

        self.assertEqual(hidden, HIDDEN)

    def test_short_secret_is_hidden_as_a_word_and_found_nowhere(self):
        secrets = known("1234", "x", "")

        self.assertEqual(secrets.hide("1234 12345 x"), "*** 12345 x")
        self.assertFalse(secrets.is_in("1234"))

    def test_secret_at_the_bound_is_hidden(self):
        """Where a text is cut first, half of the secret stays."""
        text = f"{'a' * (MESSAGE_SIZE // 2 - 4)}swordfish{'b' * MESSAGE_SIZE}"

        stored = known("swordfish").stored(text, MESSAGE_SIZE)

        self.assertNotIn("swor", stored)

    def test_what_is_no_secret_stays(self):
        text = "imported 3 orders of shop.backend,3"

        self.assertEqual(known(SECRET).hide(text), text)
        self.assertEqual(known().hide(text), text)
        self.assertFalse(known(SECRET).is_in(text))

    def test_text_full_of_secrets_takes_no_time(self):
        text = b64encode(b"swordfish" * 20_000).decode()
        started = time.thread_time()

        known("swordfish", "fishsword").hide(text)

        self.assertLess(time.thread_time() - started, 0.5)  # seconds


@tagged("post_install", "-at_install")
class TestSecretText(BaseCase):
    def test_what_its_methods_make_stays_secret(self):
        secret = SecretText(" ada:swordfish ")
        for name, make in MAKERS.items():
            with self.subTest(name):
                text = make(secret)
                self.assertIs(type(text), SecretText)
                self.assertEqual(repr(text), HIDDEN)

    def test_what_its_methods_make_is_what_text_makes(self):
        secret = SecretText("ada:swordfish")

        self.assertEqual(secret.split(":"), ["ada", "swordfish"])
        self.assertEqual(secret.partition(":"), ("ada", ":", "swordfish"))
        self.assertEqual("Basic " + secret, "Basic ada:swordfish")
        self.assertEqual(f"Basic {secret}", "Basic ada:swordfish")
        self.assertEqual(secret.encode(), b"ada:swordfish")
        self.assertEqual(hash(secret), hash("ada:swordfish"))
        self.assertFalse(SecretText("  ").strip())
        with self.assertRaises(TypeError):
            secret + 1

    def test_part_of_it_is_known_as_well(self):
        secrets = KnownSecrets()
        secret = SecretText("ada:swordfish", secrets)

        token = f"Bearer {secret.split(':')[1]}"

        self.assertEqual(secrets.hide(token), "Bearer ***")
