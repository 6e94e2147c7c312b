# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the seal: rows of the queue that no delayed call made."""

from contextlib import nullcontext

from odoo.tests import tagged
from odoo.tools import mute_logger

from odoo.addons.connector.exception import RetryableJobError
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.engine.claimed_job import ClaimedJob
from odoo.addons.connector.queue.engine.runner import NOT_OURS, Runner
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.testing import run_jobs

from ..models.job import TRACE, end, leave_trace
from .queue_case import RUNNER_LOG, QueueCase, insert_row
from .test_queue_recovery import RecoveryCase

FUNCTION = "odoo.addons.connector_test.models.job.leave_trace"
NOT_NULL = ("attempt", "retry", "max_retries", "deaths", "commits", "priority")
INSERT = """
INSERT INTO connector_queue_job (
    uuid, payload, func_name, model_name, user_id, channel_id, priority
)
SELECT %s, '[["forged"], []]', %s, %s, 1, id, 1
  FROM connector_queue_channel
 WHERE complete_name = 'root'
"""


@job
def leave_rest(session, _model_name, name):
    """Leave a trace, and another one at the next attempt."""
    session.env[TRACE].create({"name": name})
    if name == "first":
        current_job(session.env).commit_rest(session.env, "rest")
        raise RetryableJobError("there is more", seconds=0, ignore_retry=True)


class SealCase(QueueCase):
    def forge(self, **values):
        """Write a row by SQL; return the record of the job."""
        channel = self.env.ref("connector.channel_root")
        plain = {"uuid": "forged", "payload": '[["forged"], []]', "user_id": 1}
        call = {"func_name": FUNCTION, "model_name": TRACE, "channel_id": channel.id}
        return insert_row(self.env, "connector.queue.job", **plain, **call, **values)

    def change(self, job, assignment: str, *values):
        """Write the row of a job by SQL."""
        self.env.cr.execute(
            f"UPDATE connector_queue_job SET {assignment} WHERE id = %s",
            [*values, job.id],
        )
        job.invalidate_recordset()

    def run_warned(self) -> list[str]:
        """Run what is ready; return the warnings."""
        with self.assertLogs(RUNNER_LOG, "WARNING") as logs:
            run_jobs(self.env)
        return logs.output

    def assertSetAside(self, job):
        """A job has failed without a start, and says why."""
        seen = (job.state, job.attempt or 0, job.result, job.exc_info)
        self.assertEqual(seen, ("failed", 0, NOT_OURS, NOT_OURS))
        self.assertTrue(job.date_done)


