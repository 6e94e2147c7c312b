# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of concurrency keys: one job at a time, and each in its turn."""

import threading
import time

from odoo.addons.connector.queue import store
from odoo.addons.connector.queue.engine.runner import Runner

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, QueueRaceCase, make_channel

DEADLINE_S = 40
ACTIVE = """
SELECT count(*) FROM connector_queue_job
 WHERE state = 'enqueued' OR (state = 'pending' AND hold IS NULL)
"""


class KeyCase(QueueCase):
    """Two runners claim, and start nothing."""

    def setUp(self):
        super().setUp()
        self.runners = [Runner(self.env.cr, number, None) for number in (1, 2)]
        for runner in self.runners:
            runner._mean_s = 0.01  # so that it claims many

    def delay(self, key="K", name="a", **options):
        """Delay a job with a concurrency key and return its record."""
        make_channel(self.env, options.get("channel", "root"))
        uuid = leave_trace.delay(
            self.session, TRACE, name, concurrency_key=key, **options
        )
        return self.job(uuid)

    def claim(self, runner=0):
        """Return the jobs that a runner claims at once."""
        self.env.flush_all()
        taken = self.runners[runner].claim()
        self.jobs().invalidate_recordset()
        return self.jobs().browse([job.id for job in taken])


class TestKey(KeyCase):
    def test_second_job_is_not_taken_while_the_first_one_is(self):
        first, _second = self.delay(), self.delay()

        self.assertEqual(self.claim(), first)
        self.assertFalse(self.claim(runner=1))

    def test_other_keys_and_jobs_without_run_beside_it(self):
        first, _second = self.delay(), self.delay()
        other, plain = self.delay(key="other"), self.delay(key=None)

        self.assertEqual(self.claim(), first + other + plain)

    def test_all_run_in_the_order_of_priority(self):
        for name, priority in (("c", 9), ("d", 9), ("a", 1), ("b", 2)):
            self.delay(name=name, priority=priority)

        self.assertEqual(self.run_jobs(), 4)
        self.assertEqual(self.trace_names(), ["a", "b", "c", "d"])

    def test_more_urgent_job_goes_before_one_that_is_ready_and_not_taken(self):
        ready = self.delay(channel="root.paused")
        self.channel("root.paused").is_paused = True
        self.claim()
        urgent = self.delay(priority=1)

        taken = self.claim()

        self.assertEqual(taken, urgent)
        self.assertEqual(ready.hold, "key")

    def test_key_may_be_computed_from_the_call(self):
        options = {"concurrency_key": lambda task: f"trace {task.args[0]}"}
        args = [("a",), ("a",), ("b",)]

        leave_trace.delay_many(self.session, TRACE, args, **options)

        keys = self.jobs().mapped("concurrency_key")
        self.assertEqual(keys, ["trace a", "trace a", "trace b"])
        self.assertEqual(len(self.claim()), 2)

    def test_job_that_a_function_gives_no_key_runs_beside_the_others(self):
        self.delay(key=lambda task: None)
        self.delay(key=lambda task: None)

        self.assertEqual(len(self.claim()), 2)

    def test_job_waits_for_its_eta_and_then_for_its_key(self):
        late, first = self.delay(eta=60), self.delay()
        self.assertEqual(self.claim(), first)
        self.assertEqual(late.hold, "eta")

        self.make_due(late)

        self.assertFalse(self.claim())
        self.assertEqual(late.hold, "key")

    def test_job_with_a_key_of_its_own_runs_when_its_eta_has_come(self):
        self.make_due(self.delay(eta=60))

        self.assertEqual(self.run_jobs(), 1)

    def test_job_that_waits_for_its_key_stops_those_behind_it_in_a_sequence(self):
        taken = self.delay(channel="root.other")
        self.assertEqual(self.claim(), taken)
        self.channel("root.order").is_sequential = True
        self.delay(channel="root.order")
        self.claim()
        self.delay(key=None, channel="root.order")

        self.assertFalse(self.claim(runner=1))

    def test_job_whose_news_nobody_heard_is_not_deleted(self):
        ended = self.delay()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET state = 'done', hold = NULL,"
            " date_done = '2001-01-01'"
        )

        self.jobs().autovacuum()

        self.assertTrue(ended.exists())

    def test_many_are_delayed_with_news_of_each_key_once(self):
        options = {"concurrency_key": lambda task: task.args[0]}
        args = [("a",), ("a",), ("b",), ("a",)]

        leave_trace.delay_many(self.session, TRACE, args, **options)

        news = self.jobs().mapped("key_news")
        self.assertEqual(news, [True, False, True, False])

    def test_job_left_out_for_its_identity_takes_no_news_along(self):
        """Else nobody would look for the others with the key."""
        options = {"concurrency_key": "K", "identity_key": lambda task: task.args[1]}
        leave_trace.delay(self.session, TRACE, "a", identity_key="a", eta=60)

        leave_trace.delay_many(self.session, TRACE, [("a",), ("b",)], **options)

        self.assertEqual(self.run_jobs(), 1)
        self.assertEqual(self.trace_names(), ["b"])

    def channel(self, name):
        """Return a channel, made where it is missing."""
        channels = self.env["connector.queue.channel"]
        return channels.browse(channels._id_of(name))


