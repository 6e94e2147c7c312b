# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the test tools for authors of connectors."""

from contextlib import nullcontext

from odoo.tools import mute_logger

from odoo.addons.connector.exception import FailedJobError
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.testing import (
    mock_job_delay_to_direct,
    run_jobs,
    trap_jobs,
)
from odoo.addons.connector.tests.common import UnitCase

HEARD = []


@job
def hear(session, model_name, *args, **kwargs):
    """Keep what it was called with."""
    HEARD.append((model_name, args, kwargs))


@job
def rename_twice(session, _model_name, partner, error=None):
    """Rename a partner and commit, and again, or fail after that."""
    partner.name = "first"
    session.commit()
    partner.name = "second"
    if error:
        raise FailedJobError(error)


@job
def rename_apart(session, _model_name, partner, in_savepoint=False):
    """Rename a partner in a transaction of its own, and fail after that."""
    savepoint = session.cr.savepoint() if in_savepoint else nullcontext()
    with savepoint, partner.env.registry.cursor() as cr:
        partner.with_env(partner.env(cr=cr)).name = "apart"
    partner.name = "lost"
    partner.flush_recordset()
    raise FailedJobError("no")


class TestRunJobs(UnitCase):
    """What a job commits in the middle stays, also in a test."""

    def run_job(self, *args):
        """Run a job that commits; return its state and what it left."""
        partner = self.env["res.partner"].create({"name": "new"})
        uuid = rename_twice.delay(self.session, "res.partner", partner, *args)
        with mute_logger("odoo.addons.connector.queue.engine.runner"):
            run_jobs(self.env)
        jobs = self.env["connector.queue.job"]
        return jobs.search([("uuid", "=", uuid)]).state, partner.name

    def test_commit_keeps_what_was_done_before_an_error(self):
        self.assertEqual(self.run_job("no"), ("failed", "first"))

    def run_job_apart(self, in_savepoint):
        """Run a job that commits on another cursor; return its state and the name."""
        partner = self.env["res.partner"].create({"name": "new"})
        self.env.flush_all()
        self.registry_enter_test_mode()
        uuid = rename_apart.delay(
            self.session, "res.partner", partner, in_savepoint=in_savepoint
        )
        with mute_logger("odoo.addons.connector.queue.engine.runner"):
            run_jobs(self.env)
        job_record = self.env["connector.queue.job"].search([("uuid", "=", uuid)])
        return job_record.state, partner.name

    def test_transaction_of_its_own_stays_although_the_job_fails(self):
        """Else a test could not see what a crash leaves, such as an open request."""
        self.assertEqual(self.run_job_apart(False), ("failed", "apart"))

    def test_transaction_of_its_own_inside_of_a_savepoint_harms_none(self):
        self.assertEqual(self.run_job_apart(True), ("failed", "new"))

    def test_what_comes_after_a_commit_is_kept_by_the_end(self):
        self.assertEqual(self.run_job(), ("done", "second"))


class TestTrap(UnitCase):
    def test_trapped_job_is_not_stored(self):
        before = self.env["connector.queue.job"].search_count([])

        with trap_jobs():
            hear.delay(self.session, "res.partner", 1)

        self.assertEqual(self.env["connector.queue.job"].search_count([]), before)

    def test_trap_tells_what_was_delayed_and_how(self):
        partner = self.env.user.partner_id

        with trap_jobs() as trap:
            hear.delay(self.session, "res.partner", partner, priority=3, who="x")

        (call,) = trap.calls(self.env)
        self.assertEqual(call.func_name, f"{__name__}.hear")
        self.assertEqual(call.model_name, "res.partner")
        self.assertEqual((call.args, call.kwargs), ((partner,), {"who": "x"}))
        self.assertEqual(call.values["priority"], 3)

    def test_trap_tells_each_job_of_a_bulk(self):
        with trap_jobs() as trap:
            hear.delay_many(self.session, "res.partner", [(1,), (2,)])

        self.assertEqual([call.args for call in trap.calls(self.env)], [(1,), (2,)])

    def test_delay_gives_a_uuid_as_ever(self):
        with trap_jobs():
            uuid = hear.delay(self.session, "res.partner")

        self.assertEqual(len(uuid), 36)


class TestMockToDirect(UnitCase):
    def setUp(self):
        super().setUp()
        HEARD.clear()

    def test_job_runs_at_once_without_the_options_of_a_job(self):
        with mock_job_delay_to_direct(f"{__name__}.hear") as delay:
            hear.delay(self.session, "res.partner", 1, priority=3, who="x")

        self.assertEqual(HEARD, [("res.partner", (1,), {"who": "x"})])
        delay.assert_called_once()

    def test_job_is_delayed_again_after_the_block(self):
        with mock_job_delay_to_direct(f"{__name__}.hear"):
            pass

        hear.delay(self.session, "res.partner", 1)

        self.assertEqual(HEARD, [])

    def test_wrong_path_is_refused(self):
        for path in ("nowhere.hear", f"{__name__}.deaf", "hear"):
            with self.subTest(path), self.assertRaises(AssertionError):
                with mock_job_delay_to_direct(path):
                    pass

    def test_plain_function_is_refused(self):
        with self.assertRaisesRegex(AssertionError, "is no job; decorate it"):
            with mock_job_delay_to_direct(f"{__name__}.UnitCase"):
                pass
