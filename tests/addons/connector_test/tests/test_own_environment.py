# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a connector's own environment and session classes."""

from odoo.addons.connector.components.backend_adapter import BackendAdapter
from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.core import ConnectorEnvironment
from odoo.addons.connector.session import ConnectorSession
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
CATEGORY = "connector.test.category"
LINE = "connector.test.line"
PSEUDO = "_shop.version.key"  # no model of Odoo


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
