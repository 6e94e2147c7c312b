# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of outages: the jobs of a backend that does not answer wait, and go on."""

import logging
import time
from datetime import timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user

from odoo.addons.connector.exception import CircuitOpenError
from odoo.addons.connector.flows.exporting.refusal import never_arrived
from odoo.addons.connector.models.traffic.gate import BackendGate
from odoo.addons.connector.wire.breaker import (
    LEASE_S,
    first_probe_s,
    is_away,
    next_probe_s,
)

from .http_case import HttpBackendCase
from .queue_case import JOB, insert_row, make_channel
from .traffic_case import TrafficCase

HOUR_S = 3600

_figures = logging.getLogger("connector.figures")  # bin/test shows them


class TestBreaker(TrafficCase):
    def test_five_errors_in_a_row_open_it(self):
        self.leave()
        self.delay(4)
        self.run_jobs()
        self.assertEqual(
            (self.traffic.state, self.traffic.failure_count), ("closed", 4)
        )

        self.delay()
        self.run_jobs()

        self.assertEqual(self.traffic.state, "open")
        self.assertIn("No answer to GET", self.traffic.last_error)

    def test_answer_in_between_begins_the_row_anew(self):
        for _round in range(3):
            self.leave()
            self.delay(4)
            self.run_jobs()
            self.come_back()
            self.delay()
            self.run_jobs()
            self._delete()

        self.assertEqual(
            (self.traffic.state, self.traffic.failure_count), ("closed", 0)
        )

    def test_gateway_without_a_server_counts_as_no_answer(self):
        for status in (502, 503, 504, 522):
            self.assertTrue(is_away(status, {}, "retry"), status)
        self.leave(503)
        self.delay(5)
        self.run_jobs()

        self.assertEqual(self.traffic.state, "open")

    def test_server_that_answers_is_not_away(self):
        cases = {status: {} for status in (400, 401, 404, 408, 409, 425, 429, 500)}
        for status, headers in {**cases, 503: {"Retry-After": "1"}}.items():
            with self.subTest(status):
                self.assertFalse(is_away(status, headers, "retry"))
        self.leave(404)
        self.delay(9)
        self.run_jobs()

        self.assertEqual(
            (self.traffic.state, self.traffic.failure_count), ("closed", 0)
        )

    def test_nothing_is_sent_while_it_is_open(self):
        self.open_circuit()
        before = len(self.server.asked)

        self.delay(20)
        self.run_jobs()

        self.assertEqual(len(self.server.asked), before)

    def test_claimed_job_comes_back_when_the_next_probe_is(self):
        """Its channel was open when it was claimed."""
        self.leave()
        jobs = self.delay(7)
        self.runner._mean_s = 0.001  # so that it claims all of them together
        self.run_jobs()

        late = jobs.sorted("id")[-1]
        self.assertEqual(len(self.server.asked), 5)
        self.assertEqual((late.state, late.retry, late.attempt), ("pending", 0, 1))
        self.assertIn("nothing is sent", late.result)
        wait_s = (late.eta - late.date_started).total_seconds()
        self.assertAlmostEqual(wait_s, first_probe_s(1), delta=3)

    def test_person_who_checks_gets_a_real_answer_and_ends_the_outage(self):
        self.open_circuit()
        self.come_back()

        self.http_backend.action_check_connection()

        self.assertEqual(self.http_backend.connection_state, "ok")
        self.assertEqual(self.traffic.state, "closed")

    def test_probes_become_rarer(self):
        at, probes = first_probe_s(1), 1
        while at < HOUR_S:
            at, probes = at + next_probe_s(at), probes + 1

        self.assertLess(probes, 40)
        self.assertLessEqual(next_probe_s(HOUR_S), 120)
        self.assertGreater(next_probe_s(9 * HOUR_S), next_probe_s(HOUR_S))
        self.assertGreater(first_probe_s(3), first_probe_s(1))


