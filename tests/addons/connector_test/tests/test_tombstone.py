# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of tombstones: what was deleted here stays deleted (promises 5 and 17)."""

from datetime import timedelta

from odoo.exceptions import AccessError
from odoo.tests import new_test_user

from odoo.addons.connector.api import (
    ChangedSince,
    ImportDeleter,
    ImportMapper,
    ListAdapter,
    RecordImporter,
    run_jobs,
)
from odoo.addons.connector.flows.importing.reading import read_clock
from odoo.addons.connector.models.tombstone.cascade import find_cascades
from odoo.addons.connector_test.models.flow import ACCOUNT, CONTACT, LABEL

from .flow_case import FlowCase


class TombstoneCase(FlowCase):
    def policy(self, policy):
        self.patch(self.env.registry[CONTACT], "_on_deleted_here", policy)

    def stones(self):
        return self.env["connector.tombstone"].search([])

    def delete_here(self, external_id="C1", version=7):
        """Import a contact, and delete it here."""
        self.records = self.contacts(1, version=version)
        self.import_page()
        self.binding(external_id).odoo_id.unlink()
        self.env.invalidate_all()


class TestTombstone(TombstoneCase):
    def test_record_that_was_deleted_here_is_not_imported_again(self):
        self.delete_here()

        result = self.import_page(self.contacts(2, version=8))

        self.assertEqual(result.counts, {"skipped": 1, "created": 1})
        self.assertIn("was deleted here on", result.skipped["C1"])
        self.assertFalse(self.binding("C1"))

    def test_single_import_asks_too(self):
        self.delete_here()

        importer = self.scope().get_connector_unit(RecordImporter)

        self.assertIn("skipped: It was deleted here on", importer.run("C1"))

    def test_tombstone_keeps_what_is_known_of_the_record(self):
        self.delete_here()

        stone = self.stones()
        self.assertEqual(stone.backend_id, self.backend_record)
        self.assertEqual((stone.model, stone.external_id), (CONTACT, "C1"))
        self.assertEqual((stone.version, stone.user_id), ("7", self.env.user))
        self.assertTrue(stone.deleted_at)

    def test_deletion_that_one_backend_caused_is_one_for_another(self):
        """The key of the context names the backend that knows already."""
        self.import_page(self.contacts(1))
        other = self.backend_record.copy({"name": "Other"})
        partner = self.binding("C1").odoo_id
        self.env[CONTACT].create(
            {"odoo_id": partner.id, "backend_id": other.id, "external_id": "X1"}
        )
        reference = self.backend_record.reference()

        partner.with_context(connector_no_export=reference).unlink()

        self.assertEqual(self.stones().mapped("external_id"), ["X1"])

    def test_deletion_of_the_binding_writes_one_too(self):
        self.import_page(self.contacts(1))
        self.binding("C1").unlink()

        self.assertEqual(self.stones().external_id, "C1")

    def test_deletion_by_a_user_without_rights_in_the_connector_writes_one(self):
        self.import_page(self.contacts(1))
        groups = "base.group_user,base.group_partner_manager"
        clerk = new_test_user(self.env, "clerk", groups)

        self.binding("C1").odoo_id.with_user(clerk).unlink()

        self.assertEqual(self.stones().user_id, clerk)

    def test_deletion_that_is_rolled_back_leaves_none(self):
        self.import_page(self.contacts(1))
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.binding("C1").odoo_id.unlink()
            1 / 0  # noqa: B018

        self.assertFalse(self.stones())

    def test_deletion_of_what_takes_the_record_along_writes_one(self):
        """PostgreSQL deletes a bank account, and its binding, with the contact."""
        partner = self.env["res.partner"].create({"name": "Ada"})
        account = self.env[ACCOUNT].create(
            {
                "acc_number": "123",
                "partner_id": partner.id,
                "backend_id": self.backend_record.id,
                "external_id": "B1",
            }
        )

        partner.unlink()

        self.assertFalse(account.exists())
        self.assertEqual(
            (self.stones().model, self.stones().external_id), (ACCOUNT, "B1")
        )

    def test_lines_have_none_of_their_own(self):
        bindings = [
            one.binding
            for cascades in find_cascades(self.env.registry).values()
            for one in cascades
        ]

        self.assertIn(CONTACT, bindings)
        self.assertNotIn(LABEL, bindings)

    def test_page_looks_them_up_in_one_query(self):
        looked_up = []
        backend_class = type(self.backend_record)
        look_up = backend_class._tombstones
        self.patch(
            backend_class,
            "_tombstones",
            lambda this, name, ids: looked_up.append(ids) or look_up(this, name, ids),
        )

        self.import_page(self.contacts(120))

        self.assertEqual([len(ids) for ids in looked_up], [120])

    def test_forgotten_record_is_imported_again(self):
        self.delete_here()

        self.stones().action_forget()
        run_jobs(self.env)

        self.assertTrue(self.binding("C1"))
        self.assertFalse(self.stones())

    def test_reviewer_forgets_and_a_user_may_not(self):
        self.delete_here()
        stone = self.stones()
        user, reviewer = (
            new_test_user(
                self.env, name, f"base.group_user,connector.group_connector_{name}"
            )
            for name in ("user", "reviewer")
        )
        with self.assertRaises(AccessError):
            stone.with_user(user).action_forget()

        stone.with_user(reviewer).action_forget()

        self.assertFalse(stone.exists())
        jobs = self.env["connector.queue.job"].search(
            [("method_name", "=", "import_record")]
        )
        self.assertEqual(jobs.user_id, reviewer)

    def test_second_deletion_replaces_the_first(self):
        self.delete_here()
        self.stones().action_forget()
        run_jobs(self.env)

        self.delete_here(version=9)

        self.assertEqual(self.stones().version, "9")

    def test_tombstones_of_a_deleted_backend_are_gone(self):
        self.delete_here()

        self.backend_record.unlink()

        self.assertFalse(self.stones())


