# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of secrets that a job reads, removed from what is stored of it."""

import json
from base64 import b64encode
from contextlib import closing
from urllib.parse import quote

from odoo.addons.connector.event import on_record_write
from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidUsageError,
    RetryableJobError,
    UnserializableArgumentError,
)
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.current import current_job
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.queue.testing import trap_jobs
from odoo.addons.connector.session import ConnectorSession

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase
from .test_log_line import LogLineCase
from .worker_case import WatcherCase

SWORDFISH = "swordfish"
BASIC = b64encode(b"ada:swordfish").decode()
BACKEND = "connector.test.backend"
TABLES = (
    "connector_queue_job",
    "connector_queue_attempt",
    "connector_queue_progress",
    "connector_checkpoint",
)
ERRORS = {"error": FailedJobError, "retry": RetryableJobError, "other": ValueError}


def read_secret(session):
    """Return the key of the newest backend, and this backend."""
    backend = session.env[BACKEND].search([], limit=1, order="id DESC")
    return backend.api_key, backend


@job
def give_secret_away(session, _model_name, end):
    """Say the secret in every way that there is."""
    api_key, backend = read_secret(session)
    text = f"Bearer {api_key}, Basic {b64encode(f'ada:{api_key}'.encode()).decode()}"
    current_job(session.env).progress(1, 1, text)
    backend.add_checkpoint(message=text, external_version={"x": text})
    if end == "result":
        return {"headers": [text], quote(f"/{api_key}/"): 1}
    try:
        raise LookupError(f"cause {text}")
    except LookupError as error:
        raise ERRORS[end](text) from error


@job
def give_number(session, _model_name):
    """Return the secret as a number."""
    return {"n": int(f"{read_secret(session)[0]}")}


@job
def renew_secret(session, _model_name):
    """Store another secret, and say it."""
    _api_key, backend = read_secret(session)
    backend.api_key = "renewed-swordfish"
    raise FailedJobError("refused: renewed-swordfish")


@job
def read_elsewhere(session, _model_name, backend_id):
    """Read a secret in a transaction of its own, and say it."""
    with closing(session.env.registry.cursor()) as cr:
        other = ConnectorSession(cr, session.uid)
        login = other.env["res.users"].browse(session.uid).login
        backend = other.env[BACKEND].new({"api_key": f"{login}-{backend_id}-key"})
        raise FailedJobError(f"refused: {backend.api_key}")


@job
def go_on_with_secret(session, _model_name, _text):
    """Leave the rest to the next attempt, with the secret."""
    text = f"Bearer {read_secret(session)[0]}"
    current_job(session.env).commit_rest(session.env, text)


@job
def hear_of_write(_session, _model_name, _record_id, _vals):
    """Be a consumer."""


