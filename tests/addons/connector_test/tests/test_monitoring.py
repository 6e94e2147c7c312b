# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the monitoring endpoints, and of their access."""

import re
from collections import Counter

from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from odoo.addons.connector import uninstall_hook
from odoo.addons.connector.models.monitoring import monitor
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.server.cron_fallback import PATIENCE_S
from odoo.addons.connector.wire.address import ALLOWED_PARAMETER

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase

TOKEN = "connector.monitoring_token"
METRIC = re.compile(
    r'[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? -?[0-9]+(\.[0-9]+)?'
)


class MonitoringCase(QueueCase, HttpCase):
    def setUp(self):
        super().setUp()
        self.env["ir.config_parameter"].set_param(TOKEN, "sesame")
        # a server beside that serves every database may have a worker in this one, too
        self.workers = {}
        self.patch(store, "find_live_workers", self.find_workers)

    def find_workers(self, _cr):
        """Return the workers of ``self.workers``, which counts them by kind."""
        kinds = Counter(self.workers).elements()
        return [store.LiveWorker(1, 1, "host", kind, *[None] * 3) for kind in kinds]

    def get(self, what, token="sesame", **headers):
        """Return the answer of a real request."""
        if token:
            headers["Authorization"] = f"Bearer {token}"
        return self.url_open(f"/connector/{what}", headers=headers)

    def wait_for_hours(self, *uuids, hours=2):
        """Make jobs wait for hours already."""
        self.env.cr.execute(
            "UPDATE connector_queue_job"
            " SET date_created = date_created - %s * INTERVAL '1 hour'"
            " WHERE uuid = ANY (%s)",
            [hours, list(uuids)],
        )


@tagged("post_install", "-at_install")
class TestMonitoringToken(MonitoringCase):
    def test_there_is_nothing_without_a_token(self):
        self.env["ir.config_parameter"].set_param(TOKEN, False)
        for what in ("health", "metrics", "health?token="):
            with self.subTest(what=what):
                self.assertEqual(self.get(what).status_code, 404)

    def test_wrong_token_is_refused(self):
        for what in ("health", "metrics"):
            for token in (None, "Sesame", "sesame2", "ses", "sésame"):
                with self.subTest(what=what, token=token):
                    answer = self.get(f"{what}?token={token}", token=None)
                    self.assertEqual(answer.status_code, 401)
                    self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")

    def test_token_may_stand_in_the_address(self):
        self.assertEqual(self.get("health?token=sesame", token=None).status_code, 200)

    def test_header_counts_more_than_the_address(self):
        answer = self.get("health?token=sesame", token="wrong")

        self.assertEqual(answer.status_code, 401)

    def test_answers_are_not_kept(self):
        self.assertEqual(self.get("health").headers["Cache-Control"], "no-store")


