# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the result of a sync."""

import json

from odoo.exceptions import UserError
from odoo.tests import BaseCase, tagged

from ..exception import InvalidDataError
from ..magic.sync.result import (
    CREATED,
    FAILED,
    SKIPPED,
    UPDATED,
    Detail,
    SyncResult,
    reason_of,
    sync_error,
)


def result_of(*details: Detail) -> SyncResult:
    """Return the result of some items."""
    result = SyncResult("rel")
    for detail in details:
        result.add(detail)
    return result


@tagged("post_install", "-at_install")
class TestSyncResult(BaseCase):
    def test_it_is_true_when_anything_was_done(self):
        self.assertTrue(result_of(Detail(CREATED, "A1", 7)))
        self.assertTrue(result_of(Detail(UPDATED, "A1", 7)))
        self.assertFalse(result_of(Detail(SKIPPED, "A1"), Detail(FAILED, "A2")))
        self.assertFalse(result_of())

    def test_it_can_be_printed(self):
        details = [Detail(CREATED, "A1", 7)] * 1200 + [Detail(FAILED, "A2")]

        self.assertEqual(str(result_of(*details)), "rel: 1,200 created, 1 failed")
        self.assertEqual(repr(result_of()), "<SyncResult rel: no items>")

    def test_details_can_be_printed(self):
        self.assertEqual(str(Detail(CREATED, "A1", 7)), "A1 -> 7 created")
        self.assertEqual(
            str(Detail(SKIPPED, None, None, "no ref")), "None skipped: no ref"
        )

    def test_it_keeps_a_thousand_failures_and_the_last_thousand_items(self):
        result = result_of(*[Detail(FAILED, number) for number in range(1500)])

        self.assertEqual(result.failed, 1500)
        self.assertEqual([one.source for one in result.failures], [*range(1000)])
        self.assertEqual([one.source for one in result.details], [*range(500, 1500)])

    def test_it_becomes_json_and_itself_again(self):
        result = result_of(Detail(CREATED, "A1", 7), Detail(FAILED, "A2", None, "no"))

        result.kept_in.append("job 1")

        values = json.loads(json.dumps(result.as_json()))

        self.assertEqual(
            values,
            {
                "relation": "rel",
                "created": 1,
                "updated": 0,
                "skipped": 0,
                "failed": 1,
                "failures": [["failed", "A2", None, "no"]],
                "details": [
                    ["created", "A1", 7, ""],
                    ["failed", "A2", None, "no"],
                ],
                "kept_in": ["job 1"],
            },
        )
        again = SyncResult.from_json(values)
        self.assertEqual(again.as_json(), values)
        self.assertEqual(again.done, 2)

    def test_error_lists_all_failures(self):
        failures = [Detail(FAILED, f"A{number}", None, "no") for number in (1, 2)]
        result = result_of(Detail(CREATED, "A0", 7), *failures)

        error = sync_error(result, "All is lost.")

        self.assertEqual(
            str(error),
            "2 of 3 items failed. rel: 1 created, 2 failed. All is lost.\n"
            "A1 failed: no\n"
            "A2 failed: no",
        )
        self.assertIs(error.result, result)

    def test_error_says_how_many_it_does_not_list(self):
        result = result_of(*[Detail(FAILED, number) for number in range(1002)])

        self.assertTrue(
            str(sync_error(result, "All is lost.")).endswith("\n… and 2 more.")
        )

    def test_reason_names_the_error_unless_its_message_is_for_people(self):
        cases = {
            "KeyError: 'name'": KeyError("name"),
            "ValueError": ValueError(),
            "wrong currency": InvalidDataError("wrong currency"),
            "not allowed": UserError("not allowed"),
            "InvalidDataError": InvalidDataError(),
        }
        for reason, error in cases.items():
            with self.subTest(reason=reason):
                self.assertEqual(reason_of(error), reason)

    def test_long_reason_is_shortened(self):
        reason = reason_of(UserError("x" * 1000))

        self.assertEqual((len(reason), reason[-1]), (300, "…"))
