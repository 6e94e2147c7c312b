# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the overview of the backends, and of its access."""

from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.service import server

from odoo.addons.connector.exception import ConnectorException
from odoo.addons.connector.models.monitoring import overview as connector_overview
from odoo.addons.connector.queue import store

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase, make_channel

OVERVIEW = "connector.overview"
USER = "connector.group_connector_user"
REVIEWER = "connector.group_connector_reviewer"
MANAGER = "connector.group_connector_manager"
CHANNEL = "connector.queue.channel"


class OverviewCase(QueueCase):
    def setUp(self):
        super().setUp()
        backends = self.env["connector.test.backend"]
        self.env["connector.test.backend"].search([]).unlink()
        self.shop, self.other = backends.create(
            [{"name": "A shop", "version": "1"}, {"name": "Other", "version": "1"}]
        )
        self.boss = self.new_user("boss", MANAGER)

    def read(self, user=None):
        """Return what a user sees; the boss by default."""
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env[OVERVIEW].with_user(user or self.boss).read_cards()

    def card(self, backend, user=None):
        """Return the card of a backend."""
        cards = {one["reference"]: one for one in self.read(user)["cards"]}
        return cards[backend.reference()]

    def figures(self, backend):
        """Return the counts on the card of a backend."""
        card = self.card(backend)
        names = ("backlog", "running", "failed", "done_today", "checkpoints")
        return [card[name] for name in names]

    def take(self, uuids, worker_id=1):
        """Let a worker take jobs, as a claim does."""
        for place, uuid in enumerate(uuids):
            self.env.cr.execute(
                "UPDATE connector_queue_job SET state = 'enqueued', worker_id = %s,"
                " claim_number = %s WHERE uuid = %s",
                [worker_id, place, uuid],
            )


class TestOverviewFigures(OverviewCase):
    def test_card_counts_the_jobs_of_its_backend(self):
        self.shop.delayed().import_stock()
        self.shop.delayed().import_stock(error="no stock")
        self.run_jobs()
        self.shop.delayed_many([()] * 3).import_stock()
        self.other.delayed().import_stock()
        self.take(self.shop.delayed_many([()] * 2).import_stock())
        self.shop.add_checkpoint(message="Look at this")

        self.assertEqual(self.figures(self.shop), [3, 1, 1, 1, 1])
        self.assertEqual(self.figures(self.other), [1, 0, 0, 0, 0])

    def test_each_worker_runs_the_first_of_the_jobs_it_has_taken(self):
        self.take(self.shop.delayed_many([()] * 3).import_stock(), worker_id=1)
        self.take(self.other.delayed_many([()] * 3).import_stock(), worker_id=2)
        self.take(self.shop.delayed_many([()] * 3).import_stock(), worker_id=3)

        self.assertEqual(self.card(self.shop)["running"], 2)
        self.assertEqual(self.card(self.other)["running"], 1)

    def test_done_today_begins_at_the_midnight_of_the_user(self):
        self.boss.tz = "Asia/Tokyo"  # nine hours before UTC
        self.shop.delayed_many([()] * 2).import_stock()
        self.run_jobs()
        first, second = self.jobs()
        for job, at in ((first, "2026-03-01 14:59:59"), (second, "2026-03-01 15:00")):
            self.env.cr.execute(
                "UPDATE connector_queue_job SET date_done = %s WHERE id = %s",
                [at, job.id],
            )

        with freeze_time("2026-03-01 20:00:00"):
            card = self.card(self.shop)

        self.assertEqual(card["done_today"], 1)
        self.assertEqual(card["done_at"], "2026-03-01 15:00:00")

    def test_jobs_that_people_set_to_done_are_counted_apart(self):
        """1,001 failures that a button set to done were 1,001 that the shop did."""
        self.shop.delayed().import_stock()
        self.run_jobs()
        done_at = self.card(self.shop)["done_at"]
        self.shop.delayed_many([()] * 4).import_stock(error="no stock")
        self.run_jobs()
        failed = self.env[JOB].search([("state", "=", "failed")]).with_user(self.boss)
        failed[:3].button_done()
        failed.act_on_all("button_done", [("id", "=", failed[3].id)])

        card = self.card(self.shop)

        self.assertEqual(self.figures(self.shop), [0, 0, 0, 1, 0])
        self.assertEqual(card["by_hand_today"], 4)
        self.assertEqual(card["done_at"], done_at)
        self.assertEqual(failed.done_by_id, self.boss)
        hours = self.env[OVERVIEW].with_user(self.boss).read_hours()
        counts = hours["counts"][self.shop.reference()]
        sums = {kind: sum(counts[kind]) for kind in ("done", "failed", "by_hand")}
        self.assertEqual(sums, {"done": 1, "failed": 0, "by_hand": 4})

    def test_job_that_runs_after_all_was_not_set_to_done(self):
        self.shop.delayed().import_stock(error="no stock")
        self.run_jobs()
        job = self.jobs()
        job.button_done()
        self.assertTrue(job.done_by_id)

        self.env.cr.execute("UPDATE connector_queue_job SET state = 'failed'")
        self.env.invalidate_all()
        job.requeue()

        self.assertFalse(job.done_by_id)

    def test_counts_end_at_a_limit(self):
        self.patch(connector_overview, "LIMIT", 2)
        self.shop.delayed_many([()] * 3).import_stock()

        self.assertEqual(self.card(self.shop)["backlog"], 2)

    def test_jobs_of_no_backend_have_figures_of_their_own(self):
        leave_trace.delay_many(self.session, TRACE, [()] * 2)

        others = self.read()["others"]

        self.assertEqual((others["backlog"], others["failed"]), (2, 0))
        self.assertTrue(others["oldest_at"])

    def test_hours_tell_when_jobs_were_done_and_failed(self):
        self.shop.delayed_many([()] * 3).import_stock()
        self.shop.delayed().import_stock(error="no stock")
        self.run_jobs()
        hour = fields.Datetime.to_datetime("2026-03-01 12:00:00")
        with freeze_time(hour):
            for job in self.jobs():
                self.env.cr.execute(
                    "UPDATE connector_queue_job SET date_done = %s WHERE id = %s",
                    [hour - timedelta(minutes=1), job.id],
                )
            hours = self.env[OVERVIEW].with_user(self.boss).read_hours()

        counts = hours["counts"][self.shop.reference()]
        self.assertEqual(hours["starts"][-2:], ["2026-03-01 11:00:00", f"{hour}"])
        self.assertEqual(counts["done"], [0] * 22 + [3, 0])
        self.assertEqual(counts["failed"], [0] * 22 + [1, 0])
        self.assertEqual(hours["counts"][""]["done"], [0] * 24)


