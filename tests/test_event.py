# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of events: their consumers, and the order of calls."""

from ..event import Event
from ..exception import InvalidUsageError
from .common import ConnectorCase

PARTNER = "res.partner"
USER = "res.users"


def consumer_of(addon: str, calls: list):
    """Return a consumer that an addon defines; it notes its addon in ``calls``."""

    def consume(_session, *_facts):
        calls.append(addon)

    consume.__module__ = f"odoo.addons.{addon}.consumer"
    return consume


def noter(calls: list, name: str):
    """Return a consumer that notes its name in ``calls``."""

    def note(_session, *_facts):
        calls.append(name)

    return note


def silent(_session, *_facts):
    """Consume an event."""


def another(_session, *_facts):
    """Consume an event as well."""


class TestSubscribe(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.event = Event()

    def test_consumer_without_models_is_in_the_global_group(self):
        self.event.subscribe(silent)

        self.assertEqual(self.event._consumers, {None: {silent}})

    def test_one_name_is_not_read_as_a_list_of_letters(self):
        self.event.subscribe(silent, model_names=PARTNER)

        self.assertEqual(self.event._consumers, {None: set(), PARTNER: {silent}})

    def test_several_names_subscribe_to_each_model(self):
        self.event.subscribe(silent, model_names=[PARTNER, USER])

        self.assertEqual(
            self.event._consumers, {None: set(), PARTNER: {silent}, USER: {silent}}
        )

    def test_bare_decorator_subscribes_to_all_models(self):
        @self.event
        def consume(_session, *_facts):
            pass

        self.assertEqual(self.event._consumers, {None: {consume}})

    def test_decorator_with_models_subscribes_to_them(self):
        @self.event(model_names=(PARTNER, USER))
        def consume(_session, *_facts):
            pass

        self.assertEqual(
            self.event._consumers, {None: set(), PARTNER: {consume}, USER: {consume}}
        )

    def test_decorator_returns_the_function(self):
        def consume(_session, *_facts):
            pass

        self.assertIs(self.event(consume), consume)
        self.assertIs(self.event(model_names=PARTNER)(consume), consume)

    def test_replacing_takes_the_place_of_another_consumer(self):
        self.event.subscribe(silent, model_names=PARTNER)

        self.event.subscribe(another, model_names=PARTNER, replacing=silent)

        self.assertEqual(self.event._consumers[PARTNER], {another})

    def test_decorator_can_replace_another_consumer(self):
        self.event.subscribe(silent, model_names=PARTNER)

        self.event(model_names=PARTNER, replacing=silent)(another)

        self.assertEqual(self.event._consumers[PARTNER], {another})

    def test_replacing_for_a_model_leaves_the_global_group_alone(self):
        self.event.subscribe(silent)

        self.event.subscribe(another, model_names=PARTNER, replacing=silent)

        self.assertEqual(self.event._consumers, {None: {silent}, PARTNER: {another}})

    def test_replacing_a_stranger_is_silent(self):
        self.event.subscribe(another, model_names=PARTNER, replacing=silent)

        self.assertEqual(self.event._consumers[PARTNER], {another})

    def test_unsubscribe_without_models_touches_only_the_global_group(self):
        self.event.subscribe(silent)
        self.event.subscribe(silent, model_names=PARTNER)

        self.event.unsubscribe(silent)

        self.assertEqual(self.event._consumers, {None: set(), PARTNER: {silent}})

    def test_unsubscribe_from_a_model_leaves_the_others(self):
        self.event.subscribe(silent, model_names=[PARTNER, USER])

        self.event.unsubscribe(silent, model_names=PARTNER)

        self.assertEqual(
            self.event._consumers, {None: set(), PARTNER: set(), USER: {silent}}
        )

    def test_unsubscribing_a_stranger_is_silent(self):
        self.event.unsubscribe(silent)
        self.event.unsubscribe(silent, model_names="no.such.model")

        self.assertEqual(self.event._consumers, {None: set()})

    def test_models_of_a_generator_are_subscribed_when_replacing(self):
        """A generator was used up by the unsubscribing, nothing was subscribed."""
        self.event.subscribe(silent, model_names=PARTNER)
        names = (name for name in (PARTNER, USER))

        self.event.subscribe(another, model_names=names, replacing=silent)

        self.assertEqual(
            self.event._consumers, {None: set(), PARTNER: {another}, USER: {another}}
        )


class TestFire(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.event = Event()

    def test_consumer_gets_session_model_and_all_arguments(self):
        calls = []
        self.event.subscribe(lambda *args, **kwargs: calls.append((args, kwargs)))

        self.event.fire(self.session, PARTNER, 7, {"name": "Ada"}, kind="full")

        expected = ((self.session, PARTNER, 7, {"name": "Ada"}), {"kind": "full"})
        self.assertEqual(calls, [expected])

    def test_other_models_are_not_told(self):
        calls = []
        self.event.subscribe(noter(calls, "user"), model_names=USER)

        self.event.fire(self.session, PARTNER)

        self.assertEqual(calls, [])

    def test_global_group_is_told_first(self):
        calls = []
        self.event.subscribe(noter(calls, "of the model"), model_names=PARTNER)
        self.event.subscribe(noter(calls, "global"))

        self.event.fire(self.session, PARTNER)

        self.assertEqual(calls, ["global", "of the model"])

    def test_group_is_told_in_the_order_of_subscription(self):
        calls = []
        names = [f"consumer {number}" for number in range(20)]
        for name in names:
            self.event.subscribe(noter(calls, name), model_names=PARTNER)

        self.event.fire(self.session, PARTNER)

        self.assertEqual(calls, names)

    def test_consumer_subscribed_twice_to_a_group_runs_once(self):
        calls = []
        consumer = noter(calls, "once")
        self.event.subscribe(consumer, model_names=PARTNER)
        self.event.subscribe(consumer, model_names=PARTNER)

        self.event.fire(self.session, PARTNER)

        self.assertEqual(calls, ["once"])

    def test_consumer_of_all_models_and_of_this_one_runs_twice(self):
        calls = []
        consumer = noter(calls, "run")
        self.event.subscribe(consumer)
        self.event.subscribe(consumer, model_names=PARTNER)

        self.event.fire(self.session, PARTNER)

        self.assertEqual(calls, ["run", "run"])

    def test_consumer_may_subscribe_another_one(self):
        calls = []
        late = noter(calls, "late")
        self.event.subscribe(lambda *_facts: self.event.subscribe(late))

        self.event.fire(self.session, PARTNER)
        self.event.fire(self.session, PARTNER)

        self.assertEqual(calls, ["late"])

    def test_return_values_are_ignored(self):
        self.event.subscribe(lambda *_facts: "anything")

        self.assertIsNone(self.event.fire(self.session, PARTNER))

    def test_exception_of_a_consumer_reaches_the_caller(self):
        calls = []

        def refuse(_session, *_facts):
            raise ZeroDivisionError("the consumer refuses")

        self.event.subscribe(refuse)
        self.event.subscribe(noter(calls, "after it"))

        with self.assertRaisesRegex(ZeroDivisionError, "the consumer refuses"):
            self.event.fire(self.session, PARTNER)
        self.assertEqual(calls, [])

    def test_firing_without_a_model_name_says_how_to_get_it(self):
        partners = self.env[PARTNER]

        with self.assertRaises(InvalidUsageError) as caught:
            self.event.fire(self.session, partners)

        self.assertIsInstance(caught.exception, AssertionError)
        self.assertEqual(
            str(caught.exception),
            "Cannot fire an event: its model is res.partner(), expected the name of a "
            "model. Pass record._name.",
        )
        self.event.fire(self.session, partners._name)  # the remedy works

    def test_each_of_many_records_is_told(self):
        told = []
        self.event.subscribe(lambda _session, *facts: told.append(facts), PARTNER)
        vals = {"name": "Ada"}

        self.event.fire_each(self.session, PARTNER, [7, 9], vals)
        self.event.fire_each(self.session, "res.users", [1], {})

        self.assertEqual(told, [(PARTNER, 7, vals), (PARTNER, 9, vals)])


class TestInstalledAddons(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.event = Event()
        self.calls = []

    def test_consumer_of_a_missing_addon_is_skipped(self):
        self.event.subscribe(consumer_of("no_such_addon", self.calls))
        self.event.subscribe(consumer_of("base", self.calls))

        self.event.fire(self.session, PARTNER)

        self.assertEqual(self.calls, ["base"])

    def test_consumer_of_the_old_namespace_is_told(self):
        consumer = consumer_of("base", self.calls)
        consumer.__module__ = "openerp.addons.base.consumer"
        self.event.subscribe(consumer)

        self.event.fire(self.session, PARTNER)

        self.assertEqual(self.calls, ["base"])

    def test_addon_is_looked_for_when_the_event_fires(self):
        self.event.subscribe(consumer_of("shop", self.calls))
        self.event.fire(self.session, PARTNER)

        self.patch(
            self.registry, "_init_modules", {*self.registry._init_modules, "shop"}
        )
        self.event.fire(self.session, PARTNER)

        self.assertEqual(self.calls, ["shop"])

    def test_has_consumer_for_a_model_of_a_group(self):
        self.event.subscribe(silent, model_names=PARTNER)

        self.assertIs(self.event.has_consumer_for(self.session, PARTNER), True)
        self.assertIs(self.event.has_consumer_for(self.session, USER), False)

    def test_has_consumer_for_any_model_with_a_global_one(self):
        self.event.subscribe(silent)

        self.assertIs(self.event.has_consumer_for(self.session, USER), True)

    def test_has_no_consumer_when_its_addon_is_missing(self):
        self.event.subscribe(consumer_of("no_such_addon", self.calls))

        self.assertIs(self.event.has_consumer_for(self.session, PARTNER), False)

    def test_has_no_consumer_after_the_last_has_left(self):
        self.event.subscribe(silent, model_names=PARTNER)

        self.event.unsubscribe(silent, model_names=PARTNER)

        self.assertIs(self.event.has_consumer_for(self.session, PARTNER), False)


class TestGroup(ConnectorCase):
    def test_group_compares_equal_to_a_set(self):
        event = Event()

        event.subscribe(silent)

        self.assertTrue(event._consumers[None] == {silent})
        self.assertTrue({silent} == event._consumers[None])
        self.assertFalse(event._consumers[None] == {another})

    def test_group_may_be_changed_like_a_set(self):
        calls = []
        event = Event()
        consumer = noter(calls, "added by hand")

        event._consumers[None].add(consumer)
        event.fire(self.session, PARTNER)

        self.assertEqual(calls, ["added by hand"])

    def test_plain_set_may_stand_in_for_a_group(self):
        """Classic tests store a set of their own in ``_consumers``."""
        calls = []
        event = Event()

        event._consumers[PARTNER] = {noter(calls, "in a set")}
        event.fire(self.session, PARTNER)

        self.assertEqual(calls, ["in a set"])
