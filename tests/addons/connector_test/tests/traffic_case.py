# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of jobs whose server comes and goes; the clock moves at will."""

from datetime import timedelta
from functools import partial

import requests

from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import _super_send, get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.models.traffic import outage
from odoo.addons.connector.models.traffic.gate import forget_known
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.retry import Backoff
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.tests.answering_server import AnsweringServer, Reply

from .http_case import ALLOWED, SWORDFISH, HttpBackendCase
from .queue_case import JOB, RUNNER_LOG, QueueRaceCase

CHECK = "/shop/api/v1/acme/"
MODEL = "connector.test.http.backend"
TIMES = (
    *("failing_since", "opened_at", "closed_at", "next_probe_at", "probe_until"),
    *("last_success_at", "last_error_at", "grows_at", "settles_at", "refused_at"),
    *("counted_at", "free_at"),
)
# When the next job may start that only waits for its time.
NEXT_ETA = """
SELECT extract(epoch FROM min(eta) - now() AT TIME ZONE 'UTC')::float
  FROM connector_queue_job AS job
  JOIN connector_queue_channel AS channel ON channel.id = job.channel_id
 WHERE state = 'pending' AND hold = 'eta' AND channel.is_open
"""


class TrafficCase(QueueRaceCase):
    """A test with jobs that ask a server; all is committed, and deleted at the end."""

    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())  # Odoo holds it while tests run
        self.patch(requests.Session, "send", _super_send)
        HttpBackendCase.patch_environment(self, **{ALLOWED: "127.0.0.1"})
        self.patch(Backoff, "delay_s", lambda *_args, **_options: 60.0)
        forget_known()
        self.server = AnsweringServer()
        self.addCleanup(self.server.stop)
        self.server.replies = {"/shop/a": {}, CHECK: {}}
        self.env = self.open_env()
        self.channels = self.env["connector.queue.channel"].search([])
        self.addCleanup(self.clean)
        self.http_backend = self.make_backend()
        connection = JobConnectionPool(get_db_name())
        self.addCleanup(connection.close)
        transaction = partial(own_transaction, connection)
        self.runner = Runner(self.open_bookkeeping(), 1, transaction)

    def make_backend(self, **values):
        """Return a backend that asks the server."""
        values = {"url": f"{self.server.url}/shop", "token": SWORDFISH, **values}
        backend = self.env[MODEL].create(
            {"name": "Server", "organizer": "acme", **values}
        )
        self.refresh()
        return backend

    def clean(self):
        """Delete what jobs and outages made."""
        self.env.cr.rollback()
        self._delete()
        self.env.invalidate_all()
        self.env["connector.checkpoint"].search([]).unlink()
        (self.env["connector.queue.channel"].search([]) - self.channels).unlink()
        self.env[MODEL].search([]).unlink()
        commit(self.env)

    # === SERVER === #

    def leave(self, status=None, **headers):
        """Let the server go away: no answer, or one of a gateway."""
        reply = Reply(None, status, headers) if status else None
        for path in self.server.replies:
            self.server.replies[path] = lambda _asked: reply

    def come_back(self):
        """Let it answer."""
        for path in self.server.replies:
            self.server.replies[path] = {}

    # === JOBS === #

    def refresh(self):
        """Commit, and see what others have committed."""
        commit(self.env)
        self.env.invalidate_all()

    @mute_logger(RUNNER_LOG, outage.__name__)
    def run_jobs(self):
        """Run what is ready, one after the other, each in its transaction."""
        self.refresh()
        while jobs := self.runner.claim():
            for job in jobs:
                self.runner.run_job(job)
        self.refresh()

    def delay(self, count=1, **options):
        """Delay jobs that send a request each; return their records."""
        uuids = self.http_backend.delayed_many([("a",)] * count, **options).ask()
        self.refresh()
        return self.env[JOB].search([("uuid", "in", uuids)])

    def open_circuit(self):
        """Let five jobs get no answer; return them."""
        self.leave()
        jobs = self.delay(5)
        self.run_jobs()
        return jobs

    def probe(self):
        """Ask whether the backend is back, as the job does."""
        with mute_logger(outage.__name__):
            seconds = self.http_backend._probe()
        self.refresh()
        return seconds

    def probes(self):
        """Return the jobs that ask whether the backend is back."""
        key = f"probe {self.http_backend.reference()}"
        return self.env[JOB].search([("identity_key", "=", key)])

    @property
    def traffic(self):
        """What is known of the requests to the backend."""
        self.refresh()
        return self.env["connector.traffic"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )

    def checkpoints(self):
        """Return those of the backend."""
        return self.env["connector.checkpoint"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )

    # === CLOCK === #

    def advance(self, seconds):
        """Let time pass: all times in the database go back by so much."""
        span = timedelta(seconds=seconds)
        moved = ", ".join(f"{name} = {name} - %s" for name in TIMES)
        self.query(f"UPDATE connector_traffic SET {moved}", *[span] * len(TIMES))
        self.query(
            "UPDATE connector_queue_job SET eta = eta - %s,"
            " network_since = network_since - %s, network_until = network_until - %s",
            *(span, span, span),
        )
        forget_known()
        self.refresh()

    def next_eta_s(self):
        """Return the seconds until the next job may start, None if there is none."""
        ((seconds,),) = self.query(NEXT_ETA)
        return None if seconds is None else max(seconds, 0)


def commit(env):
    """Commit what a test did, for the other transactions."""
    env.cr.commit()
