# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of units: their scope, and the other units that they find."""

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.core import ConnectorUnit
from odoo.addons.connector.components.mapper import Mapper
from odoo.addons.connector.exception import AmbiguousUnitError, NoConnectorUnitError
from odoo.addons.connector.queue.job import OpenERPJobStorage
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
CATEGORY = "connector.test.category"


class Greeter(ConnectorUnit):
    """A role of its own."""


class PartnerGreeter(Greeter):
    _model_name = PARTNER


class CategoryGreeter(Greeter):
    _model_name = [CATEGORY]


class AnyBinder(Binder):
    _model_name = (PARTNER, CATEGORY)


class TestUnitClass(UnitCase):
    def test_class_knows_its_addon(self):
        self.assertEqual(PartnerGreeter._openerp_module_, "connector_test")
        self.assertEqual(ConnectorUnit._openerp_module_, "connector")

    def test_models_are_always_a_list(self):
        self.assertEqual(PartnerGreeter.for_model_names, [PARTNER])
        self.assertEqual(CategoryGreeter.for_model_names, [CATEGORY])
        self.assertEqual(AnyBinder.for_model_names, [PARTNER, CATEGORY])

    def test_names_that_are_gone_say_what_to_write(self):
        """They were plain AttributeErrors."""
        scope = self.environment(PARTNER)
        mapper = self.unit(Mapper)
        gone = [
            (self.session, "browse", "session.env[model].browse(ids)"),
            (self.session, "search", "session.env[model].search(domain)"),
            (mapper, "environment", "self.connector_env"),
            (mapper, "get_binder_for_model", "self.binder_for(model)"),
            (mapper, "get_connector_unit_for_model", "self.unit_for(cls, model)"),
            (mapper, "data", "self.map_record(record).values()"),
            (mapper, "data_for_create", "values(for_create=True)"),
            (PartnerGreeter, "model_name", "for_model_names"),
            (scope, "set_lang", "backend_record.get_environment(model)"),
            (self.backend, "unregister_class", "@backend(replacing=OldClass)"),
            (OpenERPJobStorage(self.session), "openerp_id", "db_record(job).id"),
        ]
        for thing, name, remedy in gone:
            with self.subTest(name):
                with self.assertRaises(AttributeError) as caught:
                    getattr(thing, name)
                self.assertIn(
                    f".{name} of series 7 and 8 is gone", str(caught.exception)
                )
                self.assertIn(remedy, str(caught.exception))
                self.assertFalse(hasattr(thing, name))

    def test_name_that_is_gone_may_be_used_again(self):
        class Reader(ConnectorUnit):
            environment = "a unit's own"

        class Writer(ConnectorUnit):
            def __init__(self, scope):
                super().__init__(scope)
                self.environment = scope

        self.assertEqual(self.unit(Reader).environment, "a unit's own")
        self.assertEqual(self.unit(Writer).environment.model_name, PARTNER)

    def test_class_without_model_has_no_models(self):
        with self.assertRaises(NotImplementedError):
            Greeter.for_model_names  # noqa: B018 a property of the class

    def test_class_matches_its_models_by_name(self):
        self.assertIs(PartnerGreeter.match(self.session, PARTNER), True)
        self.assertIs(PartnerGreeter.match(self.session, CATEGORY), False)

    def test_class_matches_its_models_by_recordset(self):
        for model_name, expected in {PARTNER: True, CATEGORY: False}.items():
            with self.subTest(model_name=model_name):
                model = self.env[model_name]
                self.assertIs(PartnerGreeter.match(self.session, model), expected)


class TestUnit(UnitCase):
    def setUp(self):
        super().setUp()
        self.scope = self.environment(PARTNER)
        self.greeter = PartnerGreeter(self.scope)

    def test_unit_has_what_its_environment_has(self):
        self.assertIs(self.greeter.connector_env, self.scope)
        self.assertIs(self.greeter.backend, self.backend)
        self.assertIs(self.greeter.backend_record, self.backend_record)
        self.assertIs(self.greeter.session, self.session)
        self.assertIs(self.greeter.env, self.session.env)
        self.assertEqual(self.greeter.model, self.env[PARTNER])

    def test_local_context_is_that_of_the_session(self):
        with self.session.change_context(lang="fr_FR"):
            self.assertEqual(self.greeter.localcontext, {"lang": "fr_FR"})

    def test_change_of_the_session_is_seen_in_its_units(self):
        user = self.env.ref("base.user_admin")

        with self.session.change_user(user.id):
            self.assertEqual(self.greeter.env.uid, user.id)
            self.assertEqual(self.greeter.model.env.uid, user.id)

        self.assertEqual(self.greeter.env.uid, self.env.uid)


class TestUnitFor(UnitCase):
    def setUp(self):
        super().setUp()
        for cls in (PartnerGreeter, CategoryGreeter, AnyBinder):
            self.backend(cls)
        self.greeter = self.environment(PARTNER).get_connector_unit(Greeter)

    def test_environment_gives_the_registered_unit(self):
        self.assertIs(type(self.greeter), PartnerGreeter)

    def test_unit_of_the_same_model_works_in_the_same_environment(self):
        for model_name in (None, PARTNER):
            with self.subTest(model_name=model_name):
                unit = self.greeter.unit_for(Greeter, model_name)
                self.assertIs(type(unit), PartnerGreeter)
                self.assertIs(unit.connector_env, self.greeter.connector_env)

    def test_unit_of_another_model_works_in_another_environment(self):
        unit = self.greeter.unit_for(Greeter, CATEGORY)

        self.assertIs(type(unit), CategoryGreeter)
        self.assertEqual(unit.connector_env.model_name, CATEGORY)
        self.assertEqual(self.greeter.connector_env.model_name, PARTNER)

    def test_unit_of_another_model_shares_backend_and_session(self):
        unit = self.greeter.unit_for(Greeter, model=CATEGORY)

        self.assertIs(unit.session, self.session)
        self.assertIs(unit.backend_record, self.backend_record)
        self.assertIs(unit.backend, self.backend)

    def test_each_call_gives_a_unit_of_its_own(self):
        first, second = (self.greeter.unit_for(Greeter) for _time in range(2))

        self.assertIsNot(first, second)

    def test_binder_is_that_of_the_model(self):
        binder = self.greeter.binder_for()

        self.assertIs(type(binder), AnyBinder)
        self.assertEqual(binder.model, self.env[PARTNER])

    def test_binder_of_another_model_is_found(self):
        binder = self.greeter.binder_for(CATEGORY)

        self.assertIs(type(binder), AnyBinder)
        self.assertEqual(binder.model, self.env[CATEGORY])

    def test_missing_unit_is_told(self):
        with self.assertRaisesRegex(NoConnectorUnitError, "'res.partner'"):
            self.greeter.unit_for(Greeter, "res.partner")

    def test_ambiguous_unit_is_told(self):
        self.backend(type("SecondGreeter", (PartnerGreeter,), {}))

        with self.assertRaisesRegex(AmbiguousUnitError, "SecondGreeter"):
            self.greeter.unit_for(Greeter)