@tagged("post_install", "-at_install")
class TestHealth(MonitoringCase):
    def test_idle_queue_is_well(self):
        answer = self.get("health")

        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.assertEqual(answer.json()["status"], "pass")

    def test_queue_without_workers_is_ill_when_jobs_wait(self):
        self.wait_for_hours(leave_trace.delay(self.session, TRACE))

        answer = self.get("health")

        self.assertEqual(answer.status_code, 503)
        told = answer.json()
        self.assertEqual((told["status"], told["workers"]), ("fail", 0))
        self.assertIn("no worker is alive, and jobs wait for 7", told["reasons"][0])

    def test_queue_with_a_worker_is_well(self):
        self.wait_for_hours(leave_trace.delay(self.session, TRACE))
        self.workers = {"threaded": 1}

        self.assertEqual(self.get("health").status_code, 200)
        self.assertEqual(self.get("health?max_wait_s=60").status_code, 503)
        self.assertEqual(self.get("health?max_wait_s=9000").status_code, 200)

    def test_jobs_of_paused_channels_and_of_later_are_no_illness(self):
        paused = leave_trace.delay(self.session, TRACE, channel="root.shop")
        later = leave_trace.delay(self.session, TRACE, eta=3600)
        self.wait_for_hours(paused, later)
        channels = self.env["connector.queue.channel"]
        channels.search([("complete_name", "=", "root.shop")]).is_paused = True

        self.assertEqual(self.get("health").status_code, 200)

    def fail_jobs(self, count):
        """Let jobs have failed."""
        leave_trace.delay_many(self.session, TRACE, [()] * count)
        self.env.cr.execute("UPDATE connector_queue_job SET state = 'failed'")

    def test_failed_jobs_are_warned_of(self):
        self.fail_jobs(3)

        answer = self.get("health")

        self.assertEqual(answer.status_code, 200)
        told = answer.json()
        self.assertEqual((told["status"], told["failed"]), ("warn", 3))
        self.assertIn("3 jobs have failed", told["reasons"])

    def test_a_thousand_failed_jobs_are_an_illness_whatever_is_asked_for(self):
        """It passed with 1,001 of them."""
        self.fail_jobs(1_001)

        answer = self.get("health")

        self.assertEqual(answer.status_code, 503)
        self.assertIn("1,001 jobs have failed, at most 1,000", answer.json()["reasons"])
        self.assertEqual(self.get("health?max_failed=1001").status_code, 200)

    def test_more_failed_jobs_than_allowed_are_an_illness(self):
        self.fail_jobs(3)

        answer = self.get("health?max_failed=2")
        self.assertEqual(answer.status_code, 503)
        self.assertIn("3 jobs have failed, at most 2", answer.json()["reasons"])

        self.assertEqual(self.get("health?max_failed=3").status_code, 200)

    def test_limit_above_the_usual_count_of_failed_jobs_is_kept(self):
        self.patch(monitor, "FAILED_LIMIT", 2)
        self.fail_jobs(5)

        self.assertEqual(self.get("health?max_failed=4").status_code, 503)
        self.assertEqual(self.get("health?max_failed=5").status_code, 200)

    def test_paused_channel_is_warned_of(self):
        channels = self.env["connector.queue.channel"]
        channels.browse(channels._id_of("root.shop.orders"))
        channels.search([("complete_name", "=", "root.shop")]).is_paused = True

        answer = self.get("health")

        self.assertEqual(answer.status_code, 200)
        told = answer.json()
        self.assertEqual((told["status"], told["paused"]), ("warn", ["root.shop"]))
        self.assertEqual(told["reasons"], ["paused: root.shop"])

    def test_job_that_waits_too_long_behind_a_pause_is_an_illness(self):
        self.wait_for_hours(leave_trace.delay(self.session, TRACE, channel="root.shop"))
        channels = self.env["connector.queue.channel"]
        channels.search([("complete_name", "=", "root.shop")]).is_paused = True

        answer = self.get("health?max_paused_s=3600")
        self.assertEqual(answer.status_code, 503)
        self.assertIn(
            "a job of a paused channel waits for", answer.json()["reasons"][0]
        )

        self.assertEqual(self.get("health?max_paused_s=9000").status_code, 200)

    def test_forgotten_pause_is_an_illness_whatever_is_asked_for(self):
        """A paused backend passed, however long its jobs waited."""
        job = leave_trace.delay(self.session, TRACE, channel="root.shop")
        self.wait_for_hours(job, hours=25)
        channels = self.env["connector.queue.channel"]
        channels.search([("complete_name", "=", "root.shop")]).is_paused = True

        self.assertEqual(self.get("health").status_code, 503)
        self.assertEqual(self.get("health?max_paused_s=99000").status_code, 200)

    def test_jobs_of_deleted_channels_are_warned_of(self):
        leave_trace.delay(self.session, TRACE)
        self.env.cr.execute("UPDATE connector_queue_job SET channel_id = 999001")

        self.assertIn("channels that were deleted", self.get("health").text)

    def test_banner_and_health_wait_equally_long(self):
        """The banner came after 70 s, the health after 90 s."""
        self.env.cr.execute("DELETE FROM connector_queue_worker")
        leave_trace.delay(self.session, TRACE)
        monitors, jobs = self.env["connector.monitor"], self.env[JOB]
        for seconds, is_told in ((PATIENCE_S - 5, False), (PATIENCE_S + 5, True)):
            self.env.cr.execute(
                "UPDATE connector_queue_job SET date_created ="
                " clock_timestamp() AT TIME ZONE 'UTC' - %s * INTERVAL '1 second'",
                [seconds],
            )
            kinds = [one["kind"] for one in jobs.find_warnings()]
            status = monitors._read_health()["status"]
            with self.subTest(seconds=seconds):
                self.assertEqual("waiting" in kinds, is_told)
                self.assertEqual(status == "fail", is_told)

    def test_number_that_cannot_be_read_is_refused(self):
        for limit in ("max_wait_s=soon", "max_failed=x", "max_paused_s=-1"):
            for value in (limit, f"{limit.partition('=')[0]}=nan"):
                with self.subTest(value=value):
                    answer = self.get(f"health?{value}")

                    self.assertEqual(answer.status_code, 400)
                    self.assertIn("expected a number of", answer.text)


