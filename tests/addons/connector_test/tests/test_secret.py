# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the secrets of a backend."""

import json
import logging

from odoo.exceptions import AccessError

from odoo.addons.connector.exception import UnserializableArgumentError
from odoo.addons.connector.queue.delay.call import describe
from odoo.addons.connector.secret import SecretText

from ..models.job import TRACE, leave_trace
from .checkpoint_case import CheckpointCase

SWORDFISH = "swordfish"


class TestSecret(CheckpointCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.backend_record.api_key = SWORDFISH
        cls.reviewer = cls.new_user("reviewer", "group_connector_reviewer")
        cls.manager = cls.new_user("manager", "group_connector_manager")

    def test_manager_reads_and_writes_it(self):
        backend = self.backend_record.with_user(self.manager)

        backend.api_key = "other"
        self.env.flush_all()

        self.assertEqual(backend.api_key, "other")
        self.assertIs(type(backend.read(["api_key"])[0]["api_key"]), str)

    def test_nobody_else_reads_writes_or_guesses_it(self):
        backend = self.backend_record.with_user(self.reviewer)
        for name, act in {
            "get": lambda: backend.api_key,
            "read": lambda: backend.read(["api_key"]),
            "write": lambda: backend.write({"api_key": "x"}),
            "search": lambda: backend.search([("api_key", "=like", "s%")]),
            "order": lambda: backend.search([], order="api_key"),
            "group": lambda: backend._read_group([], ["api_key"]),
            "mapped": lambda: backend.mapped("api_key"),
            "filtered": lambda: backend.filtered_domain([("api_key", "=", "x")]),
        }.items():
            with self.subTest(name), self.assertRaises(AccessError):
                act()

    def test_read_of_everything_leaves_it_out(self):
        [values] = self.backend_record.with_user(self.reviewer).read()

        self.assertNotIn("api_key", values)

    def test_export_is_empty(self):
        exported = self.backend_record.export_data(["name", "api_key"])

        self.assertEqual(exported["datas"], [["Shop", ""]])
        description = self.backend_record.fields_get(["api_key"], ["exportable"])
        self.assertFalse(description["api_key"]["exportable"])

    def test_copy_has_none(self):
        self.assertFalse(self.backend_record.copy().api_key)

    def test_log_of_a_value_hides_it(self):
        record = logging.LogRecord(
            "test",
            logging.INFO,
            "",
            0,
            "%r %s",
            (self.backend_record.api_key, {}),
            None,
        )
        values = {"auth": ("me", self.backend_record.api_key)}

        self.assertNotIn(SWORDFISH, record.getMessage())
        self.assertNotIn(SWORDFISH, f"{values}")

    def test_header_of_a_request_has_it(self):
        secret = self.backend_record.api_key

        self.assertEqual(f"Bearer {secret}", "Bearer swordfish")
        self.assertEqual("Bearer " + secret, "Bearer swordfish")
        self.assertEqual(json.dumps([secret]), '["swordfish"]')

    def test_job_refuses_it_wherever_it_is(self):
        secret = self.backend_record.api_key
        for name, argument in {
            "alone": secret,
            "in a list": [secret],
            "in a dict": {"x": {"y": secret}},
            "as a key": {secret: 1},
        }.items():
            with self.subTest(name):
                with self.assertRaises(UnserializableArgumentError) as caught:
                    leave_trace.delay(self.session, TRACE, argument)
                self.assertNotIn(SWORDFISH, str(caught.exception))
                self.assertIn("pass the backend", str(caught.exception))

    def test_description_of_a_call_hides_it(self):
        text = describe("run", (SecretText(SWORDFISH), [SecretText(SWORDFISH)]), {})

        self.assertEqual(text, "run(***, [***])")
