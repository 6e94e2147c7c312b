# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of renamed records: they keep their bindings by their stable keys."""

from odoo.addons.connector.api import run_jobs
from odoo.addons.connector.flows.importing import page_import
from odoo.addons.connector_test.models.flow import MEMBER

from .match_case import MatchCase


class TestStableKey(MatchCase):
    def records_of(self, *ids, **values):
        """Let the backend have members with these ids, all with one uid."""
        self.records = [
            {"id": one, "name": "Ada", "uid": "U1", **values} for one in ids
        ]
        return self.records

    def test_renamed_record_keeps_its_binding(self):
        self.import_page(self.records_of("old"))
        binding = self.member("old")

        result = self.import_page(self.records_of("new", town="Bern"))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual((binding.external_id, binding.city), ("new", "Bern"))
        self.assertEqual(self.env[MEMBER].search([]), binding)

    def test_renamed_record_with_the_same_values_is_renamed(self):
        self.import_page(self.records_of("old"))
        binding = self.member("old")

        self.import_page(self.records_of("new"))
        result = self.import_page(self.records_of("new"))

        self.assertEqual(binding.external_id, "new")
        self.assertEqual(result.counts, {"unchanged": 1})

    def test_copy_beside_the_old_one_gets_a_binding_of_its_own(self):
        self.import_page(self.records_of("old"))

        result = self.import_page(self.records_of("old", "new"))

        self.assertEqual(result.counts, {"unchanged": 1, "created": 1})

    def test_old_one_on_another_page_is_read_before_it_is_called_gone(self):
        self.import_page(self.records_of("old"))
        self.records_of("old", "new")

        result = self.import_page(self.records[1:])

        self.assertEqual(result.counts, {"created": 1})
        self.assertTrue(self.member("old"))

    def test_second_copy_of_a_page_does_not_take_the_binding_again(self):
        self.import_page(self.records_of("old"))

        result = self.import_page(self.records_of("new", "newer"))

        self.assertEqual(result.counts, {"updated": 1, "created": 1})
        self.assertEqual(len(self.env[MEMBER].search([])), 2)

    def test_several_bindings_with_the_key_are_no_guess(self):
        self.import_page(self.records_of("old", "older"))

        result = self.import_page(self.records_of("new"))

        self.assertEqual(result.counts, {"created": 1})

    def test_empty_key_renames_nothing(self):
        self.import_page(self.records_of("old", uid=""))

        result = self.import_page(self.records_of("new", uid=""))

        self.assertEqual(result.counts, {"created": 1})
        self.assertTrue(self.member("old"))

    def test_deleted_record_that_is_renamed_there_stays_deleted(self):
        """Its tombstone knew the external id only (promise 5)."""
        self.import_page(self.records_of("old"))
        self.member("old").odoo_id.unlink()

        for _page in range(2):
            result = self.import_page(self.records_of("new"))

            self.assertEqual(result.counts, {"skipped": 1})
            self.assertIn("was deleted here on", result.skipped["new"])
        stone = self.env["connector.tombstone"].search([])
        self.assertEqual((stone.external_id, stone.stable_key), ("new", "U1"))

    def test_rename_leaves_the_tombstones_of_the_rest_of_the_page(self):
        """They are looked up once, for all chunks of the page."""
        self.patch(page_import, "CHUNK_SIZE", 1)
        other = {"id": "other", "name": "Bob", "uid": "U2"}
        self.import_page([*self.records_of("old"), other])
        (self.member("old") | self.member("other")).odoo_id.unlink()

        result = self.import_page([*self.records_of("new"), other])

        self.assertEqual(result.counts, {"skipped": 2})

    def test_copy_of_a_deleted_record_is_imported(self):
        """The old one is there still: this is another record."""
        self.import_page(self.records_of("old"))
        self.member("old").odoo_id.unlink()

        result = self.import_page(self.records_of("old", "new"))

        self.assertEqual(result.counts, {"skipped": 1, "created": 1})

    def test_copy_on_another_page_is_imported(self):
        self.import_page(self.records_of("old"))
        self.member("old").odoo_id.unlink()
        self.records_of("old", "new")

        result = self.import_page(self.records[1:])

        self.assertEqual(result.counts, {"created": 1})

    def test_renamed_record_comes_back_where_its_tombstone_was_forgotten(self):
        self.import_page(self.records_of("old"))
        self.member("old").odoo_id.unlink()
        self.import_page(self.records_of("new"))

        self.env["connector.tombstone"].search([]).action_forget()
        run_jobs(self.env)

        self.assertTrue(self.member("new"))

    def test_full_refresh_does_not_delete_what_was_renamed(self):
        stream = self.env["connector.stream"].create(
            {"name": "members", "backend_id": self.backend_record, "model": MEMBER}
        )
        self.import_page(self.records_of("old"))
        binding = self.member("old")
        self.env.cr.execute(
            "UPDATE connector_test_member SET create_date = '2026-01-01'"
        )
        self.env.invalidate_all()
        self.records_of("new")

        run = stream._start("full")
        run_jobs(self.env)

        self.assertEqual((run.state, run.deleted_count), ("done", 0))
        self.assertTrue(binding.odoo_id.active)