class TestFreedKey(KeyCase):
    """Each end of a job frees its key."""

    def setUp(self):
        super().setUp()
        self.first, self.second = self.delay(name="a"), self.delay(name="b")

    def test_done(self):
        self.assertEqual(self.run_jobs(), 2, self.jobs().mapped("exc_info"))
        self.assertEqual(self.trace_names(), ["a", "b"])

    def settle(self, **values):
        """Let the first job end without success."""
        self.assertEqual(self.claim(), self.first)
        end = {
            "job_id": self.first.id,
            "attempt": 1,
            "worker_id": 1,
            "date_started": None,
            "outcome": "failed",
            "hold": None,
            "delay_s": None,
            "retry": 0,
            "message": "It failed.",
            "exc_info": None,
        }
        self.assertTrue(store.settle(self.env.cr, {**end, **values}))

    def test_failed_and_cancelled(self):
        for state in ("failed", "cancelled"):
            with self.subTest(state=state), self.env.cr.savepoint() as savepoint:
                self.settle(state=state)
                self.assertEqual(self.claim(), self.second)
                savepoint.rollback()

    def test_retried_job_lets_the_next_one_go_and_waits_for_it(self):
        self.settle(state="pending", hold=store.HOLD_ETA, delay_s=60)
        self.assertEqual(self.claim(), self.second)

        self.make_due(self.first)

        self.assertFalse(self.claim())
        self.assertEqual(self.first.hold, "key")

    def test_job_of_a_dead_worker_keeps_its_turn(self):
        self.assertEqual(self.claim(), self.first)

        store.recover_jobs(self.env.cr, max_deaths=5)

        self.assertEqual(self.claim(runner=1), self.first)

    def test_poison_job_lets_the_next_one_go(self):
        self.env.cr.execute("UPDATE connector_queue_job SET max_retries = 1")
        self.assertEqual(self.claim(), self.first)

        store.recover_jobs(self.env.cr, max_deaths=5)

        self.assertEqual(self.claim(runner=1), self.second)

    def test_job_that_was_given_back_keeps_its_turn(self):
        (taken,) = self.runners[0].claim()

        self.runners[0].release([taken])

        self.assertEqual(self.claim(runner=1), self.first)

    def test_ready_job_that_is_cancelled_or_done_by_hand(self):
        for button in ("button_cancel", "button_done"):
            with self.subTest(button=button), self.env.cr.savepoint() as savepoint:
                store.promote(self.env.cr)
                getattr(self.first, button)()
                self.assertEqual(self.claim(), self.second)
                savepoint.rollback()

    def test_waiting_job_that_is_cancelled_loses_its_turn(self):
        self.second.button_cancel()

        self.assertEqual(self.run_jobs(), 1)

    def test_requeued_job_waits_for_its_key(self):
        self.settle(state="failed")
        self.assertEqual(self.claim(), self.second)

        self.first.requeue()

        self.assertFalse(self.claim())
        self.assertEqual(self.first.hold, "key")

    def test_job_in_a_paused_channel_keeps_its_turn(self):
        self.first.channel_id.is_paused = True
        self.assertFalse(self.claim())

        self.first.channel_id.is_paused = False

        self.assertEqual(self.claim(), self.first)