class TestHold(TrafficCase):
    def test_jobs_wait_in_a_channel_of_their_own_that_is_held(self):
        other = self.make_backend(name="Other")
        other.delayed(eta=3600).ask("a")
        waiting = self.delay(3, eta=timedelta(days=1))

        self.open_circuit()

        channel = waiting.channel_id
        self.assertEqual(channel.backend_id, self.http_backend)
        self.assertTrue(channel.is_paused)
        self.assertIn("does not answer", channel.pause_reason)
        (of_other,) = self.env[JOB].search([("backend_id", "=", other.reference())])
        self.assertEqual(of_other.channel_id.complete_name, "root")

    def test_channel_with_limits_keeps_its_jobs(self):
        """A channel of their own would take the limits from them."""
        channel = make_channel(self.env, "root.limited")
        channel.capacity = 1
        self.refresh()
        jobs = self.delay(6, channel="root.limited")

        self.leave()
        self.run_jobs()

        self.assertEqual(jobs.channel_id, channel)
        self.assertFalse(channel.is_paused)
        self.assertEqual(len(self.server.asked), 5)
        self.assertEqual(set(jobs.mapped("state")), {"pending"})

    def test_pause_of_a_person_outlasts_the_outage(self):
        self.open_circuit()
        channel = self.http_backend._outage_channel()
        channel.action_resume()
        channel.action_pause()
        self.refresh()
        self.come_back()

        self.probe()

        self.assertEqual(self.traffic.state, "closed")
        self.assertTrue(channel.is_paused)

    def test_jobs_go_on_at_once_when_it_answers(self):
        jobs = self.open_circuit() | self.delay(3)
        self.come_back()
        self.assertEqual(set(jobs.mapped("state")), {"pending"})

        self.advance(first_probe_s(1))
        self.run_jobs()

        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertFalse(self.http_backend._outage_channel().is_paused)

    def test_no_retry_is_counted_where_retries_are_counted(self):
        jobs = self.http_backend.delayed_many([("a",)] * 9).ask_by_count()
        jobs = self.env[JOB].search([("uuid", "in", jobs)])
        self.leave()
        self.run_jobs()
        for _wait in range(9):
            self.advance(60)
            jobs.channel_id.action_resume()
            self.refresh()
            self.run_jobs()

        self.assertEqual(set(jobs.mapped("state")), {"pending"})
        self.assertLessEqual(max(jobs.mapped("retry")), 1)

    def test_request_that_met_it_was_not_sent(self):
        """So a create is sent again with the same key."""
        self.open_circuit()
        self.patch(BackendGate, "_is_in_job", lambda _gate: True)

        with self.assertRaises(CircuitOpenError) as caught:
            self.http_backend._http_client().request("GET", "a")

        self.assertTrue(never_arrived(caught.exception))

    def test_backend_says_how_long_a_job_is_retried(self):
        self.http_backend.network_retry_h = 2
        self.refresh()

        (job,) = self.open_circuit()[:1]

        self.assertEqual(job.network_until - job.network_since, timedelta(hours=2))

    def test_job_fails_when_its_time_is_over(self):
        self.http_backend.network_retry_h = 2
        self.refresh()
        job = self.open_circuit()[:1]
        self.advance(2 * HOUR_S)
        self.run_jobs()  # the probe, which holds all that is left
        job.channel_id.action_resume()

        self.run_jobs()

        self.assertEqual(job.state, "failed")
        self.assertIn("No answer since", job.result)


class TestProbe(TrafficCase):
    def test_probe_in_vain_plans_the_next_one(self):
        self.open_circuit()
        (probe,) = self.probes()

        self.advance(first_probe_s(1))
        self.run_jobs()

        self.assertEqual((self.traffic.state, self.traffic.probe_count), ("open", 1))
        self.assertEqual((probe.state, probe.retry), ("pending", 0))
        self.assertEqual(self.server.asked[-1].path, "/shop/api/v1/acme/")

    def test_any_answer_of_its_own_will_do(self):
        for status in (200, 401, 404, 429, 500):
            with self.subTest(status):
                self.http_backend = self.make_backend()
                self.open_circuit()
                self.leave(status)
                self.assertIsNone(self.probe())
                self.assertEqual(self.traffic.state, "closed")

    def test_gateway_still_without_a_server_will_not(self):
        self.open_circuit()
        self.leave(502)

        self.assertTrue(self.probe())

        self.assertEqual(self.traffic.state, "open")

    def test_without_a_check_its_address_is_asked(self):
        self.patch(type(self.http_backend), "_check", None)
        self.server.replies["/shop/"] = {}
        self.open_circuit()
        self.come_back()

        self.probe()

        self.assertEqual(self.server.asked[-1].path, "/shop/")
        self.assertEqual(self.traffic.state, "closed")

    def test_one_process_probes_at_a_time(self):
        self.open_circuit()
        traffic, key = self.traffic, self.http_backend._traffic_key()

        self.assertEqual(traffic._take_probe(key), 0)

        self.assertGreater(traffic._take_probe(key), LEASE_S - 5)
        self.assertEqual(self.traffic.state, "half_open")

    def test_probe_of_a_process_that_died_is_taken_over(self):
        self.open_circuit()
        self.traffic._take_probe(self.http_backend._traffic_key())  # and no more of it
        self.refresh()
        self.come_back()
        self.assertGreater(self.probe(), 0)

        self.advance(LEASE_S + 1)
        self.probe()

        self.assertEqual(self.traffic.state, "closed")

    def test_cron_probes_where_nobody_runs_the_job(self):
        self.open_circuit()
        self.probes().button_cancel()
        self.come_back()
        self.traffic._cron_probe()
        self.assertEqual(self.traffic.state, "open")

        self.advance(600)
        self.traffic._cron_probe()

        self.assertEqual(self.traffic.state, "closed")

    def test_server_that_answers_probes_only_is_asked_less_and_less(self):
        waits = []
        for _time in range(3):
            self.open_circuit()
            waits.append(self.traffic.next_probe_at - self.traffic.opened_at)
            self.come_back()
            self.probe()

        seconds = [round(wait.total_seconds()) for wait in waits]
        self.assertEqual(seconds, [15, 30, 60])


