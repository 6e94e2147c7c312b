# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that fail because addons change while they run."""

from functools import partial
from unittest import mock

from odoo.exceptions import UserError
from odoo.modules.registry import Registry
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.exception import FailedJobError
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.registry_watch import RegistryWatch
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.queue.engine.watcher import WorkerWatcher
from odoo.addons.connector.queue.engine.worker import Worker
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.settings import Settings

from ..models.job import TRACE, leave_trace
from .queue_case import RUNNER_LOG, QueueRaceCase
from .worker_case import WorkerCase

# A write of any row of an addon, as its upgrade does.
TOUCH = "UPDATE ir_module_module SET write_date = write_date WHERE name = 'base'"
SIGNAL = "INSERT INTO orm_signaling_registry DEFAULT VALUES RETURNING id"
STORE = "odoo.addons.connector.queue.store"
UNSIGNAL = "DELETE FROM orm_signaling_registry WHERE id = %s"


def change():
    """Stand for a change of addons while the job runs; tests patch it."""


def wrap(session):
    """Fall over what is missing, and say it in other words."""
    try:
        session.env["no.model"].browse()
    except KeyError as error:
        refusal = UserError("It cannot be sent.")
        raise refusal from error


MISFITS = {
    "column": lambda s: s.cr.execute("SELECT no_column FROM res_users"),
    "table": lambda s: s.cr.execute("SELECT 1 FROM no_table"),
    "function": lambda s: s.cr.execute("SELECT no_function()"),
    "required": lambda s: s.cr.execute("INSERT INTO res_users DEFAULT VALUES"),
    "model": lambda s: s.env["no.model"],
    "attribute": lambda s: s.env.user.no_attribute,
    "field": lambda s: s.env.user.write({"no_field": 1}),
    "in other words": wrap,
}


def refuse(session):
    """Raise an error that no addon explains."""
    refusal = UserError("The order has no lines.")
    raise refusal


def give_up(session):
    """Raise an error that is final."""
    raise FailedJobError("no way")


OTHERS = {"user": refuse, "final": give_up}


@job
def run_into(session, _model_name, kind):
    """Leave a trace, and run into an error while addons change."""
    session.env[TRACE].create({"name": kind})
    change()
    {**MISFITS, **OTHERS}[kind](session)


class ChangeCase:
    """What may change while a job runs."""

    def touch(self):
        """Change an addon."""
        self.query(TOUCH)

    def signal(self):
        """Signal that registries are old; it is taken back at the end."""
        ((signal_id,),) = self.query(SIGNAL)
        self.addCleanup(self.query, UNSIGNAL, signal_id)


class TestAddonChange(ChangeCase, QueueRaceCase):
    def setUp(self):
        super().setUp()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        bookkeeping = self.open_bookkeeping()
        self.watch = RegistryWatch(get_db_name(), bookkeeping)
        self.watch.note(Registry(get_db_name()))
        self.runner = Runner(
            bookkeeping,
            1,
            partial(own_transaction, connection),
            has_changed=self.watch.has_changed,
        )

    @mute_logger(RUNNER_LOG, "odoo.sql_db")
    def run_job(self, kind, meanwhile, function=run_into, **options):
        """Run a job as a worker does, while something changes; return its uuid."""
        session = self.open_session()
        uuid = function.delay(session, TRACE, kind, **options)
        session.commit()
        (job,) = self.runner.claim()
        with mock.patch(f"{__name__}.change", meanwhile):
            self.runner.run_job(job)
        return uuid

    def test_error_that_a_change_explains_is_tried_again_and_not_counted(self):
        """A column was gone a second before Odoo told: 24 of 600 jobs failed."""
        for kind in MISFITS:
            for meanwhile in (self.touch, self.signal):
                with self.subTest(kind, meanwhile=meanwhile.__name__):
                    self.watch.renew(lambda _cr: Registry(get_db_name()))
                    uuid = self.run_job(kind, meanwhile, max_retries=1)
                    row = self.row(uuid, "state, retry, attempt")
                    self.assertEqual(row, ("pending", 0, 1))
                    self.assertIn("Addons changed", *self.row(uuid, "result"))
                    self._delete()

    def test_change_before_the_claim_counts_until_the_registry_is_renewed(self):
        self.touch()
        uuid = self.run_job("column", change)
        self.assertEqual(self.row(uuid), ("pending",))
        self.assertTrue(self.watch.is_suspect)
        self._delete()

        with mock.patch.object(Registry, "new") as new:
            self.watch.renew(lambda _cr: Registry(get_db_name()))
        new.assert_called_once_with(get_db_name())

        self.watch.note(Registry(get_db_name()))  # that of this process stays
        self.assertEqual(self.row(self.run_job("column", change)), ("failed",))

    def test_registry_is_not_loaded_while_addons_change(self):
        """A load that fails would take back what somebody else is about to do."""
        self.touch()
        addons = self.watch._addons
        for is_changing, count in ((True, 0), (False, 1)):
            found = addons._replace(rows="others", is_changing=is_changing)
            with (
                mock.patch(f"{STORE}.read_addons", return_value=found),
                mock.patch.object(Registry, "new") as new,
            ):
                self.watch.renew(lambda _cr: Registry(get_db_name()))
            self.assertEqual(new.call_count, count)

    def test_registry_that_was_loaded_anew_meanwhile_is_a_change(self):
        self.watch.registry = None

        self.assertEqual(self.row(self.run_job("model", change)), ("pending",))

    def test_outside_of_a_change_such_errors_fail_at_once(self):
        for kind in MISFITS:
            with self.subTest(kind):
                uuid = self.run_job(kind, change)
                self.assertEqual(self.row(uuid, "state, attempt"), ("failed", 1))
                self._delete()

    def test_error_that_no_change_explains_fails_at_once(self):
        for kind in OTHERS:
            with self.subTest(kind):
                uuid = self.run_job(kind, self.touch)
                self.assertEqual(self.row(uuid, "state, attempt"), ("failed", 1))
                self._delete()

    def test_job_of_an_addon_that_is_not_known_yet_is_tried_again(self):
        self.patch(Registry(get_db_name()), "_init_modules", {"connector"})

        uuid = self.run_job("new", change, leave_trace)
        self.assertEqual(self.row(uuid), ("failed",))
        self._delete()

        self.touch()
        uuid = self.run_job("new", change, leave_trace)
        self.assertEqual(self.row(uuid), ("pending",))


class TestWorkerRenewal(ChangeCase, WorkerCase):
    @mute_logger(RUNNER_LOG, "odoo.sql_db")
    def test_worker_renews_its_registry_before_the_next_job(self):
        renewed = []

        def renew(watch, _follow):
            renewed.append(self.states())
            watch.registry = None
            watch.note(Registry(get_db_name()))
            watch.is_suspect = False

        self.patch(RegistryWatch, "renew", renew)
        session = self.open_session()
        for kind in ("column", "user", "user"):
            run_into.delay(session, TRACE, kind)
        session.commit()
        changes = iter([self.touch])
        with mock.patch(f"{__name__}.change", lambda: next(changes, change)()):
            worker = Worker(get_db_name(), WorkerWatcher("test", Settings()))
            self.addCleanup(worker.join)
            self.addCleanup(worker.stop)
            worker.start()
            self.wait_for(lambda: "pending" not in self.states()[1:], "never run")

        self.assertEqual(renewed[0], ["pending"] * 3)
