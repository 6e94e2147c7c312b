# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of texts that come in several languages (promise 8 of the flows, O22, O24)."""

from odoo.addons.connector.api import (
    ImportMapper,
    InvalidUsageError,
    RecordImporter,
    translated,
)
from odoo.addons.connector_test.models.order import ORDER, ORDER_LINE

from .order_case import OrderCase


class LanguageCase(OrderCase):
    line_direct = [("id", "external_id"), (translated("text"), "name")]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for code in ("de_DE", "fr_FR"):
            cls.env["res.lang"]._activate_lang(code)

    def order_mapper_class(self):
        class TranslatedMapper(ImportMapper):
            _model_name = ORDER
            direct = [(translated("name"), "name"), (translated("note"), "note")]
            children = [("lines", "shop_line_ids", ORDER_LINE)]

        return TranslatedMapper

    def import_texts(self, **values):
        return self.import_orders({"id": "O1", "name": "Order", **values})

    def assert_texts(self, record, field, **texts):
        """Compare a field in several languages with texts."""
        found = {lang: record.with_context(lang=lang)[field] for lang in texts}
        self.assertEqual(found, texts)


class TestLanguages(LanguageCase):
    def test_texts_of_a_new_record_are_in_their_languages(self):
        self.import_texts(name={"en": "Chair", "de-DE": "Stuhl", "fr_FR": "Chaise"})

        self.assert_texts(
            self.order("O1").odoo_id,
            "name",
            en_US="Chair",
            de_DE="Stuhl",
            fr_FR="Chaise",
        )

    def test_texts_of_lines_are_in_their_languages(self):
        lines = [
            {"id": "L1", "text": {"en": "Leg", "de": "Bein"}},
            {"id": "L2", "text": {"en": "Seat", "de": "Sitz"}},
        ]
        self.import_texts(lines=lines)
        lines[0]["text"] = {"en": "Leg", "de": "Fuß"}
        lines.append({"id": "L3", "text": {"de": "Lehne"}})

        self.import_texts(lines=lines)

        self.assert_texts(self.bound_line("L1"), "name", en_US="Leg", de_DE="Fuß")
        self.assert_texts(self.bound_line("L2"), "name", en_US="Seat", de_DE="Sitz")
        self.assert_texts(self.bound_line("L3"), "name", de_DE="Lehne")

    def test_change_in_another_language_only_is_seen(self):
        self.import_texts(name={"en": "Chair", "de": "Stuhl"})

        result = self.import_texts(name={"en": "Chair", "de": "Sessel"})

        self.assertEqual(result.counts, {"updated": 1})
        self.assert_texts(
            self.order("O1").odoo_id, "name", en_US="Chair", de_DE="Sessel"
        )

    def test_same_texts_are_unchanged(self):
        self.import_texts(name={"en": "Chair", "de": "Stuhl"})

        result = self.import_texts(name={"de": "Stuhl", "en": "Chair"})

        self.assertEqual(result.counts, {"unchanged": 1})

    def test_language_that_is_missing_is_left_alone(self):
        self.import_texts(note={"en": "Note", "de": "Notiz", "fr": "Note FR"})

        self.import_texts(note={"de": "Zettel"})

        self.assert_texts(
            self.order("O1").odoo_id,
            "note",
            en_US="Note",
            de_DE="Zettel",
            fr_FR="Note FR",
        )

    def test_o22_null_clears_the_field_in_its_language_only(self):
        self.import_texts(note={"en": "Note", "de": "Notiz", "fr": "Note FR"})

        self.import_texts(note={"en": "Note", "de": None, "fr": "Note FR"})

        record = self.order("O1").odoo_id
        self.assertFalse(record.with_context(lang="de_DE").note)
        self.assert_texts(record, "note", en_US="Note", fr_FR="Note FR")

    def test_o22_null_in_the_language_of_the_flow_leaves_the_others(self):
        self.import_texts(note={"en": "Note", "de": "Notiz"})

        self.import_texts(note={"en": None, "de": "Notiz"})

        record = self.order("O1").odoo_id
        self.assertFalse(record.with_context(lang="en_US").note)
        self.assert_texts(record, "note", de_DE="Notiz")

    def test_null_in_place_of_all_languages_clears_them(self):
        self.import_texts(note={"en": "Note", "de": "Notiz"})

        self.import_texts(note=None)

        self.assert_texts(self.order("O1").odoo_id, "note", en_US=False, de_DE=False)

    def test_new_record_takes_the_text_of_another_language_where_it_needs_one(self):
        self.import_texts(name={"de": "Stuhl"})

        self.assert_texts(
            self.order("O1").odoo_id, "name", en_US="Stuhl", de_DE="Stuhl"
        )

    def test_o24_language_that_is_not_active_is_left_out_with_a_word(self):
        result = self.import_texts(name={"en": "Chair", "es": "Silla", "tlh": "quS"})

        self.assertEqual(result.counts, {"created": 1})
        dropped = " ".join(result.dropped["O1"])
        for fact in ("'es'", "'tlh'", "'name'", "Activate"):
            self.assertIn(fact, dropped)

    def test_text_without_languages_is_taken_as_it_is(self):
        self.import_texts(name="Chair")

        self.assertEqual(self.order("O1").name, "Chair")

    def test_what_is_no_text_rejects_the_record(self):
        result = self.import_texts(name={"en": ["Chair"]})

        self.assertIn("'en'", result.rejected["O1"])

    def test_each_language_is_one_write(self):
        self.import_texts(name={"en": "A"}, note={"en": "B"})
        written = []
        sale_class = type(self.env["connector.test.sale"])
        write = sale_class.write

        def noted(sale, vals):
            written.append((sale.env.lang, sorted(vals)))
            return write(sale, vals)

        self.patch(sale_class, "write", noted)

        self.import_texts(
            name={"en": "A", "de": "C", "fr": "E"},
            note={"en": "B", "de": "D", "fr": "F"},
        )

        texts = ["name", "note"]
        self.assertEqual(written, [("de_DE", texts), ("fr_FR", texts)])

    def test_first_match_writes_no_language_that_the_policy_does_not_allow(self):
        """Promise 16: a match by ``link`` changed the texts in other languages."""
        self.patch(self.registry[ORDER], "_match", ["name"])
        self.patch(self.registry[ORDER], "_on_match", "link")
        record = self.env["connector.test.sale"].create({"name": "X9", "note": "Ours"})
        record.with_context(lang="de_DE").note = "Unseres"

        result = self.import_texts(name="X9", note={"en": "Theirs", "de": "Ihres"})

        self.assertEqual(result.counts, {"matched": 1})
        self.assert_texts(record, "note", en_US="Ours", de_DE="Unseres")

    def test_field_that_is_not_translated_is_refused(self):
        mapper = self.unit(ImportMapper, ORDER)

        with self.assertRaisesRegex(InvalidUsageError, "'state'"):
            translated("x")(mapper, {"x": {"en": "A"}}, "state")


