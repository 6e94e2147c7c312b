# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the record exporter: what is sent, and what is not."""

from requests import HTTPError, Response

from odoo.sql_db import db_connect
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.api import (
    Deleter,
    ExportDeleter,
    Exporter,
    ImportDeleter,
    Importer,
    ImportMapper,
    InvalidDataError,
    MappingError,
    RetryableJobError,
    run_jobs,
)
from odoo.addons.connector.components.core import pg_try_advisory_lock
from odoo.addons.connector.flows.exporting.refusal import SHOWN, refusal_of
from odoo.addons.connector.redaction import KnownSecrets
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase
from .queue_case import RUNNER_LOG

SENT = {"name": "Ada", "mail": None, "is_active": True}


def http_error(status, text=""):
    """Return the error that requests raises for an answer."""
    response = Response()
    response.status_code, response._content = status, text.encode()
    return HTTPError(f"{status} for url", response=response)


class TestRecordExporter(ExportCase):
    def test_new_record_is_created_there_and_bound(self):
        binding = self.contact()

        self.assertEqual(self.export(binding), "created")

        created = ("create", None, {**SENT, "origin": "odoo"})
        self.assertEqual(self.shop.requests, [created])
        self.assertEqual((binding.external_id, binding.external_version), ("R1", "1"))
        self.assertEqual(binding.sync_state, "synced")
        self.assertTrue(binding.sync_date)

    def test_missing_value_is_null_there_and_false_only_of_a_boolean(self):
        """Promise 8: nothing is false in JSON unless it is a boolean."""
        binding = self.contact(active=False)
        self.export(binding)

        ((_verb, _id, data),) = self.shop.requests
        self.assertIs(data["mail"], None)
        self.assertIs(data["is_active"], False)

    def test_change_is_sent_to_the_record_there(self):
        binding = self.contact()
        self.export(binding)
        binding.email = "ada@example.com"

        self.assertEqual(self.export(binding), "updated")

        sent = {**SENT, "mail": "ada@example.com"}
        self.assertEqual(self.shop.requests[-1], ("write", "R1", sent))
        self.assertEqual(binding.external_version, "2")

    def test_equal_values_are_not_sent_again(self):
        """Promise 6; a write of equal values moves the version there."""
        binding = self.contact()
        self.export(binding)
        binding.phone = "1"  # which is not mapped

        self.assertEqual(self.export(binding), "unchanged")

        self.assertEqual(self.verbs(), ["create"])

    def test_part_is_sent_alone_and_the_next_export_sends_all(self):
        """Of a part nobody knows whether the rest is there."""
        binding = self.contact()
        self.export(binding)
        binding.write({"email": "a@example.com", "name": "Ada L."})

        self.assertEqual(self.export(binding, ["email"]), "updated")
        self.assertEqual(self.shop.requests[-1][2], {"mail": "a@example.com"})

        self.assertEqual(self.export(binding), "updated")
        self.assertEqual(self.shop.requests[-1][2]["name"], "Ada L.")

    def test_part_of_which_nothing_is_mapped_is_skipped(self):
        binding = self.contact()
        self.export(binding)

        outcome = self.export(binding, ["phone"])

        self.assertEqual(outcome, "skipped: nothing of it is exported.")

    def test_record_that_the_connector_does_not_want_is_skipped(self):
        self.register_exporter(_has_to_skip=lambda self: "It is a draft.")

        self.assertEqual(self.export(self.contact()), "skipped: It is a draft.")
        self.assertEqual(self.shop.requests, [])

    def test_archived_backend_exports_nothing(self):
        """Promise 15."""
        binding = self.contact()
        self.backend_record.active = False

        self.assertIn("skipped: The backend is archived", self.export(binding))
        self.assertEqual(self.shop.requests, [])

    def test_binding_of_another_backend_is_skipped(self):
        other = self.backend_record.create({"name": "Other", "version": "1"})
        binding = self.contact(backend_id=other.id)

        self.assertIn("is not of 'Shop'", self.export(binding))

    def test_alias_is_skipped(self):
        self.assertIn("an alias", self.export(self.contact(is_alias=True)))

    def test_deleted_binding_is_skipped(self):
        binding = self.contact()
        exporter, id_ = self.exporter(), binding.id
        binding.unlink()

        self.assertIn("was deleted", exporter.run(id_))

    def test_hooks_are_called_in_their_order(self):
        called = []

        def hook(name, result=None):
            return lambda self, *args: called.append(name) or result

        self.register_exporter(
            _lock=hook("lock"),
            _should_import=hook("should import"),
            _has_to_skip=hook("skip"),
            _export_dependencies=hook("dependencies"),
            _validate_create_data=hook("validate create"),
            _validate_update_data=hook("validate update"),
            _create=hook("create", "7"),
            _update=hook("update"),
            _after_export=hook("after"),
        )
        binding = self.contact()
        self.export(binding)
        begin = ["lock", "should import", "skip", "dependencies"]
        self.assertEqual(called, [*begin, "validate create", "create", "after"])
        self.assertEqual(binding.external_id, "7")

        called.clear()
        binding.name = "Ada L."
        self.export(binding)
        self.assertEqual(called, [*begin, "validate update", "update", "after"])

    def test_registered_classic_exporter_answers_first(self):
        case = self

        @self.backend
        class ClassicExporter(Exporter):
            _model_name = CONTACT

            def run(self, binding_id):
                case.shop.requests.append(self.mapper.map_record(binding_id).values())
                return "classic"

        exporter = self.exporter()

        self.assertEqual(exporter.run(self.contact()), "classic")
        self.assertIs(self.shop.requests[0]["mail"], False)  # as ever

    def test_record_that_another_transaction_exports_is_tried_again(self):
        binding = self.contact()
        name = f"export {self.backend_record.reference()} {CONTACT},{binding.id}"
        with db_connect(self.env.cr.dbname).cursor() as cr:
            self.assertTrue(pg_try_advisory_lock(self.env(cr=cr), name))

            with self.assertRaisesRegex(RetryableJobError, "Cannot lock"):
                self.export(binding)


