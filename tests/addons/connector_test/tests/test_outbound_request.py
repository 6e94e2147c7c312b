# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of outbound requests: a record is created over there once (promise 2)."""

from unittest.mock import patch

from requests import ConnectionError as RequestsConnectionError
from requests import ConnectTimeout, ReadTimeout

from odoo.api import Environment
from odoo.exceptions import LockError

from odoo.addons.connector.api import (
    InvalidDataError,
    RetryableJobError,
    run_jobs,
)
from odoo.addons.connector_test.models.flow import CONTACT

from .request_case import RequestCase
from .test_record_exporter import http_error


class TestRequest(RequestCase):
    def test_request_is_stored_before_it_is_sent_and_ends_bound(self):
        seen = []

        def create(exporter, data):
            request = self.requests()
            seen.append((request.state, request.external_id, request.send_count))
            return exporter.backend_adapter.create(data)

        self.register_exporter(_create=create)
        binding = self.contact()
        self.export(binding)

        self.assertEqual(seen, [("sent", False, 1)])
        request = self.requests()
        self.assertEqual((request.state, request.external_id), ("bound", "R1"))
        self.assertEqual((request.model, request.binding_id), (CONTACT, binding.id))
        self.assertTrue(request.opened_at <= request.sent_at <= request.ended_at)

    def test_binding_and_end_of_the_request_are_one_transaction(self):
        """A crash between answer and binding: the answer is used, nothing is sent."""

        def crash(exporter):
            raise ZeroDivisionError

        cls = self.register_exporter(_after_export=crash)
        binding = self.contact()
        self.env.flush_all()
        with self.assertRaisesOnly(ZeroDivisionError):
            self.exporter().run(binding.id)
        self.assertEqual((self.requests().state, binding.external_id), ("known", False))

        self.patch(cls, "_after_export", lambda exporter: None)
        self.assertEqual(self.export(binding), "created")

        self.assertEqual(self.verbs(), ["create"])
        self.assertEqual((self.requests().state, binding.external_id), ("bound", "R1"))

    def test_update_needs_no_request(self):
        binding = self.contact()
        self.export(binding)
        binding.name = "Ada L."
        self.export(binding)

        self.assertEqual(len(self.requests()), 1)

    def test_refused_request_is_followed_by_one_with_another_key(self):
        """The backend may remember its refusal by the key (trap P8)."""
        binding = self.contact()
        self.shop.error = http_error(400, "no mail")
        error = self.export_in_vain(binding)
        self.assertIsInstance(error, InvalidDataError)
        binding.email = "ada@example.com"

        self.assertEqual(self.export(binding), "created")

        first, second = self.requests()
        self.assertEqual((first.state, second.state), ("refused", "bound"))
        self.assertIn("no mail", first.reason)
        self.assertNotEqual(first.key, second.key)

    def test_request_that_did_not_arrive_is_sent_as_it_is_now(self):
        """Log in, come later, no connection: the backend did nothing."""
        binding = self.contact()
        errors = [http_error(401), http_error(429), ConnectTimeout("no connection")]
        for number, error in enumerate(errors):
            self.shop.error = error
            with self.subTest(error=error), self.assertRaisesOnly(type(error)):
                self.exporter().run(binding.id)
            self.assertEqual(self.requests().state, "open")
            binding.name = f"Ada {number}"
            self.env.flush_all()

        self.assertEqual(self.export(binding), "created")

        self.assertEqual([one["name"] for one in self.shop.records.values()], ["Ada 2"])
        self.assertEqual(self.requests().send_count, 4)

    def test_error_that_was_handled_before_says_nothing_of_the_second_sending(self):
        """The session is renewed after 401, and the answer to the next is lost."""
        binding = self.contact()

        def create(exporter, data):
            try:
                raise http_error(401)
            except OSError:
                raise ReadTimeout("no answer")  # noqa: B904 as adapters do

        self.register_exporter(_create=create)
        with self.assertRaisesOnly(ReadTimeout):
            self.exporter().run(binding.id)

        self.assertEqual(self.requests().state, "sent")

    def test_connection_that_broke_is_no_connection_that_was_never_there(self):
        self.lose_answer(self.contact(), RequestsConnectionError("reset by peer"))

        self.assertEqual(self.requests().state, "sent")

    def test_binding_that_is_not_committed_is_not_exported(self):
        """Else a rollback would leave a record there that nobody knows of."""
        self.registry_leave_test_mode()
        self.addCleanup(self.registry_enter_test_mode, register_cleanup=False)
        binding = self.contact()

        with self.assertRaisesRegex(Exception, "is not committed.*Delay it"):
            self.export(binding)

        self.assertEqual(self.shop.requests, [])

    def test_deletion_of_the_record_sends_nothing_and_leaves_the_request(self):
        """Promise 15: what may be there is looked for by a person."""
        binding = self.contact()
        self.lose_answer(binding)
        binding.odoo_id.unlink()
        self.age(days=2)

        self.env["connector.request"]._gc_requests()

        self.assertEqual(self.requests().state, "dropped")
        self.assertIn("was deleted here while", self.checkpoints().message)
        self.assertEqual(self.verbs(), ["create"])

    def test_deletion_of_the_backend_sends_nothing(self):
        """Promise 15."""
        binding = self.contact()
        self.export(binding)
        self.env[CONTACT].search([]).unlink()
        self.backend_record.unlink()

        self.assertFalse(self.requests())
        self.assertEqual(self.verbs(), ["create"])

    def test_copy_of_a_backend_has_no_requests(self):
        """Promise 15."""
        self.lose_answer(self.contact())
        copy = self.backend_record.copy({"name": "Copy"})

        self.assertEqual(self.requests().backend_id, self.backend_record)
        self.assertFalse(self.env[CONTACT].search([("backend_id", "=", copy.id)]))

    def test_ended_requests_are_deleted_after_some_days(self):
        self.export(self.contact())
        lost = self.contact("Bob")
        self.lose_answer(lost)
        self.age(days=29)
        self.env["connector.request"]._gc_requests()
        self.assertEqual(len(self.requests()), 2)

        self.age(days=2)
        self.env["connector.request"]._gc_requests()

        self.assertEqual(self.requests().binding_id, lost.id)


