# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports that a person asks for: Export to…, Export Now, Take Back."""

from unittest import mock

from odoo.exceptions import AccessError, UserError
from odoo.sql_db import db_connect
from odoo.tests import new_test_user

from odoo.addons.connector.api import (
    ExportMapper,
    ExportOn,
    InvalidUsageError,
    run_jobs,
)
from odoo.addons.connector.components.core import pg_try_advisory_lock
from odoo.addons.connector.text import reference_of
from odoo.addons.connector.wizards import export_to
from odoo.addons.connector_test.models.flow import CONTACT, MEMBER
from odoo.addons.connector_test.models.shop import ITEM, SHOP

from .export_case import ExportCase

PARTNER = "res.partner"
JOB = "connector.queue.job"


class ExportToCase(ExportCase):
    """A test with partners that are not bound yet."""

    def setUp(self):
        super().setUp()
        self.partners = self.env[PARTNER].create([{"name": "Ada"}, {"name": "Bob"}])

    def dialog(self, records=None, user=None):
        """Return the dialog that the action opens on records."""
        records = self.partners if records is None else records
        context = {"active_model": records._name, "active_ids": records.ids}
        dialogs = self.env["connector.export.to"].with_user(user or self.env.user)
        return dialogs.with_context(**context).create({})

    def export_to_shop(self, records=None):
        """Press the button for the only backend there is."""
        dialog = self.dialog(records)
        dialog.action_export()
        return dialog

    def contacts(self):
        return self.env[CONTACT].search([("backend_id", "=", self.backend_record.id)])

    def jobs(self, method="export_record"):
        return self.env[JOB].search([("method_name", "=", method)])


class TestExportTo(ExportToCase):
    def test_backends_with_an_exporter_are_offered(self):
        """Not those that only import partners."""
        target = self.dialog().target_ids

        self.assertEqual(target.backend_id, self.backend_record)
        self.assertEqual(target.model, CONTACT)
        self.assertTrue(target.is_chosen, "the only one")
        self.assertEqual((target.new_count, target.bound_count), (2, 0))

    def test_archived_backend_is_not_offered(self):
        self.backend_record.active = False

        self.assertFalse(self.dialog().target_ids)

    def test_missing_bindings_are_made_and_all_are_exported(self):
        self.contact("Cid")
        known = self.env[CONTACT].create(
            {"odoo_id": self.partners[0].id, "backend_id": self.backend_record.id}
        )

        dialog = self.export_to_shop()

        made = self.contacts().filtered(lambda one: one.odoo_id == self.partners[1])
        self.assertEqual(len(made), 1)
        self.assertEqual(dialog.target_ids.result, "1 new there, 2 to be exported")
        run_jobs(self.env)
        self.assertEqual(
            {one["name"] for one in self.shop.records.values()}, {"Ada", "Bob"}
        )
        self.assertTrue(known.external_id)

    def test_second_export_makes_nothing_twice(self):
        self.export_to_shop()
        self.export_to_shop()

        self.assertEqual(len(self.contacts()), 2)
        self.assertEqual(len(self.jobs()), 2)

    def test_records_outside_of_the_domain_are_left_out(self):
        triggers = ExportOn(domain=[("name", "=", "Ada")])
        patch = mock.patch.object(
            self.registry[CONTACT], "_export_on", triggers, create=True
        )
        self.startPatcher(patch)

        dialog = self.export_to_shop()

        self.assertEqual(dialog.target_ids.left_out_count, 1)
        self.assertEqual(self.contacts().odoo_id, self.partners[0])

    def test_records_of_another_company_are_left_out(self):
        self.backend_record.company_id = self.env.company
        self.partners[0].company_id = self.env["res.company"].create({"name": "Other"})

        dialog = self.export_to_shop()

        self.assertEqual(dialog.target_ids.left_out_count, 1)
        self.assertEqual(self.contacts().odoo_id, self.partners[1])

    def test_dialog_without_a_choice_says_what_to_do(self):
        dialog = self.dialog()
        dialog.target_ids.is_chosen = False

        with self.assertRaisesRegex(UserError, "choose a backend"):
            dialog.action_export()

    def test_many_records_are_bound_by_jobs(self):
        self.patch(export_to, "AT_ONCE", 1)

        dialog = self.export_to_shop()

        self.assertEqual(dialog.target_ids.result, "2 records in 2 jobs")
        self.assertFalse(self.contacts())
        run_jobs(self.env)
        self.assertEqual(len(self.contacts()), 2)
        self.assertEqual(self.verbs(), ["create", "create"])

    def test_model_without_an_exporter_is_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, "Register an ExportMapper"):
            self.backend_record.export_chosen(MEMBER, self.partners.ids)


