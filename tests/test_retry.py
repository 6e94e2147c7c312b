# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the delay before the next attempt of a job."""

import math
import random
from datetime import datetime

import requests

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged
from odoo.tools.safe_eval import safe_eval

from ..exception import (
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    MappingError,
    NetworkRetryableError,
    NothingToDoJob,
    RetryableJobError,
)
from ..queue.engine.retry import (
    RETRY_INTERVAL,
    Backoff,
    Policy,
    next_delay_s,
    outage_delay_s,
    pattern_delay_s,
    real_error,
)

NOON = datetime.fromisoformat("2026-01-31T12:00:00")


def latest(_low, high):
    """Return the end of the window, in place of chance."""
    return high


@tagged("post_install", "-at_install")
class RetryCase(BaseCase):
    def delay_s(self, error, retry_count=1, **policy):
        return next_delay_s(error, Policy(**policy), retry_count, NOON, latest)


class TestBackoff(RetryCase):
    def test_window_doubles_up_to_the_cap(self):
        windows = [Backoff().delay_s(count, latest) for count in range(1, 9)]

        self.assertEqual(windows, [10, 20, 40, 80, 160, 320, 600, 600])

    def test_window_never_exceeds_the_cap(self):
        backoff = Backoff(base_s=0.5, cap_s=7)

        self.assertEqual(backoff.delay_s(10**6, latest), 7)

    def test_jitter_spreads_over_the_whole_window(self):
        uniform = random.Random(1).uniform
        delays = [Backoff().delay_s(3, uniform) for _ in range(1000)]

        self.assertLess(min(delays), 1)
        self.assertGreater(max(delays), 39)
        self.assertLessEqual(max(delays), 40)

    def test_without_jitter_the_window_is_the_delay(self):
        self.assertEqual(Backoff(jitter=False).delay_s(2), 20)

    def test_no_failure_has_no_delay(self):
        with self.assertRaisesRegex(ValueError, "retry_count is 0"):
            Backoff().delay_s(0)

    def test_impossible_window_is_refused(self):
        for base_s, cap_s in [(0, 1), (-1, 1), (2, 1), (1, math.inf), (math.nan, 1)]:
            with self.subTest((base_s, cap_s)):
                with self.assertRaisesRegex(InvalidUsageError, "0 < base_s <= cap_s"):
                    Backoff(base_s, cap_s)


class TestPattern(RetryCase):
    def test_greatest_count_that_was_reached_applies(self):
        pattern = {10: 300, 2: 20, 5: 50}
        expected = {
            0: RETRY_INTERVAL,
            1: RETRY_INTERVAL,
            2: 20,
            4: 20,
            5: 50,
            9: 50,
            10: 300,
            99: 300,
        }

        delays = {count: pattern_delay_s(pattern, count) for count in expected}

        self.assertEqual(delays, expected)

    def test_range_is_drawn_from(self):
        uniform = random.Random(1).uniform
        delays = [pattern_delay_s({1: (30, 60)}, 1, uniform) for _ in range(1000)]

        self.assertTrue(30 <= min(delays) < 31, min(delays))
        self.assertTrue(59 < max(delays) <= 60, max(delays))

    def test_empty_pattern_is_the_interval(self):
        self.assertEqual(pattern_delay_s({}, 3), RETRY_INTERVAL)