class TestNotice(TrafficCase):
    def test_one_checkpoint_tells_and_goes_with_the_outage(self):
        self.open_circuit()
        self.delay(5)
        self.run_jobs()

        (checkpoint,) = self.checkpoints()
        for fact in ("'Server'", "since", "Nothing fails", "Try Now"):
            self.assertIn(fact.strip("'"), checkpoint.message)
        self.assertEqual(checkpoint.severity, "critical")

        self.come_back()
        self.probe()

        self.assertEqual(checkpoint.state, "reviewed")

    def test_backend_says_since_when_and_when_it_answered_last(self):
        self.delay()
        self.run_jobs()
        self.advance(1800)
        self.open_circuit()
        self.advance(1800)

        self.assertIn("30 min", self.http_backend.outage_text)
        self.assertEqual(self.http_backend.traffic_state, "open")
        age = self.http_backend.last_failure_at - self.http_backend.last_answer_at
        self.assertAlmostEqual(age.total_seconds(), 1800, delta=60)

    def test_try_now_lets_the_jobs_go_on(self):
        jobs = self.open_circuit()
        self.come_back()

        self.http_backend.action_try_now()
        self.run_jobs()

        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertEqual(self.checkpoints().state, "reviewed")

    def test_traffic_goes_with_the_backend(self):
        self.open_circuit()
        traffic = self.traffic
        self._delete()

        self.http_backend.unlink()

        self.assertFalse(traffic.exists())


class TestScreen(HttpBackendCase):
    """What is shown of an outage, and to whom."""

    def setUp(self):
        super().setUp()
        insert_row(
            self.env,
            "connector.traffic",
            backend_id=self.http_backend.reference(),
            state="open",
            failing_since="2026-01-31 12:00:00",
            last_error="Connection refused.",
        )
        groups = "base.group_user,connector.group_connector_manager"
        self.boss = new_test_user(self.env, "boss", groups)

    def test_overview_shows_it(self):
        overview = self.env["connector.overview"].with_user(self.boss)

        reference = self.http_backend.reference()
        cards = overview.read_cards()["cards"]
        (card,) = [one for one in cards if one["reference"] == reference]
        self.assertIn("No answer since", card["outage"])
        self.assertIn("Connection refused.", card["outage"])

    def test_form_has_the_state_and_the_button(self):
        arch = self.http_backend.with_user(self.boss).get_view(view_type="form")["arch"]

        for name in ("outage_text", "last_answer_at", "action_try_now", "rate"):
            self.assertIn(f'name="{name}"', arch)

    def test_try_now_needs_the_right_to_write_the_backend(self):
        guest = new_test_user(self.env, "guest", "base.group_portal")

        with self.assertRaises(AccessError):
            self.http_backend.with_user(guest).action_try_now()

        self.http_backend.with_user(self.boss).action_try_now()
        self.assertFalse(self.http_backend.outage_text)

    def test_hours_and_rate_cannot_be_negative(self):
        for name in ("network_retry_h", "rate"):
            with self.subTest(name), self.assertRaises(ValidationError):
                self.http_backend[name] = -1


class TestOutageOfAnHour(TrafficCase):
    """1,000 jobs meet a server that is away for an hour of simulated time."""

    def live_through(self, count):
        """Return so many jobs when all is over, and after how many seconds it was."""
        self.leave()
        jobs = self.delay(count)
        passed, begun = 0.0, time.monotonic()
        self.run_jobs()
        while (wait_s := self.next_eta_s()) is not None and passed < 2 * HOUR_S:
            passed += wait_s
            if passed >= HOUR_S:
                self.come_back()
            self.advance(wait_s)
            self.run_jobs()
        return jobs, passed + time.monotonic() - begun

    def test_no_job_fails_and_all_are_done_two_minutes_after_its_return(self):
        jobs, seconds = self.live_through(1_000)

        self.assertEqual(set(jobs.mapped("state")), {"done"})
        self.assertLessEqual(seconds, HOUR_S + 120)
        self.assertEqual(sum(jobs.mapped("retry")), 0)
        checks = [one for one in self.server.asked if one.path.endswith("/acme/")]
        self.assertLess(len(checks), 40)
        asked_in_vain = len(self.server.asked) - len(checks) - len(jobs)
        self.assertEqual(asked_in_vain, 5)
        self.assertEqual(len(self.checkpoints()), 1)
        _figures.info(
            "1,000 jobs, away for an hour: %s probes, all done %.0f s after its return",
            *(len(checks), seconds - HOUR_S),
        )
