# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of checkpoints, for connectors and for reviewers."""

from psycopg2.errors import CheckViolation, NotNullViolation

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tools import mute_logger

from odoo.addons.connector.checkpoint.checkpoint import (
    add_checkpoint,
    add_checkpoint_message,
)
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.session import ConnectorSession

from .checkpoint_case import CheckpointCase


class TestAdd(CheckpointCase):
    def setUp(self):
        super().setUp()
        self.source = (self.backend_record._name, self.backend_record.id)

    def test_helper_adds_a_checkpoint_for_a_record(self):
        checkpoint = add_checkpoint(
            self.session, "res.partner", self.partner.id, *self.source
        )

        self.assertRecordValues(
            checkpoint,
            [
                {
                    "model_id": self.env["ir.model"]._get("res.partner").id,
                    "model": "res.partner",
                    "record_id": self.partner.id,
                    "record": self.partner,
                    "backend_id": self.backend_record,
                    "state": "need_review",
                }
            ],
        )
        self.assertFalse(checkpoint.message)

    def test_helper_keeps_the_message(self):
        checkpoint = add_checkpoint(
            self.session, "res.partner", self.partner.id, *self.source, message="Look!"
        )

        self.assertEqual(checkpoint.message, "Look!")
        self.assertEqual(checkpoint.record, self.partner)

    def test_message_helper_needs_no_record(self):
        checkpoint = add_checkpoint_message(self.session, *self.source, "No tax: 7 %")

        self.assertEqual(checkpoint.message, "No tax: 7 %")
        self.assertEqual(checkpoint.backend_id, self.backend_record)
        self.assertFalse(checkpoint.record)

    def test_backend_adds_a_checkpoint_for_a_record(self):
        checkpoint = self.backend_record.add_checkpoint(
            model="res.partner", record_id=self.partner.id, message="Look!"
        )

        self.assertEqual(checkpoint.record, self.partner)
        self.assertEqual(checkpoint.message, "Look!")
        self.assertEqual(checkpoint.backend_id, self.backend_record)

    def test_backend_adds_a_message(self):
        checkpoint = self.backend_record.add_checkpoint(message="No tax: 7 %")

        self.assertEqual(checkpoint.message, "No tax: 7 %")
        self.assertFalse(checkpoint.record_id)

    def test_nothing_to_say_adds_no_checkpoint(self):
        checkpoint = self.backend_record.add_checkpoint(model="res.partner")

        self.assertIsNone(checkpoint)

    def test_unknown_model_is_refused(self):
        with self.assertRaises(InvalidUsageError) as caught:
            add_checkpoint(self.session, "no.such.model", 7, *self.source)

        self.assertIsInstance(caught.exception, AssertionError)
        self.assertEqual(
            str(caught.exception),
            "Cannot add a checkpoint for 'no.such.model' 7: there is no such model in "
            "this database. Correct the name of the model, or install the addon that "
            "defines it.",
        )

    def test_database_refuses_a_checkpoint_about_nothing(self):
        backend = "{},{}".format(*self.source)

        for vals in ({}, {"message": ""}, {"record_id": 0}):
            with (
                self.subTest(vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(CheckViolation),
                self.cr.savepoint(),
            ):
                self.checkpoints.create({"backend_id": backend, **vals})

    @mute_logger("odoo.sql_db")
    def test_database_refuses_a_checkpoint_of_no_backend(self):
        with self.assertRaises(NotNullViolation), self.cr.savepoint():
            self.checkpoints.create({"message": "No tax: 7 %"})

    def test_only_backends_can_be_the_source(self):
        with self.assertRaises(ValueError):
            self.checkpoints.create_from_message("res.partner", self.partner.id, "Hi")

    def test_synchronizing_user_needs_no_right_on_checkpoints(self):
        stranger = self.new_user("stranger")
        session = ConnectorSession(self.env.cr, stranger.id)

        checkpoint = add_checkpoint(
            session, "res.partner", self.partner.id, *self.source
        )

        self.assertFalse(checkpoint.env.su)
        self.assertEqual(checkpoint.env.user, stranger)
        self.assertFalse(checkpoint.has_access("read"))

    def test_nobody_adds_a_checkpoint_by_rpc(self):
        for model, method in (
            (self.checkpoints, "create_from_name"),
            (self.checkpoints, "create_from_message"),
            (self.backend_record, "add_checkpoint"),
        ):
            with self.subTest(method), self.assertRaises(AccessError):
                get_public_method(model, method)


class TestBackendFacts(CheckpointCase):
    def test_checkpoint_follows_the_name_of_its_backend(self):
        checkpoint = self.add()

        self.backend_record.name = "Shop FR"

        self.assertEqual(checkpoint.backend_name, "Shop FR")

    def test_checkpoint_follows_the_company_of_its_backend(self):
        checkpoint = self.add()
        company = self.env["res.company"].create({"name": "Elsewhere"})

        self.backend_record.company_id = company

        self.assertEqual(checkpoint.company_id, company)

    def test_name_of_a_deleted_backend_stays(self):
        checkpoint = self.add()

        self.backend_record.unlink()
        self.env.add_to_compute(checkpoint._fields["backend_name"], checkpoint)

        self.assertEqual(checkpoint.backend_name, "Shop")

    def test_checkpoint_can_be_read_without_the_addon_of_its_backend(self):
        checkpoint = self.add()
        self.lose_addon(checkpoint)

        [values] = checkpoint.web_read({"backend_id": {"fields": {"name": {}}}})

        self.assertFalse(values["backend_id"])
        self.assertFalse(checkpoint.backend_id)
