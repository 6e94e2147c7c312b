# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the options of a job, and of keyword arguments that are none."""

from datetime import date, timedelta

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.queue.delay.options import KEY_MAX, TAG_MAX
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.testing import mock_job_delay_to_direct

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase


@job
def take_tags(_session, _model_name, tags=()):
    """Take an argument with the name of an option."""
    return " ".join(tags)


@job
def take_anything(_session, _model_name, **values):
    """Take any argument."""
    return " ".join(values)


class TestKeywords(QueueCase):
    def test_function_keeps_the_argument_that_it_could_take_itself(self):
        for function, result in ((take_tags, "a b"), (take_anything, "tags")):
            with self.subTest(function=function):
                job = self.job(function.delay(self.session, TRACE, tags=["a", "b"]))

                self.run_jobs()

                self.assertEqual((job.result, job.tags), (result, False))

    def test_function_keeps_it_in_the_bulk_form(self):
        (uuid,) = take_tags.delay_many(self.session, TRACE, [()], tags=["a"])

        self.run_jobs()

        self.assertEqual(self.job(uuid).result, "a")

    def test_function_keeps_it_when_it_runs_at_once(self):
        with mock_job_delay_to_direct(f"{__name__}.take_tags"):
            self.assertEqual(take_tags.delay(self.session, TRACE, tags=["a"]), "a")

    def test_classic_option_is_always_one(self):
        job = self.job(take_anything.delay(self.session, TRACE, priority=3, size=1))

        self.run_jobs()

        self.assertEqual((job.priority, job.result), (3, "size"))

    def test_method_is_delayed_with_any_option(self):
        job = self.job(self.traces.delayed(tags=["a"]).count())

        self.assertEqual(job.tags, ["a"])


@job(timeout=60)
def hurry(_session, _model_name):
    """Have a minute."""


class TestTimeoutOption(QueueCase):
    def timeout(self, function, **options):
        """Return what is stored for a job."""
        uuid = function.delay(self.session, TRACE, **options)
        self.env.cr.execute(
            "SELECT timeout FROM connector_queue_job WHERE uuid = %s", [uuid]
        )
        return self.env.cr.fetchone()[0]

    def test_option_goes_before_what_the_function_declares(self):
        self.assertEqual(self.timeout(hurry), 60)
        self.assertEqual(self.timeout(hurry, timeout=2.5), 2.5)
        self.assertIsNone(self.timeout(hurry, timeout=0))
        self.assertIsNone(self.timeout(leave_trace))


class TestChecks(QueueCase):
    def assertRefused(self, message, **options):
        for name, value in options.items():
            with self.subTest(value=value), self.assertRaises(InvalidUsageError) as e:
                leave_trace.delay(self.session, TRACE, **options)
            self.assertEqual(
                str(e.exception),
                f"Cannot delay: option {name!r} is {value!r}, expected {message}.",
            )
        self.assertFalse(self.jobs())

    def test_priority_is_a_whole_number(self):
        for value in ("10", 1.5, True, 2**31):
            self.assertRefused("a whole number; smaller goes first", priority=value)

    def test_eta_is_a_time_or_a_span(self):
        message = "a datetime, a timedelta, or seconds from now"
        for value in ("2040-01-31", date(2040, 1, 31), float("nan"), True):
            self.assertRefused(message, eta=value)

    def test_max_retries_is_not_negative(self):
        for value in (-1, "5", False):
            self.assertRefused("a whole number, 0 for no end", max_retries=value)

    def test_description_is_text(self):
        message = "text, or a function that makes it of the call"
        for value in (5, b"bytes", "a\0b", "\ud800"):
            self.assertRefused(message, description=value)

    def test_channel_is_a_complete_name(self):
        message = "'root' or a name below it such as 'root.orders'"
        for value in ("orders", "root.", "root..orders", "rooted", "", False):
            self.assertRefused(message, channel=value)

    def test_identity_key_is_text_that_an_index_can_hold(self):
        message = f"text of 1 to {KEY_MAX} characters, or a function that makes it of "
        for value in ("", "k" * (KEY_MAX + 1), 5, "a\0b"):
            self.assertRefused(f"{message}the job", identity_key=value)

    def test_tags_are_texts(self):
        message = f"a list of texts of 1 to {TAG_MAX} characters"
        for value in ("shop", [1], [""], ["t" * (TAG_MAX + 1)]):
            self.assertRefused(message, tags=value)

    def test_timeout_is_a_number_of_seconds(self):
        for value in ("5", -1, True, float("nan"), float("inf")):
            self.assertRefused("a number of seconds, 0 for none", timeout=value)

    def test_declared_timeout_is_a_number_of_seconds(self):
        with self.assertRaises(InvalidUsageError) as caught:
            job(timeout="5 min")

        self.assertEqual(
            str(caught.exception),
            "Cannot declare a job: its timeout is '5 min', expected a number of "
            "seconds, 0 for none.",
        )

    def test_option_of_a_method_is_checked_as_well(self):
        with self.assertRaises(InvalidUsageError):
            self.traces.delayed(priority="high")

    def test_longest_key_fits(self):
        key = "\N{PILE OF POO}" * KEY_MAX

        uuid = leave_trace.delay(self.session, TRACE, identity_key=key)

        self.assertEqual(self.job(uuid).identity_key, key)

    def test_time_beyond_all_times_is_refused(self):
        for eta in (1e18, timedelta.max):
            with self.subTest(eta=eta), self.assertRaises(InvalidUsageError) as e:
                leave_trace.delay(self.session, TRACE, eta=eta)
            self.assertEqual(
                str(e.exception),
                f"Cannot delay: option 'eta' is {eta!r}, which is beyond what a "
                "datetime can tell. Take an earlier one.",
            )

    def test_key_that_a_function_makes_is_checked(self):
        with self.assertRaises(InvalidUsageError) as caught:
            leave_trace.delay(self.session, TRACE, identity_key=lambda task: 5)

        self.assertEqual(
            str(caught.exception),
            "Cannot delay: the function of option 'identity_key' gave 5 for "
            f"{leave_trace.__module__}.leave_trace of {TRACE}, expected text of 1 to "
            f"{KEY_MAX} characters, or None for no key.",
        )

    def test_function_may_give_no_key(self):
        uuids = {
            leave_trace.delay(self.session, TRACE, identity_key=lambda task: None)
            for _time in range(2)
        }

        self.assertEqual(len(uuids), 2)


class TestTags(QueueCase):
    def setUp(self):
        super().setUp()
        self.shop = self.delay(["shop", "orders"])
        self.bank = self.delay(["bank", "orders"])
        self.plain = self.delay(None)

    def delay(self, tags):
        return self.job(leave_trace.delay(self.session, TRACE, tags=tags))

    def find(self, *domain):
        return self.jobs().search([domain], order="id")

    def test_tags_are_shown(self):
        self.assertEqual(self.shop.tag_names, "shop, orders")
        self.assertEqual(self.plain.tag_names, "")

    def test_jobs_are_found_by_a_tag(self):
        self.assertEqual(self.find("tag_names", "=", "shop"), self.shop)
        self.assertEqual(self.find("tag_names", "=", "orders"), self.shop + self.bank)
        found = self.find("tag_names", "in", ["shop", "bank"])
        self.assertEqual(found, self.shop + self.bank)

    def test_jobs_are_found_by_the_absence_of_a_tag(self):
        found = self.find("tag_names", "!=", "shop")

        self.assertEqual(found, self.bank + self.plain)