class TestOverviewRights(OverviewCase):
    def test_overview_is_refused_to_users_who_may_not_review(self):
        for method in ("read_cards", "read_hours"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                model = self.env[OVERVIEW].with_user(self.new_user(method, USER))
                getattr(model, method)()

    def test_reviewer_sees_backends_and_not_the_other_jobs(self):
        reviewer = self.new_user("eve", REVIEWER)
        told = self.read(reviewer)

        self.assertEqual(len(told["cards"]), 2)
        self.assertFalse(told["others"])
        hours = self.env[OVERVIEW].with_user(reviewer).read_hours()
        self.assertNotIn("", hours["counts"])

    def test_reviewer_cannot_pause(self):
        self.shop.delayed().import_stock()
        overview = self.env[OVERVIEW].with_user(self.new_user("eve", REVIEWER))

        with self.assertRaises(AccessError):
            overview.set_paused(self.shop.reference(), True)

    def test_manager_lets_a_new_database_begin(self):
        store.withdraw(self.env.cr, store.find_identity(self.env.cr))
        reviewer = self.new_user("eve", REVIEWER)
        with self.assertRaises(AccessError):
            self.env[OVERVIEW].with_user(reviewer).begin_jobs()
        self.assertFalse(store.find_admission(self.env.cr).is_admitted)

        self.env[OVERVIEW].with_user(self.boss).begin_jobs()

        self.assertTrue(store.find_admission(self.env.cr).is_admitted)

    def test_backend_that_the_user_may_not_see_has_no_card(self):
        model = self.env["ir.model"]._get("connector.test.backend")
        self.env["ir.rule"].create(
            {
                "name": "one only",
                "model_id": model.id,
                "domain_force": f"[('id', '=', {self.shop.id})]",
            }
        )

        self.assertEqual([c["name"] for c in self.read()["cards"]], ["A shop"])
        with self.assertRaises(AccessError):
            self.env[OVERVIEW].with_user(self.boss).set_paused(
                self.other.reference(), True
            )

    def test_only_backends_are_paused_or_checked(self):
        overview = self.env[OVERVIEW].with_user(self.boss)
        for reference in ("res.users,2", "connector.test.backend,0", "no.model,1", "x"):
            with self.subTest(reference=reference), self.assertRaises(UserError):
                overview.set_paused(reference, True)


class TestOverviewPause(OverviewCase):
    def set_paused(self, backend, is_paused):
        """Pause or resume as the boss."""
        overview = self.env[OVERVIEW].with_user(self.boss)
        overview.set_paused(backend.reference(), is_paused)

    def own_channel(self, backend):
        """Return a channel that is a backend's own."""
        root = self.env[CHANNEL].search([("complete_name", "=", "root")])
        return self.env[CHANNEL].create(
            {"name": "own", "parent_id": root.id, "backend_id": backend.reference()}
        )

    def test_paused_backend_starts_no_job_until_it_is_resumed(self):
        self.shop.delayed().import_stock()
        self.set_paused(self.shop, True)

        self.assertEqual(self.run_jobs(), 0)
        self.assertTrue(self.card(self.shop)["channels"][0]["is_paused"])

        self.set_paused(self.shop, False)
        self.assertEqual(self.run_jobs(), 1)

    def test_shared_channel_names_the_other_backends(self):
        (channel,) = self.card(self.shop)["channels"]

        self.assertEqual((channel["name"], channel["others"]), ("root.shop", ["Other"]))

    def test_backend_with_a_channel_of_its_own_is_paused_alone(self):
        self.own_channel(self.shop)
        self.shop.delayed().import_stock()
        self.other.delayed().import_stock()
        self.set_paused(self.shop, True)

        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.card(self.shop)["channels"][0]["others"], [])

    def test_root_is_never_paused_for_one_backend(self):
        self.env["connector.queue.function"].search([]).channel_id = self.env[
            CHANNEL
        ].search([("complete_name", "=", "root")])
        self.shop.delayed().import_stock()

        self.assertEqual(self.card(self.shop)["channels"], [])
        self.set_paused(self.shop, True)
        self.assertEqual(self.run_jobs(), 1)

    def test_channel_where_its_jobs_wait_is_paused_as_well(self):
        make_channel(self.env, "root.fast")
        self.shop.delayed(channel="root.fast").import_stock()

        names = [one["name"] for one in self.card(self.shop)["channels"]]

        self.assertEqual(sorted(names), ["root.fast", "root.shop"])


