# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the rate of a backend: requests wait for their turn, or come back later."""

from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta

from odoo.addons.connector.exception import NetworkRetryableError
from odoo.addons.connector.flows.exporting.refusal import never_arrived
from odoo.addons.connector.models.traffic import statements
from odoo.addons.connector.models.traffic.gate import BackendGate, forget_known
from odoo.addons.connector.tests.answering_server import Reply
from odoo.addons.connector.wire.rate import Pace

from .http_case import HttpBackendCase
from .test_rest_adapter import LIST, RestCase
from .traffic_case import TrafficCase

NOON = datetime.fromisoformat("2026-01-31T12:00:00")


class RateCase(HttpBackendCase):
    """A test whose requests do not really wait: ``self.waits`` has the seconds."""

    def setUp(self):
        super().setUp()
        self.waits = []
        self.server.replies["/shop/a"] = {}
        init = BackendGate.__init__

        def init_quick(gate, backend, is_probe=False):
            init(gate, backend, is_probe, self.waits.append)

        self.patch(BackendGate, "__init__", init_quick)

    def answer(self, status=200, **headers):
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self.server.replies["/shop/a"] = Reply({}, status, names)

    def refuse(self, **headers):
        """Let the server refuse a request, and take all others."""
        self.answer(429, **headers)
        with suppress(NetworkRetryableError):  # assertRaises would undo what is noted
            self.get("a")
        self.answer()

    @property
    def traffic(self):
        self.env.invalidate_all()
        return self.env["connector.traffic"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )


class TestNoLimit(RateCase):
    def test_without_a_limit_a_request_costs_no_query(self):
        client = self.http_backend._http_client()
        client.request("GET", "a")

        with self.assertQueryCount(0):
            client.request("GET", "a")

        self.assertEqual((self.traffic.counted, self.waits), (0, []))


class TestTurns(RateCase):
    def test_requests_wait_for_their_turn(self):
        self.http_backend.rate = 10
        client = self.http_backend._http_client()
        for _request in range(4):
            client.request("GET", "a")

        # nobody waited really: each one stands behind all before it
        for wait, expected in zip(self.waits, (0.1, 0.2, 0.3), strict=True):
            self.assertAlmostEqual(wait, expected, delta=0.1)

    def test_turns_of_a_page_are_reserved_at_once(self):
        self.http_backend.rate = 10
        client = self.http_backend._http_client()
        client.gate.reserve(20)
        self.env.flush_all()

        with self.assertQueryCount(1):  # that all is well
            for _request in range(20):
                client.request("GET", "a")

        self.assertEqual(self.traffic.counted, 20)
        self.assertGreater(max(self.waits), 1.2)  # 1.9 s after the first one

    def test_turn_that_is_late_is_not_waited_for(self):
        self.refuse(Retry_After="30")

        with self.assertRaises(NetworkRetryableError) as caught:
            self.get("a")

        self.assertAlmostEqual(caught.exception.seconds, 30, delta=2)
        self.assertTrue(caught.exception.ignore_retry)
        self.assertTrue(never_arrived(caught.exception))
        self.assertEqual(len(self.server.asked), 1)

    def test_short_wait_happens_in_place(self):
        self.refuse(Retry_After="3")

        self.get("a")

        self.assertAlmostEqual(self.waits[0], 3, delta=0.5)

    def test_turn_that_was_not_taken_is_lost(self):
        """Else requests would come all at once after a pause."""
        self.http_backend.rate = 2
        client = self.http_backend._http_client()
        client.gate.reserve(3)
        client.gate._turns = type(client.gate._turns)(
            turn - 60 for turn in client.gate._turns
        )

        client.request("GET", "a")
        client.request("GET", "a")

        self.assertGreater(len(self.waits), 1)


class TestLearnt(RateCase):
    def test_refusal_slows_all_down(self):
        self.refuse()

        self.get("a")

        self.assertEqual(self.traffic.refusals, 1)
        self.assertEqual(len(self.waits), 1)

    def test_rate_of_the_headers_is_kept_before_anything_is_refused(self):
        self.answer(RateLimit_Policy="600;w=60", RateLimit="limit=600, remaining=20")
        self.get("a")
        self.assertAlmostEqual(self.http_backend.learnt_rate, 9.6)

        self.get("a")
        self.get("a")

        self.assertAlmostEqual(self.waits[-1], 1 / 9.6, delta=0.05)

    def test_limit_that_is_far_slows_nothing_down(self):
        self.answer(RateLimit_Policy="600;w=60", RateLimit="limit=600, remaining=500")

        self.get("a")

        self.assertFalse(self.traffic.settled)

    def test_nothing_left_is_waited_for(self):
        self.answer(X_RateLimit_Remaining="0", X_RateLimit_Reset="40")
        self.get("a")

        with self.assertRaises(NetworkRetryableError) as caught:
            self.get("a")

        self.assertAlmostEqual(caught.exception.seconds, 40, delta=2)

    def test_rate_of_the_settings_is_not_learnt(self):
        self.http_backend.rate = 10
        self.refuse(Retry_After="2", RateLimit_Policy="60;w=60")

        self.assertFalse(self.traffic.settled)
        self.get("a")
        self.assertAlmostEqual(self.waits[-1], 2, delta=0.5)

    def test_other_process_knows_it(self):
        self.refuse(Retry_After="30")
        forget_known()  # as one that begins now

        with self.assertRaises(NetworkRetryableError):
            self.get("a")

        self.assertEqual(len(self.server.asked), 1)

    def test_database_and_code_mean_the_same_rate(self):
        self.get("a")
        traffic, key = self.traffic, self.http_backend._traffic_key()
        kept = {"backend": key["backend"]}
        later = NOON + timedelta(seconds=45)
        paces = (
            Pace(),
            Pace(rate=2.0, growth=1.1, grows_at=NOON),
            Pace(2.0, 1.1, NOON, later, 5.0),
            Pace(2.0, 1.1, later, later, None),
        )
        for pace in paces:
            traffic._run(statements.KEEP_PACE, kept, **asdict(pace))
            for seconds in (-9, 0, 7, 44, 46, 1_500, 90_000):
                now = NOON + timedelta(seconds=seconds)
                with self.subTest(pace=pace, seconds=seconds):
                    found = traffic._run(statements.LOOK, key, now=now)
                    self.assertAlmostEqual(found[3], pace.rate_at(now), 6)


class TestLateJob(TrafficCase):
    def test_job_that_is_late_comes_back_and_no_retry_is_counted(self):
        headers = {"Retry-After": "60"}
        self.server.replies["/shop/a"] = lambda _asked: Reply({}, 429, headers)
        self.delay()
        self.run_jobs()
        late = self.delay()

        self.run_jobs()

        self.assertEqual((late.state, late.retry), ("pending", 0))
        self.assertIn("takes no more requests", late.result)
        self.assertAlmostEqual(self.next_eta_s(), 60, delta=5)
        self.assertEqual(len(self.server.asked), 1)


class TestPageTurns(RestCase):
    """An adapter that reads records one by one reserves their turns together."""

    def test_records_of_a_page_are_reserved_together(self):
        self.http_backend.rate = 100
        for number in range(5):
            self.server.replies[f"{LIST}{number}/"] = {"id": number}

        self.adapter().read_many([str(number) for number in range(5)])

        traffic = self.env["connector.traffic"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )
        self.assertEqual(traffic.counted, 5)
        self.assertEqual(len(self.server.asked), 5)