class TestRefusal(ExportCase):
    def test_refused_values_are_a_clear_error_on_the_binding(self):
        binding = self.contact()
        self.shop.error = http_error(422, '{"mail": "required"}')

        error = self.export_in_vain(binding)

        self.assertIsInstance(error, InvalidDataError)
        message = str(error)
        for part in (f"{CONTACT},{binding.id}", "'Shop'", "422", "required", "Retry"):
            self.assertIn(part, message)
        self.assertEqual(binding.sync_state, "error")
        self.assertEqual(binding.sync_reason, message)

    def test_half_a_secret_is_not_in_what_is_shown_of_the_answer(self):
        """It is hidden before the answer is cut."""
        secrets = KnownSecrets()
        secrets.add("swordfish-of-the-shop")
        text = "x" * (SHOWN - 9) + "swordfish-of-the-shop"

        error = refusal_of(http_error(422, text), "it", secrets)

        self.assertIn("xxx", str(error))
        self.assertNotIn("swordfish", str(error))

    def test_mapping_that_fails_is_on_the_binding_too(self):
        def fail(self, map_record, **options):
            raise MappingError("The country is unknown.")

        self.register_exporter(_create_data=fail)
        binding = self.contact()
        self.export_in_vain(binding)

        self.assertEqual(binding.sync_reason, "The country is unknown.")

    def test_corrected_record_is_synchronized_again(self):
        binding = self.contact()
        self.shop.error = InvalidDataError("No mail.")
        self.export_in_vain(binding)
        self.assertEqual(binding.sync_state, "error")

        self.assertEqual(self.export(binding), "created")

        self.assertEqual((binding.sync_state, binding.sync_reason), ("synced", False))

    def test_answer_without_an_id_says_what_to_return(self):
        self.register_exporter(_create=lambda self, data: None)

        error = self.export_in_vain(self.contact())

        self.assertIn("returned no id", str(error))

    def test_record_that_is_gone_there_is_a_question(self):
        binding = self.contact()
        self.export(binding)
        self.shop.records.clear()
        binding.name = "Ada L."

        self.assertIn("skipped: it is gone", self.export(binding))

        self.assertEqual(binding.sync_state, "gone")
        self.assertEqual(self.checkpoints().record, binding)


