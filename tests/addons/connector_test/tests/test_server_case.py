# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of what the tests of a connector stand on: its case, server and collections."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo.addons.connector.api import (
    Backend,
    BackendAdapter,
    ChangedSince,
    ExportMapper,
    Hmac,
    ImportMapper,
    NetworkRetryableError,
    PageNumber,
    PathSecret,
    RestAdapter,
)
from odoo.addons.connector.testing import Reply, ServerCase
from odoo.addons.connector.tests.common import ConnectorCase

from ..models.flow_hook import HOOK_BACKEND, HOOKED

CUSTOMER = "connector.test.customer"


class UsageCase(ServerCase, ConnectorCase):
    """A test as an author writes it: a server with three customers, and a backend."""

    def setUp(self):
        super().setUp()
        self.register_units(Backend("connector_test", version="1"))
        self.server.login = {"Authorization": "Token swordfish"}
        self.customers = self.server.keep(
            "customers",
            [
                {"id": 1, "name": "Ada"},
                {"id": 2, "name": "Bob"},
                {"id": 3, "name": "C"},
            ],
        )
        self.shop = self.make_backend(
            "connector.test.http.backend", token="swordfish", organizer="acme"
        )

    def register_units(self, backend):
        @backend
        class CustomerAdapter(RestAdapter):
            _model_name = CUSTOMER
            _path = "customers"
            _pages = PageNumber(records="data", last="pages")
            _version = "updated_at"
            _changed_since = ChangedSince("updated_since", field="updated_at")
            _find = {"mail": "mail"}

        @backend
        class CustomerMapper(ImportMapper):
            _model_name = CUSTOMER
            direct = [("name", "name"), ("mail", "email")]

        @backend
        class CustomerExportMapper(ExportMapper):
            _model_name = CUSTOMER
            direct = [("name", "name"), ("email", "mail")]

    def names(self):
        return sorted(self.bindings(self.shop, CUSTOMER).mapped("name"))

    def export(self, **values):
        """Return a binding that was made here, after its export."""
        values = {"backend_id": self.shop.id, "email": "eve@example.com", **values}
        binding = self.env[CUSTOMER].create(values)
        self.shop.delay_export_record(CUSTOMER, binding.id)
        self.run_jobs()
        return binding


class TestServerCase(UsageCase):
    def test_change_there_comes_in(self):
        self.run_stream(self.shop, "customers")
        self.customers.change(1, name="Ada King")
        self.customers.add(name="Dan")

        run = self.run_stream(self.shop, "customers")

        self.assertEqual((run.state, run.updated_count), ("done", 1))
        self.assertEqual(self.names(), ["Ada King", "Bob", "C", "Dan"])

    def test_time_passes_so_that_a_deletion_is_found(self):
        self.run_stream(self.shop, "customers")
        self.customers.remove(1)

        run = self.run_stream(self.shop, "customers", full=True)

        self.assertEqual(run.deleted_count, 1)

    def test_answer_that_is_lost_makes_no_second_record(self):
        self.server.lost_answers = 1
        binding = self.export(name="Eve")
        self.assertFalse(binding.external_id)

        self.finish_jobs()

        self.assertEqual(binding.external_id, "4")
        self.assertEqual(len(self.customers.known), 4)

    def test_answer_that_is_lost_asks_a_person_where_nothing_tells(self):
        """As it is in earnest: what was sent is known also in a test."""
        adapter = self.shop.get_environment(CUSTOMER).get_connector_unit(BackendAdapter)
        self.patch(type(adapter), "_find", None)
        self.server.lost_answers = 1
        self.export(name="Eve")

        self.finish_jobs()

        self.assertEqual(len(self.server.requests("POST")), 1)
        self.assertEqual(self.env["connector.request"].search([]).state, "unknown")

    def test_server_that_is_busy_is_asked_again(self):
        self.server.replies["/customers"] = Reply({}, 503, {"Retry-After": "60"})
        run = self.run_stream(self.shop, "customers")
        self.assertEqual(run.state, "running")

        del self.server.replies["/customers"]
        self.pass_time(minutes=2)
        self.run_jobs()

        self.assertEqual(run.state, "done")

    def test_jobs_that_wait_are_run_to_their_end(self):
        later = [Reply({}, 503, {"Retry-After": "3600"})]
        self.server.replies["/customers"] = lambda asked: (
            later.pop() if later else self.customers.list_page(asked.query)
        )
        run = self.run_stream(self.shop, "customers")
        self.assertEqual(run.state, "running")

        self.finish_jobs()

        self.assertEqual(run.state, "done")

    def test_job_is_due_although_the_transaction_began_long_before(self):
        """On a slow machine, time had passed and the job waited on."""
        uuid = self.shop.delay_import_record(CUSTOMER, "1", eta=60)
        job = self.env["connector.queue.job"].search([("uuid", "=", uuid)])
        self.env.cr.execute(
            "UPDATE connector_queue_job SET eta = clock_timestamp() AT TIME ZONE 'UTC'"
            " + INTERVAL '59 s' WHERE id = %s",
            [job.id],
        )

        self.pass_time(minutes=1)

        self.assertEqual(self.run_jobs(), 1)

    def test_job_that_waits_for_ever_is_named(self):
        self.server.replies["/customers"] = Reply({}, 503)
        self.run_stream(self.shop, "customers")

        with self.assertRaisesRegex(AssertionError, "503"):
            self.finish_jobs()

    def test_changes_here_are_on_the_server(self):
        self.export(name="Eve")

        (asked,) = self.server.requests("POST", "customers")

        self.assertEqual(asked.data, {"name": "Eve", "mail": "eve@example.com"})
        self.assertEqual(self.customers.known["4"]["name"], "Eve")

    def test_other_hosts_stay_blocked(self):
        self.shop.url = "http://203.0.113.1"

        with self.assertRaises(NetworkRetryableError) as caught:
            self.shop._http_client().request("GET", "customers")

        self.assertIn("verboten", str(caught.exception))
        self.assertEqual(self.server.asked, [])

    def test_wrong_login_is_refused_by_the_server(self):
        self.shop.token = "wrong"

        self.shop.action_check_connection()

        self.assertEqual(self.shop.connection_state, "failed")
        self.assertIn("401", self.shop.connection_message)