class TestExportToRights(ExportToCase):
    def setUp(self):
        super().setUp()

        class ItemMapper(ExportMapper):
            _model_name = ITEM
            direct = [("name", "name")]

        self.backend(ItemMapper)
        self.tea = self.env[SHOP].create({"name": "Tea"})
        self.managers = "base.group_user,connector.group_connector_manager"

    def user(self, login, groups="base.group_user", **values):
        return new_test_user(self.env, login, groups, **values)

    def test_only_what_the_user_may_bind_is_offered(self):
        """Items are made by managers only, contacts by each employee."""
        for user, models in (
            (self.user("export_employee"), {CONTACT}),
            (self.user("export_manager", self.managers), {CONTACT, ITEM}),
        ):
            with self.subTest(user.login):
                targets = self.dialog(user=user).target_ids

                self.assertEqual(set(targets.mapped("model")), models)

    def test_target_that_was_not_offered_is_refused(self):
        dialog = self.dialog(user=self.user("export_employee"))
        dialog.target_ids.write(
            {"model": ITEM, "backend_id": self.tea.reference(), "is_chosen": True}
        )

        with self.assertRaisesRegex(AccessError, "You may not export res.partner"):
            dialog.action_export()

    def test_record_that_the_user_may_not_read_is_refused(self):
        company = self.env["res.company"].create({"name": "Other"})
        self.partners.company_id = company
        user = self.user("export_employee")

        with self.assertRaises(AccessError):
            self.backend_record.with_user(user).export_chosen(
                CONTACT, self.partners.ids
            )

    def test_action_is_on_exported_models_for_those_who_may(self):
        """Promise: Export to… on each wrapped model, with no XML of the connector."""
        action = self.env.ref("connector.export_to_action")

        def ids(model, user):
            actions = self.env["ir.actions.actions"].with_user(user)
            return [one["id"] for one in actions.get_bindings(model).get("action", ())]

        employee = self.user("export_employee")
        portal = self.user("export_portal", "base.group_portal")
        self.assertIn(action.id, ids(PARTNER, employee))
        self.assertNotIn(action.id, ids(PARTNER, portal))
        self.assertNotIn(action.id, ids("res.country", employee))


