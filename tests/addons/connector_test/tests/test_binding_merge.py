# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the bindings of merged records: none is lost."""

import psycopg2.errors

from odoo.exceptions import UserError
from odoo.tests import new_test_user
from odoo.tools import mute_logger, sql

from odoo.addons.connector.api import CRUDAdapter, run_jobs
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.event import on_record_write
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
CONTACT = "connector.test.person"
BANK = "connector.test.bank"
CATEGORY = "connector.test.category"


class MergeCase(UnitCase):
    def setUp(self):
        super().setUp()
        self.binder = self.unit(Binder)
        names = ("Ada", "Bob", "Cid")
        self.ada, self.bob, self.cid = (
            self.env["res.partner"].create({"name": name}) for name in names
        )

    def bind(self, partner, external_id, **values):
        values = {"odoo_id": partner.id, "name": partner.name, **values}
        return self.create_partner_binding(external_id, **values)

    def merge(self):
        """Merge Bob and Cid into Ada, as the dialog of Odoo does."""
        partners = self.ada + self.bob + self.cid
        wizard = self.env["base.partner.merge.automatic.wizard"].create(
            {"partner_ids": partners.ids, "dst_partner_id": self.ada.id}
        )
        wizard.action_merge()
        self.env.invalidate_all()
        self.assertEqual(partners.exists(), self.ada)

    def merge_others(self, gone, stays):
        """Merge other records, as merges of other models do by the same wizard."""
        wizard = self.env["base.partner.merge.automatic.wizard"]
        wizard._update_foreign_keys_generic(stays._name, gone, stays)
        wizard._update_reference_fields_generic(stays._name, gone, stays)
        gone.unlink()
        self.env.invalidate_all()

    def checkpoints(self):
        return self.env["connector.checkpoint"].search(
            [("backend_id", "=", f"connector.test.backend,{self.backend_record.id}")]
        )


class TestMerge(MergeCase):
    def test_binding_follows_to_the_record_that_stays(self):
        """Odoo deleted it by SQL; the next import made the contact again."""
        binding = self.bind(self.bob, "B1")

        self.merge()

        self.assertEqual(binding.odoo_id, self.ada)
        self.assertFalse(binding.is_alias)
        self.assertEqual(self.binder.to_openerp("B1", unwrap=True), self.ada)
        self.assertEqual(self.binder.to_backend(self.ada, wrap=True), "B1")
        self.assertFalse(self.checkpoints())

    def test_two_that_meet_are_both_kept_and_a_checkpoint_names_them(self):
        first, second = self.bind(self.ada, "A1"), self.bind(self.bob, "B1")

        self.merge()

        self.assertEqual((first | second).exists(), first | second)
        self.assertEqual(second.odoo_id, self.ada)
        self.assertEqual((first.is_alias, second.is_alias), (False, True))
        checkpoint = self.checkpoints()
        self.assertEqual(len(checkpoint), 1)
        self.assertEqual(checkpoint.record, self.ada)
        self.assertEqual(checkpoint.binding_id, second)
        for text in (
            f"{PARTNER},{first.id} (external ID 'A1')",
            f"{PARTNER},{second.id} (external ID 'B1')",
            "delete the binding that is wrong",
        ):
            self.assertIn(text, checkpoint.message)
        self.assertNotIn("Ada", checkpoint.message)

    def test_alias_leads_to_its_record_and_is_not_its_external_id(self):
        self.bind(self.ada, "A1")
        alias = self.bind(self.bob, "B1")
        self.merge()

        self.assertEqual(self.binder.to_openerp("B1"), alias)
        self.assertEqual(self.binder.to_openerp("B1", unwrap=True), self.ada)
        self.assertEqual(self.binder.to_backend(self.ada, wrap=True), "A1")
        self.assertEqual(self.binder.to_backend(alias), "B1")
        many = self.binder.to_external_many(self.ada, wrap=True)
        self.assertEqual(many, {self.ada.id: "A1"})

    def test_two_that_go_are_one_binding_and_one_alias(self):
        bindings = self.bind(self.bob, "B1") | self.bind(self.cid, "C1")

        self.merge()

        self.assertEqual(bindings.exists().odoo_id, self.ada)
        self.assertEqual(bindings.mapped("is_alias"), [False, True])
        self.assertEqual(len(self.checkpoints()), 1)

    def test_bindings_of_two_backends_do_not_meet(self):
        other = self.backend_record.copy({"name": "Other shop"})
        bindings = self.bind(self.ada, "A1") | self.bind(
            self.bob, "B1", backend_id=other.id
        )

        self.merge()

        self.assertEqual(bindings.exists().odoo_id, self.ada)
        self.assertEqual(bindings.mapped("is_alias"), [False, False])
        self.assertFalse(self.checkpoints())

    def test_user_without_rights_in_the_connector_merges(self):
        groups = "base.group_user,base.group_partner_manager"
        self.env = self.env(user=new_test_user(self.env, "clerk", groups))
        self.ada, self.bob, self.cid = (
            one.with_env(self.env) for one in (self.ada, self.bob, self.cid)
        )

        self.merge()

    def test_inactive_and_unread_bindings_are_kept_by_any_user(self):
        self.bind(self.ada, "A1")
        second = self.bind(self.bob, "B1")
        self.bob.active = False
        self.env["ir.rule"].create(
            {
                "name": "none",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": "[('id', '=', 0)]",
            }
        )
        groups = "base.group_user,base.group_partner_manager"
        self.env = self.env(user=new_test_user(self.env, "clerk", groups))
        self.ada, self.bob, self.cid = (
            one.with_env(self.env) for one in (self.ada, self.bob, self.cid)
        )

        self.merge()

        self.assertTrue(second.exists().is_alias)

    def test_merge_exports_nothing(self):
        contexts = []
        self.subscribe(
            on_record_write,
            lambda session, *_facts: contexts.append(session.context),
            PARTNER,
        )
        self.bind(self.ada, "A1")
        self.bind(self.bob, "B1")

        self.merge()

        loud = [one for one in contexts if not one.get("connector_no_export")]
        self.assertEqual(loud, [])

    def test_lines_and_contacts_of_the_records_that_go_are_kept(self):
        self.bind(self.ada, "A1")
        company = self.bind(self.bob, "B1")
        contact = self.env[CONTACT].create(
            {
                "name": "Contact",
                "parent_id": self.bob.id,
                "backend_id": self.backend_record.id,
                "external_id": "B1.1",
                "partner_binding_id": company.id,
            }
        )
        line = self.env["connector.test.line"].create(
            {"partner_binding_id": company.id, "external_id": "L1"}
        )

        self.merge()

        self.assertEqual(contact.exists().parent_id, self.ada)
        self.assertEqual(contact.partner_binding_id, company)
        self.assertTrue(line.exists())

    @mute_logger("odoo.sql_db")
    def test_alias_leaves_the_record_bound_only_once(self):
        self.bind(self.ada, "A1")
        self.bind(self.bob, "B1")
        self.merge()

        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.bind(self.ada, "A2")


