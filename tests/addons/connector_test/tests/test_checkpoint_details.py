# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the details of a checkpoint."""

from odoo.addons.connector.checkpoint.checkpoint import (
    add_checkpoint,
    add_checkpoint_message,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE
from .checkpoint_case import CheckpointCase
from .queue_case import QueueCase


@job
def find_trouble(session, _model_name, backend_id):
    """Add a checkpoint, as a job does."""
    backend = session.env["connector.test.backend"].browse(backend_id)
    backend.add_checkpoint(message="No tax: 7 %")


class TestReason(CheckpointCase):
    def test_reason_gives_severity_and_advice(self):
        checkpoint = self.add(reason="conflict")

        self.assertEqual(checkpoint.severity, "major")
        self.assertIn("both sides", checkpoint.advice)

    def test_connector_may_give_another_severity(self):
        checkpoint = self.add(reason="conflict", severity="critical")

        self.assertEqual(checkpoint.severity, "critical")

    def test_checkpoint_without_a_reason_is_minor(self):
        self.assertEqual(self.add().severity, "minor")

    def test_reason_of_a_connector_is_found_by_its_code(self):
        reason = self.env["connector.checkpoint.reason"].create(
            {"name": "Price differs", "code": "price_differs"}
        )

        self.assertEqual(self.add(reason="price_differs").reason_id, reason)

    def test_renamed_code_is_found(self):
        reason = self.env.ref("connector.checkpoint_reason_conflict")
        self.add(reason="conflict")

        reason.code = "clash"

        self.assertEqual(self.add_other(reason="clash").reason_id, reason)

    def test_unknown_reason_is_refused_with_what_was_meant(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.add(reason="conflct")

        self.assertEqual(
            str(caught.exception),
            "Cannot add a checkpoint with reason 'conflct': there is no such reason. "
            "Did you mean 'conflict'? Correct the code, or add a "
            "connector.checkpoint.reason as data.",
        )

    def test_unknown_severity_is_refused(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.add(severity="error")

        self.assertIn("expected one of critical, major, minor.", str(caught.exception))

    def test_unknown_detail_is_refused(self):
        with self.assertRaises(TypeError):
            self.add(reasn="conflict")

    def test_worst_come_first(self):
        minor = self.add(severity="minor")
        critical = self.add_other(severity="critical")
        major = self.add_other(severity="major")

        found = self.checkpoints.search([])

        self.assertEqual(found, critical + major + minor)


class TestAssignee(CheckpointCase):
    def test_most_particular_assignee_wins(self):
        ada, bob, eve = (self.new_user(name) for name in ("ada", "bob", "eve"))
        self.backend_record.checkpoint_user_id = ada
        self.assertEqual(self.add(reason="conflict").user_id, ada)

        self.env.ref("connector.checkpoint_reason_conflict").user_id = bob
        self.assertEqual(self.add_other(reason="conflict").user_id, bob)

        given = self.add_with_user(eve)
        self.assertEqual(given.user_id, eve)

    def add_with_user(self, user):
        """Add a checkpoint for a user."""
        return self.backend_record.add_checkpoint(
            message="No tax", reason="conflict", user_id=user.id
        )


class TestLink(CheckpointCase, QueueCase):
    def test_classic_helpers_take_the_new_details(self):
        source = (self.backend_record._name, self.backend_record.id)
        of_record = add_checkpoint(
            self.session, "res.partner", self.partner.id, *source, reason="conflict"
        )
        of_message = add_checkpoint_message(
            self.session, *source, "No tax", severity="critical"
        )

        self.assertEqual(of_record.reason_id.code, "conflict")
        self.assertEqual(of_message.severity, "critical")

    def test_binding_is_kept(self):
        binding = self.create_partner_binding("7")

        checkpoint = self.add(binding.odoo_id, binding=binding)
        self.env.invalidate_all()

        self.assertEqual(checkpoint.binding_id, binding)

    def test_deleted_binding_does_not_stop_the_form(self):
        binding = self.create_partner_binding("7")
        checkpoint = self.add(binding=binding)
        binding.unlink()
        self.env.invalidate_all()

        [values] = checkpoint.web_read({"binding_id": {"fields": {"display_name": {}}}})

        self.assertFalse(values["binding_id"])

    def test_running_job_is_linked(self):
        uuid = find_trouble.delay(self.session, TRACE, self.backend_record.id)

        self.run_jobs()

        checkpoint = self.checkpoints.search([("message", "=", "No tax: 7 %")])
        self.assertEqual(checkpoint.job_id, self.job(uuid))
        self.assertEqual(checkpoint.job_state, "done")


class TestVersions(CheckpointCase):
    def test_data_is_kept_as_sorted_lines(self):
        checkpoint = self.add(odoo_version={"zip": "1", "city": "Bern"})

        self.assertEqual(
            checkpoint.odoo_version, '{\n  "city": "Bern",\n  "zip": "1"\n}'
        )

    def test_versions_stand_side_by_side_and_differences_are_marked(self):
        checkpoint = self.add(
            odoo_version={"city": "Bern", "zip": "1"},
            external_version={"city": "Basel", "zip": "1"},
        )

        self.assertIn("<th>Odoo</th><th>Shop</th>", checkpoint.versions)
        self.assertEqual(checkpoint.versions.count("≠"), 2)
        self.assertIn("Basel", checkpoint.versions.split("≠")[2])

    def test_version_is_no_markup(self):
        checkpoint = self.add(odoo_version="<script>", external_version="")

        self.assertNotIn("<script>", checkpoint.versions)

    def test_nothing_is_shown_without_versions(self):
        self.assertFalse(self.add().versions)


class TestBackend(CheckpointCase):
    def test_backend_counts_its_open_checkpoints(self):
        other = self.backend_record.copy()
        self.add()
        self.add(message="No tax")
        self.add_other(state="reviewed")

        self.assertEqual(self.backend_record.checkpoint_count, 2)
        self.assertEqual(other.checkpoint_count, 0)

    def test_user_counts_what_the_user_may_see(self):
        ada = self.new_user("ada", "group_connector_user")
        self.add()
        self.add(message="No tax", user_id=ada.id)

        self.assertEqual(self.backend_record.with_user(ada).checkpoint_count, 1)

    def test_button_opens_the_checkpoints_of_the_backend(self):
        mine = self.add()
        self.backend_record.copy().add_checkpoint(message="No tax")

        action = self.backend_record.action_open_checkpoints()

        self.assertEqual(self.checkpoints.search(action["domain"]), mine)