class SecretCase(QueueCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend = cls.env[BACKEND].create({"name": "Shop", "api_key": SWORDFISH})
        cls.env.flush_all()

    def run_job(self, function, *args):
        """Return the job of a function, after its first start."""
        record = self.job(function.delay(self.session, TRACE, *args))
        self.run_jobs()
        return record

    def stored_text(self) -> str:
        """Return all that is stored, apart from the backends."""
        self.env.flush_all()
        rows = []
        for table in TABLES:
            self.env.cr.execute(f"SELECT row_to_json(one)::text FROM {table} AS one")
            rows += [row for (row,) in self.env.cr.fetchall()]
        return "\n".join(rows)


class TestSecretInWhatIsStored(SecretCase):
    def test_nothing_that_is_stored_of_a_job_tells_it(self):
        """It was formatted for a header; that is plain text, and went everywhere."""
        for end in ("result", *ERRORS):
            with self.subTest(end):
                record = self.run_job(give_secret_away, end)
                text = self.stored_text()
                self.assertNotIn(SWORDFISH, text)
                self.assertNotIn(BASIC[4:-1], text)
                self.assertIn("Bearer ***", record.result)
                self.assertIn("Bearer ***", record.attempt_ids.message or "Bearer ***")

    def test_traceback_tells_none_of_its_causes(self):
        record = self.run_job(give_secret_away, "other")

        self.assertIn("LookupError: cause Bearer ***, Basic ***", record.exc_info)
        self.assertIn("ValueError: Bearer ***, Basic ***", record.exc_info)

    def test_result_stays_json(self):
        record = self.run_job(give_secret_away, "result")

        expected = {"headers": ["Bearer ***, Basic ***"], "/***/": 1}
        self.assertEqual(record.result_json, expected)

    def test_result_that_is_no_json_without_it_is_hidden_as_a_whole(self):
        self.backend.api_key = "123456789"

        record = self.run_job(give_number)

        self.assertEqual((record.state, record.result_json), ("done", "***"))

    def test_secret_that_the_job_stored_is_hidden(self):
        self.assertEqual(self.run_job(renew_secret).result, "refused: ***")

    def test_secret_of_another_transaction_of_the_job_is_hidden(self):
        record = self.run_job(read_elsewhere, self.backend.id)

        self.assertEqual(record.result, "refused: ***")

    def test_job_that_read_none_keeps_what_it_says(self):
        """What one job has read is nothing that another one knows."""
        self.run_job(give_secret_away, "result")

        self.assertEqual(self.run_job(leave_trace, "x").result, "x")

    def test_job_stored_by_hand_tells_none(self):
        storage = OpenERPJobStorage(self.session)
        stored = storage.load(leave_trace.delay(self.session, TRACE))
        stored.set_failed(exc_info=f"Bearer {self.backend.api_key}")

        storage.store(stored)

        self.assertEqual(self.job(stored.uuid).exc_info, "Bearer ***")


class TestSecretInArguments(SecretCase):
    def test_job_refuses_it_in_every_form(self):
        secret = self.backend.api_key
        arguments = {
            "formatted": f"{secret}!",
            "joined": "&".join(["key", secret]),
            "stripped": secret.strip(),
            "sliced": secret[:7],
            "encoded": secret.encode(),
            "basic": b64encode(f"ada:{secret}".encode()).decode(),
            "quoted": quote(f"a/{secret}"),
            "JSON": json.dumps({"key": secret}),
            "in a list": [1, {"x": f"{secret}!"}],
            "as a key": {f"{secret}!": 1},
        }
        for name, argument in arguments.items():
            with self.subTest(name):
                with self.assertRaises(UnserializableArgumentError) as caught:
                    leave_trace.delay(self.session, TRACE, argument)
                self.assertNotIn(SWORDFISH, str(caught.exception))
                self.assertIn("argument 1", str(caught.exception))
                self.assertIn("pass the backend", str(caught.exception))

    def test_error_names_the_place_in_the_argument(self):
        text = f"{self.backend.api_key}!"

        with self.assertRaisesRegex(UnserializableArgumentError, r"\['x'\]\[1\] holds"):
            leave_trace.delay(self.session, TRACE, {"x": [0, text]})
        with self.assertRaisesRegex(UnserializableArgumentError, "argument 'name' "):
            leave_trace.delay(self.session, TRACE, name=text)

    def test_rest_of_a_job_refuses_it(self):
        record = self.run_job(go_on_with_secret, "start")

        self.assertEqual(record.state, "failed")
        self.assertIn("argument 1 holds a secret", record.result)

    def test_keys_refuse_it_and_the_description_hides_it(self):
        text = f"for {self.backend.api_key}"
        for option, value in {
            "identity_key": text,
            "concurrency_key": text,
            "tags": [text],
        }.items():
            with (
                self.subTest(option),
                self.assertRaisesRegex(InvalidUsageError, option),
            ):
                leave_trace.delay(self.session, TRACE, **{option: value})

        uuid = leave_trace.delay(self.session, TRACE, description=text)

        self.assertEqual(self.job(uuid).name, "for ***")

    def test_what_was_not_read_is_not_looked_for(self):
        with closing(self.registry.cursor()) as cr:
            session = ConnectorSession(cr, self.env.uid)
            self.assertTrue(leave_trace.delay(session, TRACE, SWORDFISH))

    def test_write_of_a_secret_reaches_no_payload(self):
        """The values of an event, with the new password in it, became a payload."""
        on_record_write.subscribe(hear_of_write, BACKEND, moment="job")
        self.addCleanup(on_record_write.unsubscribe, hear_of_write, BACKEND)

        with trap_jobs() as trap:
            self.backend.write({"name": "Store", "api_key": "new-swordfish"})

        (call,) = trap.calls(self.env)
        self.assertEqual(call.args, (self.backend.id, {"name": "Store"}))


class TestSecretInLog(LogLineCase):
    def test_line_hides_it(self):
        backend = self.env[BACKEND].create({"name": "Shop", "api_key": SWORDFISH})
        text = f"asked with {backend.api_key}"
        magic = Magic(self.env)

        magic.log(text)
        magic.log_transmission(text, {"x": [text]})

        for line in self.write():
            self.assertNotIn(SWORDFISH, f"{line.message}{line.recipient}{line.data}")
            self.assertIn("asked with ***", line.message)


class TestSecretInWorker(WatcherCase):
    def test_worker_hides_what_a_job_read_after_its_transaction_is_gone(self):
        session = self.open_session()
        session.env[BACKEND].create({"name": "Shop", "api_key": SWORDFISH})
        session.commit()
        self.addCleanup(self.query, "DELETE FROM connector_test_backend")
        session = self.open_session()
        uuid = give_secret_away.delay(session, TRACE, "error")
        session.commit()

        self.start_watcher()

        self.wait_for(lambda: self.row(uuid) == ("failed",), "it has not failed")
        (result, exc_info) = self.row(uuid, "result, exc_info")
        self.assertEqual(result, "Bearer ***, Basic ***")
        self.assertNotIn(SWORDFISH, exc_info)
