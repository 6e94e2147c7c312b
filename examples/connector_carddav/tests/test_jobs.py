# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about the way from an address book to its jobs, and back."""

from odoo.addons.connector.api import run_jobs

from .common import CarddavCase


class TestJobs(CarddavCase):
    def find_jobs(self):
        """Return the jobs that the button of the address book shows."""
        action = self.backend.action_open_jobs()
        return self.env[action["res_model"]].search(action["domain"])

    def test_import_by_a_job_waits_once(self):
        self.backend.action_import_later()
        self.backend.action_import_later()

        self.assertEqual(len(self.find_jobs()), 1)

    def test_job_leads_to_what_it_did(self):
        self.book.put("ada")
        self.backend.action_import_later()
        run_jobs(self.env)

        action = self.find_jobs().open_related_action()

        done = self.backend.import_ids
        self.assertEqual(
            (action["res_model"], action["res_id"]), ("carddav.import", done.id)
        )
        self.assertEqual(done.created_count, 1)

    def test_job_that_did_nothing_yet_leads_to_its_address_book(self):
        self.backend.action_import_later()

        action = self.find_jobs().open_related_action()

        self.assertEqual(
            (action["res_model"], action["res_id"]),
            ("carddav.backend", self.backend.id),
        )

    def test_import_by_hand_has_no_job(self):
        self.assertFalse(self.backend.import_contacts().job_uuid)

    def test_refused_card_is_a_checkpoint(self):
        self.book.put("nameless", "FN:")

        self.backend.import_contacts()
        self.backend.import_contacts()

        action = self.backend.action_open_checkpoints()
        checkpoint = self.env["connector.checkpoint"].search(action["domain"])
        self.assertIn("'nameless.vcf' of 'Friends'", checkpoint.message)
        self.assertEqual(checkpoint.reason_id.code, "invalid_data")
        self.assertEqual(len(checkpoint), 1)
