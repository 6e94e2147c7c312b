# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the schemes of webhooks: who knows the secret is let in, nobody else."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta, timezone

from odoo.tests import BaseCase, tagged

from ..exception import InvalidUsageError
from ..wire.schemes import Hmac, PathSecret, SharedHeader, StandardWebhooks

NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
STAMP = "1769860800"  # noon, in seconds
BODY = b'{"type":"order.paid","code":"\xc3\x84-7"}'
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"


def digest(algorithm, key, text):
    """Return a signature, made without the code under test."""
    return hmac.new(key, text, getattr(hashlib, algorithm)).digest()


def standard(body=BODY, stamp=STAMP, event_id=ID, secret=SECRET):
    """Return the headers of Standard Webhooks, as their specification says."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{event_id}.{stamp}.".encode() + body
    signature = base64.b64encode(digest("sha256", key, signed)).decode()
    return {
        "webhook-id": event_id,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{signature}",
    }


# what a sender is, its scheme, and what it sends
SENDERS = {
    "hex": (
        Hmac("sha256", header="X-Signature"),
        {"X-Signature": digest("sha256", b"key", BODY).hex()},
    ),
    "hex in capitals": (
        Hmac("sha256", header="X-Signature"),
        {"X-Signature": digest("sha256", b"key", BODY).hex().upper()},
    ),
    "with a prefix": (
        Hmac("sha256", header="X-Hub-Signature-256", prefix="sha256="),
        {"X-Hub-Signature-256": f"sha256={digest('sha256', b'key', BODY).hex()}"},
    ),
    "base64": (
        Hmac("sha256", header="X-Shop-Hmac", encoding="base64"),
        {"X-Shop-Hmac": base64.b64encode(digest("sha256", b"key", BODY)).decode()},
    ),
    "SHA-1": (
        Hmac("sha1", header="X-Hub-Signature", prefix="sha1="),
        {"X-Hub-Signature": f"sha1={digest('sha1', b'key', BODY).hex()}"},
    ),
    "SHA-512": (
        Hmac("sha512", header="X-Signature"),
        {"X-Signature": digest("sha512", b"key", BODY).hex()},
    ),
    "time in the same header": (
        Hmac(
            header="X-Sig",
            prefix="v1=",
            timestamp="X-Sig:t",
            signed="{timestamp}.{body}",
        ),
        {
            "X-Sig": f"t={STAMP},v0=beef,v1="
            + digest("sha256", b"key", f"{STAMP}.".encode() + BODY).hex()
        },
    ),
    "time in another header": (
        Hmac(
            header="X-Sig",
            prefix="v0=",
            timestamp="X-Time",
            signed="v0:{timestamp}:{body}",
        ),
        {
            "X-Time": STAMP,
            "X-Sig": "v0="
            + digest("sha256", b"key", f"v0:{STAMP}:".encode() + BODY).hex(),
        },
    ),
    "shared header": (
        SharedHeader("Authorization", "Bearer "),
        {"Authorization": "Bearer key"},
    ),
}


@tagged("post_install", "-at_install")
class SchemeCase(BaseCase):
    def is_right(self, scheme, headers, secrets=("key",), body=BODY, now=NOON):
        return scheme.is_right(list(secrets), headers, body, now)


class TestSchemes(SchemeCase):
    def test_each_kind_of_signature_is_read(self):
        for name, (scheme, headers) in SENDERS.items():
            with self.subTest(sender=name):
                self.assertTrue(self.is_right(scheme, headers))

    def test_another_secret_is_none(self):
        for name, (scheme, headers) in SENDERS.items():
            with self.subTest(sender=name):
                self.assertFalse(self.is_right(scheme, headers, ["other"]))
                self.assertFalse(self.is_right(scheme, headers, []))

    def test_missing_header_is_no_proof(self):
        for name, (scheme, _headers) in SENDERS.items():
            with self.subTest(sender=name):
                self.assertFalse(self.is_right(scheme, {}))

    def test_changed_body_is_no_proof(self):
        signing = {n: one for n, one in SENDERS.items() if isinstance(one[0], Hmac)}
        for name, (scheme, headers) in signing.items():
            with self.subTest(sender=name):
                self.assertFalse(self.is_right(scheme, headers, body=BODY + b" "))

    def test_old_secret_is_valid_beside_the_new_one(self):
        for name, (scheme, headers) in SENDERS.items():
            with self.subTest(sender=name):
                self.assertTrue(self.is_right(scheme, headers, ["new", "key"]))

    def test_what_we_sign_is_right(self):
        """The test of a webhook signs as a sender does."""
        schemes = [scheme for scheme, _headers in SENDERS.values()]
        for scheme in [*schemes, StandardWebhooks(), PathSecret()]:
            with self.subTest(scheme=scheme):
                secret = scheme.new_secret()
                headers = scheme.sign(secret, BODY, "1", NOON)
                self.assertTrue(self.is_right(scheme, headers, [secret]))

    def test_text_that_is_no_ascii_is_no_proof(self):
        """As the header of a request may hold it."""
        for scheme in (SharedHeader("X-Key"), Hmac(header="X-Key")):
            self.assertFalse(self.is_right(scheme, {"X-Key": "Ä\xff"}))


class TestTime(SchemeCase):
    def test_event_that_was_recorded_and_sent_later_is_refused(self):
        scheme, headers = SENDERS["time in another header"]

        late = NOON + timedelta(minutes=5, seconds=1)
        early = NOON - timedelta(minutes=5, seconds=1)
        self.assertFalse(self.is_right(scheme, headers, now=late))
        self.assertFalse(self.is_right(scheme, headers, now=early))
        self.assertTrue(self.is_right(scheme, headers, now=NOON + timedelta(minutes=5)))

    def test_time_is_signed(self):
        scheme, headers = SENDERS["time in another header"]
        later = NOON + timedelta(hours=1)
        stamp = str(int(later.timestamp()))

        is_right = self.is_right(scheme, {**headers, "X-Time": stamp}, now=later)

        self.assertFalse(is_right)

    def test_text_that_is_no_time_is_refused(self):
        scheme = Hmac(header="S", timestamp="T", signed="{timestamp}{body}")
        for stamp in ("", "soon", "9" * 40, "-1"):
            signature = digest("sha256", b"key", stamp.encode() + BODY).hex()
            with self.subTest(stamp=stamp):
                headers = {"S": signature, "T": stamp}
                self.assertFalse(self.is_right(scheme, headers))


class TestStandardWebhooks(SchemeCase):
    def test_vector_of_the_specification(self):
        """From the specification, computed once more: its secret, id and body."""
        body = b'{"test": 2432232314}'
        stamp = "1614265330"
        sent_at = datetime.fromtimestamp(int(stamp), timezone.utc)
        headers = standard(body, stamp, "msg_p5jXN8AQM9LWM0D4loKWxJek")
        known = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

        self.assertEqual(headers["webhook-signature"], known)
        scheme = StandardWebhooks()
        self.assertTrue(self.is_right(scheme, headers, [SECRET], body, sent_at))

    def test_one_of_several_signatures_will_do(self):
        headers = standard()
        others = "v1,bm9uZQ== v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXq"
        headers["webhook-signature"] = f"{others} {headers['webhook-signature']}"

        self.assertTrue(self.is_right(StandardWebhooks(), headers, [SECRET]))

    def test_id_is_signed(self):
        headers = {**standard(), "webhook-id": "msg_other"}

        self.assertFalse(self.is_right(StandardWebhooks(), headers, [SECRET]))

    def test_secret_without_its_prefix_is_the_same(self):
        plain = SECRET.removeprefix("whsec_")

        self.assertTrue(self.is_right(StandardWebhooks(), standard(), [plain]))

    def test_secret_that_is_no_base64_lets_nobody_in(self):
        self.assertFalse(self.is_right(StandardWebhooks(), standard(), ["whsec_!"]))


class TestDeclaredSchemes(SchemeCase):
    def test_scheme_that_cannot_work_is_refused_with_a_hint(self):
        wrong = {
            "sha257": ({"algorithm": "sha257"}, "'sha256'"),
            "hexa": ({"encoding": "hexa"}, "'hex'"),
            "X Sig": ({"header": "X Sig"}, "header"),
            "{time}": ({"signed": "{time}.{body}"}, "timestamp"),
            "signed has no body": ({"signed": "{id}", "event_id": "I"}, "{body}"),
            "time is not signed": ({"timestamp": "T"}, "proves nothing"),
            "id is nowhere": ({"signed": "{id}{body}"}, "event_id"),
        }
        for name, (arguments, hint) in wrong.items():
            with self.subTest(name), self.assertRaises(InvalidUsageError) as caught:
                Hmac(**arguments)
            self.assertIn(hint, str(caught.exception))
