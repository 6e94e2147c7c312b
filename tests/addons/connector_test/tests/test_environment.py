# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the connector environment, the scope of units."""

from odoo.addons.connector.components.core import ConnectorEnvironment, ConnectorUnit
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
CATEGORY = "connector.test.category"


class StoreEnvironment(ConnectorEnvironment):
    """An environment with one argument more."""

    _propagate_kwargs = ["store"]

    def __init__(self, backend_record, session, model_name, store=None):
        super().__init__(backend_record, session, model_name)
        self.store = store


class Worker(ConnectorUnit):
    _model_name = [PARTNER, CATEGORY]


class TestConnectorEnvironment(UnitCase):
    def test_environment_has_what_it_was_given(self):
        scope = ConnectorEnvironment(self.backend_record, self.session, PARTNER)

        self.assertIs(scope.backend_record, self.backend_record)
        self.assertIs(scope.session, self.session)
        self.assertEqual(scope.model_name, PARTNER)

    def test_environment_shows_model_registry_and_env_of_the_session(self):
        scope = ConnectorEnvironment(self.backend_record, self.session, PARTNER)

        self.assertEqual(scope.model, self.env[PARTNER])
        self.assertIs(scope.pool, self.registry)
        self.assertIs(scope.env, self.session.env)

    def test_backend_is_that_of_the_record(self):
        self.assertIs(self.environment(PARTNER).backend, self.backend)

    def test_unit_works_in_the_environment(self):
        self.backend(Worker)
        scope = self.environment(PARTNER)

        self.assertIs(scope.get_connector_unit(Worker).connector_env, scope)

    def test_language_of_a_block_stays_in_the_environment_made_there(self):
        """The pattern of the classic guide, which lost the language."""

        def get_environment():
            with self.session.change_context(lang="fr_FR"):
                return ConnectorEnvironment(self.backend_record, self.session, PARTNER)

        scope = get_environment()

        self.assertEqual(scope.env.context["lang"], "fr_FR")
        self.assertEqual(scope.model.env.context["lang"], "fr_FR")
        self.assertIsNone(self.session.context.get("lang"))

    def test_user_of_a_block_stays_in_the_environment_made_there(self):
        user = self.env.ref("base.user_admin")

        with self.session.change_user(user.id):
            scope = self.environment(PARTNER)

        self.assertEqual(scope.env.uid, user.id)


class TestCreateEnvironment(UnitCase):
    def test_environment_is_for_the_other_model(self):
        scope = ConnectorEnvironment.create_environment(
            self.backend_record, self.session, CATEGORY
        )

        self.assertEqual(scope.model_name, CATEGORY)
        self.assertIs(scope.session, self.session)
        self.assertIs(scope.backend_record, self.backend_record)

    def test_arguments_named_are_propagated(self):
        scope = StoreEnvironment(self.backend_record, self.session, PARTNER, "Paris")

        other = scope.create_environment(
            self.backend_record, self.session, CATEGORY, connector_env=scope
        )

        self.assertIs(type(other), StoreEnvironment)
        self.assertEqual(other.store, "Paris")

    def test_arguments_not_named_are_not_propagated(self):
        self.patch(StoreEnvironment, "_propagate_kwargs", [])
        scope = StoreEnvironment(self.backend_record, self.session, PARTNER, "Paris")

        other = scope.create_environment(
            self.backend_record, self.session, CATEGORY, connector_env=scope
        )

        self.assertIsNone(other.store)

    def test_unit_of_another_model_has_class_and_arguments_of_the_environment(self):
        self.backend(Worker)
        scope = StoreEnvironment(self.backend_record, self.session, PARTNER, "Paris")

        unit = scope.get_connector_unit(Worker).unit_for(Worker, CATEGORY)

        self.assertIs(type(unit.connector_env), StoreEnvironment)
        self.assertEqual(unit.connector_env.store, "Paris")

    def test_language_of_the_environment_reaches_other_models(self):
        self.backend(Worker)
        with self.session.change_context(lang="fr_FR"):
            scope = self.environment(PARTNER)

        unit = scope.get_connector_unit(Worker).unit_for(Worker, CATEGORY)

        self.assertEqual(unit.env.context["lang"], "fr_FR")
