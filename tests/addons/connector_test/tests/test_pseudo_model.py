# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of units for every model, or for models unknown to Odoo."""

from odoo.addons.connector.components.backend_adapter import BackendAdapter
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.components.mapping import mapping
from odoo.addons.connector.components.synchronizer import Importer
from odoo.addons.connector.exception import NoConnectorUnitError
from odoo.addons.connector.tests.common import UnitCase

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