class TestAlias(MergeCase):
    def setUp(self):
        super().setUp()
        self.first = self.bind(self.ada, "A1")
        self.second = self.bind(self.bob, "B1")
        self.third = self.bind(self.cid, "C1")
        self.merge()

    def test_first_alias_takes_the_place_of_the_binding_that_is_deleted(self):
        self.first.unlink()

        self.assertFalse(self.second.is_alias)
        self.assertTrue(self.third.is_alias)
        self.assertEqual(self.binder.to_backend(self.ada, wrap=True), "B1")

    def test_alias_that_is_deleted_leaves_the_binding(self):
        self.second.unlink()

        self.assertFalse(self.first.is_alias)
        self.assertTrue(self.third.is_alias)

    def test_aliases_of_many_bindings_are_found_in_one_query(self):
        names = [f"P{number}" for number in range(20)]
        partners = self.env["res.partner"].create([{"name": name} for name in names])
        bindings = self.first
        for partner in partners:
            bindings |= self.bind(partner, partner.name)
        bindings.read(["is_alias", "backend_id", "odoo_id"])  # into the cache

        with self.assertQueryCount(1):
            heirs = bindings._heirs()

        self.assertEqual(heirs, self.second)

    def test_bindings_that_are_deleted_together_are_gone(self):
        (self.first | self.second).unlink()

        self.assertFalse(self.third.is_alias)
        found = self.env[PARTNER].search([("odoo_id", "=", self.ada.id)])
        self.assertEqual(found, self.third)

    def test_merge_of_a_record_with_an_alias_keeps_all(self):
        eve = self.env["res.partner"].create({"name": "Eve"})
        self.bind(eve, "E1")
        self.merge_others(self.ada, eve)

        bindings = self.env[PARTNER].search([("odoo_id", "=", eve.id)], order="id")
        self.assertEqual(
            [(one.external_id, one.is_alias) for one in bindings],
            [("A1", True), ("B1", True), ("C1", True), ("E1", False)],
        )

    def test_constraint_of_an_earlier_version_is_replaced(self):
        cr, table = self.env.cr, "connector_test_partner"
        name = f"{table}_odoo_uniq"
        self.env[PARTNER].search([("is_alias", "=", True)]).unlink()
        self.env.flush_all()
        cr.execute(f"DROP INDEX {name}")
        sql.add_constraint(cr, table, name, "UNIQUE (backend_id, odoo_id)")

        self.env[PARTNER].init()

        self.assertFalse(sql.constraint_definition(cr, table, name))


