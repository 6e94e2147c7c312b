# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of declared syncs, found by their name."""

from unittest import mock

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.magic import declare_sync
from odoo.addons.connector.magic.sync.declared import DECLARED

from ..models.sync import REL, trace_sync
from .sync_case import SyncCase, things


class TestDeclared(SyncCase):
    def setUp(self):
        super().setUp()
        self.enterContext(mock.patch.dict(DECLARED))

    def test_each_helper_takes_the_name_in_place_of_the_description(self):
        self.magic.sync_x2odoo(things("a"), REL, create=True)
        self.magic.sync_odoo2x(self.traces.search([]), REL, update=True)

        @declare_sync("cards")
        def card_sync(MAGIC):
            src = {
                "system": "github",
                "get_ref": lambda card: card,
                "create": lambda card: f"t{card}",
            }
            return {"src": src, "dst": {"system": "trello"}}

        result = self.magic.sync_external(["c"], "cards", create=True)

        self.assertEqual(self.shop.things, {"T1": "a"})
        self.assertEqual(result.created, 1)

    def test_external_sync_can_be_delayed(self):
        seen = []

        @declare_sync("cards")
        def card_sync(MAGIC):
            src = {
                "system": "github",
                "get_ref": lambda card: card,
                "create": lambda card: seen.append(card) or f"t{card}",
            }
            return {"src": src, "dst": {"system": "trello"}}

        self.magic.sync_external(["c"], "cards", create=True, delay=True)
        self.run_jobs()

        self.assertEqual((seen, self.jobs().state), (["c"], "done"))

    def test_declared_function_is_taken_as_well(self):
        self.magic.sync_x2odoo(things("a"), trace_sync, create=True)

        self.assertEqual(self.trace_names(), ["a"])

    def test_callbacks_work_in_the_environment_of_the_caller(self):
        magic = type(self.magic)(self.env(context={"lang": "xx"}))
        seen = []

        @declare_sync("mine")
        def my_sync(MAGIC):
            seen.append(MAGIC.env)
            return self.shop.sync_info(MAGIC.env) | {"relation": "mine"}

        magic.sync_x2odoo(things("a"), "mine", create=True)

        self.assertEqual(seen, [magic.env])

    def test_unknown_name_is_refused_and_the_nearest_one_named(self):
        with self.assertRaisesRegex(InvalidUsageError, f"Did you mean '{REL}'"):
            self.magic.sync_x2odoo(things("a"), REL.replace("trace", "traces"))

    def test_sync_of_an_addon_that_is_not_installed_is_unknown(self):
        def foreign(MAGIC):
            return {}

        foreign.__module__ = "odoo.addons.connector_not_there.sync"
        declare_sync("foreign")(foreign)

        with self.assertRaisesRegex(InvalidUsageError, "no installed addon declares"):
            self.magic.sync_x2odoo([], "foreign")

    def test_two_functions_for_a_relation_are_refused(self):
        with self.assertRaisesRegex(InvalidUsageError, "trace_sync is"):

            @declare_sync(REL)
            def another(MAGIC):
                return {}

    def test_module_that_is_loaded_again_replaces_its_own(self):
        again = declare_sync(REL)(trace_sync.function)

        self.assertIs(DECLARED[REL], again)

    def test_declaration_needs_a_name(self):
        for relation in (None, "", trace_sync.function):
            with self.subTest(relation=relation):
                with self.assertRaisesRegex(InvalidUsageError, "expected its name"):
                    declare_sync(relation)

    def test_relation_that_disagrees_is_refused(self):
        @declare_sync("mine")
        def my_sync(MAGIC):
            return self.shop.sync_info(MAGIC.env)

        with self.assertRaisesRegex(InvalidUsageError, "as it is declared"):
            self.magic.sync_x2odoo([], "mine")