@tagged("post_install", "-at_install")
class TestMetrics(MonitoringCase):
    def metrics(self):
        """Return the samples by name and labels."""
        lines = self.get("metrics").text.splitlines()
        return dict(x.rsplit(" ", 1) for x in lines if not x.startswith("#"))

    def test_answer_is_in_the_format_of_prometheus(self):
        answer = self.get("metrics")

        self.assertEqual(
            answer.headers["Content-Type"], "text/plain; version=0.0.4; charset=utf-8"
        )
        lines = answer.text.splitlines()
        samples = [line for line in lines if not line.startswith("#")]
        self.assertGreater(len(samples), 8)
        self.assertEqual([one for one in samples if not METRIC.fullmatch(one)], [])
        named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
        self.assertLessEqual({re.split("[{ ]", one)[0] for one in samples}, named)

    def test_jobs_are_counted_by_channel_and_state(self):
        leave_trace.delay_many(self.session, TRACE, [()] * 3)
        leave_trace.delay(self.session, TRACE, eta=60)
        leave_trace.delayable(self.session, TRACE).on_done(
            leave_trace.delayable(self.session, TRACE)
        ).delay()

        told = self.metrics()

        counts = {
            state: told[f'connector_queue_jobs{{channel="root",state="{state}"}}']
            for state in ("ready", "held", "waiting", "enqueued", "failed")
        }
        self.assertEqual(list(counts.values()), ["4", "1", "1", "0", "0"])
        self.assertEqual(told['connector_queue_channel_open{channel="root"}'], "1")
        self.assertEqual(told['connector_queue_workers{type="none"}'], "0")

    def test_backends_are_counted_by_name(self):
        backends = self.env["connector.test.backend"]
        shop = backends.create({"name": 'The "Shop"', "version": "1"})
        shop.delayed().import_stock(error="no stock")
        self.run_jobs()
        shop.delayed().import_stock()
        shop.add_checkpoint(message="Look")

        told = self.metrics()

        labels = f'backend="{shop.reference()}",name="The \\"Shop\\""'
        name = f"connector_backend_jobs{{{labels},state="
        self.assertEqual(told[f'{name}"open"}}'], "1")
        self.assertEqual(told[f'{name}"failed"}}'], "1")
        self.assertEqual(told["connector_checkpoints_open"], "1")

    def test_counters_grow_with_the_work(self):
        leave_trace.delay(self.session, TRACE)
        before = self.metrics()
        leave_trace.delay_many(self.session, TRACE, [()] * 5)
        self.run_jobs()
        after = self.metrics()

        for name, grown in (("jobs_created", 5), ("attempts", 6)):
            name = f"connector_queue_{name}_total"
            self.assertEqual(int(after[name]) - int(before[name]), grown)


class TestMonitoringDialog(QueueCase):
    def test_manager_switches_it_on_and_off(self):
        boss = self.new_user("boss", "connector.group_connector_manager")
        dialogs = self.env["connector.monitoring"].with_user(boss)
        parameter = self.env["ir.config_parameter"]

        dialogs.create({}).action_new_token()
        token = parameter.get_param(TOKEN)
        self.assertGreater(len(token), 40)
        self.assertEqual(dialogs.create({}).token, token)

        dialogs.create({}).action_switch_off()
        self.assertFalse(parameter.get_param(TOKEN))

    def test_token_is_for_managers_only(self):
        reviewer = self.new_user("eve", "connector.group_connector_reviewer")
        dialogs = self.env["connector.monitoring"].with_user(reviewer)

        for act in (lambda: dialogs.default_get(["token"]), lambda: dialogs.create({})):
            with self.assertRaises(AccessError):
                act()


class TestUninstall(QueueCase):
    def test_parameters_go_with_the_addon(self):
        """A token that stayed opened the addresses when the addon came again."""
        parameters = self.env["ir.config_parameter"]
        for key in (TOKEN, ALLOWED_PARAMETER, "other.addon"):
            parameters.set_param(key, "x")

        uninstall_hook(self.env)

        self.assertFalse(parameters.get_param(TOKEN))
        self.assertFalse(parameters.get_param(ALLOWED_PARAMETER))
        self.assertEqual(parameters.get_param("other.addon"), "x")
