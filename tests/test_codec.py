# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the codec: stored arguments come back as they were given."""

import enum
import json
import math
import random
from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytz
from markupsafe import Markup

from odoo import Command
from odoo.tools import frozendict

from ..queue.delay.codec import MAX_DEPTH, decode, encode
from .common import ConnectorCase

PARIS = ZoneInfo("Europe/Paris")
PYTZ_PARIS = pytz.timezone("Europe/Paris")
CHANGE = datetime.fromisoformat("2026-10-25T02:30")  # this hour happens twice in Paris

SCALARS = [
    "",
    "plain",
    'ümläut 😀 \\ " \n \x7f \u2028',
    "NUL \0 inside",
    "lone \ud800 surrogate",
    "\ud83d\ude00",  # two code points, not one smiley
    "\\u0000",
    "$str",
    0,
    -1,
    2**53 + 1,
    2**63 - 1,
    -(2**63),
    2**63,
    -(10**20),
    10**5000,
    1.0,
    0.1,
    -0.0,
    1e22,
    1e-7,
    5e-324,
    1.7976931348623157e308,
    123456789012345.6,
    math.nan,
    math.inf,
    -math.inf,
    True,
    False,
    None,
    b"",
    b"\x00\xff",
    Decimal("1.00"),
    Decimal("-0"),
    Decimal("1E+30"),
    Decimal("NaN"),
    Decimal("-sNaN12"),
    Decimal("Infinity"),
    Decimal("0.1234567890123456789012345678901234567890"),
    date(1, 1, 1),
    date(2026, 2, 28),
    datetime.fromisoformat("2026-02-28T23:59:59.999999"),
    CHANGE,
    CHANGE.replace(fold=1),
    CHANGE.replace(tzinfo=timezone.utc),
    CHANGE.replace(tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
    CHANGE.replace(tzinfo=timezone(timedelta(minutes=9, seconds=21))),
    CHANGE.replace(tzinfo=PARIS),
    CHANGE.replace(tzinfo=PARIS, fold=1),
    datetime(2026, 3, 29, 2, 30, tzinfo=PARIS),  # never happens in Paris
    pytz.utc.localize(CHANGE),
    PYTZ_PARIS.localize(CHANGE, is_dst=True),
    PYTZ_PARIS.localize(CHANGE, is_dst=False),
    PYTZ_PARIS.localize(CHANGE, is_dst=False).replace(fold=1),
    time(0, 0),
    time(23, 59, 59, 1),
    time(2, 30, fold=1),
    time(2, 30, tzinfo=timezone.utc),
    time(2, 30, tzinfo=PARIS, fold=1),
    time(2, 30, tzinfo=pytz.utc),
    timedelta(days=-1, seconds=5, microseconds=7),
    timedelta.max,
    UUID("12345678-1234-5678-1234-567812345678"),
    Markup("<b>bold</b>"),
    Markup("\0"),
]

TAG_LIKE = [
    {"$dict": [["a", 1]]},
    {"$tuple": [1]},
    {"$records": ["res.partner", [1]]},
    {"$str": "\\x00"},
    {"$unknown": None},
    ["$dict", []],
    [["$tuple", [1]]],
    {"$dict": {"$dict": []}},
    {},
]

Point = namedtuple("Point", "x y")


class Colour(str, enum.Enum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 7


def form(value):
    """Return a text that differs when value, type or order differ."""
    if isinstance(value, dict):
        pairs = [f"{form(key)}: {form(item)}" for key, item in value.items()]
        return f"{type(value).__name__} {pairs}"
    if isinstance(value, (set, frozenset)):
        return f"{type(value).__name__} {sorted(map(form, value))}"
    if isinstance(value, (list, tuple)):
        return f"{type(value).__name__} {[form(item) for item in value]}"
    if isinstance(value, int):
        return f"{type(value).__name__} {hex(value)}"
    if isinstance(value, (datetime, time)):
        offset = value.utcoffset()
        return f"{value!r} {value.fold} {type(value.tzinfo)} {value.tzinfo} {offset}"
    return f"{type(value)} {value!r}"


class Values:
    """Makes payloads by chance, the same ones for the same seed."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def scalar(self):
        chance = self.random
        makers = [
            lambda: chance.choice(SCALARS),
            lambda: chance.randint(-(10 ** chance.randint(1, 30)), 10**9),
            lambda: chance.uniform(-1, 1) * 10.0 ** chance.randint(-300, 300),
            lambda: "".join(chr(chance.randrange(0x110000)) for _ in range(3)),
            lambda: chance.randbytes(chance.randint(0, 9)),
            lambda: Decimal(chance.randint(-999, 999)).scaleb(chance.randint(-9, 9)),
            lambda: datetime.fromtimestamp(chance.randint(0, 2**32), PARIS),
        ]
        return chance.choice(makers)()

    def key(self):
        is_pair = self.random.random() < 0.1
        key = (self.scalar(), self.scalar()) if is_pair else self.scalar()
        return key if form(key).find("sNaN") < 0 else "sNaN cannot be hashed"

    def value(self, depth=4):
        chance = self.random
        if depth == 0 or chance.random() < 0.4:
            return self.scalar()
        size = range(chance.randint(0, 4))
        makers = [
            lambda: [self.value(depth - 1) for _ in size],
            lambda: tuple(self.value(depth - 1) for _ in size),
            lambda: {self.key(): self.value(depth - 1) for _ in size},
            lambda: {self.key() for _ in size},
            lambda: frozenset(self.key() for _ in size),
            lambda: chance.choice(TAG_LIKE),
        ]
        return chance.choice(makers)()


class CodecCase(ConnectorCase):
    def through_database(self, text):
        """Return JSON text as the driver reads it from a jsonb."""
        self.env.cr.execute("SELECT %s::jsonb", [text])
        return self.env.cr.fetchone()[0]

    def there_and_back(self, *args, **kwargs):
        """Return arguments as a job gets them."""
        return decode(self.through_database(encode(args, kwargs)), self.env)

    def returned(self, value):
        """Return one argument as a job gets it."""
        (value,), _kwargs = self.there_and_back(value)
        return value


class TestRoundTrip(CodecCase):
    def test_scalar_comes_back(self):
        for value in SCALARS:
            with self.subTest(form(value)):
                self.assertEqual(form(self.returned(value)), form(value))

    def test_scalar_comes_back_as_a_key(self):
        hashable = [value for value in SCALARS if "sNaN" not in form(value)]
        for value in hashable:
            with self.subTest(form(value)):
                given = {value: 1, (value, 2): 3}
                self.assertEqual(form(self.returned(given)), form(given))

    def test_order_of_a_dict_comes_back(self):
        given = {"zebra": 1, "a": 2, "mouse": {"b": 1, "a": 2}}

        self.assertEqual(form(self.returned(given)), form(given))

    def test_keywords_come_back_in_their_order(self):
        args, kwargs = self.there_and_back(1, zebra=2, a=3)

        self.assertEqual(args, (1,))
        self.assertEqual(list(kwargs.items()), [("zebra", 2), ("a", 3)])

    def test_data_like_a_tag_stays_data(self):
        for value in TAG_LIKE:
            with self.subTest(value):
                self.assertEqual(form(self.returned(value)), form(value))

    def test_anything_comes_back(self):
        values = Values(seed=20)
        for _ in range(1000):
            given = values.value()
            with self.subTest(form(given)):
                self.assertEqual(form(self.returned(given)), form(given))

    def test_deepest_value_comes_back(self):
        value = "core"
        for index in range(MAX_DEPTH):
            value = [[value], (value,), {1: value}][index % 3]

        self.assertEqual(self.returned(value), value)

    def test_same_value_twice_is_no_circle(self):
        line = {"a": 1}

        self.assertEqual(self.returned([line, line]), [line, line])

    def test_every_object_has_one_key_that_is_a_tag(self):
        def check_object(pairs):
            (((tag, _content),)) = pairs
            self.assertRegex(tag, r"^\$[a-z]+$")

        values = Values(seed=19)
        for _ in range(300):
            text = encode((values.value(),), {})
            json.loads(text, object_pairs_hook=check_object)

    def test_text_is_read_like_json(self):
        call = (1,), {"a": (2,)}

        self.assertEqual(decode(encode(*call), self.env), call)


class TestSubclass(CodecCase):
    def test_value_of_a_subclass_comes_back_as_its_base(self):
        cases = [
            (Command.link(4), (4, 4, 0)),
            (Size.BIG, 7),
            (Colour.RED, "red"),
            (OrderedDict(b=1, a=2), {"b": 1, "a": 2}),
            (defaultdict(list, b=[1]), {"b": [1]}),
            (frozendict(b=1, a=2), {"b": 1, "a": 2}),
            (Point(1, 2), (1, 2)),
        ]
        for given, expected in cases:
            with self.subTest(given):
                self.assertEqual(form(self.returned(given)), form(expected))

    def test_views_of_a_dict_come_back_as_lists(self):
        """Consumers pass ``vals.keys()`` on as the fields to export."""

        class Own(Mapping):
            def __getitem__(self, key):
                return {"a": 1}[key]

            def __iter__(self):
                return iter(["a"])

            def __len__(self):
                return 1

        cases = [
            ({"b": 1, "a": 2}.keys(), ["b", "a"]),
            ({"b": 1, "a": 2}.values(), [1, 2]),
            ({"b": 1}.items(), [("b", 1)]),
            (OrderedDict(b=1).keys(), ["b"]),
            (frozendict(b=1).keys(), ["b"]),
            (Own().keys(), ["a"]),
            ({}.keys(), []),
        ]
        for given, expected in cases:
            with self.subTest(given):
                self.assertEqual(form(self.returned(given)), form(expected))

    def test_moved_keys_of_an_ordered_dict_come_back_in_its_order(self):
        given = OrderedDict(a=1, b=2)
        given.move_to_end("a")

        self.assertEqual(list(self.returned(given)), ["b", "a"])


class TestRecords(CodecCase):
    def setUp(self):
        super().setUp()
        names = [{"name": "Ada"}, {"name": "Grace"}]
        self.partners = self.env["res.partner"].create(names)

    def test_records_come_back_in_their_order(self):
        given = self.partners[::-1]

        returned = self.returned(given)

        self.assertEqual(returned._name, "res.partner")
        self.assertEqual(returned._ids, given._ids)

    def test_no_records_keep_their_model(self):
        self.assertEqual(self.returned(self.partners.browse())._name, "res.partner")

    def test_records_are_in_the_environment_of_the_job(self):
        text = encode((self.partners.sudo().with_context(colour="red"),), {})
        demo = self.env["res.users"].create({"name": "Demo", "login": "demo.codec"})
        env = self.env(user=demo, context={"job_uuid": "x"}, su=False)

        ((records,), _kwargs) = decode(self.through_database(text), env)

        self.assertIs(records.env, env)
        self.assertFalse(records.env.su)

    def test_records_of_one_model_are_fetched_together(self):
        given = [self.partners[0], {"second": self.partners[1]}]
        first, second = self.returned(given)
        self.env.invalidate_all()

        with self.assertQueryCount(1):
            names = [first.name, second["second"].name]

        self.assertEqual(names, ["Ada", "Grace"])
