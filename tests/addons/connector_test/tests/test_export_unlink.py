# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of export triggers: what is deleted here is deleted there."""

from odoo.tests import new_test_user

from odoo.addons.connector.api import ExportOn
from odoo.addons.connector.flows.importing.tombstones import import_from

from ..models.ware import OFFER, SIZE
from .trigger_case import TriggerCase

GONE = ("Shop", OFFER, "O1", "7")


class TestUnlink(TriggerCase):
    def test_deleted_record_is_deleted_there(self):
        self.size.unlink()

        self.assertEqual(self.take_deleted(), [GONE])

    def test_record_that_goes_with_another_is_deleted_there(self):
        """PostgreSQL deletes the sizes of a ware, and their bindings, with it."""
        self.make_offer("O2", ware_id=self.ware.id)

        self.ware.unlink()

        self.assertCountEqual(self.take_deleted(), [GONE, ("Shop", OFFER, "O2", "7")])

    def test_deleted_binding_is_deleted_there(self):
        self.offer.unlink()

        self.assertEqual(self.take_deleted(), [GONE])

    def test_record_that_was_never_there_is_not(self):
        self.offer.external_id = False

        self.size.unlink()

        self.assertEqual(self.take_deleted(), [])

    def test_changed_and_then_deleted_record_is_not_exported(self):
        self.ware.price = 12
        self.size.unlink()

        self.assert_due()

    def test_nothing_is_deleted_where_it_is_not_declared(self):
        self.declare(OFFER, ExportOn(write=["price"]))

        self.size.unlink()

        self.assertEqual(self.take_deleted(), [])

    def test_deletion_that_is_rolled_back_deletes_nothing(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.size.unlink()
            1 / 0  # noqa: B018

        self.assertEqual(self.take_deleted(), [])

    def test_record_that_is_bound_anew_is_not_deleted(self):
        self.offer.unlink()
        self.bind(self.size, self.backend_record, "O1")

        self.assertEqual(self.take_deleted(), [])

    def test_deletion_around_a_savepoint_is_not_lost(self):
        """Odoo runs the hooks of the transaction there: the binding is not gone yet."""

        def check(records):
            with records.env.cr.savepoint():
                records.mapped("name")

        check._ondelete = True
        self.patch(self.registry[SIZE], "_ondelete_methods", [check])

        self.size.unlink()

        self.assertEqual(self.take_deleted(), [GONE])

    def test_alias_is_not_deleted(self):
        quiet = self.offer.with_context(connector_no_export=True)
        quiet.is_alias = True

        self.offer.unlink()

        self.assertEqual(self.take_deleted(), [])

    def test_user_without_rights_in_the_connector_deletes_there_too(self):
        self.env["ir.model.access"].search([("model_id.model", "=", OFFER)]).unlink()
        clerk = new_test_user(self.env, "clerk", "base.group_user")

        self.size.with_user(clerk).unlink()

        self.assertEqual(self.take_deleted(), [GONE])


class TestKept(TriggerCase):
    """What goes here for another reason is deleted nowhere else (promise 15)."""

    def test_deletion_of_an_import_goes_on_to_the_other_backends(self):
        self.bind(self.size, self.make_backend(), "X1")
        with import_from(self.backend_record.reference()):
            self.size.unlink()

        self.assertEqual(self.take_deleted(), [("Other", OFFER, "X1", "7")])

    def test_removal_of_a_backend_deletes_nothing_there(self):
        self.offer.unlink()
        self.backend_record.unlink()

        self.assertEqual(self.take_deleted(), [])

    def test_archived_backend_deletes_nothing_there(self):
        self.backend_record.active = False

        self.size.unlink()

        self.assertEqual(self.take_deleted(), [])

    def test_removal_of_an_addon_deletes_nothing_there(self):
        self.size.with_context(_force_unlink=True).unlink()

        self.assertEqual(self.take_deleted(), [])

    def test_classic_deletion_that_is_not_exported_deletes_nothing_there(self):
        self.offer.with_context(connector_no_export=True).unlink()

        self.assertEqual(self.take_deleted(), [])
