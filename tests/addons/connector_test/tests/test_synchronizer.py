# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the units of a synchronizer, and of when it looks them up."""

from odoo.addons.connector.components.backend_adapter import (
    BackendAdapter,
    CRUDAdapter,
)
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.mapper import ExportMapper, ImportMapper, Mapper
from odoo.addons.connector.components.synchronizer import (
    Deleter,
    Exporter,
    Importer,
    Synchronizer,
)
from odoo.addons.connector.exception import AmbiguousUnitError, NoConnectorUnitError
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"


class PartnerImportMapper(ImportMapper):
    _model_name = PARTNER


class PartnerExportMapper(ExportMapper):
    _model_name = PARTNER


class PartnerAdapter(CRUDAdapter):
    _model_name = PARTNER


class PartnerBinder(Binder):
    _model_name = PARTNER


class TestRun(UnitCase):
    def test_synchronizer_without_run_says_what_to_define(self):
        class PartnerImporter(Importer):
            pass

        with self.assertRaises(NotImplementedError) as caught:
            self.unit(PartnerImporter).run(1, force=True)

        message = str(caught.exception)
        self.assertIn("connector_test.tests.test_synchronizer", message)
        self.assertIn("PartnerImporter does not say how to synchronize", message)
        self.assertIn("Define its run()", message)

    def test_run_has_the_arguments_and_the_result_of_the_subclass(self):
        class PartnerImporter(Importer):
            def run(self, external_id, force=False):
                return f"{external_id} {'forced' if force else 'skipped'}"

        result = self.unit(PartnerImporter).run("7", force=True)

        self.assertEqual(result, "7 forced")


class TestUnitsOfASynchronizer(UnitCase):
    def test_units_are_not_looked_up_before_they_are_used(self):
        synchronizer = self.unit(Synchronizer)

        self.assertIsNone(synchronizer._mapper)
        self.assertIsNone(synchronizer._binder)
        self.assertIsNone(synchronizer._backend_adapter)

    def test_missing_unit_is_an_error_when_it_is_used(self):
        for name in ("mapper", "binder", "backend_adapter"):
            with self.subTest(name=name), self.assertRaises(NoConnectorUnitError):
                getattr(self.unit(Synchronizer), name)

    def test_units_are_those_of_the_model(self):
        for cls in (PartnerImportMapper, PartnerAdapter, PartnerBinder):
            self.backend(cls)
        synchronizer = self.unit(Synchronizer)

        self.assertIs(type(synchronizer.mapper), PartnerImportMapper)
        self.assertIs(type(synchronizer.binder), PartnerBinder)
        self.assertIs(type(synchronizer.backend_adapter), PartnerAdapter)

    def test_units_share_the_scope_of_the_synchronizer(self):
        for cls in (PartnerImportMapper, PartnerAdapter, PartnerBinder):
            self.backend(cls)
        synchronizer = self.unit(Synchronizer)

        scopes = [
            synchronizer.mapper.connector_env,
            synchronizer.binder.connector_env,
            synchronizer.backend_adapter.connector_env,
        ]

        for scope in scopes:
            self.assertIs(scope, synchronizer.connector_env)

    def test_units_are_made_once(self):
        for cls in (PartnerImportMapper, PartnerAdapter, PartnerBinder):
            self.backend(cls)
        synchronizer = self.unit(Synchronizer)

        for name in ("mapper", "binder", "backend_adapter"):
            with self.subTest(name=name):
                unit = getattr(synchronizer, name)

                self.assertIs(getattr(synchronizer, name), unit)

    def test_units_that_were_set_are_kept(self):
        synchronizer = self.unit(Synchronizer)
        synchronizer._mapper = self.unit(PartnerImportMapper)
        synchronizer._binder = self.unit(PartnerBinder)
        synchronizer._backend_adapter = self.unit(PartnerAdapter)

        self.assertIs(synchronizer.mapper, synchronizer._mapper)
        self.assertIs(synchronizer.binder, synchronizer._binder)
        self.assertIs(synchronizer.backend_adapter, synchronizer._backend_adapter)

    def test_subclass_may_define_the_property_itself(self):
        class PartnerImporter(Importer):
            @property
            def mapper(self):
                return "series 7"

        self.assertEqual(self.unit(PartnerImporter).mapper, "series 7")


class TestBaseClasses(UnitCase):
    def test_importer_takes_the_import_mapper(self):
        self.backend(PartnerImportMapper)
        self.backend(PartnerExportMapper)

        self.assertIs(type(self.unit(Importer).mapper), PartnerImportMapper)

    def test_exporter_takes_the_export_mapper(self):
        self.backend(PartnerImportMapper)
        self.backend(PartnerExportMapper)

        self.assertIs(type(self.unit(Exporter).mapper), PartnerExportMapper)

    def test_others_take_any_mapper(self):
        self.backend(PartnerExportMapper)

        for cls in (Synchronizer, Deleter):
            with self.subTest(cls=cls):
                self.assertIs(type(self.unit(cls).mapper), PartnerExportMapper)
                self.assertIs(cls._base_mapper, Mapper)

    def test_base_mapper_says_which_mapper_is_taken(self):
        @self.backend
        class PriceMapper(ImportMapper):
            _model_name = PARTNER

        class PriceImporter(Importer):
            _base_mapper = PriceMapper

        self.backend(PartnerImportMapper)

        self.assertIs(type(self.unit(PriceImporter).mapper), PriceMapper)
        with self.assertRaises(AmbiguousUnitError):
            self.unit(Importer).mapper  # noqa: B018 it is looked up here

    def test_base_backend_adapter_says_which_adapter_is_taken(self):
        @self.backend
        class StockAdapter(BackendAdapter):
            _model_name = PARTNER

        class StockExporter(Exporter):
            _base_backend_adapter = StockAdapter

        self.backend(PartnerAdapter)

        self.assertIs(type(self.unit(StockExporter).backend_adapter), StockAdapter)
        with self.assertRaises(AmbiguousUnitError):
            self.unit(Exporter).backend_adapter  # noqa: B018 it is looked up here
