# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the connector environment, the scope of units."""

from unittest import mock

from odoo.addons.connector.backend import Backend
from odoo.addons.connector.components.core import ConnectorEnvironment, ConnectorUnit
from odoo.addons.connector.session import ConnectorSession
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


class TestLanguage(UnitCase):
    """An environment works in the language of its backend, whoever caused the work.

    A job made by a click had the language of the person: an import of French texts
    wrote them over the English ones.
    """

    def setUp(self):
        super().setUp()
        for code in ("fr_FR", "de_DE"):
            self.env["res.lang"]._activate_lang(code)
        self.backend_record.default_lang_id = self.env["res.lang"]._lang_get("fr_FR")
        self.clicked = ConnectorSession(self.env.cr, self.env.uid, {"lang": "de_DE"})

    def langs(self, scope) -> set[str]:
        """Return the languages of everything that a unit works with."""
        self.backend(Worker)
        unit = scope.get_connector_unit(Worker)
        other = unit.unit_for(Worker, CATEGORY)
        envs = [scope.env, scope.backend_record.env]
        for one in (unit, other):
            envs += [one.env, one.model.env, one.backend_record.env]
        return {env.context.get("lang") for env in envs}

    def test_language_of_the_backend_goes_before_that_of_a_click(self):
        scope = ConnectorEnvironment(self.backend_record, self.clicked, PARTNER)

        self.assertEqual(self.langs(scope), {"fr_FR"})
        self.assertEqual(self.clicked.context["lang"], "de_DE")

    def test_environment_of_a_session_without_a_language_has_that_of_the_backend(self):
        scope = ConnectorEnvironment(self.backend_record, self.session, PARTNER)

        self.assertEqual(self.langs(scope), {"fr_FR"})

    def test_backend_without_a_language_leaves_that_of_the_session(self):
        self.backend_record.default_lang_id = False

        scope = ConnectorEnvironment(self.backend_record, self.clicked, PARTNER)

        self.assertIs(scope.session, self.clicked)

    def test_language_that_a_block_chooses_goes_before_that_of_the_backend(self):
        scope = ConnectorEnvironment(self.backend_record, self.session, PARTNER)
        for change in ({"args": [{"lang": "de_DE"}]}, {"kwargs": {"lang": "de_DE"}}):
            args, kwargs = change.get("args", ()), change.get("kwargs", {})
            with self.subTest(change), scope.session.change_context(*args, **kwargs):
                inner = scope.create_environment(
                    scope.backend_record, scope.session, CATEGORY, connector_env=scope
                )
                with scope.session.change_context(active_test=False):
                    nested = ConnectorEnvironment(
                        scope.backend_record, scope.session, CATEGORY
                    )
            self.assertEqual(inner.env.context["lang"], "de_DE")
            self.assertEqual(nested.env.context["lang"], "de_DE")
        self.assertEqual(scope.env.context["lang"], "fr_FR")

    def test_block_that_repeats_the_context_of_a_click_chooses_no_language(self):
        context = {**self.clicked.context, "active_test": False}

        with self.clicked.change_context(context):
            scope = ConnectorEnvironment(self.backend_record, self.clicked, PARTNER)

        self.assertEqual(self.langs(scope), {"fr_FR"})
        self.assertIs(scope.env.context["active_test"], False)

    def test_environment_that_changes_its_session_keeps_the_language(self):
        """Two connectors made the environment first, and changed the context then."""

        def get_environment():
            scope = ConnectorEnvironment(self.backend_record, self.clicked, PARTNER)
            with scope.session.change_context(lang="fr_FR"):
                return scope

        self.assertEqual(self.langs(get_environment()), {"fr_FR"})

    def test_stand_in_for_a_record_says_its_language(self):
        backend_record = mock.Mock(default_lang_id=mock.Mock(code="fr_FR"))

        scope = ConnectorEnvironment(backend_record, self.clicked, PARTNER)

        self.assertEqual(scope.env.context["lang"], "fr_FR")
        self.assertIs(scope.backend_record, backend_record)

    def test_elevated_rights_of_the_record_stay(self):
        record_sudo = self.backend_record.with_user(
            self.env.ref("base.user_admin")
        ).sudo()

        scope = ConnectorEnvironment(record_sudo, self.clicked, PARTNER)

        self.assertTrue(scope.backend_record.env.su)

    def test_own_way_to_find_the_language_counts(self):
        model = type(self.backend_record)
        self.patch(model, "_get_lang_code", lambda record: "de_DE")

        scope = ConnectorEnvironment(self.backend_record, self.session, PARTNER)

        self.assertEqual(self.langs(scope), {"de_DE"})


class TestEnvironmentOfAnotherModel(UnitCase):
    """Units ask for those of other models with each record: its scope is made once."""

    def setUp(self):
        super().setUp()
        self.backend(Worker)
        self.scope = self.environment(PARTNER)
        self.unit = self.scope.get_connector_unit(Worker)

    def other_scope(self):
        return self.unit.unit_for(Worker, CATEGORY).connector_env

    def test_environment_of_another_model_is_the_same_each_time(self):
        self.assertIs(self.other_scope(), self.other_scope())

    def test_block_that_changes_the_session_has_environments_of_its_own(self):
        before = self.other_scope()

        with self.session.change_context(lang="fr_FR"):
            inside = self.other_scope()

        self.assertEqual(inside.env.context["lang"], "fr_FR")
        self.assertIs(self.other_scope(), before)
        self.assertIsNone(before.env.context.get("lang"))

    def test_unit_with_a_session_of_its_own_hands_it_on(self):
        self.other_scope()
        self.unit.session = ConnectorSession(self.env.cr, self.env.uid, {"own": True})

        self.assertIs(self.other_scope().env.context["own"], True)

    def test_backend_that_was_replaced_counts_for_other_models(self):
        before = self.other_scope()
        self.scope.backend = other = Backend("other_test")
        other(Worker)

        self.assertIs(self.other_scope().backend, other)
        self.assertIsNot(self.other_scope(), before)

    def test_own_attributes_of_an_environment_are_those_of_now(self):
        scope = StoreEnvironment(self.backend_record, self.session, PARTNER, "Paris")
        unit = scope.get_connector_unit(Worker)
        unit.unit_for(Worker, CATEGORY)

        scope.store = "Lyon"

        other = unit.unit_for(Worker, CATEGORY)
        self.assertEqual(other.connector_env.store, "Lyon")


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