class TestRequestWithKey(RequestCase):
    members = {"_takes_key": True}  # noqa: RUF012

    def test_lost_answer_is_asked_for_with_the_same_key_and_values(self):
        binding = self.contact()
        self.lose_answer(binding)
        key = self.requests().key

        self.assertEqual(self.export(binding), "created")

        (_, _, first), (_, _, second) = self.shop.requests
        self.assertEqual(list(first.items()), list(second.items()))
        self.assertEqual(self.shop.keys, {key: "R1"})
        self.assertEqual(len(self.shop.records), 1)

    def test_edit_after_a_lost_answer_goes_out_as_an_update(self):
        """The stored values are sent again first: the key is of those."""
        binding = self.contact()
        self.lose_answer(binding)
        binding.name = "Ada L."

        self.assertEqual(self.export(binding), "created")
        run_jobs(self.env)

        names = [data["name"] for _verb, _id, data in self.shop.requests]
        self.assertEqual(names, ["Ada", "Ada", "Ada L."])
        self.assertEqual(self.verbs(), ["create", "create", "write"])

    def test_key_that_is_in_use_is_waited_for(self):
        """Trap P9: the backend still works on the first request."""
        binding = self.contact()
        self.lose_answer(binding)
        self.shop.error = http_error(409)

        error = self.export_in_vain(binding)

        self.assertIsInstance(error, RetryableJobError)
        self.assertTrue(error.ignore_retry)
        self.assertEqual(self.requests().state, "sent")
        self.assertLess(error.seconds, 30)

        self.age(hours=2)
        self.shop.error = http_error(409)
        self.assertGreater(self.export_in_vain(binding).seconds, 1000)
        self.assertEqual(self.export(binding), "created")
        self.assertEqual(len(self.shop.records), 1)

    def test_busy_answer_to_the_second_sending_leaves_the_first_one_open(self):
        binding = self.contact()
        self.lose_answer(binding)
        self.shop.error = http_error(429)
        with self.assertRaisesOnly(OSError):
            self.exporter().run(binding.id)

        self.assertEqual(self.requests().state, "sent")

    def test_key_that_the_backend_may_have_forgotten_is_not_sent_again(self):
        binding = self.contact()
        self.lose_answer(binding)
        self.age(days=2)

        self.assertIn("waiting: Nobody knows", self.export(binding))

    def test_restored_database_sends_the_same_key(self):
        """Promise 15: the backup knows nothing of the request."""
        binding = self.contact()
        self.export(binding)
        self.requests().unlink()
        binding.write({"external_id": False, "export_hash": False})

        self.assertEqual(self.export(binding), "created")

        self.assertEqual(binding.external_id, "R1")
        self.assertEqual(len(self.shop.records), 1)


