# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of identity keys: a second call with the same key, by mode and scope."""

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.job import identity_exact, job

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase, make_channel


@job
def take_mode(_session, _model_name, mode):
    """Take an argument with the name of an option."""
    return mode


class ModeCase(QueueCase):
    def delay(self, name="a", **options):
        """Delay a job with a key and return its record."""
        options = {"identity_key": "same", **options}
        found = self.job(leave_trace.delay(self.session, TRACE, name, **options))
        found.invalidate_recordset()
        return found


class TestReplace(ModeCase):
    def test_waiting_job_becomes_the_new_call_and_keeps_its_uuid(self):
        first = self.delay("a")

        second = self.delay("b", mode="replace")

        self.assertEqual(second, first)
        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["b"])

    def test_without_a_waiting_job_it_is_a_new_one(self):
        self.delay("a", mode="replace")
        self.run_jobs()

        self.delay("b", mode="replace")

        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["a", "b"])

    def test_options_are_those_of_the_new_call(self):
        make_channel(self.env, "root.new")
        self.delay("a", priority=1, eta=60, description="old", tags=["old"])

        job = self.delay("b", mode="replace", max_retries=2, channel="root.new")

        self.assertEqual((job.priority, job.eta, job.max_retries), (10, False, 2))
        self.assertEqual((job.name, job.tags), ("Leave a trace.", False))
        self.assertEqual((job.channel, job.hold), ("root.new", False))

    def test_it_may_be_another_function(self):
        self.delay("a")
        options = {"identity_key": "same", "mode": "replace"}

        uuid = self.traces.create({"name": "b"}).delayed(**options).copy_as("c")

        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["b", "c"])
        self.assertEqual(self.job(uuid).state, "done")

    def test_it_runs_as_who_called_last(self):
        """Else one user could put words into the mouth of another."""
        job = self.delay("a")
        user = self.new_user("late caller")
        session = self.session_of(user, lang="en_US")

        leave_trace.delay(session, TRACE, identity_key="same", mode="replace")

        job.invalidate_recordset()
        self.assertEqual((job.user_id, job.context), (user, {"lang": "en_US"}))

    def test_job_that_waits_to_be_tried_again_begins_anew(self):
        job = self.delay("a")
        self.env.cr.execute(
            "UPDATE connector_queue_job SET hold = 'eta', retry = 3, attempt = 3,"
            " eta = now() AT TIME ZONE 'UTC' + INTERVAL '1 hour', exc_info = 'why'"
        )

        self.delay("b", mode="replace")

        self.assertEqual((job.retry, job.attempt, job.exc_info), (0, 3, False))
        self.assertEqual(self.run_jobs(), 1)

    def test_last_of_many_with_one_key_is_taken(self):
        options = {"identity_key": lambda task: task.args[1][0], "mode": "replace"}
        (known,) = leave_trace.delay_many(self.session, TRACE, [("a0",)], **options)
        args = [("a1",), ("b1",), ("a2",), ("b2",)]

        uuids = leave_trace.delay_many(self.session, TRACE, args, **options)

        self.assertEqual([uuids[0], uuids[1]], [uuids[2], uuids[3]])
        self.assertEqual(uuids[0], known)
        self.assertEqual(self.run_jobs(), 2)
        self.assertEqual(self.trace_names(), ["a2", "b2"])

    def test_concurrency_key_that_it_leaves_is_free(self):
        """Else nobody would look for the next job with it."""
        left = self.delay("a", concurrency_key="K", priority=1)
        store.promote(self.env.cr)
        leave_trace.delay(self.session, TRACE, "behind", concurrency_key="K")
        store.promote(self.env.cr)

        for key in ("other", "third", None):
            self.delay(f"with {key}", concurrency_key=key, mode="replace", eta=60)

        self.assertEqual((left.hold, left.freed_key), ("eta", "K"))
        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["behind"])
        self.assertFalse(left.freed_key)


class TestDebounce(ModeCase):
    def test_eta_starts_over(self):
        job = self.delay("a", mode="debounce", eta=60)
        before = job.eta

        self.delay("b", mode="debounce", eta=120)

        self.assertGreater((job.eta - before).total_seconds(), 50)
        self.assertEqual(self.run_jobs(), 0)
        self.make_due(job)
        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["b"])


