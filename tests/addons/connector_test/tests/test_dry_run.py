# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of dry runs: reads are real, writes are shown, the end sends what waited."""

from odoo.addons.connector.api import (
    Backend,
    DryRunError,
    ExportMapper,
    NothingToDoJob,
    run_jobs,
)
from odoo.addons.connector.components.backend_adapter import CRUDAdapter
from odoo.addons.connector.tests.answering_server import Reply

from .graphql_case import GraphQLCase
from .http_case import HttpBackendCase
from .test_request_log import lines_of
from .test_rest_export import CUSTOMER, PATH, RestExportCase


class TestDryRunOfRequests(HttpBackendCase):
    def setUp(self):
        super().setUp()
        self.http_backend.dry_run = True
        self.server.replies["/shop/a"] = {"ok": True}

    def send(self, method, **options):
        return self.http_backend._http_client().request(method, "a", **options)

    def test_reads_are_sent(self):
        self.assertTrue(self.send("GET").json())
        self.assertTrue(self.send("POST", is_read=True).json())

        self.assertEqual([one.method for one in self.server.asked], ["GET", "POST"])

    def test_writes_are_not_sent_and_end_a_job_as_done(self):
        for method in ("POST", "PUT", "PATCH", "DELETE", "MOVE"):
            with self.subTest(method):
                with self.assertRaises(DryRunError) as caught:
                    self.send(method, data={"name": "Ada"})
                self.assertIsInstance(caught.exception, NothingToDoJob)
                self.assertIn(f"dry run: {method} ", str(caught.exception))
        self.assertEqual(self.server.asked, [])

    def test_what_would_be_sent_is_in_the_log_whatever_it_is_set_to(self):
        with self.assertRaises(DryRunError):
            self.send("POST", data={"name": "Ada", "password": "x"})

        line = lines_of(self.env)
        self.assertIn("not sent (dry run)", line.message)
        self.assertIn('{"name": "Ada", "password": "***"}', line.data)
        self.assertEqual((line.method, line.status), ("POST", 0))
        self.assertEqual(line.shown_status, "Not Sent (Dry Run)")

    def test_every_form_shows_that_nothing_is_written(self):
        arch = self.http_backend.get_view(view_type="form")["arch"]

        self.assertIn("Dry run: nothing is written", arch)


class TestDryRunOfDocuments(GraphQLCase):
    """All of them are POST: the login and queries go out, mutations do not."""

    def test_queries_are_sent_and_mutations_are_not(self):
        self.http_backend.dry_run = True
        adapter = self.adapter()

        found = adapter.execute("query { buyers { totalItems } }")
        with self.assertRaises(DryRunError):
            adapter.execute("mutation { deleteBuyer(id: 1) { result } }")

        self.assertEqual(found["buyers"]["totalItems"], 5)
        asked = [one.data["query"].split()[0] for one in self.server.asked]
        self.assertEqual(asked, ["mutation", "query"])  # the login is a mutation


class DryRunCase(RestExportCase):
    def setUp(self):
        super().setUp()
        self.http_backend.dry_run = True

    def writes(self):
        """Return the requests that were not to read."""
        return [one for one in self.server.asked if one.method != "GET"]


class TestDryRunOfExports(DryRunCase):
    def test_create_is_told_and_leaves_no_trace(self):
        outcome = self.export()

        self.assertTrue(outcome.startswith("dry run: would create 'Ada'"), outcome)
        self.assertIn("name, mail", outcome)
        self.assertEqual(self.writes(), [])
        self.assertFalse(self.binding.external_id or self.binding.export_hash)
        self.assertEqual(self.binding.sync_state, "pending")
        self.assertFalse(self.env["connector.request"].search_count([]))

    def test_update_is_told_and_its_binding_is_pending(self):
        self.binding.with_context(connector_no_export=True).write(
            {"external_id": "7", "sync_state": "synced"}
        )

        outcome = self.export()

        self.assertTrue(outcome.startswith("dry run: would update 'Ada'"), outcome)
        self.assertEqual(self.writes(), [])
        self.assertEqual(self.binding.sync_state, "pending")
        self.assertFalse(self.binding.export_hash)

    def test_job_is_done_with_that_text(self):
        uuid = self.http_backend.delay_export_record(CUSTOMER, self.binding.id)
        run_jobs(self.env)

        job = self.env["connector.queue.job"].search([("uuid", "=", uuid)])
        self.assertEqual(job.state, "done")
        self.assertIn("dry run: would create", job.result)

    def test_end_exports_what_waited(self):
        self.export()

        self.http_backend.dry_run = False
        run_jobs(self.env)

        expected = {"1": {"id": "1", "name": "Ada", "mail": "ada@x.org"}}
        self.assertEqual(self.known, expected)
        self.assertEqual(self.binding.external_id, "1")
        self.assertEqual(self.binding.sync_state, "synced")

    def test_end_sends_nothing_of_what_is_synchronized(self):
        self.binding.with_context(connector_no_export=True).write(
            {"external_id": "7", "sync_state": "synced"}
        )

        self.http_backend.dry_run = False
        run_jobs(self.env)

        self.assertEqual(self.writes(), [])

    def test_adapter_that_sends_by_its_own_means_is_not_called(self):
        backend = Backend("connector_test", version="2")
        self.http_backend.version = "2"
        calls = []

        @backend
        class OwnAdapter(CRUDAdapter):
            _model_name = CUSTOMER

            def create(self, data):
                calls.append(data)
                return "1"

        @backend
        class OwnMapper(ExportMapper):
            _model_name = CUSTOMER
            direct = [("name", "name")]

        self.assertIn("dry run: would create", self.export())
        self.assertEqual(calls, [])
        self.http_backend.dry_run = False
        self.assertEqual(self.export(), "created")
        self.assertEqual(len(calls), 1)


class TestDryRunOfDeletions(DryRunCase):
    def setUp(self):
        super().setUp()
        self.binding.with_context(connector_no_export=True).write(
            {"external_id": "7", "sync_state": "synced"}
        )
        self.known["7"] = {"id": "7"}
        self.server.replies[f"{PATH}7/"] = self.delete

    def delete(self, asked):
        self.assertEqual(asked.method, "DELETE")
        self.known.pop("7")
        return Reply(None, 204)

    def test_deletion_waits_for_the_end(self):
        self.binding.unlink()
        uuid = self.http_backend.delay_export_delete(CUSTOMER, "7")
        run_jobs(self.env)

        job = self.env["connector.queue.job"].search([("uuid", "=", uuid)])
        self.assertEqual(job.state, "done")
        self.assertIn("dry run: would delete connector.test.customer '7'", job.result)
        self.assertIn("7", self.known)

        self.http_backend.dry_run = False
        run_jobs(self.env)

        self.assertNotIn("7", self.known)
        stones = self.env["connector.tombstone"].search([("external_id", "=", "7")])
        self.assertEqual(stones.mapped("is_waiting"), [False])
