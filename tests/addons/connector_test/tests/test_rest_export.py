# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of exports over HTTP: a server has each record once, whatever is lost."""

from contextlib import contextmanager

from odoo.addons.connector.api import (
    Backend,
    ExportMapper,
    InvalidDataError,
    NetworkRetryableError,
    RestAdapter,
    RetryableJobError,
)
from odoo.addons.connector.components.backend_adapter import BackendAdapter
from odoo.addons.connector.components.synchronizer import Exporter
from odoo.addons.connector.testing import Reply

from .http_case import HttpBackendCase

CUSTOMER = "connector.test.customer"
PATH = "/shop/customers/"


class RestExportCase(HttpBackendCase):
    """A test with a server that keeps customers, and remembers keys.

    ``self.loses`` is the number of answers that are lost.
    """

    takes_key = True
    find: dict | None = None

    def setUp(self):
        super().setUp()
        self.known = {}
        self.keys = {}
        self.loses = 0
        self.server.replies[PATH] = self.answer
        backend = Backend("connector_test", version="1")
        case = self

        @backend
        class CustomerAdapter(RestAdapter):
            _model_name = CUSTOMER
            _path = "customers/"
            _takes_key = case.takes_key
            _find = case.find

        @backend
        class CustomerMapper(ExportMapper):
            _model_name = CUSTOMER
            direct = [("name", "name"), ("email", "mail")]

        values = {"name": "Ada", "email": "ada@x.org"}
        self.binding = self.env[CUSTOMER].create(
            {"backend_id": self.http_backend.id, **values}
        )

    def answer(self, asked):
        """List the customers, or create one, once for each key."""
        if asked.method == "GET":
            return list(self.known.values())
        key = asked.headers.get("Idempotency-Key")
        external_id = self.keys.get(key) or str(len(self.known) + 1)
        if key:
            self.keys[key] = external_id
        self.known[external_id] = {"id": external_id, **asked.data}
        if self.loses:
            self.loses -= 1
            return None
        return Reply(self.known[external_id], 201)

    def export(self):
        self.env.flush_all()
        scope = self.http_backend.get_environment(CUSTOMER, self.session)
        outcome = scope.get_connector_unit(Exporter).run(self.binding.id)
        self.env.invalidate_all()
        return outcome

    @contextmanager
    def fails(self, kind):
        """Expect an error, without the rollback of Odoo's assertRaises."""
        try:
            yield
        except kind:
            return
        self.fail(f"{kind.__name__} was not raised.")


class TestRestExport(RestExportCase):
    def test_record_is_created_and_bound(self):
        self.assertEqual(self.export(), "created")

        expected = {"id": "1", "name": "Ada", "mail": "ada@x.org"}
        self.assertEqual(self.known, {"1": expected})
        self.assertEqual(self.binding.external_id, "1")

    def test_lost_answer_makes_no_second_record(self):
        """The request is sent again as it was, with the key that it had."""
        self.loses = 1
        with self.fails(NetworkRetryableError):
            self.export()

        self.assertEqual(self.export(), "created")

        first, second = (one for one in self.server.asked if one.method == "POST")
        self.assertEqual(first.body, second.body)
        keys = {one.headers["Idempotency-Key"] for one in (first, second)}
        self.assertEqual(len(keys), 1)
        self.assertEqual(len(self.known), 1)

    def test_key_that_is_in_use_is_waited_for(self):
        self.server.replies[PATH] = Reply({}, 409, {"Retry-After": "30"})

        with self.fails(RetryableJobError):
            self.export()

        self.server.replies[PATH] = self.answer
        self.assertEqual(self.export(), "created")
        self.assertEqual(len(self.known), 1)

    def test_clash_is_told_at_once(self):
        """Nobody else has sent the key: it is no request that is still in work."""
        self.server.replies[PATH] = Reply({"mail": ["is taken"]}, 409)

        with self.fails(InvalidDataError):
            self.export()

        self.assertIn("is taken", self.binding.sync_reason)
        self.assertEqual(self.binding.sync_state, "error")

    def test_status_that_the_adapter_declares_means_that_the_key_is_in_use(self):
        adapter = self.http_backend.get_backend().get_class(
            BackendAdapter, self.session, CUSTOMER
        )
        self.patch(adapter, "_busy_statuses", (409,))
        self.server.replies[PATH] = Reply({}, 409)

        with self.fails(RetryableJobError):
            self.export()

        self.server.replies[PATH] = self.answer
        self.assertEqual(self.export(), "created")

    def test_refusal_is_told_and_the_corrected_record_is_sent(self):
        self.server.replies[PATH] = Reply({"mail": ["is taken"]}, 422)
        with self.fails(InvalidDataError):
            self.export()

        self.assertIn("is taken", self.binding.sync_reason)
        self.server.replies[PATH] = self.answer
        self.assertEqual(self.export(), "created")

    def test_busy_server_is_asked_again(self):
        self.server.replies[PATH] = Reply({}, 429, {"Retry-After": "1"})
        with self.fails(NetworkRetryableError):
            self.export()

        self.server.replies[PATH] = self.answer
        self.assertEqual(self.export(), "created")
        self.assertEqual(len(self.known), 1)


class TestRestSearch(RestExportCase):
    """A server without keys is searched before a record is created."""

    takes_key = False
    find = {"mail": "mail"}

    def test_record_that_is_there_is_found_by_its_natural_key(self):
        self.known["7"] = {"id": 7, "mail": "ADA@x.org"}
        self.known["8"] = {"id": 8, "mail": "bob@x.org"}

        self.assertEqual(self.export(), "matched")

        self.assertEqual(self.binding.external_id, "7")
        self.assertEqual({one.method for one in self.server.asked}, {"GET"})
        self.assertEqual(self.server.asked[0].query, {"mail": "ada@x.org"})


class TestRestClash(RestExportCase):
    """A server that takes keys, and refuses a second record with the same mail."""

    find = {"mail": "mail"}

    def answer(self, asked):
        if asked.method == "POST":
            # somebody else makes it at this moment
            self.known["7"] = {"id": 7, "mail": "ada@x.org"}
            return Reply({"mail": ["is taken"]}, 409)
        return super().answer(asked)

    def test_record_with_which_a_new_one_clashes_is_adopted(self):
        self.assertEqual(self.export(), "matched")

        self.assertEqual(self.binding.external_id, "7")
        self.assertEqual(list(self.known), ["7"])
        request = self.env["connector.request"].search([])
        self.assertEqual(request.state, "refused")
        job = self.env["connector.queue.job"].search(
            [("method_name", "=", "export_record")]
        )
        self.assertEqual(len(job), 1, "it is brought up to date")
