# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of REST adapters: lists, their pages, records, and what servers get wrong."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

from odoo.addons.connector.api import (
    Backend,
    ChangedSince,
    ConnectorEnvironment,
    CursorParam,
    FailedJobError,
    IDMissingInBackend,
    InvalidUsageError,
    LinkHeader,
    ListFilter,
    NextLink,
    Offset,
    PageNumber,
    RestAdapter,
    Status,
)
from odoo.addons.connector.testing import Reply
from odoo.addons.connector.wire.auth import Query

from .http_case import SWORDFISH, HttpBackendCase

CUSTOMER = "connector.test.customer"
LIST = "/shop/api/v1/acme/customers/"
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
RECORDS = [{"id": number, "email": f"{number}@x.org"} for number in range(1, 6)]


class RestCase(HttpBackendCase):
    def setUp(self):
        super().setUp()
        Backend("connector_test", version="1")

    def adapter(self, **members):
        members = {
            "_model_name": CUSTOMER,
            "_path": "api/v1/{organizer}/customers/",
            **members,
        }
        cls = type(RestAdapter)("CustomerAdapter", (RestAdapter,), members)
        return cls(ConnectorEnvironment(self.http_backend, self.session, CUSTOMER))

    def ids(self, adapter, state=None):
        """Return the ids of all pages."""
        return [one["id"] for page in adapter.pages(state) for one in page]


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


class TestChangedSince(RestCase):
    def setUp(self):
        super().setUp()
        self.server.replies[LIST] = []

    def ask(self, **options):
        """Return the parameters of the first page of what changed since noon."""
        changed = ChangedSince("modified_since", field="last_modified", **options)
        adapter = self.adapter(_changed_since=changed)
        adapter.read_page(adapter.begin(NOON))
        return self.last().query

    def test_time_is_a_parameter_with_its_zone(self):
        asked = self.ask(params={"ordering": "last_modified"})

        expected = "2026-01-31T12:00:00+00:00"
        self.assertEqual(asked["modified_since"], expected)
        self.assertEqual(asked["ordering"], "last_modified")

    def test_time_is_written_as_the_server_reads_it(self):
        east = NOON.astimezone(timezone(timedelta(hours=2)))
        for form, written in {
            "unix": "1769860800",
            "%Y-%m-%d %H:%M:%S": "2026-01-31 12:00:00",
        }.items():
            with self.subTest(form):
                self.assertEqual(self.ask(format=form)["modified_since"], written)
        changed = ChangedSince("at", format="%H:%M")
        self.assertEqual(changed.written(east), "12:00")

    def test_first_import_asks_for_everything(self):
        changed = ChangedSince("since", params={"ordering": "since"})
        adapter = self.adapter(_changed_since=changed)

        adapter.read_page(adapter.begin(None))

        self.assertEqual(self.last().query, {"ordering": "since"})

    def test_time_stays_on_the_following_pages(self):
        self.server.replies[LIST] = lambda asked: RECORDS[-int(asked.query["page"]) :]
        adapter = self.adapter(
            _changed_since=ChangedSince("since"), _pages=PageNumber()
        )

        _records, state = adapter.read_page(adapter.begin(NOON))
        adapter.read_page(state)

        self.assertEqual(self.last().query["page"], "2")
        self.assertIn("12:00:00", self.last().query["since"])

    def test_key_of_the_records_has_the_name_of_the_parameter_unless_given(self):
        self.assertEqual(ChangedSince("at").field, "at")
        self.assertEqual(ChangedSince("since", field="at").field, "at")
        with self.assertRaises(InvalidUsageError):
            ChangedSince()

    def test_clock_is_that_of_the_server(self):
        adapter = self.adapter(_changed_since=ChangedSince("since", clock="X-Now"))
        self.server.replies[LIST] = Reply([], headers={"X-Now": NOON.isoformat()})

        self.assertEqual(adapter.clock(), NOON)
        self.assertIn("since", self.last().query)  # and not everything

    def test_clock_that_is_not_there_is_named(self):
        adapter = self.adapter(_changed_since=ChangedSince("since", clock="X-Now"))

        with self.assertRaises(FailedJobError) as caught:
            adapter.clock()

        self.assertIn("'X-Now'", str(caught.exception))

    def test_slice_and_selection_are_asked_for(self):
        adapter = self.adapter(_slice_param="shop")
        adapter.list_filter = ListFilter(slice="fr", params={"status": "paid"})

        adapter.read_page()

        self.assertEqual(self.last().query, {"shop": "fr", "status": "paid"})

    def test_records_of_another_slice_are_left_out_where_none_can_be_asked_for(self):
        self.server.replies[LIST] = [{"id": 1, "shop": "fr"}, {"id": 2, "shop": "de"}]
        adapter = self.adapter(_slice="shop")
        adapter.list_filter = ListFilter(slice="fr")

        self.assertEqual(self.ids(adapter), [1])


