# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports to a backend that is archived, or paused, in the meantime."""

from datetime import timedelta

from odoo.addons.connector.api import run_jobs
from odoo.addons.connector.flows.importing.tombstones import import_from

from ..models.flow import CONTACT
from .export_case import TriggeredExportCase


class TestArchived(TriggeredExportCase):
    """Nothing goes to an archived backend, and nothing is lost."""

    def setUp(self):
        super().setUp()
        self.partner = self.make_partners(1)
        self.commit()
        self.shop.requests.clear()

    def archive(self):
        self.backend_record.action_archive()
        self.commit()

    def bring_back(self):
        self.backend_record.action_unarchive()
        self.commit()

    def binding(self, partner=None):
        found = self.env[CONTACT].search(
            [("odoo_id", "=", (partner or self.partner).id)]
        )
        found.invalidate_recordset()
        return found

    def stones(self):
        return self.env["connector.tombstone"].search([])

    def test_change_meanwhile_is_exported_when_the_backend_is_back(self):
        self.archive()
        self.partner.name = "Ada L."
        self.commit()
        self.assertEqual(self.names_there(), ["Ada 0"])
        self.assertEqual(self.binding().sync_state, "pending")

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada L."])
        self.assertEqual(self.binding().sync_state, "synced")
        self.assertFalse(self.binding().export_due)

    def test_many_changes_meanwhile_are_exported_as_well(self):
        """So many are looked up by a job, which ran for active backends only."""
        partners = self.make_partners(5, first=1)
        self.commit()
        self.archive()
        partners.write({"name": "Bob"})
        self.commit()
        self.assertNotIn("Bob", self.names_there())

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada 0", *["Bob"] * 5])

    def test_export_whose_job_came_too_late_is_not_lost(self):
        """The change was made before, the job ran after the backend was archived."""
        self.partner.name = "Ada L."
        self.env.cr.flush()
        self.archive()
        self.assertEqual(self.names_there(), ["Ada 0"])

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada L."])

    def test_run_that_came_too_late_is_not_lost(self):
        partners = self.make_partners(5, first=1)
        self.commit()
        partners.write({"name": "Bob"})
        self.env.cr.flush()
        self.backend_record._delay_due(CONTACT, self.all_bindings().ids)
        self.archive()
        self.assertNotIn("Bob", self.names_there())

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada 0", *["Bob"] * 5])

    def all_bindings(self):
        return self.env[CONTACT].search([("backend_id", "=", self.backend_record.id)])

    def test_deletion_meanwhile_is_made_when_the_backend_is_back(self):
        self.archive()
        self.partner.unlink()
        self.commit()
        self.assertEqual(self.names_there(), ["Ada 0"])
        self.assertTrue(self.stones().is_waiting)

        self.bring_back()

        self.assertEqual(self.names_there(), [])
        self.assertFalse(self.stones().is_waiting)

    def test_deletion_whose_job_came_too_late_is_not_lost(self):
        self.partner.unlink()
        self.env.cr.flush()
        self.archive()
        self.assertEqual(self.names_there(), ["Ada 0"])

        self.bring_back()

        self.assertEqual(self.names_there(), [])

    def test_deletion_that_was_forgotten_is_not_made(self):
        self.archive()
        self.partner.unlink()
        self.commit()
        self.stones().unlink()

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada 0"])

    def test_deletion_by_an_import_is_not_made_there(self):
        self.archive()
        with import_from(self.backend_record.reference()):
            self.partner.unlink()

        self.bring_back()

        self.assertEqual(self.shop.requests, [])

    def test_alias_that_was_unbound_meanwhile_stays_there(self):
        self.archive()
        self.backend_record.archived_at += timedelta(minutes=1)  # it is older
        self.binding().with_context(connector_no_export=True).is_alias = True
        self.binding().unlink()

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada 0"])

    def test_record_that_was_created_meanwhile_is_exported(self):
        self.archive()
        new = self.make_partners(1, first=1)
        self.commit()
        self.assertFalse(self.binding(new), "it is not bound to what is archived")

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada 0", "Ada 1"])
        self.assertFalse(self.backend_record.archived_at)

    def test_record_from_before_is_not_bound_when_the_backend_is_back(self):
        quiet = self.env["res.partner"].with_context(connector_no_export=True)
        old = quiet.create({"name": "Old", "ref": "T-9"})
        self.archive()
        self.backend_record.archived_at += timedelta(minutes=1)

        self.bring_back()

        self.assertFalse(self.binding(old))

    def test_backend_that_is_archived_again_at_once_loses_nothing(self):
        """Its job finds it archived, and leaves all as it was."""
        self.archive()
        self.partner.name = "Ada L."
        new = self.make_partners(1, first=1)
        self.commit()
        self.backend_record.action_unarchive()
        self.backend_record.action_archive()
        self.commit()
        self.assertEqual(self.names_there(), ["Ada 0"])

        self.bring_back()

        self.assertEqual(self.names_there(), ["Ada 1", "Ada L."])
        self.assertTrue(self.binding(new))

    def test_what_did_not_change_is_not_sent_again(self):
        self.archive()

        self.bring_back()

        self.assertEqual(self.shop.requests, [])


class TestPaused(TriggeredExportCase):
    """A channel that is paused holds its jobs until it goes on."""

    def test_change_waits_for_a_paused_channel(self):
        channels = self.env["connector.queue.channel"]
        root = channels.search([("complete_name", "=", "root")])
        backend = self.backend_record.reference()
        channels.create({"name": "own", "parent_id": root.id, "backend_id": backend})
        partner = self.make_partners(1)
        self.commit()
        self.backend_record._set_paused(True)

        partner.name = "Ada L."
        self.commit()
        self.assertEqual(self.names_there(), ["Ada 0"])

        self.backend_record._set_paused(False)
        run_jobs(self.env)
        self.assertEqual(self.names_there(), ["Ada L."])
