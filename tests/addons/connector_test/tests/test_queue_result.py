# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the stored result and messages of a job."""

from datetime import date
from decimal import Decimal

from odoo.addons.connector.queue.engine.outcome import MAX_DEPTH, MAX_SIZE
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.redaction import TEXT_SIZE

from ..models.job import TRACE
from .queue_case import QueueCase

RETURNED = []


class Speechless:
    """What cannot even say what it is."""

    def __str__(self):
        raise ValueError("no words")


@job
def give_back(session, _model_name):
    """Return what the test has put there."""
    return RETURNED[-1]


@job
def complain(session, _model_name):
    """Raise what the test has put there."""
    raise ValueError(RETURNED[-1])


def nested(depth):
    """Return a list in a list in a list …"""
    inner = []
    for _level in range(depth - 1):
        inner = [inner]
    return inner


class TestResult(QueueCase):
    def result_of(self, value, function=give_back):
        """Return the job whose function returned or said a value."""
        RETURNED.append(value)
        self.addCleanup(RETURNED.clear)
        uuid = function.delay(self.session, TRACE)
        self.run_jobs()
        return self.job(uuid)

    def test_result_is_kept_as_text(self):
        texts = {"3": 3, "text": "text", "[1]": [1], "0": 0, "[]": [], "False": False}
        for text, value in texts.items():
            with self.subTest(value=value):
                self.assertEqual(self.result_of(value).result, text)

    def test_result_is_kept_as_json(self):
        values = (3, "text", [1, {"a": [None, 1.5]}], True, 0, 0.0, [], {}, "", False)
        for value in values:
            with self.subTest(value=value):
                kept = self.result_of(value).result_json
                self.assertEqual(kept, value)
                self.assertIs(type(kept), type(value))

    def test_no_result_is_none(self):
        job = self.result_of(None)

        self.env.cr.execute("SELECT result, result_json FROM connector_queue_job")
        self.assertEqual(self.env.cr.fetchall(), [(None, None)])
        self.assertEqual((job.result, job.result_json), (False, False))

    def test_what_json_does_not_know_is_kept_as_its_text(self):
        partner = self.env["res.partner"].browse(7)
        value = {"day": date(2026, 1, 31), "who": partner, "sum": Decimal("1.50")}

        kept = self.result_of(value).result_json

        texts = {"day": "2026-01-31", "who": "res.partner(7,)", "sum": "1.50"}
        self.assertEqual(kept, texts)

    def test_what_jsonb_refuses_is_kept_as_its_text(self):
        circle = []
        circle.append(circle)
        refused = {
            "[nan]": [float("nan")],
            "[inf]": [float("inf")],
            "{(1, 2): 3}": {(1, 2): 3},
            "a\\x00b": "a\0b",
            "a\\ud800b": "a\ud800b",
            "['a\\x00b']": ["a\0b"],
            "[[...]]": circle,
            str(nested(MAX_DEPTH + 1)): nested(MAX_DEPTH + 1),
        }
        for text, value in refused.items():
            with self.subTest(text):
                job = self.result_of(value)
                self.assertEqual((job.state, job.result_json), ("done", text))

    def test_deep_result_is_kept_as_json_up_to_a_limit(self):
        value = nested(MAX_DEPTH)

        self.assertEqual(self.result_of(value).result_json, value)

    def test_result_that_has_no_text_is_named(self):
        self.assertIn("Speechless object at", self.result_of(Speechless()).result_json)

    def test_long_result_is_cut_short(self):
        job = self.result_of(["x" * MAX_SIZE])

        self.assertEqual(len(job.result_json), MAX_SIZE)
        self.assertLess(len(job.result), TEXT_SIZE + 100)
        self.assertIn(f"x … {MAX_SIZE + 4 - TEXT_SIZE:,} characters left", job.result)

    def test_message_that_a_column_cannot_hold_is_written_out(self):
        job = self.result_of("a\0b", complain)

        self.assertEqual((job.state, job.result), ("failed", "a\\x00b"))

    def test_failure_leaves_no_result_of_an_earlier_start(self):
        job = self.result_of([1], complain)

        self.assertFalse(job.result_json)
