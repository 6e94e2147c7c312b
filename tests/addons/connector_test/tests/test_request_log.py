# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the log of requests: what was sent, answered, and is kept of it."""

import time
from datetime import timedelta
from functools import partial

import requests

from odoo import fields
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import _super_send, get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.api import (
    InvalidDataError,
    NetworkRetryableError,
    NothingToDoJob,
    job,
)
from odoo.addons.connector.flows.importing.undo import undoable
from odoo.addons.connector.magic.log import store as log_store
from odoo.addons.connector.magic.log.line import LogBuffer
from odoo.addons.connector.queue.engine.job_connection import (
    JobConnectionPool,
    own_transaction,
)
from odoo.addons.connector.queue.engine.runner import Runner
from odoo.addons.connector.tests.answering_server import AnsweringServer, Reply
from odoo.addons.connector.wire.exchange import BODY_SIZE, MARGIN, Exchange

from .http_case import ALLOWED, SWORDFISH, HttpBackendCase
from .queue_case import RUNNER_LOG, QueueRaceCase
from .test_rest_export import RestExportCase

LOG = "connector.log"
BACKEND = "connector.test.http.backend"
BUDGET_S = 0.0001  # of our own time for a request that is not logged


@job
def ask_for(session, model_name, backend_id, path):
    """Send a record to a path of a backend."""
    client = session.env[model_name].browse(backend_id)._http_client()
    client.request("PUT", path, data={"name": "Ada"})


def lines_of(env):
    """Return the records of the requests that were noted and are not written yet."""
    buffer = LogBuffer.of(env)
    buffer.keep_last(lambda _is_undone: None)
    ids = log_store.insert(env.cr, buffer.take(), is_undone=False)
    return env[LOG].browse(ids)


