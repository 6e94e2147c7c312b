# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the figures and states that the screens of the queue show."""

import html
from datetime import timedelta

from odoo import fields

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.graph import chain, group
from odoo.addons.connector.queue.job import job

from ..models.job import TRACE, end, leave_trace
from .queue_case import JOB, QueueCase, insert_row

USER = "connector.group_connector_user"
LOGIN = {"token": "s3cr3t"}


@job
def log_in(session, _model_name, name, password, *others, **options):
    """Log in somewhere."""


class SightCase(QueueCase):
    def delay(self, function=leave_trace, *args, session=None, **options):
        """Return the record of a new job."""
        session = session or self.session
        return self.job(function.delay(session, TRACE, *args, **options))

    def take(self, job, says_so=True, seconds=125):
        """Let a worker have a job for so long, and say that it runs it; return it."""
        worker = insert_row(
            self.env,
            "connector.queue.worker",
            uuid=f"worker of {job.id}",
            host="ant",
            pid=7,
            date_alive=fields.Datetime.now(),
            job_id=job.id if says_so else None,
            job_started_at=fields.Datetime.now() - timedelta(seconds=seconds),
        )
        self.update(job, state="enqueued", worker_id=worker.id)
        return worker

    def update(self, job, **values):
        """Alter the row of a job."""
        job.flush_recordset()
        names = ", ".join(f"{name} = %({name})s" for name in values)
        self.env.cr.execute(
            f"UPDATE connector_queue_job SET {names} WHERE id = %(id)s",
            {**values, "id": job.id},
        )
        self.env.invalidate_all()


class TestShownState(SightCase):
    def test_taken_job_is_shown_as_started_when_its_worker_says_so(self):
        runs, is_next = self.delay(), self.delay()
        self.take(runs)
        self.take(is_next, says_so=False)

        shown = (runs + is_next).mapped("shown_state")

        self.assertEqual(shown, ["started", "enqueued"])
        self.assertEqual(runs.duration, "2 min")
        self.assertFalse(is_next.duration)

    def test_word_of_a_worker_that_has_the_job_no_more_does_not_count(self):
        job = self.delay()
        self.take(job)
        self.update(job, worker_id=self.take(self.delay(), says_so=False).id)

        self.assertEqual(job.shown_state, "enqueued")

    def test_running_jobs_are_found(self):
        runs, is_next = self.delay(), self.delay()
        self.take(runs)
        self.take(is_next, says_so=False)
        jobs = self.env[JOB]

        self.assertEqual(jobs.search([("shown_state", "=", "started")]), runs)
        self.assertEqual(jobs.search([("shown_state", "=", "enqueued")]), is_next)
        self.assertEqual(
            jobs.search([("shown_state", "in", ("started", "enqueued"))]),
            is_next + runs,
        )

    def test_owner_sees_where_the_own_job_runs(self):
        ada = self.new_user("ada", USER)
        job = self.delay(session=self.session_of(ada))
        worker = self.take(job)

        self.assertEqual(job.with_user(ada).worker_name, f"ant:7 (No. {worker.id})")

    def test_worker_shows_what_it_runs(self):
        job = self.delay()
        worker = self.take(job)

        self.assertEqual((worker.shown_job_id, worker.duration), (job, "2 min"))
        self.update(job, state="done", worker_id=None)
        self.assertFalse(worker.shown_job_id)

    def test_worker_that_is_silent_does_not_count_as_alive(self):
        worker = self.take(self.delay())
        self.assertTrue(worker.is_alive)

        self.env.cr.execute(
            "UPDATE connector_queue_worker"
            " SET date_alive = date_alive - INTERVAL '61 s' WHERE id = %s",
            worker.ids,
        )
        worker.invalidate_recordset()
        self.env.invalidate_all()

        self.assertFalse(worker.is_alive)

    def test_age_ends_with_the_start(self):
        job = self.delay()
        ago = fields.Datetime.now() - timedelta(minutes=10)
        self.update(job, date_created=ago)
        self.assertEqual(job.age, "10 min")

        self.update(
            job,
            state="done",
            date_started=ago + timedelta(minutes=4),
            date_done=ago + timedelta(minutes=5),
        )

        self.assertEqual((job.age, job.duration), ("4 min", "1 min"))

    def test_attempt_tells_its_time_and_its_worker(self):
        job = self.delay(end, "x", error="no")
        self.run_jobs()

        attempt = job.attempt_ids

        self.assertRegex(attempt.duration, r"^\d+ ms$|^\d")
        self.assertEqual(attempt.message, "no")


