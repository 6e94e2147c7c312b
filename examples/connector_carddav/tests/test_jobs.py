# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about the way from an address book to its jobs, and back."""

from .common import CarddavCase


class TestJobs(CarddavCase):
    def find_jobs(self):
        """Return the jobs that the button of the address book shows."""
        action = self.backend.action_open_jobs()
        return self.env[action["res_model"]].search(action["domain"])

    def test_import_waits_once(self):
        self.backend.start_stream("contacts")
        self.backend.start_stream("contacts")

        self.assertEqual(len(self.find_jobs()), 1)

    def test_job_leads_to_what_it_did(self):
        self.book.put("ada")
        done = self.import_contacts()

        action = self.find_jobs().open_related_action()

        self.assertEqual((action["res_model"], action["res_id"]), (done._name, done.id))
        self.assertEqual(done.created_count, 1)

    def test_button_starts_the_stream(self):
        self.env["connector.stream"]._declare_all()  # the cron does, once a minute
        stream = self.backend.stream_ids
        stream.action_run()

        self.assertEqual(
            (stream.name, stream.state, len(stream.run_ids)),
            ("contacts", "running", 1),
        )

    def test_refused_card_is_a_checkpoint(self):
        self.book.put("nameless", "FN:")

        self.import_contacts()
        self.import_contacts(full=True)

        action = self.backend.action_open_checkpoints()
        checkpoint = self.env["connector.checkpoint"].search(action["domain"])
        self.assertEqual(len(checkpoint), 1)
        self.assertIn("'nameless.vcf' of 'Friends'", checkpoint.message)
        self.assertEqual(checkpoint.reason_id.code, "invalid_data")