class TestRequestLog(HttpBackendCase):
    """What the lines of a backend say, by what it is set to log."""

    def setUp(self):
        super().setUp()
        self.server.replies["/shop/a"] = Reply({"token": "abc", "name": "Ada"}, 201)

    def send(self, level, **options):
        """Send a request; return the lines that it leaves."""
        self.http_backend.request_log = level
        self.http_backend._http_client().request("POST", "a", **options)
        return lines_of(self.env)

    def test_line_has_the_facts_of_a_request(self):
        line = self.send("lines", params={"page": 2}, data={"a": 1})

        self.assertEqual(
            (line.kind, line.level, line.method, line.status, line.size),
            ("request", "info", "POST", 201, 31),
        )
        self.assertEqual(line.address, f"{self.server.url}/shop/a?page=2")
        self.assertEqual(line.backend_id, self.http_backend)
        self.assertEqual(line.recipient, "Server")
        self.assertGreaterEqual(line.duration_ms, 0)
        self.assertEqual(line.message, f"POST {line.address}: 201 Created")
        self.assertEqual(line.shown_status, "201")
        self.assertFalse(line.data or line.answer)

    def test_bodies_are_there_where_wanted_and_without_secrets(self):
        line = self.send("bodies", data={"password": "x", "mail": "ada@x.org"})

        self.assertIn('{"password": "***", "mail": "ada@x.org"}', line.data)
        self.assertIn("Content-Type: application/json", line.data)
        self.assertIn('{"token": "***", "name": "Ada"}', line.answer)

    def test_nothing_is_logged_of_what_succeeds_unless_wanted(self):
        self.assertFalse(self.send("off", data={}))

    def test_headers_of_an_adapter_are_not_shown(self):
        line = self.send("bodies", headers={"X-Key": "of-an-adapter"})

        self.assertNotIn("of-an-adapter", f"{line.data}{line.answer}{line.message}")

    def test_refusal_is_a_warning(self):
        self.server.replies["/shop/a"] = Reply({"error": "no"}, 422)
        with self.assertRaises(InvalidDataError):
            self.send("lines", data={})

        self.assertEqual(lines_of(self.env).mapped("level"), ["warning"])

    def test_body_is_cut_and_a_secret_is_not(self):
        """Half a secret is not recognized, wherever the body or its start ends."""
        pad = "x" * (BODY_SIZE - 4)
        for size in range(0, 8):
            data = f"{pad[size:]}{SWORDFISH} {'y' * MARGIN}".encode()
            self.server.replies["/shop/a"] = Reply(data)
            line = self.send("bodies")
            self.assertNotIn(SWORDFISH[:4], line.answer)
            self.assertLess(len(line.answer), BODY_SIZE + 500)
            self.assertIn("characters left out", line.answer)

    def test_secret_at_the_end_of_the_excerpt_does_not_move_into_what_is_shown(self):
        """What is hidden before it makes the text shorter."""
        known = SWORDFISH * 1_500
        content = f"{known}{SWORDFISH}".encode()[: BODY_SIZE + MARGIN]
        exchange = Exchange(
            *("GET", "https://shop.example", b"", 0, {}),
            content=content,
            size=len(known) + len(SWORDFISH),
            status=200,
            hide=lambda text: text.replace(SWORDFISH, ""),
        )

        self.assertNotIn(SWORDFISH[:4], exchange.answer_text())

    def test_request_without_an_answer_says_why(self):
        self.server.replies["/shop/a"] = lambda _asked: None
        self.http_backend.request_log = "bodies"
        with self.assertRaises(NetworkRetryableError):
            self.get("a")

        line = lines_of(self.env)
        self.assertEqual((line.status, line.level), (0, "warning"))
        self.assertEqual(line.shown_status, "No Answer")
        self.assertIn("no answer", line.message)
        self.assertTrue(line.answer)

    def test_lines_are_kept_for_the_days_of_the_backend(self):
        now = fields.Datetime.now()
        self.http_backend.request_log_days = 40
        young, old = self.send("lines"), self.send("lines")
        self.assertEqual((young.keep_until - now).days, 40)
        long_ago = {"date": now - timedelta(days=39), "id": young.id}
        self.env.cr.execute(
            "UPDATE connector_log SET date = %(date)s WHERE id = %(id)s", long_ago
        )
        self.env.cr.execute(
            "UPDATE connector_log SET keep_until = %s WHERE id = %s",
            [now - timedelta(seconds=1), old.id],
        )
        self.env.invalidate_all()

        self.env[LOG]._gc_lines()

        self.assertEqual((young + old).exists(), young)

    def test_requests_of_a_backend_are_a_button_away(self):
        line = self.send("lines")
        other = self.make_backend(request_log="lines")
        other._http_client().request("POST", "a")
        lines_of(self.env)

        found = self.env[LOG].search(
            self.http_backend.action_open_request_log()["domain"]
        )

        self.assertEqual(found, line)
        arch = self.http_backend._get_default_form_view()
        self.assertTrue(arch.xpath("//button[@name='action_open_request_log']"))

    def test_request_that_is_not_logged_costs_next_to_nothing(self):
        self.http_backend.request_log = "off"
        note = self.http_backend._http_client().note
        exchange = Exchange("GET", "https://shop.example", b"", 0, {}, status=200)
        count = 500
        begun = time.perf_counter()
        for _one in range(count):
            note(exchange)

        self.assertLess((time.perf_counter() - begun) / count, BUDGET_S)


class TestRequestsOfAnExport(RestExportCase):
    def test_requests_of_an_export_are_linked_to_its_binding(self):
        self.http_backend.request_log = "lines"
        self.export()

        line = lines_of(self.env)
        self.assertEqual((line.method, line.status), ("POST", 201))
        self.assertEqual(line.record, self.binding)
        action = self.binding.action_open_request_log()
        self.assertEqual(self.env[LOG].search(action["domain"]), line)


