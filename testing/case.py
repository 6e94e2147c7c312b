# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of a connector: a server, and the backend that asks it."""

import json
import os
from datetime import datetime, timedelta, timezone
from typing import Any
from unittest import mock
from uuid import uuid4

from requests.structures import CaseInsensitiveDict

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools import SQL

from ..queue.settings import PREFIX
from ..queue.testing import run_jobs
from .server import HOST, AnsweringServer

ALLOWED = f"{PREFIX}PRIVATE_NETWORKS"

ROUNDS = 50  # of jobs that wait again

# Columns with times that flows compare with the present one.
TIMES = {
    "connector_stream": ("next_run_at", "next_full_at", "last_success_at"),
    "connector_stream_run": ("started_at",),
    "connector_request": ("opened_at", "first_sent_at", "sent_at"),
}

# connector_queue_job. Bring the eta of jobs nearer. What is due by the clock becomes so
# by the time of the transaction, too, which began with the class of the test.
MAKE_DUE = """
UPDATE connector_queue_job
   SET eta = CASE WHEN eta - %(time)s <= clock_timestamp() AT TIME ZONE 'UTC'
                  THEN LEAST(eta - %(time)s, now() AT TIME ZONE 'UTC')
                  ELSE eta - %(time)s
             END
 WHERE hold = 'eta'
"""

TIMES_OF_BINDINGS = ("create_date", "sync_date", "read_at")


@tagged("post_install", "-at_install")
class ServerCase(TransactionCase):
    """A test of a connector, with a server on this machine that answers as it says.

    Backends may ask that server; Odoo blocks requests to all others. What flows do in
    transactions of their own is a part of the transaction of the test.

    Attributes:
        server: the server, a new one for each test.
    """

    def setUp(self) -> None:
        """Start the server, and let backends reach it."""
        super().setUp()
        self.server = AnsweringServer()
        self.addCleanup(self.server.stop)
        self._allow_server()
        if not self._registry_patched:  # as it is in an HttpCase
            self.env.flush_all()
            self.registry_enter_test_mode()

    @classmethod
    def _request_handler(cls, session, request, /, **options):
        """Send a request to this machine, and block all others."""
        if isinstance(timeout := options.get("timeout"), tuple):
            options["timeout"] = max(timeout)  # Odoo's guard reads one number
        return super()._request_handler(session, request, **options)

    def make_backend(self, model: str, **values: Any):
        """Return a new backend at the address of the server.

        Args:
            model: of the backends.
            values: of the backend, such as its token.
        """
        values = {"name": "Shop", "url": self.server.url, **values}
        return self.env[model].create(values)

    def run_jobs(self) -> int:
        """Do what a commit does, run all jobs that are ready, return how many."""
        return run_jobs(self.env)

    def finish_jobs(self) -> int:
        """Run all jobs, let time pass for those that wait for one, return how many ran.

        Raises:
            AssertionError: some wait again and again.
        """
        count, results = self.run_jobs(), {}
        for _round in range(ROUNDS):
            waiting = self.env["connector.queue.job"].search(
                [("hold", "=", "eta")], order="eta", limit=1
            )
            if not waiting:
                return count
            results.setdefault(waiting.name, waiting.result)
            wait_s = (waiting.eta - fields.Datetime.now()).total_seconds()
            self.pass_time(seconds=max(wait_s, 0) + 1)
            count += self.run_jobs()
        told = " ".join(f"{name} waits: {why}" for name, why in results.items())
        raise AssertionError(f"Jobs wait for ever. {told}")

    def run_stream(self, backend, name: str, full: bool = False):
        """Import a stream of a backend to its end, and return its run.

        Args:
            backend: record.
            name: of the stream.
            full: import everything, and find what was deleted on the backend.
        """
        if full:
            self.pass_time(minutes=1)  # what was bound since may be on no page
        run = backend.start_stream(name, full=full)
        self.run_jobs()
        return run

    def send_event(self, backend, payload: Any) -> int:
        """Send an event to the webhook of a backend, work it, and return the status.

        It is signed as the backend would sign it. Without a user in *Run As*, the
        backend gets that of the test: events are worked as nobody else.

        Args:
            backend: record.
            payload: of the event, sent as JSON.
        """
        webhook, scheme = backend.webhook_ids, backend._webhook_scheme
        backend.flow_user_id = backend.flow_user_id or self.env.user
        webhook.secret = webhook.secret or scheme.new_secret()
        body, event_id = json.dumps(payload).encode(), str(uuid4())
        now = datetime.now(timezone.utc)
        headers = scheme.sign(webhook.secret, body, event_id, now)
        headers = CaseInsensitiveDict(headers)
        self.env.flush_all()
        status = self.env["connector.webhook"].receive(webhook.token, headers, body)
        backend._wake_webhooks()
        self.run_jobs()
        return status

    def bindings(self, backend, model: str):
        """Return the bindings of a backend, also those of archived records."""
        bindings = self.env[model].with_context(active_test=False)
        return bindings.search([("backend_id", "=", backend.id)], order="id")

    def pass_time(self, **time: float) -> None:
        """Let some time pass for streams, bindings, requests, and jobs with an eta.

        Args:
            time: such as ``minutes=5``, see :class:`datetime.timedelta`.
        """
        self.env.flush_all()
        for table, columns in {**TIMES, **self._binding_times()}.items():
            self._make_older(table, columns, timedelta(**time))
        self.env.cr.execute(MAKE_DUE, {"time": timedelta(**time)})
        self.env.invalidate_all()

    # === HELPERS === #

    def _allow_server(self) -> None:
        """Let backends reach this machine, and what else the configuration allows."""
        known = os.environ.get(ALLOWED)
        value = {ALLOWED: f"{known}, {HOST}" if known else HOST}
        patcher = mock.patch.dict(os.environ, value)
        patcher.start()
        self.addCleanup(patcher.stop)

    def _binding_times(self) -> dict[str, list[str]]:
        names = self.env.registry.descendants(["connector.binding"], "_inherit")
        models = [self.env[one] for one in names if not self.env[one]._abstract]
        return {
            model._table: [name for name in TIMES_OF_BINDINGS if name in model._fields]
            for model in models
        }

    def _make_older(self, table: str, columns: Any, time: timedelta) -> None:
        changes = [
            SQL("%(name)s = %(name)s - %(time)s", name=SQL.identifier(one), time=time)
            for one in columns
        ]
        table_name = SQL.identifier(table)
        self.env.cr.execute(
            SQL("UPDATE %s SET %s", table_name, SQL(", ").join(changes))
        )
