# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of what errors say: missing rights, empty fields, and faults of an adapter."""

from odoo.exceptions import AccessError
from odoo.tests import new_test_user
from odoo.tools import mute_logger

from odoo.addons.connector.api import (
    ImportMapper,
    InvalidDataError,
    RecordImporter,
    SetupError,
    related,
    run_jobs,
)
from odoo.addons.connector_test.models.flow import ACCOUNT, CONTACT

from .flow_case import FlowCase
from .order_case import OrderCase
from .queue_case import RUNNER_LOG
from .stream_case import StreamCase

MANAGER = "connector.group_connector_manager"


class TestMissingRight(StreamCase):
    """The user of the flow may do everything, but with contacts."""

    def setUp(self):
        super().setUp()
        groups = f"base.group_user,{MANAGER}"
        self.user = new_test_user(self.env, "importer", groups)
        self.backend_record.flow_user_id = self.user
        self.records = self.changed(3)

    def run_held(self):
        with mute_logger(RUNNER_LOG, "odoo.addons.base.models.ir_model"):
            run = self.stream._start("changes")
            run_jobs(self.env)
        return run

    def test_missing_right_on_the_wrapped_model_holds_the_stream(self):
        run = self.run_held()

        self.assertEqual((run.state, run.read_count), ("held", 0))
        for fact in ("'importer'", "'Contact' (res.partner)", "create", "Run As"):
            self.assertIn(fact, self.stream.hold_reason)
        self.assertFalse(self.env["connector.rejected"].search([]))

    def test_group_that_has_the_right_is_named(self):
        self.run_held()

        group = self.env.ref("base.group_partner_manager")
        self.assertIn(group.name, self.stream.hold_reason)

    def test_record_rule_on_one_record_rejects_that_one(self):
        self.user.group_ids |= self.env.ref("base.group_partner_manager")
        self.run_stream()
        rule = {
            "name": "not this one",
            "model_id": self.env["ir.model"]._get_id("res.partner"),
            "domain_force": f"[('id', '!=', {self.binding('C2').odoo_id.id})]",
            "perm_read": False,
        }
        self.env["ir.rule"].create(rule)
        self.records = self.changed(3, town="Bern")

        run = self.run_stream("full")

        self.assertEqual((run.updated_count, run.rejected_count), (2, 1))

    def test_right_on_another_model_is_the_affair_of_the_record(self):
        self.user.group_ids |= self.env.ref("base.group_partner_manager")
        case = self

        class OwnImporter(RecordImporter):
            _model_name = CONTACT

            def _after_import(self, binding):
                if self.external_id == "C2":
                    self.env["ir.rule"].create({})

        case.backend(OwnImporter)
        with mute_logger("odoo.addons.base.models.ir_model"):
            run = self.run_stream()

        self.assertEqual((run.created_count, run.rejected_count), (2, 1))

    def test_import_of_one_record_says_the_same(self):
        scope = self.backend_record._in_flow().get_environment(CONTACT)
        importer = scope.get_connector_unit(RecordImporter)

        with mute_logger("odoo.addons.base.models.ir_model"):
            with self.assertRaisesRegex(SetupError, "Run As") as caught:
                importer.run("C1")

        self.assertIsInstance(caught.exception.__cause__, AccessError)


class TestEmptyField(FlowCase):
    def register_accounts(self, owner):
        direct = [("number", "acc_number"), (owner, "partner_id")]
        members = {"_model_name": ACCOUNT, "direct": direct}
        self.backend(type(ImportMapper)("AccountMapper", (ImportMapper,), members))
        adapter = type(self).adapter_class(self, _model_name=ACCOUNT)
        self.backend(adapter)

    def importer(self):
        scope = self.backend_record.get_environment(ACCOUNT, self.session)
        return scope.get_connector_unit(RecordImporter)

    def test_null_for_a_required_relation_names_field_key_and_record(self):
        self.register_accounts(related("owner", CONTACT))

        result = self.importer().run_page([{"id": "A1", "number": "1", "owner": None}])

        label = self.env["res.partner.bank"]._fields["partner_id"].string
        for fact in (label, "partner_id", "'owner' is empty", "'A1'"):
            self.assertIn(fact, result.rejected["A1"])
        self.assertNotIn("null value", result.rejected["A1"])

    def test_key_that_is_not_there_is_told(self):
        self.register_accounts(related("owner", CONTACT))

        result = self.importer().run_page([{"id": "A1", "number": "1"}])

        self.assertIn("'owner' is not there", result.rejected["A1"])

    @mute_logger("odoo.sql_db")
    def test_import_of_one_record_says_the_same(self):
        self.register_accounts(related("owner", CONTACT))
        self.records = [{"id": "A1", "number": "1", "owner": None}]

        with self.assertRaisesRegex(InvalidDataError, "'owner' is empty"):
            self.importer().run("A1")


class TestEmptyFieldOfLine(OrderCase):
    line_direct = [("id", "external_id"), ("parent", "sale_id")]

    def order_mapper_class(self):
        return super().order_mapper_class()

    def test_required_field_that_no_mapping_fills_is_told(self):
        direct = [("note", "note")]
        mapper = self.order_importer().mapper
        self.patch(type(mapper), "direct", direct)

        result = self.import_orders({"id": "O1", "note": "x"})

        for fact in ("name", "'O1'", "no direct mapping"):
            self.assertIn(fact, result.rejected["O1"])


class TestAdapterFault(StreamCase):
    def hold_reason(self, error):
        def read_page(_adapter, state=None):
            raise error

        adapter = self.scope().get_connector_unit(RecordImporter).backend_adapter
        self.patch(type(adapter), "read_page", read_page)
        self.stream.action_run()
        with mute_logger(RUNNER_LOG):
            run_jobs(self.env)
        self.assertEqual(self.stream.state, "held")
        return self.stream.hold_reason

    def test_missing_key_names_adapter_key_and_place(self):
        reason = self.hold_reason(KeyError("results"))

        for fact in (
            "ContactAdapter.read_page",
            CONTACT,
            "KeyError",
            "no key 'results'",
            "test_import_fault.py, line",
        ):
            self.assertIn(fact, reason)

    def test_attribute_that_is_not_there_is_named_too(self):
        reason = self.hold_reason(AttributeError("no attribute 'json'"))

        self.assertIn("AttributeError: no attribute 'json'", reason)

    def test_type_that_does_not_fit_is_named_too(self):
        reason = self.hold_reason(TypeError("a list has no keys"))

        self.assertIn("TypeError: a list has no keys", reason)
