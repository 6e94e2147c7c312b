# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of cached backend lookups, and of their end."""

from types import SimpleNamespace

from ..exception import NoConnectorUnitError
from .backend_case import PARTNER, LookupCase, Unit, unit


class TestKeptAnswers(LookupCase):
    def test_answer_changes_with_a_new_registration(self):
        old = self.parent(unit())
        self.assertIs(self.find(self.child), old)

        new = self.parent(replacing=old)(unit())

        self.assertIs(self.find(self.child), new)

    def test_answer_changes_with_a_registration_on_the_child(self):
        self.parent(unit())
        self.find(self.child)

        new = self.child(unit())

        self.assertIs(self.find(self.child), new)

    def test_answer_changes_when_an_addon_is_installed(self):
        old = self.parent(unit())
        new = self.parent(replacing=old)(unit(addon="shop"))
        self.assertIs(self.find(self.parent), old)

        self.install("shop")

        self.assertIs(self.find(self.parent), new)

    def test_unit_registered_after_a_failure_is_found(self):
        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent)

        cls = self.parent(unit())

        self.assertIs(self.find(self.parent), cls)

    def test_same_question_is_answered_only_once(self):
        calls = []

        class Counting(Unit):
            @classmethod
            def match(cls, session, model):
                calls.append(model)
                return True

        self.parent(Counting)
        for _time in range(3):
            self.find(self.parent)

        self.assertEqual(calls, [PARTNER])

    def test_each_database_has_answers_of_its_own(self):
        old = self.parent(unit(addon="base"))
        new = self.parent(replacing=old)(unit(addon="shop"))
        with_shop = session_in("one", {"base", "shop"})
        without_shop = session_in("other", {"base", "till"})

        for _time in range(2):
            found = self.parent.get_class(Unit, with_shop, PARTNER)
            self.assertIs(found, new)
            found = self.parent.get_class(Unit, without_shop, PARTNER)
            self.assertIs(found, old)

    def test_registry_loaded_anew_is_asked_anew(self):
        """As many addons are installed as before, but others."""
        old = self.parent(unit(addon="base"))
        new = self.parent(replacing=old)(unit(addon="shop"))
        before = session_in("one", {"base", "shop"})
        after = session_in("one", {"base", "till"})

        found = [self.parent.get_class(Unit, one, PARTNER) for one in (before, after)]

        self.assertEqual(found, [new, old])


class Registry:
    """What a lookup asks of a registry."""

    def __init__(self, database, addons):
        self.db_name = database
        self._init_modules = addons


def session_in(database, addons):
    """Return a session in a database with these addons, as far as a lookup looks."""
    return SimpleNamespace(env=SimpleNamespace(registry=Registry(database, addons)))
