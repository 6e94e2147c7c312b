# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the habits of real classic connectors.

Each class shows one way in which real connectors of the classic framework used it.
"""

from contextlib import suppress

from odoo.addons.connector import connector
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.core import ConnectorEnvironment, ConnectorUnit
from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.components.synchronizer import Exporter, Importer
from odoo.addons.connector.exception import NetworkRetryableError
from odoo.addons.connector.session import ConnectorSessionHandler
from odoo.addons.connector.tests.common import UnitCase, mock_session_commit
from odoo.addons.connector.unit import synchronizer

PARTNER = "connector.test.partner"
CATEGORY = "connector.test.category"
LINE = "connector.test.line"
PSEUDO = "_shop.version.key"  # no model of Odoo


class TestSeveralMappers(UnitCase):
    """A model may have several mappers; a precise class says which one is meant."""

    def setUp(self):
        super().setUp()

        @self.backend
        class PartnerMapper(ImportMapper):
            _model_name = PARTNER

        @self.backend
        class PriceMapper(ImportMapper):
            _model_name = PARTNER

        class PartnerImporter(Importer):
            _model_name = PARTNER
            _base_mapper = PartnerMapper

            def run(self):
                return type(self.mapper), type(self.unit_for(PriceMapper))

        self.PartnerMapper, self.PriceMapper = PartnerMapper, PriceMapper
        self.PartnerImporter = PartnerImporter

    def test_each_is_found_by_its_class(self):
        found = self.unit(self.PartnerImporter).run()

        self.assertEqual(found, (self.PartnerMapper, self.PriceMapper))


class TestAlias(UnitCase):
    """A class keeps its old name as an alias, and is registered under both."""

    def test_class_that_is_registered_twice_is_found_once(self):
        @self.backend
        class DelayedBatchImporter(Importer):
            _model_name = PARTNER

        BatchImport = self.backend(DelayedBatchImporter)

        found = self.environment(PARTNER).get_connector_unit(BatchImport)

        self.assertIs(type(found), DelayedBatchImporter)


class PartnerBinder(Binder):
    _model_name = PARTNER


class AddReview(ConnectorUnit):
    """Is called with an id."""

    _model_name = PARTNER

    def run(self, binding_id):
        return self.model.browse(binding_id)


class PartnerReview(AddReview):
    pass


class ReviewingImporter(Importer):
    _model_name = PARTNER

    def _create(self, values):
        """Return a record."""
        return self.model.create(values)

    def run(self, external_id, values):
        binding = self._create(values)
        self.binder.bind(external_id, binding)
        return self.unit_for(AddReview).run(binding.id)


class TestOwnRole(UnitCase):
    """A connector invents units with roles of its own."""

    def setUp(self):
        super().setUp()
        self.backend(PartnerBinder)
        self.backend(PartnerReview)

    def test_unit_is_found_by_its_role(self):
        unit = self.unit(Importer).unit_for(AddReview)

        self.assertIs(type(unit), PartnerReview)

    def test_units_called_with_ids_and_with_records_work_together(self):
        values = {"name": "Ada", "backend_id": self.backend_record.id}

        reviewed = self.unit(ReviewingImporter).run("7", values)

        self.assertEqual((reviewed._name, reviewed.external_id), (PARTNER, "7"))

    def test_binder_takes_ids_as_well_as_records(self):
        binding = self.create_partner_binding()
        binder = self.unit(Importer).binder_for()

        for given in (binding, binding.id):
            with self.subTest(given=given):
                binder.bind("7", given)

                self.assertEqual(binder.to_backend(given), "7")
                self.assertEqual(binder.unwrap_binding(given), binding.odoo_id.id)


class TestCommitInTheMiddle(UnitCase):
    """An exporter commits as soon as it knows the external id, to keep it."""

    def test_external_id_outlives_an_error_later_on(self):
        self.backend(PartnerBinder)

        class PartnerExporter(Exporter):
            def run(self, binding_id):
                self.binder.bind("7", binding_id)
                self.session.commit()
                self.model.browse(binding_id).name = "lost"
                self.env.flush_all()
                raise NetworkRetryableError("the far side hung up")

        binding = self.create_partner_binding()

        with self.enter_registry_test_mode():
            handler = ConnectorSessionHandler(self.env.cr.dbname, self.env.uid)
            # assertRaises would roll back what was committed
            with suppress(NetworkRetryableError), handler.session() as session:
                record = self.backend_record.with_env(session.env)
                scope = ConnectorEnvironment(record, session, PARTNER)
                PartnerExporter(scope).run(binding.id)

        self.assertEqual((binding.external_id, binding.name), ("7", "Ada"))

    def test_commits_of_a_session_can_be_kept_from_a_test(self):
        with mock_session_commit() as commit:
            binding = self.create_partner_binding()
            binding.name = "Ada King"
            self.session.commit()

        commit.assert_called_once_with(self.session)
        self.env.cr.execute(
            "SELECT name FROM res_partner WHERE id = %s", [binding.odoo_id.id]
        )
        self.assertEqual(self.env.cr.fetchone(), ("Ada King",))


class TestOldSpellings(UnitCase):
    def test_record_knows_its_model_by_the_old_spelling(self):
        for record in (self.backend_record, self.env["res.partner"]):
            with self.subTest(record=record):
                self.assertEqual(record._model._name, record._name)

    def test_environment_comes_from_the_backend_record(self):
        scope = self.backend_record.get_environment(PARTNER, session=self.session)

        self.assertIs(scope.session, self.session)
        self.assertEqual(scope.backend_record, self.backend_record)
        self.assertEqual(scope.model, self.env[PARTNER])

    def test_environment_of_the_backend_record_needs_no_session(self):
        scope = self.backend_record.get_environment(PARTNER)

        self.assertEqual(scope.env, self.env)

    def test_language_of_the_backend_lasts_in_its_environment(self):
        """The old helper returned after the context was restored: it was lost."""
        self.env["res.lang"]._activate_lang("fr_FR")
        french = self.env["res.lang"]._lang_get("fr_FR")
        self.backend_record.default_lang_id = french

        unit = ConnectorUnit(self.backend_record.get_environment(PARTNER))

        self.assertEqual(unit.localcontext["lang"], "fr_FR")
        self.assertEqual(unit.model.env.lang, "fr_FR")
        self.assertEqual(unit.backend_record.env.lang, "fr_FR")

    def test_series_7_names_still_resolve(self):
        self.assertIs(connector.Environment, ConnectorEnvironment)
        self.assertIs(synchronizer.ImportSynchronizer, Importer)
        self.assertIs(synchronizer.ExportSynchronizer, Exporter)
        self.assertIs(synchronizer.DeleteSynchronizer, synchronizer.Deleter)