class TestOwnRequests(LanguageCase):
    def test_connector_reads_each_language_by_a_request_of_its_own(self):
        class OwnTranslation(RecordImporter):
            _model_name = ORDER

            def _translate(self, binding, data):
                texts = {"name": f"{self.external_id} auf Deutsch", "note": None}
                self._write_language(binding, "de_DE", texts)

        self.backend(OwnTranslation)

        self.import_texts(name="Chair", note="Note")

        record = self.order("O1").odoo_id
        self.assert_texts(record, "name", en_US="Chair", de_DE="O1 auf Deutsch")
        self.assertFalse(record.with_context(lang="de_DE").note)
        self.assert_texts(record, "note", en_US="Note")


class TestCompanies(OrderCase):
    def setUp(self):
        super().setUp()
        self.companies = self.env["res.company"].create(
            [{"name": "First"}, {"name": "Second"}]
        )
        self.backends = self.env["connector.test.backend"].create(
            [
                {"name": one.name, "version": "1", "company_id": one.id}
                for one in self.companies
            ]
        )

    def test_records_land_in_the_company_of_their_backend(self):
        """Promise 14: whoever caused the import, and in whichever company."""
        user = self.env["res.users"].create(
            {
                "name": "Elsewhere",
                "login": "elsewhere",
                "company_id": self.companies[1].id,
                "company_ids": [(6, 0, self.companies.ids)],
                "group_ids": [(4, self.ref("connector.group_connector_manager"))],
            }
        )
        self.records = [self.order_with("O1", "L1")]

        for backend in self.backends.with_user(user):
            backend.import_page(ORDER)

        for backend in self.backends:
            with self.subTest(backend.name):
                order = self.env[ORDER].search([("backend_id", "=", backend.id)])
                self.assertEqual(order.company_id, backend.company_id)
                line = order.shop_line_ids
                self.assertEqual(line.backend_id, backend)
                self.assertEqual(line.sale_id.company_id, backend.company_id)