class TestCollection(UsageCase):
    """What the server of a test does is what servers do: else tests prove little."""

    def ask(self, method, path, **options):
        return self.shop._http_client().request(method, path, **options).json()

    def test_list_has_pages(self):
        first = self.ask("GET", "customers")
        second = self.ask("GET", "customers", params={"page": 2})

        self.assertEqual([one["id"] for one in first["data"]], [1, 2])
        self.assertEqual([one["id"] for one in second["data"]], [3])
        self.assertEqual(second["pages"], 2)

    def test_list_is_filtered_by_values_and_by_changes(self):
        self.customers.change(2, mail="bob@example.com")
        stamp = self.customers.known["2"]["updated_at"]
        cases = ({"mail": "bob@example.com"}, {"updated_since": stamp})

        for params in cases:
            with self.subTest(params):
                found = self.ask("GET", "customers", params=params)["data"]
                self.assertIn(2, [one["id"] for one in found])
                self.assertNotIn(1, [one["id"] for one in found])

    def test_record_is_created_changed_replaced_and_deleted(self):
        created = self.ask("POST", "customers", data={"name": "Dan", "mail": "d@x.org"})
        self.ask("PATCH", "customers/4", data={"name": "Dan K."})
        self.assertEqual(self.customers.known["4"]["mail"], "d@x.org")

        self.ask("PUT", "customers/4", data={"name": "D."})
        self.assertEqual(created["id"], self.customers.known["4"]["id"])
        self.assertNotIn("mail", self.customers.known["4"])

        self.ask("DELETE", "customers/4")
        self.assertNotIn("4", self.customers.known)

    def test_key_of_a_create_is_remembered(self):
        headers = {"Idempotency-Key": "k"}
        for _time in range(2):
            self.ask("POST", "customers", data={"name": "Dan"}, headers=headers)

        self.assertEqual(len(self.customers.known), 4)


class TestSendEvent(ServerCase):
    """An event is signed, stored and worked as one of the backend would be."""

    def setUp(self):
        super().setUp()
        self.folder = Path(self.enterContext(TemporaryDirectory()))
        self.sender = self.env[HOOK_BACKEND].create({"name": str(self.folder)})
        contact = {"id": "C1", "name": "Ada"}
        (self.folder / "C1.json").write_text(json.dumps(contact))

    def test_event_brings_its_record(self):
        for scheme in (PathSecret(), Hmac("sha256", header="X-Signature")):
            with self.subTest(scheme):
                self.patch(type(self.sender), "_webhook_scheme", scheme)
                contact = {"topic": "contact.changed", "data": {"id": "C1"}}

                status = self.send_event(self.sender, contact)

                self.assertEqual(status, 204)
                names = self.bindings(self.sender, HOOKED).mapped("name")
                self.assertEqual(names, ["Ada"])
