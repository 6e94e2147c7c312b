# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports of contacts that are merged here (promise 11)."""

from odoo.addons.connector.api import ExportOn

from ..models.flow import CONTACT
from ..models.order import ORDER
from .trigger_case import TriggerCase

PARTNER = "res.partner"


class TestMergedContacts(TriggerCase):
    """Odoo's merge moves by SQL what refers to a contact, and no trigger sees it."""

    def setUp(self):
        super().setUp()
        self.ada, self.bob = (
            self.env[PARTNER].create({"name": name}) for name in ("Ada", "Bob")
        )
        # the dialog writes the plain fields of the contact that stays, and no lines
        self.declare(CONTACT, ExportOn(write=["child_ids"], unlink=True))
        self.take()

    def contact(self, partner, external_id, backend=None):
        binding = self.env[CONTACT].create(
            {
                "odoo_id": partner.id,
                "name": partner.name,
                "backend_id": (backend or self.backend_record).id,
                "external_id": external_id,
                "sync_state": "synced",
            }
        )
        self.take()
        return binding

    def merge(self):
        """Merge Bob into Ada, as the dialog of Odoo does."""
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": (self.ada + self.bob).ids, "dst_partner_id": self.ada.id}
        )
        wizard.action_merge()
        self.env.invalidate_all()

    def due(self):
        return set(self.take())

    def test_binding_that_moved_is_exported_with_its_new_record(self):
        moved = self.contact(self.bob, "B1")

        self.merge()

        self.assertEqual(moved.odoo_id, self.ada)
        self.assertEqual(self.due(), {("Shop", moved.id)})
        self.assertEqual(moved.sync_state, "pending")

    def test_survivor_is_exported_to_all_its_backends(self):
        here = self.contact(self.ada, "A1")
        there = self.contact(self.bob, "B1", self.make_backend())

        self.merge()

        self.assertEqual(self.due(), {("Shop", here.id), ("Other", there.id)})

    def test_alias_is_neither_exported_nor_deleted_there_and_is_asked_about(self):
        first, second = self.contact(self.ada, "A1"), self.contact(self.bob, "B1")

        self.merge()

        self.assertEqual(self.due(), {("Shop", first.id)})
        self.assertTrue(second.is_alias)
        self.assertEqual(self.take_deleted(), [])
        checkpoint = self.env["connector.checkpoint"].search([])
        self.assertEqual(checkpoint.binding_id, second)

    def test_what_refers_to_a_merged_contact_is_exported(self):
        """The order of Bob is one of Ada now."""
        self.declare(ORDER, ExportOn(write=["partner_id"]))
        order = self.env[ORDER].create(
            {
                "name": "1",
                "partner_id": self.bob.id,
                "backend_id": self.backend_record.id,
                "external_id": "O1",
            }
        )
        self.take()

        self.merge()

        self.assertEqual(order.partner_id, self.ada)
        self.assertEqual(self.due(), {("Shop", order.id)})

    def test_merge_that_is_not_to_be_exported_is_not(self):
        self.contact(self.bob, "B1")
        quiet = self.env(context={"connector_no_export": True})
        self.ada, self.bob = self.ada.with_env(quiet), self.bob.with_env(quiet)
        self.env = quiet

        self.merge()

        self.assertEqual(self.due(), set())