class TestArguments(SightCase):
    def test_arguments_have_their_names_and_keep_their_secrets(self):
        job = self.delay(log_in, "ada", "hunter2", 5, login=LOGIN, quick=True)

        text = html.unescape(job.arguments)

        for shown in ("name</th>", "'ada'", "*3", "quick</th>", "True"):
            self.assertIn(shown, text)
        for hidden in ("hunter2", "s3cr3t"):
            self.assertNotIn(hidden, text)

    def test_markup_in_arguments_is_text(self):
        job = self.delay(leave_trace, "<script>x</script>")

        self.assertNotIn("<script>", job.arguments)

    def test_arguments_of_a_function_that_is_gone_are_shown(self):
        job = self.delay(leave_trace, "ada")
        self.update(job, func_name="odoo.addons.gone.jobs.run")

        self.assertIn("ada", job.arguments)


class TestGraph(SightCase):
    def test_graph_holds_all_jobs_that_hang_together(self):
        def new(name):
            return end.delayable(self.session, TRACE, name, description=name)

        new("stranger").delay()
        uuid, *_rest = chain(new("a"), group(new("b"), new("c")), new("d")).delay()

        graph = self.job(uuid).find_graph()

        self.assertEqual([node["name"] for node in graph["nodes"]], list("abcd"))
        self.assertEqual(len(graph["edges"]), 4)
        self.assertFalse(graph["is_cut"])

    def test_jobs_of_others_are_no_part_of_it(self):
        ada = self.new_user("ada", USER)
        of_ada = end.delayable(self.session_of(ada), TRACE, "mine", description="mine")
        of_boss = end.delayable(self.session, TRACE, "boss", description="boss")
        uuid, *_rest = chain(of_ada, of_boss).delay()

        graph = self.job(uuid).with_user(ada).find_graph()

        self.assertEqual([node["name"] for node in graph["nodes"]], ["mine"])
        self.assertEqual(graph["edges"], [])


class TestWarning(SightCase):
    def setUp(self):
        super().setUp()
        self.has_worker = False
        self.patch(store, "find_live_workers", lambda *_: [(1, 1)] * self.has_worker)
        self.patch(  # is looked at elsewhere
            self.env.registry["connector.queue.worker"], "_find_troubles", self.troubles
        )

    def wait(self, job, minutes=5):
        """Let a job have waited for so long."""
        ago = fields.Datetime.now() - timedelta(minutes=minutes)
        self.update(job, date_created=ago)

    def troubles(self, *_args):
        """Stand for what keeps workers from running jobs."""
        return [{"kind": "nobody", "title": "Nobody", "text": "Start one."}]

    def warning(self, user=None):
        """Return the first warning, if any, but for those of the workers."""
        jobs = self.env[JOB].with_user(user) if user else self.env[JOB]
        found = jobs.with_context(lang="en_US").find_warnings()
        return next((one for one in found if one["kind"] != "nobody"), False)

    def test_jobs_that_wait_without_a_worker_are_told(self):
        self.wait(self.delay())
        boss = self.new_user("boss", "connector.group_connector_manager")

        warning = self.warning(boss)

        self.assertIn("no worker has been alive", warning["title"])
        self.assertIn(f"-d {self.env.cr.dbname}", warning["text"])
        self.assertEqual(warning["since"], "5 min")

    def test_user_is_not_told_of_the_server(self):
        self.wait(self.delay())

        warning = self.warning(self.new_user("ada", USER))

        self.assertEqual(warning["text"], "Contact your administrator.")

    def test_trouble_of_workers_is_told_once(self):
        found = self.env[JOB].find_warnings()
        self.assertEqual([one["kind"] for one in found], ["nobody"])
        self.wait(self.delay())

        found = self.env[JOB].find_warnings()

        self.assertEqual([one["kind"] for one in found], ["waiting"])

    def test_nothing_is_told_while_all_is_well(self):
        self.assertFalse(self.warning(), "nothing waits")
        job = self.delay()
        self.assertFalse(self.warning(), "the cron will come")
        self.wait(job)
        self.has_worker = True
        self.assertFalse(self.warning(), "a worker is alive")

    def test_job_that_waits_for_its_time_is_no_reason(self):
        self.wait(self.delay(eta=3600))

        self.assertFalse(self.warning())

    def test_pause_of_all_channels_is_told_with_its_reason(self):
        channels = self.env["connector.queue.channel"]
        root = channels.browse(channels._id_of("root"))
        root.write({"is_paused": True, "pause_reason": "A copy."})
        self.wait(self.delay())

        warning = self.warning()

        self.assertIn("paused", warning["title"])
        self.assertIn("A copy.", warning["text"])


