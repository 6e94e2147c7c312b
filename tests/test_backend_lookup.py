# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the lookup of registered classes."""

from ..backend import Backend
from ..exception import AmbiguousUnitError, NoConnectorUnitError
from .backend_case import PARTNER, LookupCase, OtherUnit, Unit, unit


class TestCandidates(LookupCase):
    def test_class_itself_answers(self):
        cls = self.parent(unit())

        self.assertIs(self.find(self.parent, base=cls), cls)

    def test_subclass_answers_for_its_base(self):
        cls = self.parent(unit())

        self.assertIs(self.find(self.parent), cls)

    def test_base_does_not_answer_for_its_subclass(self):
        base = self.parent(unit())

        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent, base=unit(base))

    def test_class_of_another_kind_does_not_answer(self):
        self.parent(unit(OtherUnit))

        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent)

    def test_class_of_another_model_does_not_answer(self):
        self.parent(unit(model_name="res.users"))

        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent)

    def test_class_answers_for_each_of_its_models(self):
        cls = self.parent(unit(model_name=["res.users", PARTNER]))

        for model_name in ("res.users", PARTNER):
            with self.subTest(model_name=model_name):
                self.assertIs(self.find(self.parent, model_name=model_name), cls)

    def test_name_of_a_model_is_not_searched_in_a_longer_name(self):
        self.parent(unit(model_name="res.partner.category"))

        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent)

    def test_class_of_a_missing_addon_does_not_answer(self):
        self.parent(unit(addon="no_such_addon"))

        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent)

    def test_class_registered_twice_answers_once(self):
        cls = self.parent(self.parent(unit()))

        self.assertIs(self.find(self.parent), cls)

    def test_class_may_accept_any_model(self):
        class Generic(Unit):
            @classmethod
            def match(cls, session, model):
                return True

        self.parent(Generic)

        self.assertIs(self.find(self.parent, model_name="any.model"), Generic)

    def test_class_without_model_is_told_how_to_get_one(self):
        class Nameless(Unit):
            pass

        self.parent(Nameless)

        with self.assertRaises(NotImplementedError) as caught:
            self.find(self.parent)

        self.assertEqual(
            str(caught.exception),
            f"{__name__}.{Nameless.__qualname__} has no _model_name; set it to the "
            "name of a model or to a list of names, or override match().",
        )

    def test_class_without_model_is_no_obstacle_for_other_kinds(self):
        self.parent(OtherUnit)
        cls = self.parent(unit())

        self.assertIs(self.find(self.parent), cls)

    def test_class_without_model_is_no_obstacle_when_its_addon_is_missing(self):
        self.parent(unit(addon="no_such_addon", model_name=None))
        cls = self.parent(unit())

        self.assertIs(self.find(self.parent), cls)


class TestParent(LookupCase):
    def test_parent_answers_when_the_child_has_none(self):
        cls = self.parent(unit())

        self.assertIs(self.find(self.child), cls)

    def test_child_hides_what_the_parent_has(self):
        self.parent(unit())
        cls = self.child(unit())

        self.assertIs(self.find(self.child), cls)

    def test_parent_does_not_see_the_child(self):
        self.child(unit())

        with self.assertRaises(NoConnectorUnitError):
            self.find(self.parent)

    def test_grandparent_is_asked(self):
        cls = self.parent(unit())
        grandchild = Backend(parent=self.child, version="3", registry=self.known)

        self.assertIs(self.find(grandchild), cls)

    def test_class_of_a_missing_addon_does_not_hide_the_parent(self):
        cls = self.parent(unit())
        self.child(unit(addon="no_such_addon"))

        self.assertIs(self.find(self.child), cls)