class TestKeyRace(QueueRaceCase):
    def delay(self, *names, **options):
        """Delay jobs with one key and commit; return their uuids."""
        session = self.open_session()
        args = [(name,) for name in names]
        options = {"concurrency_key": "K", **options}
        uuids = leave_trace.delay_many(session, TRACE, args, **options)
        session.commit()
        return uuids

    def test_no_two_jobs_of_a_key_are_active_whoever_claims(self):
        """Eight workers claim and end jobs of three keys at the same time."""
        names = [str(number) for number in range(60)]
        self.delay(*names, concurrency_key=lambda task: str(int(task.args[0]) % 3))
        self.barrier = threading.Barrier(8)
        self.done_ids, self.actives = [], []
        cursors = [
            (self.open_bookkeeping(), self.open_bookkeeping()) for _worker in range(8)
        ]
        threads = [
            threading.Thread(target=self.work, args=[number, *two])
            for number, two in enumerate(cursors, start=1)
        ]

        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=2 * DEADLINE_S)

        self.assertTrue(self.is_over())
        self.assertEqual(len(self.done_ids), len(set(self.done_ids)))
        self.assertEqual(len(self.done_ids), 60)
        self.assertLessEqual(max(self.actives), 3)

    def work(self, worker_id, bookkeeping, job_cr):
        """Claim jobs and end them, until none is left."""
        runner = Runner(bookkeeping, worker_id, None)
        self.barrier.wait(timeout=DEADLINE_S)
        deadline = time.monotonic() + DEADLINE_S
        while not self.is_over() and time.monotonic() < deadline:
            for job in runner.claim():
                self.actives += [count for (count,) in self.query(ACTIVE)]
                self.finish(job, worker_id, job_cr)
                self.done_ids.append(job.id)

    def finish(self, job, worker_id, job_cr):
        """End a claimed job as done."""
        values = {
            "job_id": job.id,
            "attempt": 1,
            "worker_id": worker_id,
            "result": None,
            "result_json": None,
            "date_started": None,
        }
        self.assertTrue(store.finish(job_cr, values))

    def is_over(self):
        """Tell whether no job is left."""
        statement = "SELECT FROM connector_queue_job WHERE state <> 'done'"
        return not self.query(f"SELECT EXISTS ({statement})")[0][0]

    def test_news_stay_while_the_next_job_is_locked_by_who_keeps_it(self):
        """Who keeps a job does not cost it its turn, and blocks nobody.

        The news are those of the job before: nobody holds that one.
        """
        self.delay("a")
        (uuid,) = self.delay("b", identity_key="one")
        bookkeeping = self.open_bookkeeping()
        runner = Runner(bookkeeping, 1, None)
        (first,) = runner.claim()
        session = self.open_session()
        leave_trace.delay(session, TRACE, "c", identity_key="one")
        self.finish(first, 1, bookkeeping)
        early = runner.claim()
        look_again_s = store.next_ready_s(bookkeeping)

        session.commit()

        self.assertEqual((early, look_again_s), ([], 0))
        self.assertEqual([job.uuid for job in runner.claim()], [uuid])

    def test_no_two_workers_promote_for_one_key(self):
        """The second one has news of the same key, and sees no active job yet."""
        self.delay("a")
        promoter = self.open_env().cr
        store.promote(promoter)
        self.delay("b")
        bookkeeping = self.open_bookkeeping()
        bookkeeping.execute("SET lock_timeout = '2s'")

        self.assertEqual(store.promote(bookkeeping), 0)

    def test_worker_that_promotes_keeps_no_other_from_claiming(self):
        self.delay("a")
        promoter = self.open_env().cr
        store.promote(promoter)
        (plain,) = self.delay("b", concurrency_key=None)
        runner = Runner(self.open_bookkeeping(), 1, None)

        taken = runner.claim()

        self.assertEqual([job.uuid for job in taken], [plain])
