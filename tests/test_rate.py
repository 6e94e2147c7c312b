# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of what is learnt from the answers of a server about its rate limit."""

import heapq
import re
from dataclasses import replace
from datetime import datetime, timedelta

from odoo.tests import BaseCase, tagged

from ..wire.breaker import is_away
from ..wire.rate import LEARN_S, NOTHING, Pace, Quota, learn, read_quota
from ..wire.status import RETRY
from .documents import ROOT, read_sections

NOON = datetime.fromisoformat("2026-01-31T12:00:00")
LATENCY_S = 0.02
RETRY_AFTER_S = 1

MANUAL = ROOT / "docs" / "outage.rst"
POLICY = {
    "RateLimit-Policy": '"default";q=100;w=60',
    "RateLimit": '"default";r=50;t=30',
}


def number_in(text):
    """Return the number in a cell of the manual, None for an empty one."""
    return float(text) if text.isdigit() else None


class Bucket:
    """A server that takes so many requests a second, and some at once."""

    def __init__(self, rate, size):
        self.rate, self.size, self.left, self.at = rate, size, size, 0.0

    def takes(self, at):
        at = max(at, self.at)
        self.left = min(self.size, self.left + (at - self.at) * self.rate)
        self.at = at
        if self.left < 1:
            return False
        self.left -= 1
        return True


class Clients:
    """Some clients that ask without a pause, by one pace; the clock is simulated.

    Attributes:
        taken: when requests were taken, in seconds.
        refused: when others were refused.
    """

    def __init__(self, bucket, count=4):
        self.bucket, self.pace = bucket, Pace()
        self.taken, self.refused = [], []
        self._due = [(n * 0.001, n) for n in range(count)]

    def run(self, seconds):
        while self._due[0][0] < seconds:
            at, client = heapq.heappop(self._due)
            heapq.heappush(self._due, (self._ask(at), client))

    def _ask(self, at):
        """Send a request when its turn is; return when the client is back."""
        now = NOON + timedelta(seconds=at)
        turn = self._reserve(now) if self.pace.refusals else at
        if self.bucket.takes(turn):
            self.taken.append(turn)
            return turn + LATENCY_S
        self.refused.append(turn)
        answered = NOON + timedelta(seconds=turn + LATENCY_S)
        self.pace = learn(self.pace, NOTHING, RETRY_AFTER_S, answered)
        return turn + LATENCY_S + RETRY_AFTER_S

    def _reserve(self, now):
        pace, free_at = self.pace, max(self.pace.free_at, now)
        idle = now - max(pace.free_at, pace.counted_at)
        self.pace = replace(
            pace,
            counted=pace.counted + 1,
            idle_s=pace.idle_s + max(idle.total_seconds(), 0),
            free_at=free_at + timedelta(seconds=1 / pace.rate_at(now)),
        )
        return (free_at - NOON).total_seconds()


def count_between(times, start, end):
    return sum(start <= one < end for one in times)


@tagged("post_install", "-at_install")
class TestAway(BaseCase):
    def test_answers_count_as_the_manual_says(self):
        rows = read_sections(MANUAL)["What counts as no answer"]
        told = {
            code: is_no_answer == "yes"
            for text, is_no_answer in rows
            for first, last in re.findall(r"(\d{3})(?:–(\d{3}))?", text)
            for code in range(int(first), int(last or first) + 1)
            if "with" not in text
        }

        self.assertGreater(len(told), 20)
        for code, is_no_answer in told.items():
            means = RETRY if code >= 500 else "refused"
            with self.subTest(code):
                self.assertEqual(is_away(code, {}, means), is_no_answer)
        self.assertFalse(is_away(503, {"Retry-After": "1"}, RETRY))


@tagged("post_install", "-at_install")
class TestQuota(BaseCase):
    def test_headers_are_read_as_the_manual_says(self):
        rows = read_sections(MANUAL)["What servers say of their limits"]

        self.assertGreater(len(rows), 10)
        for header, *numbers in rows:
            name, _colon, value = header.partition(": ")
            with self.subTest(header):
                expected = Quota(*map(number_in, numbers))
                self.assertEqual(read_quota({name: value}, NOON), expected)

    def test_headers_complete_each_other(self):
        self.assertEqual(read_quota(POLICY, NOON), Quota(100, 50, 30, 60))
        self.assertEqual(read_quota({}, NOON), Quota())

    def test_window_says_the_rate(self):
        self.assertEqual(Quota(limit=600, window_s=60).rate, 10)
        self.assertIsNone(Quota(limit=600).rate)

    def test_nothing_left_is_waited_for(self):
        self.assertEqual(Quota(remaining=0, reset_s=30).wait_s, 30)
        self.assertEqual(Quota(remaining=0).wait_s, 1)
        self.assertEqual(Quota(remaining=1, reset_s=30).wait_s, 0)


@tagged("post_install", "-at_install")
class TestLearning(BaseCase):
    def test_no_refusal_after_a_minute_and_nine_tenths_of_the_rate(self):
        for rate, size in ((10, 10), (10, 40), (2, 40), (50, 50)):
            with self.subTest(rate=rate, size=size):
                clients = Clients(Bucket(rate, size))
                clients.run(600)
                self.assertEqual(count_between(clients.refused, 60, 600), 0)
                self.assertGreater(len(clients.refused), 1)
                reached = count_between(clients.taken, 60, 600) / 540
                self.assertGreaterEqual(reached, 0.9 * rate)

    def test_pace_rises_slowly_when_nothing_was_refused_for_long(self):
        clients = Clients(Bucket(10, 10))
        clients.run(900)
        before = clients.pace.rate_at(NOON + timedelta(seconds=900))

        later = clients.pace.rate_at(NOON + timedelta(seconds=1800))

        self.assertGreater(later, before)
        self.assertLess(later, 1.1 * before)

    def test_pace_never_doubles_more_than_once_in_a_quiet_night(self):
        clients = Clients(Bucket(10, 10))
        clients.run(100)
        settled = clients.pace.rate_at(NOON + timedelta(seconds=100))

        morning = clients.pace.rate_at(NOON + timedelta(hours=20))

        self.assertLess(morning, 2.01 * settled)

    def test_refusals_at_the_same_time_are_one(self):
        first = learn(Pace(), NOTHING, 1, NOON)
        again = learn(first, NOTHING, 1, NOON + timedelta(seconds=1))

        self.assertEqual(again.refusals, 1)
        self.assertEqual(again.rate, first.rate)

    def test_refusal_is_waited_for_as_long_as_the_server_asks(self):
        pace = learn(Pace(), NOTHING, 30, NOON)

        self.assertEqual(pace.free_at, NOON + timedelta(seconds=30))

    def test_rate_that_the_server_says_is_believed(self):
        pace = learn(Pace(), Quota(limit=600, window_s=60), None, NOON)

        self.assertAlmostEqual(pace.rate_at(NOON + timedelta(seconds=5)), 9.6)

    def test_lower_limit_after_months_is_learnt_at_once(self):
        clients = Clients(Bucket(10, 10))
        clients.run(LEARN_S + 60)
        clients.bucket.rate = 5
        clients.run(400)

        reached = count_between(clients.taken, 300, 400) / 100
        self.assertLess(clients.pace.rate_at(NOON + timedelta(seconds=400)), 5)
        self.assertGreater(reached, 3)
