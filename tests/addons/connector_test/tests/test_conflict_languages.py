# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of texts in several languages that both sides change (promises 8 and 12)."""

from odoo.addons.connector.flows.conflicts.bases import read_bases
from odoo.addons.connector_test.models.order import ORDER

from .test_import_languages import LanguageCase


class TestLanguagesOfBothSides(LanguageCase):
    """A payload need not name all languages: what it leaves out is as it was."""

    def setUp(self):
        super().setUp()
        self.patch(type(self.env[ORDER]), "_owner", {"*": "manual"})
        self.import_texts(note={"en": "Tea", "de": "Tee"})

    @property
    def record(self):
        return self.order("O1").odoo_id

    def in_german(self):
        return self.record.with_context(lang="de_DE")

    def base(self):
        self.env.flush_all()
        binding = self.order("O1")
        return read_bases(binding)[binding.id]

    def is_asked(self):
        return self.order("O1").sync_state == "conflict"

    def test_missing_language_keeps_its_base(self):
        self.import_texts(note={"en": "Teas"})

        texts = {"en_US": "Teas", "de_DE": "Tee"}
        self.assertEqual(self.base().mapped["note"], {"texts": texts})
        self.assertNotIn("note", self.base().kept)

    def test_language_that_comes_again_is_no_change(self):
        """Its base was lost: the next change here was asked about, as if both had."""
        self.import_texts(note={"en": "Teas"})
        self.in_german().note = "Kräutertee"

        self.import_texts(name="Other", note={"en": "Teas", "de": "Tee"})

        self.assertFalse(self.is_asked())
        self.assert_texts(self.record, "note", en_US="Teas", de_DE="Kräutertee")

    def test_both_sides_that_change_one_language_are_asked_about(self):
        self.in_german().note = "Kräutertee"

        self.import_texts(note={"en": "Tea", "de": "Schwarztee"})

        self.assertTrue(self.is_asked())
        self.assert_texts(self.record, "note", en_US="Tea", de_DE="Kräutertee")

    def test_change_of_one_language_on_each_side_meets_at_the_next_payload(self):
        """Here the German text was changed, there the English one alone was sent."""
        self.in_german().note = "Kräutertee"

        self.import_texts(note={"en": "Teas"})

        self.assertFalse(self.is_asked())
        self.assert_texts(self.record, "note", en_US="Teas", de_DE="Kräutertee")

    def test_language_that_is_new_there_is_imported(self):
        """Odoo shows its English text where there is no French one: nobody wrote it."""
        self.import_texts(note={"en": "Tea", "de": "Tee", "fr": "Thé"})

        self.assertFalse(self.is_asked())
        self.assert_texts(self.record, "note", en_US="Tea", de_DE="Tee", fr_FR="Thé")

    def test_null_clears_all_languages_and_their_bases(self):
        self.import_texts(note=None)

        self.assert_texts(self.record, "note", en_US=False, de_DE=False)
        nothing = {"texts": {"en_US": None, "de_DE": None}}
        self.assertEqual(self.base().mapped["note"], nothing)
        self.import_texts(note={"en": "Tea", "de": "Tee"})
        self.assertFalse(self.is_asked())
        self.assert_texts(self.record, "note", en_US="Tea", de_DE="Tee")

    def test_decision_about_one_language_leaves_the_others(self):
        self.record.with_context(lang="en_US").note = "Herbal tea"
        self.import_texts(note={"en": "Black tea"})
        domain = [("model", "=", ORDER), ("record_id", "=", self.order("O1").id)]
        checkpoint = self.env["connector.checkpoint"].search(domain)

        checkpoint.action_take_theirs()

        self.assert_texts(self.record, "note", en_US="Black tea", de_DE="Tee")
        self.assertEqual(self.base().kept_of("note")["texts"]["de_DE"], "Tee")