class TestCompareFirst(ExportCase):
    def test_record_that_changed_there_is_imported_first(self):
        imported = []

        @self.backend
        class ContactImporter(Importer):
            _model_name = CONTACT

            def run(self, external_id, **options):
                imported.append(external_id)

        self.register_exporter(compare_first=True)
        binding = self.contact()
        self.export(binding)
        binding.name = "Ada L."
        self.assertEqual(self.export(binding), "updated")
        self.assertEqual(imported, [])

        self.shop.records["R1"]["version"] = 9
        binding.name = "Ada Lovelace"
        self.assertEqual(self.export(binding), "updated")

        self.assertEqual(imported, ["R1"])


class TestExportJobs(ExportCase):
    def test_job_exports_as_the_user_and_in_the_company_and_language_of_the_backend(
        self,
    ):
        """Promise 14: what is sent does not depend on who caused it."""
        seen = []
        company = self.env["res.company"].create({"name": "Tea"})
        user = new_test_user(
            self.env, "flow", "base.group_user,base.group_partner_manager"
        )
        user.company_ids |= company
        self.env["res.lang"]._activate_lang("fr_FR")
        self.backend_record.write(
            {
                "flow_user_id": user.id,
                "company_id": company.id,
                "default_lang_id": self.env.ref("base.lang_fr").id,
            }
        )

        def look(self):
            seen.append((self.env.user, self.env.company, self.env.lang))
            return "seen"

        self.register_exporter(_has_to_skip=look)
        binding = self.contact()
        self.backend_record.delay_export_record(CONTACT, binding.id)
        run_jobs(self.env)

        self.assertEqual(seen, [(user, company, "fr_FR")])

    def test_user_of_the_backend_needs_no_right_on_requests(self):
        groups = "base.group_user,base.group_partner_manager"
        self.backend_record.flow_user_id = new_test_user(self.env, "flow", groups)
        binding = self.contact()
        self.backend_record.delay_export_record(CONTACT, binding.id)
        run_jobs(self.env)

        self.assertEqual(binding.external_id, "R1")
        self.assertEqual(self.requests().state, "bound")

    def test_refusal_in_a_job_is_on_the_binding_in_a_test_as_well(self):
        """The savepoint of the job takes back what a transaction of its own keeps."""
        binding = self.fail_in_a_job()

        self.assertEqual(binding.sync_state, "error")
        self.assertIn("required", binding.sync_reason)

    def test_failed_job_is_over_once_another_one_has_exported_the_record(self):
        binding = self.fail_in_a_job()
        failed = self.export_jobs(binding)
        self.backend_record.delay_export_record(CONTACT, binding.id)
        self.assertEqual(failed.state, "failed", "nothing was exported yet")

        run_jobs(self.env)

        self.assertEqual(binding.sync_state, "synced")
        self.assertEqual(set(self.export_jobs(binding).mapped("state")), {"done"})
        self.assertIn("exported since", failed.result)

    def test_failed_job_of_another_record_stays(self):
        failed = self.export_jobs(self.fail_in_a_job())
        self.backend_record.delay_export_record(CONTACT, self.contact("Bob").id)

        run_jobs(self.env)

        self.assertEqual(failed.state, "failed")

    def fail_in_a_job(self):
        """Return a contact whose export failed, as a job of the queue."""
        binding = self.contact()
        self.shop.error = http_error(422, '{"mail": "required"}')
        self.backend_record.delay_export_record(CONTACT, binding.id)
        with mute_logger(RUNNER_LOG):
            run_jobs(self.env)
        return binding

    def export_jobs(self, binding):
        key = self.backend_record._export_key(CONTACT, binding.id)
        return self.env["connector.queue.job"].search([("identity_key", "=", key)])

    def test_export_waits_once_until_it_has_started(self):
        binding = self.contact()
        delay = self.backend_record.delay_export_record

        first, second = delay(CONTACT, binding.id), delay(CONTACT, binding.id, ["name"])

        self.assertEqual(first, second)
        run_jobs(self.env)
        self.assertEqual(self.verbs(), ["create"])
        self.assertNotEqual(delay(CONTACT, binding.id), first)

    def test_deletion_is_a_job_with_what_it_needs(self):
        binding = self.contact()
        self.export(binding)
        self.backend_record.delay_export_delete(CONTACT, "R1", "1")
        binding.odoo_id.unlink()
        run_jobs(self.env)

        self.assertEqual(self.verbs(), ["create", "delete"])
        self.assertEqual(self.shop.records, {})