class TestReplacing(LookupCase):
    def test_replacer_is_found_instead(self):
        old = self.parent(unit())
        new = self.parent(replacing=old)(unit())

        self.assertIs(self.find(self.parent), new)

    def test_replacer_is_found_by_its_own_class_and_by_the_old(self):
        old = self.parent(unit())
        new = self.parent(replacing=old)(unit(old))

        for base in (old, new):
            with self.subTest(base=base):
                self.assertIs(self.find(self.parent, base=base), new)

    def test_replacer_of_a_missing_addon_leaves_the_old_one(self):
        old = self.parent(unit())
        self.parent(replacing=old)(unit(addon="no_such_addon"))

        self.assertIs(self.find(self.parent), old)

    def test_replacer_for_another_model_leaves_the_old_one(self):
        old = self.parent(unit())
        self.parent(replacing=old)(unit(model_name="res.users"))

        self.assertIs(self.find(self.parent), old)

    def test_replacer_of_another_kind_leaves_the_old_one(self):
        old = self.parent(unit())
        self.parent(replacing=old)(unit(OtherUnit))

        self.assertIs(self.find(self.parent), old)

    def test_replacement_is_decided_for_each_question(self):
        old = self.parent(unit(model_name=[PARTNER, "res.users"]))
        new = self.parent(replacing=old)(unit())

        self.assertIs(self.find(self.parent, model_name=PARTNER), new)
        self.assertIs(self.find(self.parent, model_name="res.users"), old)

    def test_replacer_may_be_replaced(self):
        old = self.parent(unit())
        new = self.parent(replacing=old)(unit())
        newest = self.parent(replacing=new)(unit())

        self.assertIs(self.find(self.parent), newest)

    def test_replacer_stands_in_for_each_it_replaces(self):
        first = self.parent(unit())
        second = self.parent(unit(model_name="res.users"))
        new = self.parent(replacing=(first, second))(
            unit(model_name=[PARTNER, "res.users"])
        )

        for model_name in (PARTNER, "res.users"):
            with self.subTest(model_name=model_name):
                self.assertIs(self.find(self.parent, model_name=model_name), new)

    def test_class_registered_twice_is_replaced_once_for_all(self):
        old = self.parent(self.parent(unit()))
        new = self.parent(replacing=old)(unit())

        self.assertIs(self.find(self.parent), new)

    def test_replacement_on_the_parent_is_seen_by_the_child(self):
        old = self.parent(unit())
        new = self.parent(replacing=old)(unit())

        self.assertIs(self.find(self.child), new)

    def test_two_replacers_are_ambiguous(self):
        old = self.parent(unit())
        self.parent(replacing=old)(unit())
        self.parent(replacing=old)(unit())

        with self.assertRaises(AmbiguousUnitError):
            self.find(self.parent)


class TestMessages(LookupCase):
    def test_failed_lookup_lists_what_is_registered_and_where(self):
        other = self.parent(OtherUnitOfPartners)
        self.child(missing := unit(addon="no_such_addon"))
        self.child(unit(model_name="res.users"))

        with self.assertRaises(NoConnectorUnitError) as caught:
            self.find(self.child)

        line = lines_of(other)
        self.assertEqual(
            str(caught.exception),
            "No Unit is registered on Backend('shop', '2') for model 'res.partner'. "
            "Registered there and on its parents for that model:\n"
            f"  Backend('shop', '2'): {missing.__module__}.Fresh (addon no_such_addon)"
            "; addon 'no_such_addon' is not installed\n"
            f"  Backend('shop'): {__name__}.OtherUnitOfPartners ({__file__}:{line})\n"
            "Register a subclass of Unit with _model_name = 'res.partner' on one of "
            "these backends, in an installed addon.",
        )
        remedy = self.child(unit())
        self.assertIs(self.find(self.child), remedy)

    def test_failed_lookup_says_that_nothing_is_registered(self):
        with self.assertRaises(NoConnectorUnitError) as caught:
            self.find(self.parent)

        self.assertEqual(str(caught.exception).splitlines()[1], "  nothing")

    def test_failed_lookup_can_tell_of_a_class_for_any_model(self):
        class Generic(OtherUnit):
            @classmethod
            def match(cls, session, model):
                return True

        self.parent(Generic)

        with self.assertRaisesRegex(NoConnectorUnitError, "Generic"):
            self.find(self.parent)

    def test_ambiguous_lookup_lists_the_candidates(self):
        one = self.parent(UnitOfPartners)
        two = self.parent(SpecialUnitOfPartners)

        with self.assertRaises(AmbiguousUnitError) as caught:
            self.find(self.parent)

        self.assertIsInstance(caught.exception, AssertionError)
        self.assertEqual(
            str(caught.exception),
            "Several classes answer to Unit on Backend('shop') for model "
            "'res.partner', expected one:\n"
            f"  {__name__}.UnitOfPartners ({__file__}:{lines_of(one)})\n"
            f"  {__name__}.SpecialUnitOfPartners ({__file__}:{lines_of(two)})\n"
            "Ask for a more precise class, or register one with "
            "replacing=<the other>.",
        )

    def test_more_precise_class_is_not_ambiguous(self):
        self.parent(UnitOfPartners)
        self.parent(SpecialUnitOfPartners)

        found = self.find(self.parent, base=SpecialUnitOfPartners)

        self.assertIs(found, SpecialUnitOfPartners)

    def test_replacing_ends_the_ambiguity(self):
        self.parent(UnitOfPartners)
        self.parent(replacing=UnitOfPartners)(SpecialUnitOfPartners)

        self.assertIs(self.find(self.parent), SpecialUnitOfPartners)


class UnitOfPartners(Unit):
    _model_name = PARTNER


class SpecialUnitOfPartners(UnitOfPartners):
    pass


class OtherUnitOfPartners(OtherUnit):
    _model_name = PARTNER


def lines_of(cls):
    """Return the line on which a class of this file begins."""
    with open(__file__) as source:
        lines = [line.split("(")[0].strip() for line in source]
    return lines.index(f"class {cls.__name__}") + 1