class TestDelay(RetryCase):
    def test_retryable_error_waits_the_interval(self):
        self.assertEqual(self.delay_s(RetryableJobError("x"), 7), RETRY_INTERVAL)

    def test_seconds_of_the_error_win(self):
        for seconds in (0, 5):
            with self.subTest(seconds):
                error = NetworkRetryableError("x", seconds=seconds)
                self.assertEqual(self.delay_s(error, retry_pattern={1: 99}), seconds)

    def test_pattern_applies_to_every_retryable_error(self):
        for error in (RetryableJobError("x"), ConnectionResetError(), KeyError("x")):
            with self.subTest(error):
                policy = {"retry_pattern": {1: 99}, "retry_on": (KeyError,)}
                self.assertEqual(self.delay_s(error, **policy), 99)

    def test_backoff_applies_to_every_retryable_error(self):
        backoff = Backoff(base_s=3)
        for error in (RetryableJobError("x"), ConnectionResetError(), KeyError("x")):
            with self.subTest(error):
                policy = {"backoff": backoff, "retry_on": (KeyError,)}
                self.assertEqual(self.delay_s(error, 2, **policy), 6)

    def test_network_error_is_retried_with_a_backoff(self):
        for error in (requests.ConnectionError(), NetworkRetryableError("x")):
            with self.subTest(error):
                delays = [self.delay_s(error, count) for count in (1, 2, 99)]
                self.assertEqual(delays, [10, 20, 600])

    def test_uncounted_try_waits_like_the_first(self):
        error = NetworkRetryableError("x", ignore_retry=True)

        self.assertEqual(self.delay_s(error, 0), 10)

    def test_retry_after_goes_before_the_policy(self):
        answer = requests.Response()
        answer.status_code, answer.headers["Retry-After"] = 429, "77"
        error = requests.HTTPError(response=answer)

        self.assertEqual(self.delay_s(error, retry_pattern={1: 99}), 77)

    def test_declared_error_waits_the_interval(self):
        delay_s = self.delay_s(KeyError("x"), 7, retry_on=(LookupError,))

        self.assertEqual(delay_s, RETRY_INTERVAL)

    def test_other_error_is_not_retried(self):
        for error in (ValueError("x"), IDMissingInBackend("x"), UserError("x")):
            with self.subTest(error):
                self.assertIsNone(self.delay_s(error, retry_on=(KeyError,)))

    def test_error_that_ends_a_job_is_never_retried(self):
        for cls in (FailedJobError, MappingError, InvalidDataError, NothingToDoJob):
            with self.subTest(cls):
                self.assertIsNone(self.delay_s(cls("x"), retry_on=(Exception,)))


class TestOutage(RetryCase):
    """Pauses and budget of a job that is retried by time."""

    def pause_s(self, error, failures, left_s=86_400, **policy):
        return outage_delay_s(error, Policy(**policy), failures, left_s, NOON, latest)

    def test_pauses_are_short_first_and_ten_minutes_at_most(self):
        pauses = [self.pause_s(ConnectionError(), count) for count in (1, 2, 3, 9, 99)]

        self.assertEqual(pauses, [10, 20, 40, 600, 600])

    def test_last_pause_ends_with_the_budget(self):
        self.assertEqual(self.pause_s(ConnectionError(), 9, left_s=7), 7)

    def test_wait_that_the_far_side_requests_is_not_cut(self):
        error = NetworkRetryableError("busy", seconds=50)

        self.assertEqual(self.pause_s(error, 9, left_s=7), 50)

    def test_declared_pauses_are_kept(self):
        for policy in ({"backoff": Backoff(3, 6)}, {"retry_pattern": {1: 6}}):
            with self.subTest(policy):
                self.assertEqual(self.pause_s(ConnectionError(), 9, **policy), 6)

    def test_setting_is_the_budget_of_a_function_that_declares_nothing(self):
        for policy in ({}, {"backoff": Backoff()}, {"retry_on": (KeyError,)}):
            with self.subTest(policy):
                self.assertEqual(Policy(**policy).network_budget_s(77, False), 77)

    def test_declared_budget_goes_before_the_setting(self):
        for policy in ({}, {"retry_pattern": {1: 10}}):
            with self.subTest(policy):
                policy = Policy(**policy, network_retry_s=5)
                self.assertEqual(policy.network_budget_s(77, False), 5)

    def test_given_counts_go_before_the_time(self):
        pattern = Policy(retry_pattern={1: 10})

        self.assertEqual(pattern.network_budget_s(77, False), 0)
        self.assertEqual(Policy().network_budget_s(77, True), 0)
        self.assertEqual(Policy(network_retry_s=5).network_budget_s(77, True), 0)
        self.assertEqual(Policy(network_retry_s=0).network_budget_s(77, False), 0)

    def test_declared_budget_is_told(self):
        text = Policy(network_retry_s=3600).describe()

        self.assertEqual(text, "600 s; network errors: 3600 s")