class TestOwnRunning(SightCase):
    def test_user_gets_own_jobs_with_their_progress(self):
        ada = self.new_user("ada", USER)
        mine, other = self.delay(session=self.session_of(ada)), self.delay()
        for one in (mine, other):
            self.take(one)
            store.write_progress(self.env.cr, one.id, 1, 4, "counting")

        found = self.env[JOB].with_user(ada).find_own_running()

        self.assertEqual([job["id"] for job in found["jobs"]], mine.ids)
        facts = {name: found["jobs"][0][name] for name in ("progress", "message")}
        self.assertEqual(facts, {"progress": 25, "message": "counting"})
        self.assertFalse(found["has_more"])

    def test_job_that_waits_is_announced(self):
        ada = self.new_user("ada", USER)
        self.delay(session=self.session_of(ada))

        found = self.env[JOB].with_user(ada).find_own_running()

        self.assertEqual(found, {"jobs": [], "has_more": True})


class TestChannelSight(SightCase):
    def channel(self):
        channels = self.env["connector.queue.channel"]
        return channels.browse(channels._id_of("root.shop"))

    def test_channel_counts_its_jobs(self):
        runs, failed = (self.delay(channel="root.shop") for _ in range(2))
        self.delay(channel="root.shop")
        self.delay(channel="root.shop", eta=60)
        self.take(runs)
        self.update(failed, state="failed")

        channel = self.channel()

        names = ("running_count", "ready_count", "held_count", "failed_count")
        self.assertEqual([channel[name] for name in names], [1, "1", "1", "1"])

    def test_count_ends_at_a_limit(self):
        self.patch(store.screens, "COUNT_LIMIT", 2)
        self.patch(store, "COUNT_LIMIT", 2)
        for _job in range(3):
            self.delay(channel="root.shop")

        self.assertEqual(self.channel().ready_count, "2+")

    def test_chatter_tells_who_paused_a_channel(self):
        channel = self.channel()
        boss = self.new_user("boss", "connector.group_connector_manager")
        self.env.cr.precommit.run()

        channel.with_user(boss).action_pause()
        self.env.cr.precommit.run()

        note = channel.message_ids[0]
        self.assertEqual(note.author_id, boss.partner_id)
        self.assertEqual(note.tracking_value_ids.field_id.name, "is_paused")

    def test_function_tells_what_its_code_declares(self):
        functions = self.env["connector.queue.function"]
        functions._register_jobs()
        row = functions.search([("name", "=", f"{TRACE}.rename")])

        self.assertEqual((row.retry_text, row.timeout_text), ("1: 7 s", "None"))
        self.assertEqual(row.description, "Rename these traces.")
        self.assertFalse(row.is_missing)
        short = functions.search([("name", "like", "sleep_for_ever")])
        self.assertEqual(short.timeout_text, "0.5 s")