class TestSeal(SealCase):
    def test_row_without_a_seal_is_set_aside_with_a_warning(self):
        forged = self.forge()

        (warning,) = self.run_warned()

        self.assertSetAside(forged)
        self.assertIn(f"job forged (No. {forged.id}): {NOT_OURS}", warning)
        self.assertEqual(self.trace_names(), [])

    @mute_logger(RUNNER_LOG)
    def test_worker_of_an_older_version_does_not_run_it_either(self):
        """It claims by the function of the database, and knows of no seal."""
        forged = self.forge()
        (row,) = store.claim_jobs(self.env.cr, 0, 1, 0)

        runner = Runner(self.env.cr, 0, lambda _is_ours: nullcontext(self.env.cr))
        runner.run_job(ClaimedJob.from_row(row))

        forged.invalidate_recordset()
        self.assertEqual((forged.state, self.trace_names()), ("failed", []))

    def test_reason_says_what_to_do(self):
        self.assertIn("Find out who wrote it, and delay the job again", NOT_OURS)

    def test_forged_rows_are_in_the_way_of_no_job(self):
        """More of them than one claim takes, each before the job in the order."""
        for number in range(60):
            self.env.cr.execute(INSERT, [f"forged {number}", FUNCTION, TRACE])
        uuid = leave_trace.delay(self.session, TRACE, "ours")

        self.run_warned()

        self.assertEqual(self.job(uuid).state, "done")
        self.assertEqual(self.trace_names(), ["ours"])

    def test_altered_row_is_set_aside(self):
        eve = self.new_user("eve")
        for assignment, *values in (
            ("uuid = 'other'",),
            ("user_id = %s", self.env.ref("base.user_admin").id),
            ("company_id = NULL",),
            ("func_name = %s", "odoo.addons.connector_test.models.job.say_nothing"),
            ("method_name = 'unlink'",),
            ("model_name = 'res.users'",),
            ('context = \'{"lang": "fr_FR"}\'',),
            ("payload = '[[\"other\"], []]'",),
            ("payload_version = 0",),
            ("seal = NULL",),
            ("seal = sha256('')",),
        ):
            uuid = leave_trace.delay(self.session_of(eve), TRACE, "mine")
            altered = self.job(uuid)
            self.change(altered, assignment, *values)
            with self.subTest(assignment):
                self.run_warned()
                self.assertSetAside(altered)
                self.assertEqual(self.trace_names(), [])

    def test_text_that_moves_to_the_next_column_breaks_the_seal(self):
        first = self.job(leave_trace.delay(self.session, TRACE))
        for function, method, model in (
            (FUNCTION, None, TRACE + ","),
            (FUNCTION, "", TRACE),
            (FUNCTION + ",", None, TRACE),
            (FUNCTION + f",,{TRACE}", None, ""),
            (FUNCTION, TRACE, None),
        ):
            self.change(
                first,
                "func_name = %s, method_name = %s, model_name = %s, state = 'pending'",
                *(function, method, model),
            )
            with self.subTest((function, method, model)):
                self.run_warned()
                self.assertSetAside(first)

    def test_seal_of_another_job_is_none(self):
        first, second = (
            self.job(leave_trace.delay(self.session, TRACE, name)) for name in "ab"
        )
        self.change(
            second,
            "seal = (SELECT seal FROM connector_queue_job WHERE id = %s)",
            first.id,
        )

        self.run_warned()

        self.assertEqual((first.state, self.trace_names()), ("done", ["a"]))
        self.assertSetAside(second)

    def test_job_is_set_aside_again_when_it_is_requeued(self):
        forged = self.forge()
        self.run_warned()

        forged.requeue()
        self.run_warned()

        self.assertSetAside(forged)

    def test_job_that_failed_runs_again(self):
        failed = self.job(end.delay(self.session, TRACE, "late", error="No tax"))
        self.run_jobs()

        failed.requeue()
        self.run_jobs()

        self.assertEqual(failed.result, "No tax")

    def test_who_waits_for_a_forged_job_is_told(self):
        parent = leave_trace.delayable(self.session, TRACE, "parent")
        child = leave_trace.delayable(self.session, TRACE, "child")
        parent.on_fail(child).delay()
        self.change(self.job(parent.uuid), "user_id = 2")

        self.run_warned()

        self.assertEqual(self.trace_names(), ["child"])

    def test_next_job_with_the_key_has_its_turn(self):
        first, second = (
            self.job(leave_trace.delay(self.session, TRACE, n, concurrency_key="key"))
            for n in "ab"
        )
        self.change(first, "user_id = 2")

        self.run_warned()

        self.assertSetAside(first)
        self.assertEqual(second.state, "done")

    def test_forged_job_takes_no_start_of_a_limited_channel(self):
        channels = self.env["connector.queue.channel"]
        channel = channels.browse(channels._id_of("root.slow"))
        channel.throttle_s = 1000
        forged = self.forge()
        self.change(forged, "channel_id = %s", channel.id)
        uuid = leave_trace.delay(self.session, TRACE, channel="root.slow")

        self.run_warned()

        self.assertEqual(self.job(uuid).state, "done")

    def test_row_that_lacks_a_number_is_set_aside_before_others(self):
        for name in NOT_NULL:
            lame = self.job(leave_trace.delay(self.session, TRACE, "lame", priority=1))
            uuid = leave_trace.delay(self.session, TRACE, name)
            self.drop_not_null(name)
            self.change(lame, f"{name} = NULL")
            with self.subTest(name):
                self.run_warned()
                self.assertEqual(lame.state, "failed")
                self.assertEqual(self.job(uuid).state, "done")

    def drop_not_null(self, name):
        """Let a column be empty, as in a table that somebody tampered with."""
        self.env.cr.execute(
            f"ALTER TABLE connector_queue_job ALTER COLUMN {name} DROP NOT NULL"
        )

    def test_row_has_the_numbers_that_it_does_not_give(self):
        self.env.cr.execute(INSERT, ["plain", FUNCTION, TRACE])
        plain = self.job("plain")

        self.assertEqual([plain[name] for name in NOT_NULL], [0, 0, 5, 0, 0, 1])
        self.assertEqual((plain.state, plain.payload_version), ("pending", 1))
        self.assertTrue(plain.date_created)

    def test_seal_is_no_field(self):
        self.assertNotIn("seal", self.env["connector.queue.job"]._fields)


class TestSealAgain(SealCase):
    """What of a stored job is altered rightly bears its seal."""

    def test_replaced_job_runs(self):
        for name in "ab":
            leave_trace.delay(
                self.session, TRACE, name, identity_key="key", mode="replace"
            )

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["b"])

    def test_job_runs_with_the_rest_that_it_left(self):
        uuid = leave_rest.delay(self.session, TRACE, "first")
        self.run_jobs()
        self.make_due(self.job(uuid))

        self.run_jobs()

        self.assertEqual(self.trace_names(), ["first", "rest"])

    def test_other_arguments_make_no_job_of_a_forged_row(self):
        """An event merges its values into the job that waits with its key."""
        forged = self.forge()

        store.replace_payload(self.env.cr, forged.id, '[["merged"], []]')

        self.run_warned()
        self.assertSetAside(forged)

    def test_script_that_renames_seals_again(self):
        renamed = self.job(leave_trace.delay(self.session, TRACE, "a"))
        self.change(renamed, "payload = '[[\"b\"], []]'")

        store.seal_jobs(self.env.cr, renamed.ids)

        self.run_jobs()
        self.assertEqual(self.trace_names(), ["b"])


