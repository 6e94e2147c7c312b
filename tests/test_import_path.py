# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the import paths of classic connectors."""

import importlib

from odoo.tests import BaseCase, tagged

ROOT = "odoo.addons.connector"

# What connectors in the wild import from each module; the queue's are its own test's.
CLASSIC_NAMES = {
    "event": "Event on_record_create on_record_write on_record_unlink",
    "backend_model": "connector_backend external_binding",
    "session": "ConnectorSession ConnectorSessionHandler",
    "backend": "Backend BackendRegistry BACKENDS get_backend",
    "connector": (
        "ConnectorUnit MetaConnectorUnit ConnectorEnvironment Environment Binder "
        "pg_try_advisory_lock is_module_installed get_openerp_module "
        "_get_openerp_module_name install_in_connector"
    ),
    "unit.mapper": (
        "mapping changed_by only_create none convert m2o_to_backend backend_to_m2o "
        "follow_m2o_relations Mapper ImportMapper ExportMapper MapChild ImportMapChild "
        "ExportMapChild MapRecord MapOptions MetaMapper MappingDefinition"
    ),
    "unit.synchronizer": (
        "Synchronizer Importer Exporter Deleter ImportSynchronizer "
        "ExportSynchronizer DeleteSynchronizer"
    ),
    "unit.backend_adapter": "BackendAdapter CRUDAdapter",
    "unit.binder": "Binder",
    "related_action": "unwrap_binding",
    "exception": (
        "ConnectorException NoConnectorUnitError InvalidDataError MappingError "
        "ChannelNotFound JobError NoSuchJobError NotReadableJobError FailedJobError "
        "RetryableJobError NetworkRetryableError NoExternalId NothingToDoJob "
        "IDMissingInBackend ManyIDSInBackend"
    ),
}


@tagged("post_install", "-at_install")
class TestClassicPaths(BaseCase):
    def test_module_has_its_classic_names(self):
        for path, names in CLASSIC_NAMES.items():
            module = importlib.import_module(f"{ROOT}.{path}")
            for name in names.split():
                with self.subTest(path=path, name=name):
                    self.assertTrue(hasattr(module, name))

    def test_modules_without_names_can_be_imported(self):
        for path in ("producer", "backend_model", "unit"):
            with self.subTest(path=path):
                importlib.import_module(f"{ROOT}.{path}")

    def test_what_is_not_ported_says_what_to_do(self):
        remedies = {
            "jobrunner.runner": "queue.worker runs the jobs as soon as the addon is",
            "controllers.main": "override Runner of odoo.addons.connector",
        }
        for path, remedy in remedies.items():
            with self.subTest(path), self.assertRaisesRegex(ImportError, remedy):
                importlib.import_module(f"{ROOT}.{path}")

    def test_star_import_of_backend_gives_the_class_only(self):
        module = importlib.import_module(f"{ROOT}.backend")

        self.assertEqual(module.__all__, ["Backend"])

    def test_modules_can_be_imported_under_an_alias(self):
        import odoo.addons.connector.backend as backend
        from odoo.addons.connector import backend as b
        from odoo.addons.connector import connector, related_action, session
        from odoo.addons.connector.unit import synchronizer

        self.assertIs(b, backend)
        self.assertTrue(issubclass(synchronizer.Importer, connector.ConnectorUnit))
        self.assertTrue(related_action.unwrap_binding)
        self.assertTrue(session.ConnectorSession)

    def test_functions_and_classes_keep_the_module_they_are_defined_in(self):
        """Jobs are found by the path of their function."""
        from odoo.addons.connector.related_action import unwrap_binding
        from odoo.addons.connector.unit.synchronizer import Importer

        room = f"{ROOT}.components"
        self.assertEqual(unwrap_binding.__module__, f"{room}.related_action")
        self.assertEqual(Importer.__module__, f"{room}.synchronizer")

    def test_names_of_series_7_mean_the_same_classes(self):
        from odoo.addons.connector import connector
        from odoo.addons.connector.unit import synchronizer

        self.assertIs(connector.Environment, connector.ConnectorEnvironment)
        self.assertIs(synchronizer.ImportSynchronizer, synchronizer.Importer)
        self.assertIs(synchronizer.ExportSynchronizer, synchronizer.Exporter)
        self.assertIs(synchronizer.DeleteSynchronizer, synchronizer.Deleter)

    def test_addon_of_a_class_and_of_a_path_is_told(self):
        from odoo.addons.connector import connector

        cls = connector.ConnectorUnit
        self.assertEqual(connector.get_openerp_module(cls), "connector")
        path = "odoo.addons.shop.unit.mapper"
        self.assertEqual(connector._get_openerp_module_name(path), "shop")

    def test_marker_of_series_7_does_nothing(self):
        from odoo.addons.connector.connector import install_in_connector

        self.assertIsNone(install_in_connector())