class TestScope(ModeCase):
    def set_state(self, job, state):
        """Let a job be in a state."""
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = %s, worker_id = %s WHERE id = %s",
            [state, 1 if state == "enqueued" else None, job.id],
        )
        job.invalidate_recordset()

    def test_job_counts_in_the_states_of_the_scope(self):
        counted = {
            "waiting": ("pending",),
            "running": ("pending", "enqueued"),
            "failed": ("pending", "enqueued", "failed"),
        }
        for scope, states in counted.items():
            for state in ("pending", "enqueued", "failed", "cancelled", "done"):
                with (
                    self.subTest(scope=scope, state=state),
                    self.env.cr.savepoint() as savepoint,
                ):
                    first = self.delay()
                    self.set_state(first, state)
                    is_same = self.delay(scope=scope) == first
                    self.assertEqual(is_same, state in states)
                    savepoint.rollback()

    def test_job_that_waits_goes_before_one_that_runs(self):
        self.set_state(self.delay(), "enqueued")
        waiting = self.delay()

        self.assertEqual(self.delay(scope="failed"), waiting)

    def test_job_that_runs_stays_as_it_is_in_every_mode(self):
        running = self.delay("a")
        self.set_state(running, "enqueued")
        payload = running.payload

        same = self.delay("b", scope="running", mode="replace")

        self.assertEqual((same, running.payload), (running, payload))

    def test_many_are_delayed_with_three_queries_at_the_most(self):
        options = {"identity_key": identity_exact, "scope": "failed"}
        args = [(str(number),) for number in range(60)]
        known = leave_trace.delay_many(self.session, TRACE, args[:40], **options)
        for uuid in known[:20]:
            self.set_state(self.job(uuid), "failed")
        self.env.flush_all()

        with self.assertQueryCount(3):
            uuids = leave_trace.delay_many(self.session, TRACE, args, **options)

        self.assertEqual(uuids[:40], known)
        self.assertEqual(len(self.jobs()), 60)


class TestUsage(ModeCase):
    def assertRefused(self, message, **options):
        with self.assertRaises(InvalidUsageError) as caught:
            leave_trace.delay(self.session, TRACE, **options)
        self.assertEqual(str(caught.exception), f"Cannot delay: {message}")

    def test_unknown_mode_or_scope_is_refused_with_those_there_are(self):
        modes = "'keep', 'replace', 'debounce'"
        scopes = "'waiting', 'running', 'failed'"
        for name, expected in (("mode", modes), ("scope", scopes)):
            with self.subTest(name=name):
                self.assertRefused(
                    f"option {name!r} is 'kept', expected one of {expected}.",
                    **{name: "kept", "identity_key": "same"},
                )

    def test_debounce_without_a_time_is_refused(self):
        self.assertRefused(
            "option 'mode' is 'debounce' and there is no 'eta', expected one: it "
            "starts over with each call. Say how long to wait.",
            mode="debounce",
            identity_key="same",
        )

    def test_mode_and_scope_without_a_key_are_refused(self):
        for name, value in (("mode", "replace"), ("scope", "failed")):
            with self.subTest(name=name):
                self.assertRefused(
                    f"option {name!r} is {value!r} and there is no 'identity_key', "
                    "expected one. Say which jobs are the same.",
                    **{name: value},
                )

    def test_function_keeps_an_argument_named_mode(self):
        job = self.job(take_mode.delay(self.session, TRACE, mode="fast"))

        self.run_jobs()

        self.assertEqual(job.result, "fast")


class TestReplaceRace(QueueRaceCase):
    """The second caller has its snapshot while the first job waits."""

    def setUp(self):
        super().setUp()
        session = self.open_session()
        self.uuid = leave_trace.delay(session, TRACE, "a", identity_key="same")
        session.commit()
        self.session = self.open_session()
        self.session.cr.execute("SELECT 1")
        self.runner = Runner(self.open_bookkeeping(), 1, None)

    def replace(self):
        """Delay the call that replaces the first one."""
        options = {"identity_key": "same", "mode": "replace"}
        return leave_trace.delay(self.session, TRACE, "b", **options)

    def test_replaced_job_is_not_taken_before_the_commit(self):
        self.assertEqual(self.replace(), self.uuid)
        early = self.runner.claim()
        self.session.commit()

        (late,) = self.runner.claim()

        self.assertEqual((early, late.uuid), ([], self.uuid))
        self.assertIn('"b"', late.payload)

    def test_job_that_was_taken_meanwhile_is_not_replaced(self):
        self.runner.claim()

        uuid = self.replace()
        self.session.commit()

        self.assertNotEqual(uuid, self.uuid)
        self.assertEqual(self.row(uuid), ("pending",))

    @mute_logger("odoo.sql_db")
    def test_job_that_was_taken_and_waits_again_lets_the_caller_run_again(self):
        jobs = self.runner.claim()
        self.runner.release(jobs)

        with self.assertRaises(psycopg2.errors.SerializationFailure):
            self.replace()

    def test_look_at_a_running_job_does_not_hold_it_up(self):
        self.runner.claim()
        self.session.rollback()
        options = {"identity_key": "same", "scope": "running"}

        uuid = leave_trace.delay(self.session, TRACE, **options)

        self.assertEqual(uuid, self.uuid)
        statement = "SELECT id FROM connector_queue_job FOR UPDATE NOWAIT"
        self.assertEqual(len(self.query(statement)), 1)