class TestOwnDeletion(TombstoneCase):
    """What an import deletes, because it is gone there, may come back."""

    def delete_there(self, policy="unlink", **options):
        deleter = self.scope().get_connector_unit(ImportDeleter)
        deleter.policy = policy
        return deleter.run("C1", **options)

    def test_deletion_by_an_import_writes_none(self):
        for policy in ("unlink", "unbind"):
            with self.subTest(policy):
                self.import_page(self.contacts(1))

                self.delete_there(policy)

                self.assertFalse(self.stones())

    def test_deletion_by_an_import_of_one_backend_is_one_for_another(self):
        self.import_page(self.contacts(1))
        other = self.backend_record.copy({"name": "Other"})
        self.env[CONTACT].create(
            {
                "odoo_id": self.binding("C1").odoo_id.id,
                "backend_id": other.id,
                "external_id": "X1",
            }
        )

        self.delete_there()

        stone = self.stones()
        self.assertEqual((stone.backend_id, stone.external_id), (other, "X1"))

    def test_classic_deletion_that_is_not_exported_writes_none(self):
        self.import_page(self.contacts(1))

        self.binding("C1").with_context(connector_no_export=True).unlink()

        self.assertFalse(self.stones())

    def test_uninstallation_of_an_addon_writes_none(self):
        self.import_page(self.contacts(1))

        self.binding("C1").odoo_id.with_context(_force_unlink=True).unlink()

        self.assertFalse(self.stones())

    def test_record_that_is_gone_there_as_well_may_come_back(self):
        self.delete_here()
        self.delete_there()

        result = self.import_page(self.contacts(1, version=8))

        self.assertEqual(result.counts, {"created": 1})

    def test_deletion_that_is_older_than_what_was_imported_does_nothing(self):
        found_gone_at = read_clock(self.env)
        self.records = self.contacts(1)
        self.scope().get_connector_unit(RecordImporter).run("C1")

        self.assertEqual(self.delete_there(read_at=found_gone_at), "nothing")
        self.assertTrue(self.binding("C1"))