class TestTakeBack(ExportToCase):
    def test_what_was_not_sent_is_taken_back(self):
        dialog = self.export_to_shop()

        dialog.action_take_back()

        self.assertFalse(self.contacts())
        self.assertEqual(set(self.jobs().mapped("state")), {"cancelled"})
        self.assertEqual(dialog.taken_back, "Shop: 2 of 2 taken back")
        run_jobs(self.env)
        self.assertEqual(self.verbs(), [])
        self.assertTrue(self.partners.exists())

    def test_what_is_there_stays_bound(self):
        dialog = self.export_to_shop()
        run_jobs(self.env)

        dialog.action_take_back()

        self.assertEqual(len(self.contacts()), 2)
        self.assertEqual(dialog.taken_back, "Shop: 0 of 2 taken back")

    def test_binding_of_before_stays(self):
        known = self.env[CONTACT].create(
            {"odoo_id": self.partners[0].id, "backend_id": self.backend_record.id}
        )
        known.env.cr.execute(
            "UPDATE connector_test_contact SET create_date = '2026-01-01'"
        )
        known.invalidate_recordset()
        dialog = self.export_to_shop()

        dialog.action_take_back()

        self.assertEqual(self.contacts(), known)

    def test_export_that_has_started_stays(self):
        """It may have been sent, whatever became of the job."""
        self.export_to_shop()
        started = self.jobs()[0]
        key = started.identity_key
        self.env.cr.execute(
            "UPDATE connector_queue_job SET attempt = 1 WHERE id = %s", [started.id]
        )
        self.env.invalidate_all()

        self.contacts().action_take_back_export()

        self.assertEqual([one._export_key() for one in self.contacts()], [key])

    def test_export_that_runs_now_stays(self):
        binding = self.contact()
        name = f"export {self.backend_record.reference()} {reference_of(binding)}"
        with db_connect(self.env.cr.dbname).cursor() as cr:
            self.assertTrue(pg_try_advisory_lock(self.env(cr=cr), name))

            with self.assertRaisesRegex(UserError, "Nothing to take back"):
                binding.action_take_back_export()

        binding.action_take_back_export()  # it was not sent after all
        self.assertFalse(binding.exists())

    def test_record_of_which_nobody_knows_whether_it_is_there_stays(self):
        """Its create was sent: without the binding, it would be made again."""
        binding = self.contact()
        self.env["connector.request"].sudo().create(
            {
                "backend_id": self.backend_record.reference(),
                "model": CONTACT,
                "binding_id": binding.id,
                "state": "unknown",
            }
        )

        with self.assertRaisesRegex(UserError, "Nothing to take back"):
            binding.action_take_back_export()

    def test_jobs_for_many_are_taken_back(self):
        self.patch(export_to, "AT_ONCE", 1)
        dialog = self.export_to_shop()

        dialog.action_take_back()
        run_jobs(self.env)

        self.assertFalse(self.contacts())
        self.assertEqual(set(self.jobs("export_chosen").mapped("state")), {"cancelled"})

    def test_other_jobs_are_not_taken_back(self):
        """Their uuids may stand in the dialog: any client may write them there."""
        dialog = self.export_to_shop()
        binding = self.contact("Eve")
        uuid = self.backend_record.delay_export_record(CONTACT, binding.id)
        dialog.target_ids.job_uuids = [uuid]

        dialog.action_take_back()

        job = self.env[JOB].search([("uuid", "=", uuid)])
        self.assertEqual(job.state, "pending")


class TestExportScreens(ExportToCase):
    def test_export_now_delays_once(self):
        binding = self.contact()
        self.export(binding)

        binding.action_export_now()
        binding.action_export_now()

        self.assertEqual(binding.sync_state, "pending")
        self.assertEqual(len(self.jobs()), 1)
        run_jobs(self.env)
        self.assertEqual(binding.sync_state, "synced")

    def test_buttons_are_on_exported_models_only(self):
        self.registry.clear_cache("templates")

        for view_type in ("form", "list"):
            for model, is_there in ((CONTACT, True), (MEMBER, False)):
                with self.subTest(view_type=view_type, model=model):
                    arch = self.env[model].get_view(view_type=view_type)["arch"]

                    self.assertEqual("action_export_now" in arch, is_there)
        self.registry.clear_cache("templates")

    def test_backend_counts_what_waits(self):
        self.export_to_shop()

        self.assertEqual(self.backend_record.pending_export_count, 2)
        action = self.backend_record.action_open_pending_exports()
        self.assertEqual(self.env[JOB].search(action["domain"]), self.jobs())
        run_jobs(self.env)
        self.backend_record.invalidate_recordset()
        self.assertEqual(self.backend_record.pending_export_count, 0)
