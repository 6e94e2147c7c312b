# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a stream over HTTP: from a server to records here, page by page."""

from datetime import timedelta

from odoo.addons.connector.api import (
    ChangedSince,
    ImportMapper,
    NextLink,
    RestAdapter,
    run_jobs,
)
from odoo.addons.connector.backend import Backend
from odoo.addons.connector.testing import Reply

from .http_case import HttpBackendCase

CUSTOMER = "connector.test.customer"
PATH = "/shop/api/v1/acme/customers/"
CLOCK = "2026-01-31T12:00:00+00:00"


class RestStreamCase(HttpBackendCase):
    """A test with a server that has customers, in pages of two."""

    def setUp(self):
        super().setUp()
        self.records = [
            {"id": n, "name": f"Customer {n}", "last_modified": f"2026-01-0{n}T00:00Z"}
            for n in range(1, 6)
        ]
        self.server.replies[PATH] = self.list_page
        self.register_units(Backend("connector_test", version="1"))
        self.env["connector.stream"]._declare_all()
        self.stream = self.env["connector.stream"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )

    def register_units(self, backend):
        @backend
        class CustomerAdapter(RestAdapter):
            _model_name = CUSTOMER
            _path = "api/v1/{organizer}/customers/"
            _pages = NextLink("next", records="results")
            _params = {"limit": 2}
            _version = "last_modified"
            _changed_since = ChangedSince(
                "modified_since",
                field="last_modified",
                params={"ordering": "last_modified"},
                sorted=True,
                clock="X-Page-Generated",
                lookback=timedelta(minutes=10),
            )

        @backend
        class CustomerMapper(ImportMapper):
            _model_name = CUSTOMER
            direct = [("name", "name")]

    def list_page(self, asked):
        """Return the changes since a time, two on a page, as the server sorts them."""
        since = asked.query.get("modified_since", "")[:16]
        found = [one for one in self.records if one["last_modified"][:16] >= since]
        start = int(asked.query.get("start", 0))
        params = f"modified_since={since}&start={start + 2}"
        more = f"{PATH}?{params}" if found[start + 2 :] else None
        page = {"results": found[start : start + 2], "next": more}
        return Reply(page, headers={"X-Page-Generated": CLOCK})

    def run_stream(self):
        run = self.stream._start("changes")
        run_jobs(self.env)
        return run

    def names(self):
        return sorted(self.env[CUSTOMER].search([]).mapped("name"))


class TestRestStream(RestStreamCase):
    def test_records_come_from_the_server(self):
        run = self.run_stream()

        self.assertEqual(self.names(), [f"Customer {n}" for n in range(1, 6)])
        self.assertEqual(run.state, "done")
        self.assertEqual(run.clock, CLOCK)
        self.assertEqual(self.stream.cursor, "2026-01-05T00:00:00+00:00")

    def test_next_run_asks_for_changes_and_writes_what_changed(self):
        self.run_stream()
        self.records[4]["name"] = "Renamed"
        self.records[4]["last_modified"] = "2026-01-06T00:00Z"
        self.server.asked.clear()

        run = self.run_stream()

        lists = [one.query for one in self.server.asked[1:]]  # the first is the clock's
        self.assertEqual(lists[0]["modified_since"], "2026-01-04T23:50:00+00:00")
        self.assertEqual((run.read_count, run.updated_count), (1, 1))
        self.assertIn("Renamed", self.names())

    def test_server_that_is_away_ends_no_run(self):
        """The page is tried again, and goes on where it was."""
        self.server.replies[PATH] = Reply({}, 503, {"Retry-After": "1"})
        run = self.stream._start("changes")
        job = self.env["connector.queue.job"].search([("uuid", "=", run.job_uuid)])

        self.assertEqual(len(job), 1)
        with self.assertRaisesRegex(Exception, "503"):
            run.import_page()

        self.server.replies[PATH] = self.list_page
        run_jobs(self.env)
        self.assertEqual(run.state, "done")
        self.assertEqual(len(self.names()), 5)
