# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Do the habits of the connectors in the wild work here?

Each class shows one way in which real connectors of the classic framework used it.
"""

from contextlib import suppress

from odoo.addons.connector import connector
from odoo.addons.connector.components.backend_adapter import BackendAdapter
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.core import ConnectorEnvironment, ConnectorUnit
from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.components.mapping import mapping
from odoo.addons.connector.components.synchronizer import Exporter, Importer
from odoo.addons.connector.exception import NetworkRetryableError, NoConnectorUnitError
from odoo.addons.connector.session import ConnectorSession, ConnectorSessionHandler
from odoo.addons.connector.tests.common import UnitCase
from odoo.addons.connector.unit import synchronizer

PARTNER = "connector.test.partner"
CATEGORY = "connector.test.category"
LINE = "connector.test.line"
PSEUDO = "_shop.version.key"  # no model of Odoo


class TestPseudoModel(UnitCase):
    """A unit's model need not exist in Odoo: the name only finds the unit."""

    def setUp(self):
        super().setUp()

        @self.backend
        class VersionAdapter(BackendAdapter):
            _model_name = [PSEUDO, "__not_exist_shop.payment"]

        self.VersionAdapter = VersionAdapter

    def test_environment_finds_the_unit(self):
        unit = self.environment(PSEUDO).get_connector_unit(BackendAdapter)

        self.assertIs(type(unit), self.VersionAdapter)
        self.assertEqual(unit.connector_env.model_name, PSEUDO)

    def test_environment_of_the_backend_record_finds_the_unit(self):
        scope = self.backend_record.get_environment("__not_exist_shop.payment")

        unit = scope.get_connector_unit(BackendAdapter)

        self.assertIs(type(unit), self.VersionAdapter)

    def test_another_unit_finds_the_unit(self):
        unit = self.unit(Importer).unit_for(BackendAdapter, PSEUDO)

        self.assertIs(type(unit), self.VersionAdapter)

    def test_only_touching_the_model_fails(self):
        unit = self.unit(Importer).unit_for(BackendAdapter, PSEUDO)

        with self.assertRaises(KeyError):
            unit.model  # noqa: B018 it is looked up here

    def test_import_mapper_maps(self):
        class VersionMapper(ImportMapper):
            direct = [("version", "name")]

            @mapping
            def major(self, record):
                return {"major": record["version"].split(".")[0]}

        values = (
            self.unit(VersionMapper, PSEUDO).map_record({"version": "1.2"}).values()
        )

        self.assertEqual(values, {"name": "1.2", "major": "1"})

    def test_lines_may_have_a_pseudo_model(self):
        @self.backend
        class VersionMapper(ImportMapper):
            _model_name = PSEUDO
            direct = [("version", "name")]

        class PartnerMapper(ImportMapper):
            children = [("versions", "line_ids", PSEUDO)]

        record = self.unit(PartnerMapper).map_record({"versions": [{"version": "1"}]})

        for for_create in (True, False):
            with self.subTest(for_create=for_create):
                values = record.values(for_create=for_create)

                self.assertEqual(values, {"line_ids": [(0, 0, {"name": "1"})]})

    def test_failed_look_up_names_the_pseudo_model(self):
        with self.assertRaises(NoConnectorUnitError) as caught:
            self.environment(PSEUDO).get_connector_unit(Binder)

        self.assertIn(f"for model {PSEUDO!r}", str(caught.exception))


class TestGenericUnit(UnitCase):
    """A unit that overrides match() is for every model, without any name."""

    def setUp(self):
        super().setUp()

        class ForEveryModel:
            @classmethod
            def match(cls, session, model):
                return True

        @self.backend
        class IndexAdapter(ForEveryModel, BackendAdapter):
            pass

        @self.backend
        class IndexMapper(ForEveryModel, ImportMapper):
            pass

        self.IndexAdapter, self.IndexMapper = IndexAdapter, IndexMapper

    def test_unit_is_found_for_every_model(self):
        for model_name in (PARTNER, CATEGORY, PSEUDO):
            with self.subTest(model_name=model_name):
                scope = self.environment(model_name)

                adapter = scope.get_connector_unit(BackendAdapter)
                mapper = scope.get_connector_unit(ImportMapper)

                self.assertIs(type(adapter), self.IndexAdapter)
                self.assertIs(type(mapper), self.IndexMapper)

    def test_failed_look_up_of_another_class_lists_the_unit(self):
        with self.assertRaises(NoConnectorUnitError) as caught:
            self.environment(PARTNER).get_connector_unit(Binder)

        self.assertIn("IndexAdapter", str(caught.exception))


