# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of export triggers: which writes make which exports due."""

from odoo.fields import Command
from odoo.tests import new_test_user

from odoo.addons.connector.api import ExportOn
from odoo.addons.connector.flows.importing.tombstones import import_from

from ..models.flow import CONTACT, MEMBER
from ..models.ware import OFFER
from .trigger_case import TriggerCase


class TestWrite(TriggerCase):
    def test_change_of_a_field_of_the_binding_is_due(self):
        self.offer.headline = "New"

        self.assert_due(self.offer)

    def test_field_is_followed_to_the_model_that_stores_it(self):
        """The price of a variant is that of its template."""
        self.ware.price = 12

        self.assert_due(self.offer)

    def test_other_fields_are_not_due(self):
        self.ware.note = "Soft"
        self.size.code = "X"

        self.assert_due()

    def test_computed_field_is_followed_to_what_it_is_computed_from(self):
        """The label is not stored: name and size are."""
        for record, name in ((self.ware, "name"), (self.size, "size")):
            with self.subTest(name):
                record[name] = "New"

                self.assert_due(self.offer)

    def test_all_offers_of_a_ware_are_due(self):
        other = self.make_offer("O2", ware_id=self.ware.id)

        self.ware.price = 12

        self.assert_due(self.offer, other)

    def test_unbound_record_is_not_due(self):
        self.declare(OFFER, ExportOn(write=["price"]))

        self.new_size().price = 12

        self.assert_due()

    def test_writes_of_a_transaction_are_one_export(self):
        for price in range(5):
            self.ware.price = price
            self.offer.write({"headline": str(price), "size": "L"})

        self.assert_due(self.offer)

    def test_write_inside_of_a_write_is_one_export(self):
        model_class = self.env.registry["connector.test.ware"]
        write = model_class.write

        def write_size(wares, vals):
            wares.size_ids.write({"size": "XL"})
            return write(wares, vals)

        self.patch(model_class, "write", write_size)

        self.ware.price = 12

        self.assert_due(self.offer)

    def test_binding_becomes_pending(self):
        self.ware.price = 12
        self.take()

        self.assertEqual(self.offer.sync_state, "pending")

    def test_conflict_stays_one_until_somebody_decides(self):
        self.offer.set_sync_state("conflict", "Both changed.")

        self.ware.price = 12

        self.assert_due(self.offer)
        self.assertEqual(self.offer.sync_state, "conflict")

    def test_rollback_leaves_no_export(self):
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.ware.price = 12
            1 / 0  # noqa: B018

        self.assert_due()

    def test_change_before_a_rollback_stays_due(self):
        self.ware.price = 12
        with self.assertRaises(ZeroDivisionError), self.env.cr.savepoint():
            self.make_offer("O2").ware_id.price = 12
            1 / 0  # noqa: B018

        self.assert_due(self.offer)

    def test_write_of_all_fields(self):
        self.declare(OFFER, ExportOn(write=True))
        for change in ({"note": "Soft"}, {"headline": "New"}, {"code": "X"}):
            with self.subTest(change):
                self.offer.write(change)
                self.assert_due(self.offer)

        self.offer.write({"external_version": "8", "sync_state": "synced"})

        self.assert_due()

    def test_record_outside_of_the_domain_is_not_due(self):
        self.ware.is_sold = False
        self.take()

        self.ware.price = 12

        self.assert_due()

    def test_alias_is_not_due(self):
        self.offer.with_context(connector_no_export=True).is_alias = True

        self.ware.price = 12

        self.assert_due()

    def test_nothing_is_due_while_a_registry_loads(self):
        self.patch(self.env.registry, "ready", False)
        self.env.registry.__dict__.pop("_connector_export_triggers", None)

        self.ware.price = 12

        self.assert_due()

    def test_form_that_is_not_saved_makes_nothing_due(self):
        form = self.env[OFFER].new(origin=self.offer)
        form.headline = "New"

        self.assert_due()


