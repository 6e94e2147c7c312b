# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of what the binder stores."""

import psycopg2.errors
from freezegun import freeze_time

from odoo.tools import mute_logger

from odoo.addons.connector.components import binder as binder_module
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.event import on_record_write
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.tests.common import UnitCase

NOW = "2026-01-02 03:04:05"


class TestBind(UnitCase):
    def setUp(self):
        super().setUp()
        self.binder = self.unit(Binder)
        self.binding = self.create_partner_binding(None)

    def test_binding_gets_external_id_and_date(self):
        with freeze_time(NOW):
            self.binder.bind("A7", self.binding)

        self.assertEqual(self.binding.external_id, "A7")
        self.assertEqual(str(self.binding.sync_date), NOW)

    def test_binding_may_be_given_by_its_id(self):
        self.binder.bind("A7", self.binding.id)

        self.assertEqual(self.binding.external_id, "A7")

    def test_external_id_is_kept_as_text(self):
        for external_id, text in {7: "7", 0: "0", "Ä": "Ä", b"x": "x"}.items():
            with self.subTest(external_id=external_id):
                self.binder.bind(external_id, self.binding)
                self.assertEqual(self.binding.external_id, text)

    def test_binding_again_changes_the_external_id(self):
        self.binder.bind("A7", self.binding)

        self.binder.bind("A8", self.binding)

        self.assertEqual(self.binding.external_id, "A8")

    def test_consumers_are_asked_not_to_export(self):
        contexts = []
        self.subscribe(
            on_record_write,
            lambda session, *_facts: contexts.append(session.context),
            self.partner_binding,
        )

        self.binder.bind("A7", self.binding)

        self.assertEqual(
            [context.get("connector_no_export") for context in contexts], [True]
        )

    def test_missing_external_id_is_refused(self):
        for external_id in (None, False, ""):
            with (
                self.subTest(external_id=external_id),
                self.assertRaises(InvalidUsageError) as caught,
            ):
                self.binder.bind(external_id, self.binding)
            self.assertIsInstance(caught.exception, AssertionError)
            self.assertEqual(
                str(caught.exception),
                f"Cannot bind on {self.backend_record}: external id is "
                f"{external_id!r} and binding is {self.binding!r}, expected both to "
                "be given.",
            )

    def test_missing_binding_is_refused(self):
        for binding in (None, False, self.binding.browse()):
            with self.subTest(binding=binding), self.assertRaises(InvalidUsageError):
                self.binder.bind("A7", binding)

    def test_normal_record_is_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, "Pass the binding"):
            self.binder.bind("A7", self.binding.odoo_id)


class TestUniqueness(UnitCase):
    """The database keeps the bindings of a ``connector.binding`` apart."""

    def setUp(self):
        super().setUp()
        self.binding = self.create_partner_binding("A7")

    @mute_logger("odoo.sql_db")
    def test_external_id_is_unique_on_its_backend(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.create_partner_binding("A7")

    @mute_logger("odoo.sql_db")
    def test_record_is_bound_only_once_to_a_backend(self):
        with self.assertRaises(psycopg2.errors.UniqueViolation):
            self.create_partner_binding("A8", odoo_id=self.binding.odoo_id.id)

    def test_another_backend_may_have_the_same(self):
        other = self.backend_record.copy({"name": "Other shop"})

        twin = self.create_partner_binding(
            "A7", backend_id=other.id, odoo_id=self.binding.odoo_id.id
        )

        self.assertTrue(twin)

    def test_several_bindings_may_lack_an_external_id(self):
        bindings = [self.create_partner_binding(None) for _time in range(2)]

        self.assertEqual(len(bindings), 2)

    @mute_logger("odoo.sql_db")
    def test_person_reads_which_constraint_it_was(self):
        cases = {
            "This backend already has a binding with the same external ID.": {
                "external_id": "A7"
            },
            "This record already has a binding on the same backend.": {
                "odoo_id": self.binding.odoo_id.id
            },
        }
        for message, values in cases.items():
            with (
                self.subTest(message=message),
                self.assertRaises(psycopg2.errors.UniqueViolation) as caught,
                self.env.cr.savepoint(),
            ):
                self.create_partner_binding(**values)
            seen = self.binding._sql_error_to_message(caught.exception)
            self.assertEqual(seen, message)


class TestWarning(UnitCase):
    """Without a constraint nothing keeps doubles out: the log says what to add."""

    logger = "odoo.addons.connector.components.binder"

    def setUp(self):
        super().setUp()
        self.patch(binder_module, "_CHECKED_MODELS", set())

    def test_model_without_constraint_is_warned_about(self):
        with self.assertLogs(self.logger, "WARNING") as logs:
            self._bind_category("A7")

        self.assertEqual(
            logs.output,
            [
                f"WARNING:{self.logger}:Model connector.test.category can hold two "
                "bindings of one external id: its table has no unique constraint. "
                "Inherit connector.binding, or add to the model: _external_uniq = "
                'models.Constraint("UNIQUE (backend_id, external_id)")'
            ],
        )

    def test_model_is_warned_about_only_once(self):
        with self.assertLogs(self.logger, "WARNING"):
            self._bind_category("A7")

        with self.assertNoLogs(self.logger, "WARNING"):
            self._bind_category("A8")

    def test_constraint_that_the_warning_names_ends_it(self):
        self.env.cr.execute(
            "ALTER TABLE connector_test_category ADD UNIQUE (backend_id, external_id)"
        )

        with self.assertNoLogs(self.logger, "WARNING"):
            self._bind_category("A7")

    def test_constraint_of_other_columns_does_not_end_it(self):
        self.env.cr.execute(
            "ALTER TABLE connector_test_category"
            " ADD UNIQUE (backend_id, external_id, openerp_id)"
        )

        with self.assertLogs(self.logger, "WARNING"):
            self._bind_category("A7")

    def test_partial_index_does_not_end_it(self):
        self.env.cr.execute(
            "CREATE UNIQUE INDEX ON connector_test_category (backend_id, external_id)"
            " WHERE sync_date IS NULL"
        )

        with self.assertLogs(self.logger, "WARNING"):
            self._bind_category("A7")

    def test_model_with_the_constraint_is_not_warned_about(self):
        binding = self.create_partner_binding(None)

        with self.assertNoLogs(self.logger, "WARNING"):
            self.unit(Binder).bind("A7", binding)

    def _bind_category(self, external_id):
        binding = self.env[self.category_binding].create(
            {"name": external_id, "backend_id": self.backend_record.id}
        )
        self.unit(Binder, self.category_binding).bind(external_id, binding)
