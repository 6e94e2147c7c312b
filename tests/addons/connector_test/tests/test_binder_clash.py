# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of bindings that are kept out by one that is there already: no race."""

from contextlib import suppress

import psycopg2.errors

from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.exception import AlreadyBoundError, InvalidDataError
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"


class ClashCase(UnitCase):
    """Ada is bound to A7, Bob to nothing yet."""

    def setUp(self):
        super().setUp()
        self.ada = self.create_partner_binding("A7")
        self.bob = self.create_partner_binding(None, name="Bob")

    @mute_logger("odoo.sql_db")
    def clash(self, call, binder=None, **context):
        """Return the error of a call with a binder."""
        if binder is None:
            session = ConnectorSession.from_env(self.env(context=context))
            binder = Binder(self.environment(PARTNER))
            binder.session = session
        with self.assertRaises(AlreadyBoundError) as caught:
            call(binder)
        self.assertIsInstance(
            caught.exception.__cause__, psycopg2.errors.UniqueViolation
        )
        return caught.exception

    def create(self, binder, **values):
        """Create a binding of Ada inside the guard, as importers do."""
        values = {
            "backend_id": self.backend_record.id,
            "odoo_id": self.ada.odoo_id.id,
            "external_id": "A8",
            **values,
        }
        with binder.concurrency_guard():
            return binder.model.create(values)

    def hide_ada(self):
        """Return the binder of a user who may not read the binding of Ada."""
        company = self.env["res.company"].create({"name": "Elsewhere"})
        self.ada.odoo_id.company_id = company
        self.env["ir.rule"].create(
            {
                "name": "bindings of my companies",
                "model_id": self.env["ir.model"]._get_id(PARTNER),
                "domain_force": "[('company_id', 'in', company_ids + [False])]",
            }
        )
        groups = "base.group_user,base.group_partner_manager"
        user = new_test_user(self.env, "clerk", groups)
        binder = self.unit(Binder)
        binder.session = ConnectorSession.from_env(self.env(user=user))
        binder.connector_env.session = binder.session
        return binder


class TestClash(ClashCase):
    def test_external_id_of_another_binding_is_a_permanent_error_in_a_job_too(self):
        for context in ({}, {"job_uuid": "0b1c"}):
            with self.subTest(context=context):
                error = self.clash(lambda one: one.bind("A7", self.bob), **context)

                self.assertIsInstance(error, InvalidDataError)
                self.assertEqual(
                    (error.model_name, error.binding_id), (PARTNER, self.ada.id)
                )

    def test_second_id_of_a_record_names_the_first(self):
        """Two ids for one contact: five starts, and "it will find it"."""
        error = self.clash(self.create, job_uuid="0b1c")

        for text in (
            f"{PARTNER},{self.ada.id}",
            f"res.partner,{self.ada.odoo_id.id}",
            "'A7'",
            str(self.backend_record),
        ):
            self.assertIn(text, str(error))
        self.assertNotIn("another transaction", str(error))
        self.assertNotIn(self.ada.name, str(error))

    def test_binding_hidden_by_a_company_rule_is_named_with_its_company(self):
        binder = self.hide_ada()
        self.assertFalse(binder.to_openerp("A7"))

        values = {"odoo_id": self.bob.odoo_id.id, "external_id": "A7"}
        self.bob.unlink()
        error = self.clash(lambda one: self.create(one, **values), binder)

        for text in (
            f"{PARTNER},{self.ada.id}",
            f"res.users,{binder.session.uid} may not read it",
            f"res.company,{self.ada.company_id.id}",
        ):
            self.assertIn(text, str(error))
        self.assertNotIn("Elsewhere", str(error))
        self.assertNotIn(self.ada.name, str(error))

    def test_inactive_binding_is_found(self):
        self.ada.odoo_id.active = False

        error = self.clash(lambda one: one.bind("A7", self.bob))

        self.assertEqual(error.binding_id, self.ada.id)

    def test_external_id_with_commas_and_brackets_is_read(self):
        self.ada.external_id = "x, (y)=(z), 'w' %s"

        error = self.clash(lambda one: one.bind(self.ada.external_id, self.bob))

        self.assertEqual(error.binding_id, self.ada.id)

    @mute_logger("odoo.sql_db")
    def test_transaction_cannot_be_used_after_the_clash(self):
        """What was flushed in the guard is undone: nobody may commit the rest."""
        binder = self.unit(Binder)

        with self.assertRaises(psycopg2.errors.InFailedSqlTransaction):
            with self.env.cr.savepoint(flush=False):
                try:
                    binder.bind("A7", self.bob)
                except AlreadyBoundError:
                    self.env.cr.execute("SELECT 1")

    @mute_logger("odoo.sql_db")
    def test_caller_with_a_savepoint_goes_on(self):
        with self.assertRaises(AlreadyBoundError), self.env.cr.savepoint():
            self.unit(Binder).bind("A7", self.bob)

        self.unit(Binder).bind("A8", self.bob)

        self.assertEqual(self.bob.external_id, "A8")

    def test_error_of_the_block_undoes_nothing(self):
        with suppress(ZeroDivisionError), self.unit(Binder).concurrency_guard():
            self.bob.name = "Rob"
            self.env.flush_all()
            raise ZeroDivisionError

        self.env.invalidate_all()
        self.assertEqual(self.bob.name, "Rob")
