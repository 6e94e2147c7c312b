# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of refused arguments and payloads, and of the messages."""

import enum
from datetime import time, tzinfo

from odoo.tools.translate import LazyGettext

from ..exception import NotReadableJobError, UnserializableArgumentError
from ..queue.delay.codec import MAX_DEPTH, VERSION, decode, encode
from ..secret import SecretText
from .common import ConnectorCase

FOREIGN = [
    None,
    1,
    "",
    "no json",
    {},
    {"args": []},
    [],
    [[]],
    [[], [], []],
    [{}, []],
    [[], {}],
    [[], [["a"]]],
    [[], [[1, 2]]],
    [[{}], []],
    [[{"a": 1}], []],
    [[{"$date": "x", "b": 1}], []],
    [[{"$date": "2026-02-30"}], []],
    [[{"$date": 5}], []],
    [[{"$uuid": 5}], []],
    [[{"$bytes": "?"}], []],
    [[{"$decimal": "ten"}], []],
    [[{"$tuple": "abc"}], []],
    [[{"$set": [[1]]}], []],
    [[{"$dict": [[[1], 2]]}], []],
    [[{"$datetime": ["2026-01-01", 0, "zoneinfo", "Mars/Base"]}], []],
    [[{"$datetime": ["2026-01-01", 0, "os", "system"]}], []],
    [[{"$timedelta": [10**10, 0, 0]}], []],
    [[{"$records": ["res.partner"]}], []],
    [[{"$records": ["res.partner", ["1"]]}], []],
    [[{"$records": ["res.partner", [None]]}], []],
]


class Nowhere(tzinfo):
    """A zone that does not know its offset."""

    def utcoffset(self, dt):
        return None


class TestRefused(ConnectorCase):
    def refusal(self, *args, **kwargs):
        with self.assertRaises(UnserializableArgumentError) as caught:
            encode(args, kwargs)
        return caught.exception

    def test_secret_that_no_transaction_knows_is_refused(self):
        self.assertIn("keeps no secret", str(self.refusal(SecretText("swordfish"))))

    def test_path_of_the_value_is_named(self):
        bad = object()
        cases = [
            ("argument 1", (bad,), {}),
            ("argument 2['lines'][0]", (1, {"lines": [bad]}), {}),
            ("argument 'order'[1][3]", (), {"order": ([], {3: bad})}),
            ("argument 1, member", ({frozenset(), bad},), {}),
            ("argument 1, key <object", ({bad: 1},), {}),
        ]
        for path, args, kwargs in cases:
            with self.subTest(path):
                error = self.refusal(*args, **kwargs)
                self.assertTrue(error.path.startswith(path), error.path)
                self.assertIn(error.path, str(error))
                self.assertIn("(builtins.object)", str(error))

    def test_remedy_fits_the_value(self):
        cases = [
            (self.env["res.partner"].new({}), "create them before"),
            (self.env["res.partner"].new(origin=self.env.user.partner_id), "create"),
            (LazyGettext("Order", _module="base"), "Translate it first"),
            (self.env, "The job gets its own"),
            (self.env.cr, "The job gets its own"),
            (self.session, "The job gets its own"),
            (bytearray(b"a"), "Pass bytes(value)"),
            (memoryview(b"a"), "Pass bytes(value)"),
            (time(2, tzinfo=Nowhere()), "pass a datetime"),
            (enum.Enum("Kind", "A B").A, "Pass its value"),
            (enum.Enum, "Pass its dotted name"),
            (encode, "Declare the function with @job"),
            (iter([]), "Pass list(value)"),
            (object(), "Pass plain data"),
        ]
        for value, remedy in cases:
            with self.subTest(remedy):
                self.assertIn(remedy, str(self.refusal(value)))

    def test_value_that_contains_itself_is_refused(self):
        value = {"lines": []}
        value["lines"].append(value)

        error = self.refusal(value)

        self.assertIn("argument 1['lines'][0] is {", str(error))
        self.assertIn("contains itself", str(error))

    def test_deep_value_is_refused(self):
        for depth in (MAX_DEPTH + 1, 5000):
            with self.subTest(depth):
                value = []
                for _ in range(depth - 1):
                    value = [value]
                error = self.refusal(value)
                self.assertIn("more than 100 levels deep", str(error))
                self.assertLess(len(str(error)), 1000)

    def test_secret_does_not_show(self):
        class Key:
            def __repr__(self):
                return "swordfish"

        self.assertNotIn("swordfish", str(self.refusal(api_key=Key())))
        self.assertNotIn("swordfish", str(self.refusal({"password": Key()})))


class TestNotReadable(ConnectorCase):
    def test_foreign_payload_is_refused(self):
        for payload in FOREIGN:
            with self.subTest(payload):
                with self.assertRaisesRegex(NotReadableJobError, "^Cannot read"):
                    decode(payload, self.env)

    def test_payload_too_deep_to_be_ours_is_refused(self):
        payload = []
        for _ in range(5000):
            payload = [payload]

        with self.assertRaisesRegex(NotReadableJobError, "recursion"):
            decode([payload, []], self.env)

    def test_what_is_wrong_is_named(self):
        cases = [
            (f"'\\$new' is no tag of format {VERSION}", [[{"$new": 1}], []]),
            ("{'a': 1, 'b': 2} has not one key", [[{"a": 1, "b": 2}], []]),
            ("'2026-02-30'", [[{"$date": "2026-02-30"}], []]),
            ("5 is no str", [[{"$date": 5}], []]),
        ]
        for message, payload in cases:
            with self.subTest(payload):
                with self.assertRaisesRegex(NotReadableJobError, message):
                    decode(payload, self.env)

    def test_missing_model_is_named(self):
        payload = [[{"$records": ["gone.model", [1]]}], []]

        with self.assertRaisesRegex(NotReadableJobError, "'gone.model' is not"):
            decode(payload, self.env)

    def test_later_format_is_refused(self):
        told = f"is {VERSION + 1}, expected at most {VERSION}"
        with self.assertRaisesRegex(NotReadableJobError, told):
            decode([[], []], self.env, version=VERSION + 1)