class TestAliasCheckpoint(MergeCase):
    """The checkpoint about an alias offers what may be done."""

    def setUp(self):
        super().setUp()
        self.first = self.bind(self.ada, "A1")
        self.second = self.bind(self.bob, "B1")
        self.merge()
        self.checkpoint = self.checkpoints()
        self.merged = []

    def register_merging_adapter(self):
        merged = self.merged

        @self.backend
        class MergingAdapter(CRUDAdapter):
            _model_name = PARTNER

            def merge(self, external_id, gone_ids):
                merged.append((external_id, gone_ids))

    def test_unbind_deletes_the_alias_and_keeps_it_from_coming_back(self):
        self.checkpoint.action_unbind_alias()

        self.assertFalse(self.second.exists())
        self.assertTrue(self.first.exists())
        self.assertEqual(self.checkpoint.state, "reviewed")
        stone = self.env["connector.tombstone"].search([])
        self.assertEqual(stone.external_id, "B1")

    def test_merge_there_is_a_job_of_the_adapter(self):
        self.register_merging_adapter()
        self.assertTrue(self.checkpoint.can_merge_there)

        self.checkpoint.action_merge_there()
        run_jobs(self.env)

        self.assertEqual(self.merged, [("A1", ["B1"])])
        self.assertFalse(self.second.exists())
        self.assertFalse(self.env["connector.tombstone"].search([]))

    def test_backend_that_cannot_merge_offers_only_the_others(self):
        self.assertTrue(self.checkpoint.has_alias)
        self.assertFalse(self.checkpoint.can_merge_there)

        with self.assertRaisesRegex(UserError, "cannot merge"):
            self.checkpoint.action_merge_there()

    def test_keep_leaves_the_alias(self):
        self.checkpoint.reviewed()

        self.assertTrue(self.second.exists().is_alias)

    def test_reviewer_needs_no_rights_on_bindings(self):
        reviewer = new_test_user(
            self.env, "reviewer", "base.group_user,connector.group_connector_reviewer"
        )
        self.env["ir.rule"].create(
            {
                "name": "none",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": "[('id', '=', 0)]",
            }
        )

        self.checkpoint.with_user(reviewer).action_unbind_alias()

        self.assertFalse(self.second.exists())

    def test_what_was_settled_is_not_settled_again(self):
        self.checkpoint.action_unbind_alias()

        with self.assertRaisesRegex(UserError, "settled"):
            self.checkpoint.action_unbind_alias()


class TestOtherModels(MergeCase):
    """The same merge serves other models than contacts."""

    def create_bank(self, number, partner, external_id=None):
        values = {"acc_number": number, "partner_id": partner.id}
        account = self.env["res.partner.bank"].create(values)
        if external_id:
            self.env[BANK].create(
                {
                    "openerp_id": account.id,
                    "acc_number": number,
                    "backend_id": self.backend_record.id,
                    "external_id": external_id,
                }
            )
        return account

    def bank_bindings(self):
        return self.env[BANK].with_context(active_test=False).search([], order="id")

    def test_bank_account_that_is_merged_keeps_its_binding(self):
        account = self.create_bank("123", self.ada)
        self.create_bank("123", self.bob, "B1")

        self.merge()

        self.assertEqual(self.bank_bindings().openerp_id, account)

    @mute_logger("odoo.sql_db")
    def test_merge_that_would_delete_classic_bindings_is_refused(self):
        """Their constraint is the connector's own: none of both can be an alias."""
        self.create_bank("123", self.ada, "A1")
        self.create_bank("123", self.bob, "B1")
        lost = self.bank_bindings()[1]

        with self.assertRaises(UserError) as caught:
            self.merge()

        self.assertIn(f"{BANK},{lost.id}", str(caught.exception))
        self.assertEqual(self.bank_bindings().mapped("external_id"), ["A1", "B1"])
        self.assertTrue(self.bob.exists())

    def test_bindings_without_constraint_are_both_kept_and_reported(self):
        first, second = self.env[CATEGORY].create(
            [
                {
                    "name": name,
                    "external_id": name,
                    "backend_id": self.backend_record.id,
                }
                for name in ("red", "rouge")
            ]
        )

        self.merge_others(second.openerp_id, first.openerp_id)

        self.assertEqual((first | second).exists().openerp_id, first.openerp_id)
        self.assertEqual(len(self.checkpoints()), 1)
        self.assertIn(f"{CATEGORY},{second.id}", self.checkpoints().message)
        self.assertNotIn("alias", self.checkpoints().message)

    @mute_logger("odoo.sql_db")
    def test_merge_that_deletes_what_is_bound_is_refused(self):
        """Odoo deletes by SQL what refers to a merged record and cannot be moved."""
        self.create_bank("123", self.ada, "A1")
        self.create_bank("123", self.bob, "B1")

        with self.assertRaises(UserError):
            self.merge_others(self.bob, self.ada)

        self.assertEqual(len(self.bank_bindings()), 2)