class TestPolicy(RetryCase):
    def test_usable_declaration_is_taken(self):
        policies = [
            {},
            {"retry_pattern": {0: 0, 1: 10, 5: (1, 1.5), 9: [2, 3]}},
            {"retry_on": (KeyError, requests.RequestException)},
            {"backoff": Backoff(), "retry_on": (IDMissingInBackend,)},
        ]
        for policy in policies:
            with self.subTest(policy):
                self.assertEqual(Policy(**policy), Policy(**policy))

    def test_unusable_declaration_is_refused(self):
        cases = [
            ("retry_pattern has \\[10\\]", {"retry_pattern": [10]}),
            ("retry_pattern has {'1': 10}", {"retry_pattern": {"1": 10}}),
            ("{True: 10}", {"retry_pattern": {True: 10}}),
            ("{-1: 10}", {"retry_pattern": {-1: 10}}),
            ("{2: '10'}", {"retry_pattern": {1: 1, 2: "10"}}),
            ("{1: -1}", {"retry_pattern": {1: -1}}),
            ("{1: nan}", {"retry_pattern": {1: math.nan}}),
            ("{1: inf}", {"retry_pattern": {1: math.inf}}),
            ("{1: \\(1, 2, 3\\)}", {"retry_pattern": {1: (1, 2, 3)}}),
            ("{1: \\(2, 1\\)}", {"retry_pattern": {1: (2, 1)}}),
            ("retry_on has <class 'KeyError'>", {"retry_on": KeyError}),
            ("retry_on has \\('KeyError',\\)", {"retry_on": ("KeyError",)}),
            ("a tuple", {"retry_on": (KeyboardInterrupt,)}),
            ("ends a job for good", {"retry_on": (KeyError, MappingError)}),
            ("backoff has 10", {"backoff": 10}),
            ("drop one", {"backoff": Backoff(), "retry_pattern": {1: 1}}),
            ("network_retry_s has -1", {"network_retry_s": -1}),
            ("network_retry_s has inf", {"network_retry_s": math.inf}),
            ("network_retry_s has '1 h'", {"network_retry_s": "1 h"}),
        ]
        for message, policy in cases:
            with self.subTest(policy):
                with self.assertRaisesRegex(InvalidUsageError, message):
                    Policy(**policy)


class TestRealError(RetryCase):
    def raised(self, function, *args):
        """Return the error as a worker sees it: assertRaises drops the traceback."""
        try:
            function(*args)
        except Exception as error:  # noqa: BLE001 like the worker
            return error
        raise self.failureException(f"{function} raised nothing")

    def evaluated(self, error):
        """Return what comes out of safe_eval when the code in it raises an error."""

        def fail():
            raise error

        return self.raised(safe_eval, "fail()", {"fail": fail})

    def test_error_under_safe_eval_is_found(self):
        for error in (RetryableJobError("x"), KeyError("x"), ValueError("x")):
            with self.subTest(error):
                wrapped = self.evaluated(error)
                self.assertIs(type(wrapped), ValueError)
                self.assertIsNot(wrapped, error)
                self.assertIs(real_error(wrapped), error)

    def test_error_under_two_safe_evals_is_found(self):
        error = RetryableJobError("x")

        wrapped = self.evaluated(self.evaluated(error))

        self.assertIs(real_error(wrapped), error)

    def test_error_that_safe_eval_lets_pass_counts(self):
        error = UserError("x")

        self.assertIs(self.evaluated(error), error)
        self.assertIs(real_error(error), error)

    def test_value_error_while_handling_another_counts(self):
        def fail():
            try:
                raise RetryableJobError("first")
            except RetryableJobError:
                raise ValueError("second")  # noqa: B904 the case

        error = self.raised(fail)

        self.assertIsInstance(error.__context__, RetryableJobError)
        self.assertIs(real_error(error), error)

    def test_error_that_replaces_the_one_of_safe_eval_counts(self):
        def fail():
            try:
                safe_eval("1 + ''")
            except ValueError as error:
                raise FailedJobError("ours") from error

        error = self.raised(fail)

        self.assertIs(real_error(error), error)

    def test_delay_is_that_of_the_error_under_safe_eval(self):
        wrapped = self.evaluated(RetryableJobError("x", seconds=7))

        self.assertEqual(self.delay_s(wrapped), 7)
        self.assertIsNone(self.delay_s(self.evaluated(FailedJobError("x"))))