class TestExportDeleter(ExportCase):
    def delete(self, external_id="R1", **options):
        return self.backend_record.export_delete_record(CONTACT, external_id, **options)

    def test_record_that_is_gone_there_is_deleted(self):
        """A job that was killed after the deletion comes again."""
        self.assertEqual(self.delete("R7"), "gone already")

    def test_status_404_is_gone_as_well(self):
        self.shop.records["R1"] = {}
        self.shop.error = http_error(404)

        self.assertEqual(self.delete(), "gone already")

    def test_other_refusal_is_an_error(self):
        self.shop.records["R1"] = {}
        self.shop.error = http_error(403)
        with self.assertRaises(HTTPError):
            self.delete()

        self.shop.error = http_error(422, "It has orders")
        with self.assertRaisesRegex(InvalidDataError, "It has orders"):
            self.delete()

    def test_record_that_is_bound_again_stays(self):
        self.export(self.contact())

        self.assertEqual(self.delete(), "skipped: It is bound again.")
        self.assertIn("R1", self.shop.records)

    def test_archived_backend_deletes_nothing(self):
        self.shop.records["R1"] = {}
        self.backend_record.active = False

        self.assertEqual(self.delete(), "waiting: The backend is archived.")
        self.assertIn("R1", self.shop.records)

    def test_record_that_changed_there_is_a_question_where_that_is_compared(self):
        @self.backend
        class CarefulDeleter(ExportDeleter):
            _model_name = CONTACT
            compare_first = True

        self.shop.records["R1"] = {"version": 9}
        self.assertIn("skipped: it was changed", self.delete(version="8"))
        self.assertTrue(self.checkpoints())

        self.assertEqual(self.delete(version="9"), "deleted")

    def test_what_changed_there_of_a_model_that_goes_both_ways_is_a_question(self):
        self.shop.records["R1"] = self.shop.records["R2"] = {"version": 9}
        self.assertEqual(self.delete("R2", version="8"), "deleted")

        @self.backend
        class ContactImportMapper(ImportMapper):
            _model_name = CONTACT

        self.assertIn("skipped: it was changed", self.delete(version="8"))
        self.assertEqual(self.delete(version="9"), "deleted")

    def test_registered_one_never_settles_the_deletions_of_an_import(self):
        """It would delete there what an import did not find."""

        @self.backend
        class OwnDeleter(ExportDeleter):
            _model_name = CONTACT

        scope = self.scope()

        self.assertIsInstance(scope.get_connector_unit(Deleter), ImportDeleter)
        self.assertIsInstance(scope.get_connector_unit(ExportDeleter), OwnDeleter)