class TestPartner(TriggerCase):
    """Partners, as Odoo has them."""

    def setUp(self):
        super().setUp()
        self.contact = self.env[CONTACT].create(
            {"name": "Ada", "backend_id": self.backend_record.id, "external_id": "C1"}
        )
        self.take()

    def test_stored_computed_field_is_due_when_it_changes(self):
        self.declare(CONTACT, ExportOn(write=["commercial_company_name"]))

        self.contact.odoo_id.company_name = "Ada"
        self.take()

        self.contact.odoo_id.company_name = "Ada Ltd"
        self.assert_due(self.contact)

        self.contact.odoo_id.company_name = "Ada Ltd"
        self.assert_due()

    def test_other_side_of_a_many2many_is_due(self):
        self.declare(CONTACT, ExportOn(write=["category_id"]))
        tag = self.env["res.partner.category"].create({"name": "Friend"})

        tag.partner_ids = [Command.link(self.contact.odoo_id.id)]
        self.assert_due(self.contact)

        self.contact.odoo_id.category_id = [Command.clear()]
        self.assert_due(self.contact)

    def test_lines_of_a_one2many_are_due(self):
        self.declare(CONTACT, ExportOn(write=["child_ids"]))
        child = self.env["res.partner"].create(
            {"name": "Bob", "parent_id": self.contact.odoo_id.id}
        )
        self.assert_due(self.contact)

        child.parent_id = False
        self.assert_due(self.contact)

    def test_two_models_have_interests_of_their_own(self):
        member = self.env[MEMBER].create(
            {"odoo_id": self.contact.odoo_id.id, "backend_id": self.backend_record.id}
        )
        self.declare(CONTACT, ExportOn(write=["name"]))
        self.declare(MEMBER, ExportOn(write=["city"]))

        self.contact.odoo_id.city = "London"
        self.assert_due(member)

        self.contact.odoo_id.name = "Ada L."
        self.assert_due(self.contact)


class TestUser(TriggerCase):
    def test_export_runs_as_the_user_of_the_backend(self):
        clerk = new_test_user(self.env, "clerk", "base.group_user")
        flow_user = new_test_user(self.env, "flow", "base.group_user")
        self.backend_record.flow_user_id = flow_user
        self.take()

        self.ware.with_user(clerk).price = 12

        self.env.cr.flush()
        self.assertEqual([user for *_what, user in self.exported], [flow_user])

    def test_write_that_borrows_rights_is_due(self):
        """A user who may read neither the binding nor the backend changes a record."""
        self.env["ir.model.access"].search(
            [("model_id.model", "in", (OFFER, "connector.test.backend"))]
        ).active = False
        clerk = new_test_user(self.env, "clerk", "base.group_user")

        self.ware.with_user(clerk).price = 12

        self.assert_due(self.offer)


class TestBackend(TriggerCase):
    """Where a change goes, and where not (promises 6 and 15)."""

    def setUp(self):
        super().setUp()
        self.other = self.make_backend()
        self.twin = self.bind(self.size, self.other, "X1")
        self.take()

    def test_change_here_goes_to_all_backends(self):
        self.ware.price = 12

        self.assert_due(self.offer, self.twin)

    def test_import_goes_on_to_the_other_backends(self):
        backend = self.backend_record.reference()
        silent = self.ware.with_context(connector_no_export=backend)

        silent.price = 12

        self.assert_due(self.twin)

    def test_what_a_hook_of_an_import_writes_goes_on_as_well(self):
        with import_from(self.backend_record.reference()):
            self.ware.price = 12

        self.assert_due(self.twin)

    def test_key_of_old_silences_all(self):
        self.ware.with_context(connector_no_export=True).price = 12

        self.assert_due()

    def test_archived_backend_gets_nothing(self):
        self.other.active = False

        self.ware.price = 12

        self.assert_due(self.offer)

    def test_copied_backend_gets_nothing(self):
        self.backend_record.copy({"name": "Copy"})

        self.ware.price = 12

        self.assert_due(self.offer, self.twin)