class TestConnectionCheck(OverviewCase):
    def check(self, answer):
        """Check the connection of the shop, which gives an answer or raises it."""

        def ask(_backend):
            if isinstance(answer, Exception):
                raise answer
            return answer

        self.patch(type(self.shop), "_check_connection", ask)
        overview = self.env[OVERVIEW].with_user(self.boss)
        return overview.check_connection(self.shop.reference())["params"]

    def test_backend_without_a_check_stays_unknown(self):
        card = self.card(self.shop)

        self.assertEqual((card["connection"], card["may_check"]), ("unknown", False))
        told = self.shop.action_check_connection()["params"]["message"]
        self.assertIn("cannot check its connection", told)

    def test_answer_is_told_and_kept(self):
        told = self.check("7 customers")

        card = self.card(self.shop)
        self.assertEqual((told["type"], told["message"]), ("success", "7 customers"))
        self.assertEqual((card["connection"], card["answer"]), ("ok", "7 customers"))
        self.assertTrue(card["checked_at"])

    def test_failure_is_told_and_kept(self):
        for error in (ConnectorException("wrong key"), ConnectionError("no route")):
            with self.subTest(error=error):
                told = self.check(error)

                card = self.card(self.shop)
                self.assertEqual(told["type"], "danger")
                self.assertEqual(card["connection"], "failed")
                self.assertEqual(card["answer"], str(error))

    def test_mistake_in_the_check_itself_is_an_error(self):
        with self.assertRaises(ZeroDivisionError):
            self.check(ZeroDivisionError())


class TestOverviewNote(OverviewCase):
    def test_master_that_does_not_know_the_addon_is_told_of(self):
        master = server.PreforkServer.__new__(server.PreforkServer)
        master.pid = 4711
        self.patch(server, "server", master)

        note = self.read()["note"]

        self.assertIn("by the scheduled action", note["title"])
        self.assertIn("kill -HUP 4711", note["text"])

    def test_master_that_keeps_job_processes_is_not_told_of(self):
        master = server.PreforkServer.__new__(server.PreforkServer)
        master.connector_respawn = None
        self.patch(server, "server", master)

        self.assertFalse(self.read()["note"])

    def test_cron_that_is_not_needed_is_not_told_of(self):
        master = server.PreforkServer.__new__(server.PreforkServer)
        master.pid = 4711
        self.patch(server, "server", master)
        before = self.read()["workers"]
        self.env.cr.execute(
            "INSERT INTO connector_queue_worker"
            " (uuid, process_type, date_alive, is_pooled)"
            " VALUES ('a', 'worker', now() AT TIME ZONE 'UTC', TRUE)"
        )

        self.assertFalse(self.read()["note"])
        self.assertEqual(self.read()["workers"], before + 1)