class TestPolicy(TombstoneCase):
    def test_newer_version_is_imported_where_the_policy_says_so(self):
        self.policy("recreate")
        self.delete_here()

        self.assertEqual(
            self.import_page(self.contacts(1, version=7)).skipped.keys(), {"C1"}
        )
        self.assertEqual(
            self.import_page(self.contacts(1, version=6)).skipped.keys(), {"C1"}
        )
        result = self.import_page(self.contacts(1, version=10))

        self.assertEqual(result.counts, {"created": 1})
        self.assertFalse(self.stones())

    def test_hash_that_differs_is_a_newer_version(self):
        self.policy("recreate")
        self.delete_here(version="abc")

        result = self.import_page(self.contacts(1, version="abd"))

        self.assertEqual(result.counts, {"created": 1})

    def test_change_after_the_deletion_is_newer_whatever_the_versions(self):
        self.policy("recreate")
        self.backend(
            self.adapter_class(_changed_since=ChangedSince("changed")),
            replacing=type(self.scope().get_connector_unit(ListAdapter)),
        )
        self.delete_here(version=None)
        deleted_at = self.stones().deleted_at
        before, after = deleted_at - timedelta(hours=1), deleted_at + timedelta(hours=1)

        first = self.import_page(self.contacts(1, changed=before.isoformat()))
        second = self.import_page(self.contacts(1, changed=after.isoformat()))

        self.assertEqual(first.counts, {"skipped": 1})
        self.assertEqual(second.counts, {"created": 1})

    def test_person_decides_where_the_policy_says_so(self):
        self.policy("checkpoint")
        self.delete_here()

        self.import_page(self.contacts(1, version=8))

        checkpoint = self.env["connector.checkpoint"].search([])
        self.assertEqual(checkpoint.record, self.stones())
        self.assertIn("C1", checkpoint.message)
        self.assertFalse(self.binding("C1"))
        checkpoint.record.action_forget()
        run_jobs(self.env)
        self.assertTrue(self.binding("C1"))
        self.assertEqual(checkpoint.state, "reviewed")

    def test_same_version_asks_nobody(self):
        self.policy("checkpoint")
        self.delete_here()

        self.import_page(self.contacts(1, version=7))

        self.assertFalse(self.env["connector.checkpoint"].search([]))


class TestSuperseded(FlowCase):
    """A single import, as a webhook causes it, meets a page (promise 17)."""

    def importer(self):
        return self.scope().get_connector_unit(RecordImporter)

    def mapper_class(self):
        members = {"_model_name": CONTACT, "direct": [("name", "name")]}
        return type("NameMapper", (ImportMapper,), members)

    def adapter_class(self):
        case = self

        class MeetingAdapter(ListAdapter):
            """Gives a page, while a webhook imports a newer version of a record."""

            _model_name = CONTACT
            _version = "version"

            def list_records(self):
                return case.records

            def read_page(self, state=None):
                page = super().read_page(state)
                case.during_page()
                return page

        return MeetingAdapter

    def during_page(self):
        """Do what happens between the request of a page and its import."""

    def test_page_does_not_undo_what_was_read_after_it(self):
        self.import_page(self.contacts(2))
        self.records = [{**one, "name": "Old"} for one in self.contacts(2)]

        def webhook():
            self.records = self.contacts(2)
            self.records[0]["name"] = "New"
            self.during_page = lambda: None
            self.importer().run("C1")

        self.during_page = webhook
        result = self.import_batch("inline")

        self.assertEqual(result.counts, {"skipped": 1, "updated": 1})
        self.assertIn("Superseded", result.skipped["C1"])
        self.assertEqual(self.binding("C1").name, "New")
        self.assertEqual(self.binding("C2").name, "Old")

    def test_page_that_was_read_later_is_applied(self):
        self.records = self.contacts(1)
        self.importer().run("C1")
        self.records = [{"id": "C1", "name": "New"}]

        result = self.import_batch("inline")

        self.assertEqual(result.counts, {"updated": 1})

    def test_payload_of_an_older_version_is_dropped(self):
        self.import_page(self.contacts(1, version=10))

        done = self.importer().run("C1", {"id": "C1", "name": "Old", "version": 9})

        self.assertIn("skipped: Superseded", done)
        self.assertEqual(self.binding("C1").name, "Contact 1")

    def test_record_that_is_read_again_is_applied_whatever_its_version(self):
        """The backend was restored from a copy: its versions begin again."""
        self.import_page(self.contacts(1, version=10))
        self.records = [{"id": "C1", "name": "Restored", "version": 2}]

        self.assertEqual(self.importer().run("C1"), "updated")