class TestRecords(RestCase):
    def test_read_of_one(self):
        self.server.replies[f"{LIST}1/"] = {"id": 1, "price": 0.1}
        adapter = self.adapter(_decimals=True)

        self.assertEqual(adapter.read("1"), {"id": 1, "price": Decimal("0.1")})
        with self.assertRaises(IDMissingInBackend):
            adapter.read("2")

    def test_id_is_one_part_of_the_path(self):
        self.server.replies[f"{LIST}a%2Fb%3Fc%20%7Bd%7D/"] = {"id": "a/b?c {d}"}

        self.assertEqual(self.adapter().read("a/b?c {d}")["id"], "a/b?c {d}")
        for external_id in (".", ".."):
            with self.assertRaises(FailedJobError):
                self.adapter().delete(external_id)

    def test_path_of_a_record_may_be_another_one(self):
        self.server.replies["/shop/products/1.json"] = {"product": {"id": 1}}
        adapter = self.adapter(
            _path="products.json", _record_path="products/{id}.json", _record="product"
        )

        self.assertEqual(adapter.read("1"), {"id": 1})

    def test_create_returns_the_record(self):
        self.server.replies[LIST] = lambda asked: Reply({"id": 7, **asked.data}, 201)

        self.assertEqual(self.adapter().create({"a": 1}), {"id": 7, "a": 1})
        self.assertEqual(self.last().method, "POST")

    def test_create_that_says_only_where_it_is_returns_the_id(self):
        place = {"Location": f"{self.server.url}{LIST}7/"}
        self.server.replies[LIST] = Reply(None, 201, place)

        self.assertEqual(self.adapter().create({}), "7")

    def test_id_in_an_address_ends_before_what_follows_it(self):
        reply = Reply(None, 201, {"Location": "/shop/items/12.json"})
        self.server.replies["/shop/items"] = reply
        self.server.replies["/shop/items.json"] = reply
        for members in (
            {"_path": "items", "_record_path": "items/{id}.json"},
            {"_path": "items.json"},
        ):
            with self.subTest(members):
                self.assertEqual(self.adapter(**members).create({}), "12")

        adapter = self.adapter(_path="items")
        self.assertEqual(adapter.create({}), "12.json", "it may be an id")

    def test_id_in_an_address_is_read_as_it_was_written(self):
        place = {"Location": f"{self.server.url}{LIST}a%20b/"}
        self.server.replies[LIST] = Reply(None, 201, place)

        self.assertEqual(self.adapter().create({}), "a b")

    def test_empty_id_is_never_asked_for(self):
        """It would be the whole collection that is deleted."""
        for external_id in ("", False, None):
            with self.subTest(external_id), self.assertRaises(FailedJobError):
                self.adapter().delete(external_id)

        self.assertEqual(self.server.asked, [])

    def test_create_at_a_wrong_path_is_no_missing_record(self):
        with self.assertRaises(FailedJobError) as caught:
            self.adapter(_path="api/v1/{organizer}/customers").create({})

        self.assertIn("slash", str(caught.exception))

    def test_update_and_deletion(self):
        self.server.replies[f"{LIST}7/"] = {"id": 7}

        self.assertEqual(self.adapter().write("7", {"a": 1}), {"id": 7})
        self.assertEqual((self.last().method, self.last().data), ("PATCH", {"a": 1}))
        self.adapter(_update_method="PUT").write("7", {"a": 1})
        self.assertEqual(self.last().method, "PUT")
        self.server.replies[f"{LIST}7/"] = Reply(None, 204)
        self.assertIsNone(self.adapter().delete("7"))
        self.assertEqual(self.last().method, "DELETE")

    def test_several_are_read_at_once_and_the_doubtful_alone(self):
        """The list leaves out what is archived; that is there all the same."""
        self.server.replies[LIST] = [{"id": 1}, {"id": 9}]
        self.server.replies[f"{LIST}2/"] = {"id": 2}
        adapter = self.adapter(_ids_param="ids")

        found = adapter.find_many(["1", "2", "3"])

        self.assertEqual(found, {"1": {"id": 1}, "2": {"id": 2}})
        self.assertEqual(self.server.asked[0].query, {"ids": "1,2,3"})
        self.assertEqual(adapter.read_many(["1"]), [{"id": 1}])

    def test_search(self):
        self.server.replies[LIST] = RECORDS[:2]
        adapter = self.adapter(_params={"size": 10})

        self.assertEqual(adapter.search({"status": "paid"}), ["1", "2"])
        self.assertEqual(self.last().query, {"size": "10", "status": "paid"})
        self.assertEqual(adapter.search_read(), RECORDS[:2])

    def test_find_compares_what_the_server_returns(self):
        """A parameter that the server does not know returns everything."""
        self.server.replies[LIST] = RECORDS
        adapter = self.adapter()

        self.assertEqual(adapter.find({"email": "2@X.org"}), [RECORDS[1]])
        self.assertEqual(self.last().query, {"email": "2@X.org"})
        self.assertEqual(adapter.find({"email": "7@x.org"}), [])
        self.adapter(_find_params={"email": "mail"}).find({"email": "2@x.org"})
        self.assertEqual(self.last().query, {"mail": "2@x.org"})

    def test_create_sends_the_key_of_its_request(self):
        self.server.replies[LIST] = Reply({"id": 7}, 201)
        adapter = self.adapter(_takes_key=True)

        adapter.idempotency_key = "key-1"
        adapter.create({})
        self.assertEqual(self.last().headers["Idempotency-Key"], "key-1")

        adapter.idempotency_key = None
        adapter.create({})
        self.assertNotIn("Idempotency-Key", self.last().headers)

    def test_nothing_is_sent_while_an_import_is_previewed(self):
        adapter = self.adapter()
        adapter.is_read_only = True

        with self.assertRaises(InvalidUsageError):
            adapter.request("POST", "a", data={})

        self.assertEqual(self.server.asked, [])

    def test_adapter_has_rows_of_its_own(self):
        adapter = self.adapter(_statuses=[Status(404, "ignored")])

        self.assertIsNone(adapter.delete("7"))


class TestDeclarations(RestCase):
    def test_what_cannot_work_is_refused_where_it_is_declared(self):
        for fact, members in {
            "Did you mean NextLink(…)?": {"_pages": NextLink},
            "expected one of": {"_pages": "next"},
            "Status(…)": {"_statuses": [404]},
            "{id}": {"_record_path": "a.json"},
            "braces": {"_path": "a/{b"},
        }.items():
            with self.subTest(fact):
                with self.assertRaises(InvalidUsageError) as caught:
                    self.adapter(**members)
                self.assertIn(fact, str(caught.exception))

    def test_field_of_a_path_that_is_not_there_is_named(self):
        with self.assertRaises(InvalidUsageError) as caught:
            self.adapter(_path="api/{organiser}/").read_page()

        self.assertIn("'organizer'?", str(caught.exception))

    def test_backend_that_is_not_over_http_is_named(self):
        backend = self.env["connector.test.backend"].create(
            {"name": "B", "version": "1"}
        )
        scope = ConnectorEnvironment(backend, self.session, CUSTOMER)

        with self.assertRaises(InvalidUsageError) as caught:
            type(self.adapter(_path="a"))(scope).read_page()

        self.assertIn("connector.backend.http", str(caught.exception))