class TestFailedAttempt(QueueRaceCase):
    """The last request of an attempt that fails is kept, whatever is set."""

    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())  # Odoo holds it while tests run
        self.patch(requests.Session, "send", _super_send)
        HttpBackendCase.patch_environment(self, **{ALLOWED: "127.0.0.1"})
        self.server = AnsweringServer()
        self.addCleanup(self.server.stop)
        self.server.replies["/a"] = {"first": True}
        self.server.replies["/b"] = Reply({"detail": f"no {SWORDFISH}"}, 422)
        self.addCleanup(self.query, "DELETE FROM connector_log")
        self.session = self.open_session()
        self.env = self.session.env
        self.backend = self.env[BACKEND].create(
            {
                "name": "Night",
                "url": self.server.url,
                "organizer": "acme",
                "token": SWORDFISH,
            }
        )
        self.session.commit()
        self.addCleanup(self.session.commit)
        self.addCleanup(self.backend.unlink)

    def lines(self):
        return self.query(
            "SELECT method || ' ' || status, is_undone, data, answer, level"
            " FROM connector_log WHERE address LIKE %s ORDER BY id",
            f"{self.server.url}/%",  # others may have left lines of their own
        )

    def ask(self, *paths):
        client = self.backend._http_client()
        for path in paths:
            client.request("PUT", path, data={"name": "Ada"})

    def fail_at(self, *paths):
        """Send requests of which the last is refused, and roll back as a job does."""
        try:
            self.ask(*paths)
        except InvalidDataError:
            self.env.cr.rollback()

    def test_last_exchange_outlives_the_rollback(self):
        self.fail_at("a", "b")

        ((what, is_undone, sent, answer, level),) = self.lines()
        self.assertEqual((what, is_undone, level), ("PUT 422", True, "warning"))
        self.assertIn('{"name": "Ada"}', sent)
        self.assertIn('{"detail": "no ***"}', answer)

    def test_last_exchange_is_whole_where_lines_are_logged(self):
        self.backend.request_log = "lines"
        self.session.commit()

        self.fail_at("a", "b")

        first, last = self.lines()
        self.assertEqual((first[0], first[3]), ("PUT 200", None))
        self.assertIn("detail", last[3])

    def test_success_leaves_nothing(self):
        self.ask("a")
        self.session.commit()

        self.assertEqual(self.lines(), [])

    def test_nothing_to_do_leaves_nothing(self):
        """A job that skips its record is rolled back as well."""
        try:
            self.ask("a")
            raise NothingToDoJob("It is not wanted.")
        except NothingToDoJob:
            self.env.cr.rollback()

        self.assertEqual(self.lines(), [])

    def test_rollback_without_an_error_leaves_nothing(self):
        """A preview ends so."""
        self.ask("a")
        self.env.cr.rollback()

        self.assertEqual(self.lines(), [])

    def test_lines_of_a_step_that_was_undone_are_written(self):
        self.backend.request_log = "lines"
        self.session.commit()
        with self.assertRaises(InvalidDataError), undoable(self.env):
            self.ask("b")
        self.session.commit()

        self.assertEqual([line[0] for line in self.lines()], ["PUT 422"])

    def test_job_that_failed_shows_its_last_request(self):
        uuid = ask_for.delay(self.session, BACKEND, self.backend.id, "b")
        self.session.commit()
        pool = JobConnectionPool(get_db_name())
        self.addCleanup(pool.close)
        runner = Runner(self.open_bookkeeping(), 1, partial(own_transaction, pool))
        with mute_logger(RUNNER_LOG):
            for one in runner.claim():
                runner.run_job(one)

        found = self.open_env()["connector.queue.job"].search([("uuid", "=", uuid)])
        self.assertEqual(found.state, "failed")
        self.assertIn("PUT", found.last_request)
        self.assertIn("422", found.last_request)
        self.assertIn('{"name": "Ada"}', found.last_request_sent)
        self.assertIn('{"detail": "no ***"}', found.last_request_answer)
        checkpoint = found.env["connector.checkpoint"].new({"job_id": found.id})
        self.assertEqual(checkpoint.last_request, found.last_request)