class TestOwnEnvironment(UnitCase):
    """An environment may be made of something else than a backend record."""

    class IndexEnvironment(ConnectorEnvironment):
        """Works for an index, here a category that knows its backend."""

        _propagate_kwargs = ["index_record"]

        def __init__(self, backend_record, session, model_name, index_record=None):
            super().__init__(backend_record, session, model_name)
            self.index_record = index_record

    class RecordEnvironment(ConnectorEnvironment):
        """Is made of the index alone, and sets everything itself."""

        def __init__(self, index_record, session, model_name):
            self.index_record = index_record
            self.backend_record = index_record.backend_id
            self.backend = self.backend_record.get_backend()
            self.session = session
            self.model_name = model_name

        @classmethod
        def create_environment(cls, backend_record, session, model, connector_env=None):
            return cls(connector_env.index_record, session, model)

    def setUp(self):
        super().setUp()

        @self.backend
        class AnyBinder(Binder):
            _model_name = [PARTNER, CATEGORY]

        self.index = self.env[CATEGORY].create(
            {"name": "Index", "backend_id": self.backend_record.id}
        )

    def test_further_argument_reaches_units_of_the_same_model(self):
        scope = self.IndexEnvironment(
            self.backend_record, self.session, PARTNER, index_record=self.index
        )

        binder = scope.get_connector_unit(Binder)

        self.assertEqual(binder.connector_env.index_record, self.index)

    def test_further_argument_reaches_units_of_other_models(self):
        scope = self.IndexEnvironment(
            self.backend_record, self.session, PARTNER, index_record=self.index
        )

        binder = scope.get_connector_unit(Binder).binder_for(CATEGORY)

        self.assertIs(type(binder.connector_env), self.IndexEnvironment)
        self.assertEqual(binder.connector_env.index_record, self.index)

    def test_environment_may_be_made_of_another_record(self):
        scope = self.RecordEnvironment(self.index, self.session, PARTNER)

        binder = scope.get_connector_unit(Binder)

        self.assertEqual(binder.backend_record, self.backend_record)
        self.assertIs(binder.backend, self.backend)
        self.assertEqual(binder.model, self.env[PARTNER])

    def test_environment_of_another_record_reaches_other_models(self):
        scope = self.RecordEnvironment(self.index, self.session, PARTNER)

        binder = scope.get_connector_unit(Binder).binder_for(CATEGORY)

        self.assertIs(type(binder.connector_env), self.RecordEnvironment)
        self.assertEqual(binder.connector_env.index_record, self.index)
        self.assertEqual(binder.model, self.env[CATEGORY])


class TestCache(UnitCase):
    """What was read once hangs on the session or on the environment."""

    class CachingSession(ConnectorSession):
        def __init__(self, cr, uid, context=None):
            super().__init__(cr, uid, context)
            self.cache = {}

    def setUp(self):
        super().setUp()

        @self.backend
        class AnyAdapter(BackendAdapter):
            _model_name = [PARTNER, CATEGORY]

        self.caching_session = self.CachingSession.from_env(self.env)

    def test_cache_of_a_session_is_shared_by_units_of_all_models(self):
        scope = ConnectorEnvironment(self.backend_record, self.caching_session, PARTNER)
        adapter = scope.get_connector_unit(BackendAdapter)

        adapter.session.cache["token"] = "T"

        other = adapter.unit_for(BackendAdapter, CATEGORY)
        self.assertEqual(other.session.cache, {"token": "T"})
        self.assertEqual(self.caching_session.cache, {"token": "T"})

    def test_cache_of_a_session_outlives_a_change_of_context(self):
        with self.caching_session.change_context(lang="en_US"):
            scope = self.backend_record.get_environment(
                PARTNER, session=self.caching_session
            )

        scope.session.cache["token"] = "T"

        self.assertEqual(self.caching_session.cache, {"token": "T"})

    def test_cache_of_an_environment_is_shared_by_its_units(self):
        scope = self.environment(PARTNER)
        scope.cache = {}

        scope.get_connector_unit(BackendAdapter).connector_env.cache["token"] = "T"

        other = scope.get_connector_unit(BackendAdapter).unit_for(BackendAdapter)
        self.assertEqual(other.connector_env.cache, {"token": "T"})


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


class TestOwnRole(UnitCase):
    """A connector invents units with roles of its own."""

    def setUp(self):
        super().setUp()

        @self.backend
        class PartnerBinder(Binder):
            _model_name = PARTNER

        class AddReview(ConnectorUnit):
            """Is called with an id."""

            _model_name = PARTNER

            def run(self, binding_id):
                return self.model.browse(binding_id)

        @self.backend
        class PartnerReview(AddReview):
            pass

        class PartnerImporter(Importer):
            _model_name = PARTNER

            def _create(self, values):
                """Return a record."""
                return self.model.create(values)

            def run(self, external_id, values):
                binding = self._create(values)
                self.binder.bind(external_id, binding)
                return self.unit_for(AddReview).run(binding.id)

        self.AddReview, self.PartnerReview = AddReview, PartnerReview
        self.PartnerImporter = PartnerImporter

    def test_unit_is_found_by_its_role(self):
        unit = self.unit(Importer).unit_for(self.AddReview)

        self.assertIs(type(unit), self.PartnerReview)

    def test_units_called_with_ids_and_with_records_work_together(self):
        values = {"name": "Ada", "backend_id": self.backend_record.id}

        reviewed = self.unit(self.PartnerImporter).run("7", values)

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
        @self.backend
        class PartnerBinder(Binder):
            _model_name = PARTNER

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
