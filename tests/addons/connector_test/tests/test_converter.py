# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of converters, each against what Odoo does with the value (promise 18)."""

import base64 as python_base64
import io
from datetime import date

from PIL import Image

from odoo.fields import Datetime

from odoo.addons.connector.api import (
    ImportMapper,
    InvalidUsageError,
    MappingError,
    base64,
    boolean,
    country,
    data_uri,
    day,
    decimal,
    find_country,
    find_state,
    image,
    integer,
    language,
    many2many,
    many2one,
    money,
    names,
    place_names,
    place_values,
    utc,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .flow_case import FlowCase

to_datetime = Datetime.to_datetime


class ConverterCase(FlowCase):
    def convert(self, modifier, value, to_attr="name"):
        """Return what a converter of the field ``x`` makes of a value."""
        return modifier(self.unit(ImportMapper, CONTACT), {"x": value}, to_attr)

    def assert_refused(self, modifier, values, to_attr="name"):
        for value in values:
            with self.subTest(value=value):
                with self.assertRaises(MappingError) as caught:
                    self.convert(modifier, value, to_attr)
                message = str(caught.exception)
                self.assertIn("'x'", message)
                self.assertIn(repr(value)[:20], message)


class TestPlaces(ConverterCase):
    def test_o1_country_is_found_by_its_code_and_by_nothing_shorter(self):
        cases = {"DE": "DE", " de ": "DE", "DEU": "DE", "AUT": "AT", "che": "CH"}
        for value, code in cases.items():
            with self.subTest(value=value):
                found = self.convert(country("x"), value, "country_id")
                self.assertEqual(self.env["res.country"].browse(found).code, code)

    def test_o1_names_of_countries_are_refused(self):
        names = ["DENMARK", "IRELAND", "germany", "XX", "SUN"]
        self.assert_refused(country("x"), names, "country_id")

    def test_o24_language_that_is_not_active_is_refused_before_it_is_used(self):
        self.assert_refused(language("x"), ["fr_FR", "de-DE"], "lang")

    def test_o4_language_is_one_that_is_active(self):
        self.env["res.lang"]._activate_lang("fr_FR")

        self.assertEqual(self.convert(language("x"), "fr-fr", "lang"), "fr_FR")
        self.assertEqual(self.convert(language("x"), "fr", "lang"), "fr_FR")
        self.assert_refused(language("x"), ["klingon", "de", "fr_CA"], "lang")


class TestPlacesByName(ConverterCase):
    def test_country_is_found_by_its_code_else_by_its_name(self):
        germany, country = self.env.ref("base.de"), self.env["res.country"]
        cases = [
            (("DE", ""), germany),
            (("de", "Germania"), germany),
            (("", "germany"), germany),
            (("GERMANY", "Germany"), germany),  # Odoo would find Georgia
            (("XX", "Germany"), germany),
            (("", "Germania"), country),
            (("", "Ger%"), country),
            (("", ""), country),
        ]
        for said, found in cases:
            with self.subTest(said=said):
                self.assertEqual(find_country(self.env, *said), found)

    def test_country_is_found_by_its_name_in_the_language(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env(context={"lang": "fr_FR"})
        germany = self.env.ref("base.de")
        germany.with_env(french).name = "Allemagne"

        self.assertEqual(find_country(french, name="allemagne").id, germany.id)
        self.assertFalse(find_country(self.env, name="allemagne"))

    def test_state_is_one_of_its_country(self):
        texas, us = self.env.ref("base.state_us_44"), self.env.ref("base.us")
        for text in ("TX", "texas", "Texas"):
            with self.subTest(text):
                self.assertEqual(find_state(self.env, us, text), texas)
        self.assertFalse(find_state(self.env, self.env.ref("base.de"), "Texas"))
        self.assertFalse(find_state(self.env, us, ""))
        self.assertFalse(find_state(self.env, self.env["res.country"], "Texas"))


class TestNumbers(ConverterCase):
    def test_o4_boolean_texts_mean_what_they_say(self):
        for value, expected in {
            "false": False,
            "0": False,
            "Yes": True,
            1: True,
        }.items():
            with self.subTest(value=value):
                self.assertIs(self.convert(boolean("x"), value), expected)
        self.assert_refused(boolean("x"), ["maybe", 2, [1]])

    def test_o4_numbers_are_whole_or_refused(self):
        self.assertEqual(self.convert(integer("x"), "5.0"), 5)
        self.assert_refused(integer("x"), [5.7, "x", True])

    def test_o39_number_that_is_too_large_for_a_field_is_refused(self):
        self.assertEqual(self.convert(integer("x"), -(2**31) + 1), -(2**31) + 1)
        self.assert_refused(integer("x"), [2**31, "3000000000"])

    def test_decimal_takes_no_comma_and_no_infinity(self):
        self.assertEqual(self.convert(decimal("x"), "12.50"), 12.5)
        self.assertEqual(self.convert(decimal("x", places=2), "1.005"), 1.01)
        self.assert_refused(decimal("x"), ["12,5", "NaN", float("inf"), True])

    def test_o21_money_is_rounded_as_its_currency_is(self):
        self.assertEqual(self.convert(money("x", currency="USD"), "2.675"), 2.68)
        self.assertEqual(self.convert(money("x", currency="JPY"), "2.5"), 3.0)
        self.assertEqual(
            self.convert(money("x", currency="USD", in_cents=True), 199), 1.99
        )
        self.assert_refused(money("x", currency="XXQ"), ["1"])


class TestTimes(ConverterCase):
    def test_times_become_utc_without_a_zone(self):
        cases = {
            "2026-11-30T12:00:00+02:00": to_datetime("2026-11-30 10:00:00"),
            "2026-11-30T12:00:00.9Z": to_datetime("2026-11-30 12:00:00"),
            0: to_datetime("1970-01-01 00:00:00"),
        }
        for value, expected in cases.items():
            with self.subTest(value=value):
                self.assertEqual(self.convert(utc("x"), value), expected)
        self.assert_refused(utc("x"), ["30.11.2026", True, 1e30])

    def test_time_without_a_zone_is_of_that_of_the_backend(self):
        self.backend_record.tz = "Europe/Berlin"

        found = self.convert(utc("x"), "2026-01-01T00:30:00")

        self.assertEqual(found, to_datetime("2025-12-31 23:30:00"))

    def test_o39_day_of_a_time_is_that_of_the_place(self):
        self.backend_record.tz = "Europe/Berlin"

        self.assertEqual(
            self.convert(day("x"), "2026-01-01T23:30:00+00:00"), date(2026, 1, 2)
        )
        self.assertEqual(self.convert(day("x"), "2026-01-01"), date(2026, 1, 1))
        self.assert_refused(day("x"), ["2026-13-01", "soon"])


class TestFiles(ConverterCase):
    def picture(self, kind="PNG", size=(8, 8), mode="RGB"):
        stream = io.BytesIO()
        Image.new(mode, size).save(stream, kind)
        return stream.getvalue()

    def test_o39_base64_is_what_odoo_takes(self):
        expected = python_base64.b64encode(b"\xfb\xff")
        for value in (b"\xfb\xff", "+/8=", "-_8", "data:text/plain;base64,+/8="):
            with self.subTest(value=value):
                self.assertEqual(self.convert(base64("x"), value), expected)
        self.assert_refused(base64("x"), ["data:text/plain,hello", "no base 64!", 7])

    def test_o33_error_page_is_no_picture(self):
        self.assert_refused(image("x"), [b"<html><svg/>404</html>", b"%PDF-1.4", b"x"])
        for kind in ("PNG", "JPEG", "GIF", "BMP"):
            with self.subTest(kind=kind):
                self.assertTrue(self.convert(image("x"), self.picture(kind)))
        self.assertTrue(self.convert(image("x"), b"RIFF____WEBPVP8 "))

    def test_o33_picture_that_is_cut_off_is_refused(self):
        whole = self.picture("JPEG")

        self.assert_refused(image("x"), [whole[: len(whole) // 2]])

        self.assert_refused(image("x"), [self.picture()[:50]])

    def test_drawing_is_taken_unless_it_is_not_wanted(self):
        drawing = b"<svg>x</svg>"

        self.assertTrue(self.convert(image("x"), drawing))
        self.assert_refused(image("x", svg=False), [drawing])
        self.assertTrue(self.convert(image("x", svg=False), self.picture()))
        told = self.picture("GIF") + b"<svg>"  # in what the picture says of itself
        self.assertTrue(self.convert(image("x", svg=False), told))

    def test_picture_that_goes_out_comes_back_the_same(self):
        partner = self.env["res.partner"].create({"name": "Ada"})
        self.assertFalse(data_uri("image_1920")(None, partner, "photo"))
        partner.image_1920 = python_base64.b64encode(self.picture())

        uri = data_uri("image_1920")(None, partner, "photo")

        self.assertRegex(uri, "^data:image/png;base64,")
        for text in (uri, uri.replace("data:", "DATA:")):
            self.assertEqual(self.convert(image("x"), text), partner.image_1920)

    def test_o33_picture_of_too_many_pixels_is_refused(self):
        for width in (5_001, 20_000):  # Pillow itself refuses to open the second
            picture = self.picture(size=(10_000, width), mode="1")
            self.assert_refused(image("x"), [picture])

    def test_o32_picture_that_odoo_does_not_resize_is_limited(self):
        drawing = b"<svg>" + b" " * 2_000_000 + b"</svg>"

        self.assert_refused(image("x"), [drawing])
        self.assertTrue(self.convert(image("x", max_unresized=3_000_000), drawing))


class TestRelations(ConverterCase):
    def test_o2_many2one_is_found_by_its_key(self):
        found = self.convert(many2one("x", key="code"), "DE", "country_id")

        self.assertEqual(found, self.env.ref("base.de").id)
        wrong = ["QQ", "57", [57, "Germany"], True, {"code": "DE"}]
        self.assert_refused(many2one("x", key="code"), wrong, "country_id")

    def test_tags_are_found_or_created_by_their_names(self):
        tag = self.env["res.partner.category"].create({"name": "Gold"})

        found = self.convert(many2many("x"), ["Gold", "Silver"], "category_id")

        ((command, _zero, ids),) = found
        tags = self.env["res.partner.category"].browse(ids)
        self.assertEqual((command, tags[0]), (6, tag))
        self.assertEqual(tags.mapped("name"), ["Gold", "Silver"])
        self.assertEqual(names("x")(None, {"x": tags}, "tags"), ["Gold", "Silver"])
        self.assertEqual(self.convert(many2many("x"), [], "category_id"), [(6, 0, [])])
        self.assert_refused(many2many("x"), ["Gold", 7], "category_id")

    def test_place_in_words_comes_back_as_it_was(self):
        known = {"city": "Austin", "region": "TX", "country": "United States"}
        values = place_values(self.env, known)
        partner = self.env["res.partner"].create({"name": "Ada", **values})

        self.assertEqual(partner.state_id.code, "TX")
        words = {"city": "Austin", "region": "Texas", "country_code": "US"}
        self.assertEqual(place_names(partner), {**words, "country": "United States"})

    def test_name_that_nobody_knows_stays_with_the_city(self):
        place = {"city": "Ankh", "region": "Sto", "country": "Disc"}
        nothing = {"state_id": False, "country_id": False}

        found = place_values(self.env, place)

        self.assertEqual(found, {"city": "Ankh, Sto, Disc", **nothing})
        self.assertEqual(place_values(self.env, {}), {"city": False, **nothing})


class TestLargePicture(FlowCase):
    def mapper_class(self):
        direct = [("name", "name"), (image("picture"), "image_1920")]
        members = {"_model_name": CONTACT, "direct": direct}
        return type(ImportMapper)("PictureMapper", (ImportMapper,), members)

    def test_o31_picture_that_odoo_makes_smaller_is_unchanged(self):
        stream = io.BytesIO()
        Image.new("RGB", (2_000, 2_000)).save(stream, "PNG")
        record = {"id": "C1", "name": "A", "picture": stream.getvalue()}
        self.import_page([record])
        self.env.invalidate_all()
        kept = python_base64.b64decode(self.binding("C1").image_1920)

        result = self.import_page([record])

        self.assertNotEqual(kept, record["picture"])
        self.assertEqual(result.counts, {"unchanged": 1})


class TestBadPart(FlowCase):
    def mapper_class(self):
        return type(
            "ContactMapper",
            (ImportMapper,),
            {
                "_model_name": CONTACT,
                "direct": [
                    ("name", "name"),
                    (country("country", on_bad="part"), "country_id"),
                ],
            },
        )

    def test_bad_part_costs_its_field_only(self):
        result = self.import_page([{"id": "C1", "name": "A", "country": "DENMARK"}])

        self.assertEqual(result.counts, {"created": 1})
        self.assertIn("DENMARK", result.dropped["C1"][0])

    def test_unknown_way_of_bad_values_is_refused_when_declared(self):
        with self.assertRaisesRegex(InvalidUsageError, "'parts'"):
            country("x", on_bad="parts")
