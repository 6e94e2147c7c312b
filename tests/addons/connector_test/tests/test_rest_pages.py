# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the pages of REST adapters."""

from odoo.addons.connector.api import (
    CursorParam,
    FailedJobError,
    IDMissingInBackend,
    LinkHeader,
    NextLink,
    Offset,
    PageNumber,
)
from odoo.addons.connector.testing import Reply
from odoo.addons.connector.wire.auth import Query

from .http_case import SWORDFISH
from .rest_case import LIST, RECORDS, RestCase


class TestPages(RestCase):
    """Five records in pages of two, as servers give them."""

    def serve(self, reply):
        """Let the server answer a function of the records of a page and its number."""

        def answer(asked):
            number = int(asked.query.get("page", 1))
            return reply(RECORDS[2 * number - 2 : 2 * number], number)

        self.server.replies[LIST] = answer

    def test_next_link(self):
        for base in (self.server.url, ""):
            with self.subTest(base=base):
                self.serve(
                    lambda records, number, base=base: {
                        "results": records,
                        "next": f"{base}{LIST}?page={number + 1}" if number < 3 else "",
                    }
                )
                adapter = self.adapter(_pages=NextLink("next", records="results"))

                self.assertEqual(self.ids(adapter), [1, 2, 3, 4, 5])
                self.assertIn(SWORDFISH, self.last().headers["Authorization"])

    def test_login_that_a_next_link_repeats_is_not_kept(self):
        """The state of a page stands in the database, and in arguments of jobs."""
        self.declare(_auth=Query("key"))
        self.serve(
            lambda records, number: {
                "results": records,
                "next": f"{LIST}?page={number + 1}&key={SWORDFISH}&x=%2F",
            }
        )
        adapter = self.adapter(_pages=NextLink("next", records="results"))

        _records, state = adapter.read_page()
        adapter.read_page(state)

        url = f"{self.server.url}{LIST}?page=2&x=%2F"
        self.assertEqual(state["place"]["url"], url)
        self.assertNotIn(SWORDFISH, str(state))
        self.assertEqual(self.last().query["key"], SWORDFISH)

    def test_next_link_to_another_host_is_refused(self):
        self.serve(lambda records, _n: {"results": records, "next": "https://x.org/a"})
        adapter = self.adapter(_pages=NextLink("next", records="results"))

        with self.assertRaises(FailedJobError):
            self.ids(adapter)

    def test_next_link_that_cannot_be_read_is_named(self):
        self.server.replies[LIST] = {"results": [], "next": "http://x:port/b"}
        adapter = self.adapter(_pages=NextLink("next", records="results"))

        with self.assertRaisesRegex(FailedJobError, "next page is 'http://x:port/b'"):
            adapter.read_page()

    def test_link_header(self):
        def reply(records, number):
            link = (
                f'<{LIST}?page=1>; rel="first", <?page={number + 1}>; rel="next last"'
            )
            return Reply(records, headers={"Link": link} if number < 3 else {})

        self.serve(reply)

        self.assertEqual(self.ids(self.adapter(_pages=LinkHeader())), [1, 2, 3, 4, 5])

    def test_page_number_ends_with_an_empty_page_or_none(self):
        empty = self.adapter(_pages=PageNumber())
        for status in (200, 404):
            with self.subTest(status=status):
                self.serve(
                    lambda records, _n, status=status: Reply(
                        records, 200 if records else status
                    )
                )
                self.assertEqual(self.ids(empty), [1, 2, 3, 4, 5])
                self.assertEqual(self.last().query, {"page": "4"})

    def test_page_number_ends_with_the_last_one_that_the_server_names(self):
        self.serve(lambda records, _n: {"data": records, "meta": {"pages": "3"}})
        adapter = self.adapter(_pages=PageNumber(records="data", last="meta.pages"))

        self.assertEqual(self.ids(adapter), [1, 2, 3, 4, 5])
        self.assertEqual(len(self.server.asked), 3)

    def test_page_that_the_server_named_and_lost_is_no_end(self):
        """The list is not complete then: nothing may count as deleted."""
        self.serve(
            lambda records, number: (
                {"data": records, "pages": 3} if number < 3 else Reply({}, 404)
            )
        )
        adapter = self.adapter(_pages=PageNumber(records="data", last="pages"))

        with self.assertRaises(IDMissingInBackend):
            self.ids(adapter)

    def test_first_page_that_is_not_there_is_a_wrong_path(self):
        with self.assertRaises(FailedJobError) as caught:
            self.ids(self.adapter(_path="orders"))

        self.assertIn("_path", str(caught.exception))

    def offset_of(self, asked):
        """Return at most two records, though more are asked for, as servers do."""
        start = int(asked.query["offset"])
        return {"data": RECORDS[start : start + 2], "total": 5}

    def test_offset_goes_on_after_what_came(self):
        self.server.replies[LIST] = self.offset_of
        for total, requests in ((None, 4), ("total", 3)):
            with self.subTest(total=total):
                self.server.asked.clear()
                adapter = self.adapter(
                    _pages=Offset(records="data", total=total), _params={"limit": 50}
                )
                self.assertEqual(self.ids(adapter), [1, 2, 3, 4, 5])
                self.assertEqual(len(self.server.asked), requests)
                self.assertEqual(self.last().query["limit"], "50")

    def test_cursor(self):
        def reply(asked):
            start = int(asked.query.get("after", 0))
            more = start < 4
            found = {
                "data": RECORDS[start : start + 2],
                "more": more,
                "next": start + 2,
            }
            return found

        self.server.replies[LIST] = reply
        pages = CursorParam("after", next="next", more="more", records="data")

        self.assertEqual(self.ids(self.adapter(_pages=pages)), [1, 2, 3, 4, 5])

    def test_cursor_that_is_empty_ends_the_list(self):
        for cursor in (None, "", False):
            with self.subTest(cursor=cursor):
                self.server.replies[LIST] = {"data": RECORDS, "next": cursor}
                pages = CursorParam(next="next", records="data")
                self.assertEqual(len(self.ids(self.adapter(_pages=pages))), 5)

    def test_cursor_that_is_missing_is_no_end_where_there_is_more(self):
        self.server.replies[LIST] = {"data": RECORDS, "more": True}
        pages = CursorParam(next="next", more="more", records="data")

        with self.assertRaises(FailedJobError) as caught:
            self.ids(self.adapter(_pages=pages))

        self.assertIn("'next'", str(caught.exception))

    def test_same_page_again_ends_with_an_error(self):
        self.server.replies[LIST] = {"data": RECORDS, "next": "x"}
        adapter = self.adapter(_pages=CursorParam(next="next", records="data"))

        with self.assertRaises(FailedJobError) as caught:
            self.ids(adapter)

        self.assertIn("never end", str(caught.exception))

    def test_server_that_does_not_know_the_parameter_ends_with_an_error(self):
        """Many servers ignore one that they do not know, and give the first page."""
        self.server.replies[LIST] = {"data": RECORDS}
        for pages in (PageNumber("pg", records="data"), Offset(records="data")):
            with self.subTest(pages):
                self.server.asked.clear()
                with self.assertRaises(FailedJobError) as caught:
                    self.ids(self.adapter(_pages=pages))
                self.assertIn("never end", str(caught.exception))
                self.assertEqual(len(self.server.asked), 2)

    def test_list_that_is_not_where_it_was_said_is_named(self):
        cases = {
            "'results'?": ({"results": []}, "result"),
            "lists under 'data'": ({"data": []}, None),
            "list of objects": ({"data": [1]}, "data"),
        }
        for fact, (data, key) in cases.items():
            with self.subTest(fact):
                self.server.replies[LIST] = data
                with self.assertRaises(FailedJobError) as caught:
                    self.ids(self.adapter(_pages=NextLink(records=key)))
                self.assertIn(fact, str(caught.exception))

    def test_null_is_an_empty_list(self):
        self.server.replies[LIST] = {"data": None, "next": None}

        self.assertEqual(self.ids(self.adapter(_pages=NextLink(records="data"))), [])