class TestRequestWithSearch(RequestCase):
    members = {"_find": {"mail": "mail"}}  # noqa: RUF012

    def ada(self):
        return self.contact(email="ada@example.com")

    def test_record_that_is_there_is_bound_and_updated(self):
        """Also after a backup without its binding was restored (promise 15)."""
        self.shop.create({"name": "A. L.", "mail": "ada@example.com"})
        binding = self.ada()

        self.assertEqual(self.export(binding), "matched")
        run_jobs(self.env)

        self.assertEqual(binding.external_id, "R1")
        self.assertEqual(self.verbs(), ["find", "write"])
        self.assertEqual(self.shop.records["R1"]["name"], "Ada")

    def test_lost_answer_is_looked_for_once_a_search_surely_finds_it(self):
        binding = self.ada()
        self.lose_answer(binding)

        error = self.export_in_vain(binding)
        self.assertIsInstance(error, RetryableJobError)
        self.assertTrue(error.ignore_retry)
        self.assertAlmostEqual(error.seconds, 60, delta=5)
        self.assertEqual(self.verbs(), ["find", "create"])

        self.age(seconds=60)
        self.assertEqual(self.export(binding), "created")
        self.assertEqual(self.verbs(), ["find", "create", "find"])
        self.assertEqual(binding.external_id, "R1")

    def test_it_is_looked_for_by_the_values_that_were_sent(self):
        binding = self.ada()
        self.lose_answer(binding)
        binding.email = "lovelace@example.com"
        self.age(seconds=60)

        self.assertEqual(self.export(binding), "created")
        run_jobs(self.env)

        self.assertEqual(list(self.shop.records), ["R1"])
        self.assertEqual(self.shop.records["R1"]["mail"], "lovelace@example.com")

    def test_request_that_left_nothing_there_is_sent_again(self):
        binding = self.ada()
        self.lose_answer(binding)
        self.shop.records.clear()
        self.age(seconds=60)

        self.assertEqual(self.export(binding), "created")
        self.assertEqual(len(self.shop.records), 1)

    def test_record_that_is_bound_to_another_one_here_is_an_error(self):
        self.export(self.ada())
        binding = self.ada()

        error = self.export_in_vain(binding)

        self.assertIn("is bound to", str(error))
        self.assertEqual(len(self.shop.records), 1)
        self.assertEqual(binding.sync_state, "error")

    def test_several_records_there_are_an_error(self):
        for _number in range(2):
            self.shop.create({"name": "A. L.", "mail": "ada@example.com"})

        self.assertIn("several records", str(self.export_in_vain(self.ada())))

    def test_record_without_a_natural_key_is_a_question(self):
        binding = self.contact()
        self.lose_answer(binding)
        self.age(seconds=60)

        self.assertIn("waiting: Nobody knows", self.export(binding))


class TestUnknownOutcome(RequestCase):
    def setUp(self):
        super().setUp()
        self.binding = self.contact()
        self.lose_answer(self.binding)

    def test_nothing_is_sent_until_a_person_has_decided(self):
        first = self.export(self.binding)
        second = self.export(self.binding)

        self.assertIn("waiting: Nobody knows", first)
        self.assertEqual(first, second)
        self.assertEqual(self.verbs(), ["create"])
        self.assertEqual(self.requests().state, "unknown")
        checkpoint = self.checkpoints()
        self.assertEqual(checkpoint.record, self.requests())
        self.assertEqual(checkpoint.reason_id.code, "outcome_unknown")
        self.assertEqual(self.binding.sync_state, "error")

    def test_record_that_a_person_found_is_bound(self):
        self.export(self.binding)
        request = self.requests()
        request.given_id = "R1"
        request.action_was_created()
        run_jobs(self.env)

        self.assertEqual(self.binding.external_id, "R1")
        self.assertEqual((request.state, self.verbs()), ("bound", ["create"]))
        self.assertFalse(self.checkpoints())

    def test_record_that_is_not_there_is_sent_by_a_new_request(self):
        self.shop.records.clear()
        self.export(self.binding)
        self.requests().action_was_not_created()
        run_jobs(self.env)

        first, second = self.requests()
        self.assertEqual((first.state, second.state), ("dropped", "bound"))
        self.assertNotEqual(first.key, second.key)
        self.assertEqual(self.binding.external_id, "R2")

    def test_id_of_another_record_is_asked_for_again(self):
        """Else the request would be stuck with it."""
        self.export(self.binding)
        other = self.contact("Bob", external_id="R9")
        request = self.requests()
        request.given_id = "R9"
        request.action_was_created()
        run_jobs(self.env)

        self.assertEqual(self.requests().state, "unknown")
        self.assertIn(f"{CONTACT},{other.id}", self.requests().reason)
        self.assertFalse(self.binding.external_id)

        request.given_id = "R1"
        request.action_was_created()
        run_jobs(self.env)
        self.assertEqual(self.binding.external_id, "R1")

    def test_decision_needs_the_id_and_an_open_question(self):
        self.export(self.binding)
        request = self.requests()
        with self.assertRaisesRegex(Exception, "Enter its ID There"):
            request.action_was_created()
        request.action_was_not_created()

        with self.assertRaisesRegex(Exception, "nothing to decide"):
            request.action_was_not_created()

    def test_request_that_somebody_else_has_in_hand_is_not_decided(self):
        """Its state may be another one already: a second create would be sent."""
        self.export(self.binding)
        request = self.requests()
        request.given_id = "R1"

        for decide in request.action_was_created, request.action_was_not_created:
            with patch.object(type(request.env), "execute_query", _skip_locked):
                with self.assertRaises(LockError):
                    decide()
            self.assertEqual(request.state, "unknown")


def _skip_locked(env, query, real=Environment.execute_query):
    """Answer a query as the database does while another transaction has the rows."""
    rows = real(env, query)
    return [] if "SKIP LOCKED" in query.code else rows