class TestUpgrade(SealCase):
    """Jobs of a database that had no seals, which an upgrade finds."""

    def lose_seals(self):
        """Leave the database as it was before there were seals."""
        self.env.cr.execute("DROP TABLE connector_queue_seal")
        self.env.cr.execute("ALTER TABLE connector_queue_job DROP COLUMN seal")
        self.env.cr.execute(
            "ALTER TABLE connector_queue_job"
            " ALTER COLUMN attempt DROP NOT NULL, ALTER COLUMN attempt DROP DEFAULT"
        )

    def upgrade(self):
        """Bring the table up to date, as an upgrade of the addon does."""
        models = ["connector.queue.job"]
        self.env.flush_all()
        self.registry.init_models(self.env.cr, models, {"module": "connector"}, False)
        self.registry.finalize_constraints(self.env.cr)

    def test_upgrade_loses_no_job_that_waits(self):
        uuids = [leave_trace.delay(self.session, TRACE, name) for name in "ab"]
        late = leave_trace.delay(self.session, TRACE, "late", eta=3600)
        self.lose_seals()

        self.upgrade()
        self.run_jobs()
        self.make_due(self.job(late))
        self.run_jobs()

        states = [self.job(uuid).state for uuid in (*uuids, late)]
        self.assertEqual(states, ["done"] * 3)

    def test_row_that_comes_after_the_upgrade_needs_a_seal(self):
        leave_trace.delay(self.session, TRACE)
        self.lose_seals()
        self.upgrade()

        forged = self.forge()
        self.run_warned()

        self.assertSetAside(forged)

    def test_upgrade_repairs_a_row_without_its_numbers(self):
        uuid = leave_trace.delay(self.session, TRACE)
        self.lose_seals()
        self.change(self.job(uuid), "attempt = NULL")

        self.upgrade()
        self.run_jobs()

        self.assertEqual((self.job(uuid).state, self.job(uuid).attempt), ("done", 1))

    def test_second_upgrade_takes_no_lock(self):
        """Workers go on meanwhile."""
        self.upgrade()
        self.env.cr.execute("SELECT seal, attempt FROM connector_queue_job LIMIT 1")
        before = self.locks()

        self.env["connector.queue.job"].init()

        self.assertEqual(self.locks(), before)

    def locks(self):
        """Return the locks that the transaction has on the table of jobs."""
        self.env.cr.execute(
            "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid()"
            " AND relation = 'connector_queue_job'::regclass ORDER BY mode"
        )
        return self.env.cr.fetchall()


@tagged("race")
class TestRecoveryOfForged(RecoveryCase):
    def test_row_without_attempt_stops_no_recovery(self):
        """A row of a forger had no attempt: recovery failed at it, for all jobs."""
        self.query("ALTER TABLE connector_queue_job ALTER COLUMN attempt DROP NOT NULL")
        self.addCleanup(
            self.query,
            "ALTER TABLE connector_queue_job ALTER COLUMN attempt SET NOT NULL",
        )
        self.addCleanup(self.query, "DELETE FROM connector_queue_job")
        healthy = self.delay()
        self.query(INSERT, "forged", FUNCTION, TRACE)
        self.query("UPDATE connector_queue_job SET attempt = NULL WHERE priority = 1")
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.assertTrue(self.recover())

        self.assertEqual(self.row(healthy, "state, worker_id"), ("pending", None))
        with self.assertLogs(RUNNER_LOG, "WARNING"):
            jobs = Runner(self.open_bookkeeping(), 0, None).claim()
        self.assertEqual([one.uuid for one in jobs], [healthy])
        self.assertEqual(self.row("forged"), ("failed",))

    def test_attempt_that_was_told_already_stops_no_recovery(self):
        taken, healthy = self.delay(priority=1), self.delay()
        self.query(
            "INSERT INTO connector_queue_attempt (job_id, attempt, state)"
            " SELECT id, 1, 'done' FROM connector_queue_job WHERE uuid = %s",
            taken,
        )
        worker = self.open_worker()
        self.claim(worker)
        self.kill(worker)

        self.assertTrue(self.recover())

        states = [self.row(uuid)[0] for uuid in (taken, healthy)]
        self.assertEqual(states, ["pending"] * 2)
