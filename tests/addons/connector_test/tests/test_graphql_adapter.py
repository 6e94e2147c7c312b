# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of GraphQL adapters: documents, pages, records, and errors with 200."""

from datetime import datetime, timezone

from odoo.addons.connector.api import (
    ChangedSince,
    FailedJobError,
    IDMissingInBackend,
    InvalidDataError,
    InvalidUsageError,
    ListFilter,
    Offset,
    RelayPages,
    RetryableJobError,
    Status,
)
from odoo.addons.connector.flows.exporting.refusal import (
    is_gone,
    never_arrived,
    refusal_of,
)
from odoo.addons.connector.tests.answering_server import Reply
from odoo.addons.connector.tests.documents import ROOT, read_sections
from odoo.addons.connector.tests.graphql_server import GraphQLFault
from odoo.addons.connector.wire.graphql import nest
from odoo.addons.connector.wire.status import MEANINGS

from .graphql_case import LIST, GraphQLCase

MANUAL = ROOT / "docs" / "connect_graphql.rst"
OTHERS = "all others"
NOON = datetime(2026, 1, 3, 12, tzinfo=timezone.utc)
READ = "query ($id: ID!) { buyer(id: $id) { ...fields } }"
CREATE = """
mutation ($input: CreateBuyer!) {
    createBuyer(input: $input) {
        ...fields ... on ErrorResult { __typename message }
    }
}"""
WRITE = "mutation ($input: UpdateBuyer!) { updateBuyer(input: $input) { ...fields } }"
DELETE = "mutation ($id: ID!) { deleteBuyer(id: $id) { result } }"
PAGES = Offset("options.skip", records="items", total="totalItems")
TAKEN = {
    "__typename": "EmailAddressConflictError",
    "interface": "ErrorResult",
    "message": "The address is taken.",
}


class TestLists(GraphQLCase):
    def list_adapter(self, **members):
        return self.adapter(_list_query=LIST, _pages=PAGES, **members)

    def ids(self, adapter, state=None):
        """Return the ids of all pages."""
        return [one["id"] for page in adapter.pages(state) for one in page]

    def test_skip_and_take(self):
        adapter = self.list_adapter(_params={"options.take": 3})

        self.assertEqual(self.ids(adapter), ["1", "2", "3", "4", "5"])
        expected = [{"options": {"take": 3, "skip": skip}} for skip in (0, 3)]
        self.assertEqual(self.asked(), expected)

    def test_record_that_moved_up_because_another_was_deleted_is_read(self):
        """TRAPS V8: after the first page one of it is gone, and 3 is on no page."""
        adapter = self.list_adapter()
        _records, state = adapter.read_page()
        del self.buyers["1"]

        self.assertEqual(sorted(set(self.ids(adapter, state))), ["3", "4", "5"])

    def test_last_record_that_moved_up_is_read(self):
        del self.buyers["5"]
        adapter = self.list_adapter()
        _records, state = adapter.read_page()
        del self.buyers["1"], self.buyers["2"]

        self.assertEqual(self.ids(adapter, state), ["3", "4"])

    def test_relay_connection(self):
        records = list(self.buyers.values())
        for shape in ("edges", "nodes"):
            with self.subTest(shape):

                def connection(given, shape=shape):
                    start = int(given.get("after", 0))
                    page = records[start : start + 2]
                    rows = [{"node": one} for one in page] if shape == "edges" else page
                    info = {"endCursor": str(start + 2), "hasNextPage": start < 4}
                    return {shape: rows, "pageInfo": info}

                self.server.resolvers["all"] = connection
                inner = (
                    "{ node { ...fields } }" if shape == "edges" else "{ ...fields }"
                )
                adapter = self.adapter(
                    _list_query="query ($after: String) { all(after: $after) "
                    f"{{ {shape} {inner} pageInfo {{ endCursor hasNextPage }} }} }}",
                    _pages=RelayPages(),
                )
                self.assertEqual(self.ids(adapter), ["1", "2", "3", "4", "5"])

    def test_changes_are_asked_for_by_a_variable(self):
        changed = ChangedSince("options.filter.updatedAt.after", field="updatedAt")
        adapter = self.list_adapter(_changed_since=changed)

        self.assertEqual(self.ids(adapter, adapter.begin(NOON)), ["4", "5"])

    def test_first_import_sends_no_empty_filter(self):
        """TRAPS V3: ``after: null`` gives an empty list, and no error."""
        changed = ChangedSince("options.filter.updatedAt.after", field="updatedAt")
        adapter = self.list_adapter(
            _changed_since=changed, _params={"options.filter.name.eq": None}
        )

        self.assertEqual(len(self.ids(adapter, adapter.begin(None))), 5)
        self.assertNotIn("filter", self.asked()[0]["options"])

    def test_selection_of_a_stream_is_added_to_the_parameters(self):
        adapter = self.list_adapter(_params={"options.take": 9})
        asked = {"options": {"filter": {"name": {"eq": "Buyer 4"}}}}
        adapter.list_filter = ListFilter(params=asked)

        self.assertEqual(self.ids(adapter), ["4"])
        self.assertEqual(self.asked()[0]["options"]["take"], 9)

    def test_values_of_objects_stand_by_keys_with_dots(self):
        adapter = self.list_adapter()

        (record, _other), _state = adapter.read_page()

        self.assertEqual(record["town.name"], "Bern")
        self.assertEqual(record["town"], {"id": "7", "name": "Bern"})

    def test_several_are_read_at_once(self):
        adapter = self.list_adapter(_ids_param="options.filter.id.in")

        found = adapter.find_many(["1", "3", "9"])

        self.assertEqual(list(found), ["1", "3"])
        self.assertEqual(len(self.asked()), 1)

    def test_natural_key_is_asked_for_and_compared(self):
        adapter = self.list_adapter(
            _find={"name": "name"}, _find_params={"name": "options.filter.name.eq"}
        )

        (found,) = adapter.find({"name": "Buyer 2"})
        self.assertEqual(found["id"], "2")
        self.server.resolvers["buyers"] = lambda _given: {
            "items": list(self.buyers.values()),
            "totalItems": 5,
        }
        self.assertEqual(len(adapter.find({"name": "Buyer 2"})), 1)

    def test_document_that_asks_for_two_fields_is_no_list(self):
        adapter = self.adapter(
            _list_query="{ buyers { items { id } } buyer(id: 1) { id } }", _pages=PAGES
        )

        with self.assertRaises(FailedJobError) as caught:
            adapter.read_page()

        self.assertIn("buyers, buyer", str(caught.exception))


class TestRecords(GraphQLCase):
    def test_read_of_one(self):
        adapter = self.adapter(_read_query=READ)

        self.assertEqual(adapter.read("2")["name"], "Buyer 2")
        self.assertEqual(adapter.read("2")["town.name"], "Bern")
        with self.assertRaises(IDMissingInBackend):
            adapter.read("9")

    def test_read_of_one_by_the_list(self):
        adapter = self.adapter(
            _list_query=LIST, _pages=PAGES, _ids_param="options.filter.id.in"
        )

        self.assertEqual(adapter.read("2")["name"], "Buyer 2")
        with self.assertRaises(IDMissingInBackend):
            adapter.read("9")

    def test_create_update_and_deletion(self):
        given = []

        def answer(arguments):
            given.append(arguments)
            return {"__typename": "Buyer", "id": "7", "result": "DELETED"}

        for name in ("createBuyer", "updateBuyer", "deleteBuyer"):
            self.server.resolvers[name] = answer
        adapter = self.adapter(
            _create_mutation=CREATE, _write_mutation=WRITE, _delete_mutation=DELETE
        )

        self.assertEqual(adapter.create({"name": "A"})["id"], "7")
        self.assertEqual(adapter.write("7", {"name": None})["id"], "7")
        self.assertIsNone(adapter.delete("7"))
        expected = [
            {"input": {"name": "A"}},
            {"input": {"id": "7", "name": None}},
            {"id": "7"},
        ]
        self.assertEqual(given, expected)

    def test_id_and_key_are_variables_where_the_document_declares_them(self):
        given = []
        self.server.resolvers["put"] = lambda asked: (
            given.append(asked) or {"buyer": {"id": "7"}}
        )
        put = "($id: ID, $input: I, $key: K) { put(id: $id, i: $input, k: $key)"
        document = f"mutation {put} {{ buyer {{ id }} }} }}"
        adapter = self.adapter(
            _create_mutation=document, _write_mutation=document, _record="buyer"
        )

        adapter.idempotency_key = "key-1"
        self.assertEqual(adapter.create({"a": 1}), {"id": "7"})
        adapter.idempotency_key = None
        self.assertEqual(adapter.write("7", {"a": 1}), {"id": "7"})
        expected = [{"i": {"a": 1}, "k": "key-1"}, {"id": "7", "i": {"a": 1}}]
        self.assertEqual(given, expected)

    def test_document_of_ones_own(self):
        self.server.resolvers["shop"] = lambda _given: {"name": "Acme"}

        data = self.adapter().execute("{ shop { name } other: shop { name } }")

        self.assertEqual(data, {"shop": {"name": "Acme"}, "other": {"name": "Acme"}})

    def test_verb_without_a_document_is_named(self):
        adapter = self.adapter()
        for verb, given in {
            "read": ("1",),
            "create": ({},),
            "write": ("1", {}),
            "delete": ("1",),
            "read_page": (),
        }.items():
            with self.subTest(verb):
                with self.assertRaises(NotImplementedError) as caught:
                    getattr(adapter, verb)(*given)
                self.assertIn(f"cannot {verb}", str(caught.exception))

    def test_nothing_is_changed_while_an_import_is_previewed(self):
        adapter = self.adapter(_read_query=READ, _create_mutation=CREATE)
        adapter.is_read_only = True

        self.assertEqual(adapter.read("1")["id"], "1")
        with self.assertRaises(InvalidUsageError):
            adapter.create({})
        self.assertEqual(len(self.asked()), 1)


class TestErrors(GraphQLCase):
    """Answers with 200 that are none: TRAPS V11."""

    def error_of(self, resolver, is_read=False, **members):
        """Return the error that follows from what the server says."""
        self.server.resolvers["buyer"] = resolver
        self.server.resolvers["createBuyer"] = resolver
        adapter = self.adapter(_read_query=READ, _create_mutation=CREATE, **members)
        try:
            adapter.read("1") if is_read else adapter.create({"name": "A"})
        except Exception as error:  # noqa: BLE001 which one is the question
            return error
        return None

    def fault(self, code):
        def resolver(_given):
            raise GraphQLFault(code, "It says no.")

        return resolver

    def test_each_code_means_what_the_manual_says(self):
        rows = read_sections(MANUAL)["What errors mean"]

        self.assertGreater(len(rows), 5)
        for codes, means, of_read, of_write in rows:
            self.assertIn(means, MEANINGS)
            for code in ("X", None) if codes == OTHERS else codes.split():
                for is_read, expected in ((True, of_read), (False, of_write)):
                    with self.subTest(code=code, is_read=is_read):
                        named = code and code.strip(",")
                        error = self.error_of(self.fault(named), is_read)
                        self.assertEqual(type(error).__name__, expected)
                        self.assertIn("It says no.", str(error))

    def test_exports_know_what_became_of_a_request(self):
        """Nobody has to find out what a request did that was not worked on."""
        self.assertTrue(never_arrived(self.error_of(self.fault("CHANNEL_NOT_FOUND"))))
        self.assertTrue(never_arrived(self.error_of(self.fault("THROTTLED"))))
        self.assertTrue(is_gone(self.error_of(self.fault("ENTITY_NOT_FOUND"))))
        unclear = self.error_of(self.fault("INTERNAL_SERVER_ERROR"))
        self.assertFalse(never_arrived(unclear))
        self.assertIsNone(refusal_of(unclear, "x"))

    def test_result_of_another_type_is_a_refusal(self):
        error = self.error_of(lambda _given: TAKEN)

        self.assertIsInstance(error, InvalidDataError)
        self.assertIn("The address is taken.", str(error))
        self.assertIn("EmailAddressConflictError", str(error))

    def test_result_may_be_declared_as_something_else(self):
        rows = [Status(200, "success", code="EmailAddressConflictError")]

        self.assertIsNone(self.error_of(lambda _given: TAKEN, _statuses=rows))

    def test_backend_may_declare_what_a_code_means(self):
        self.declare(_statuses=[Status(None, "conflict", code="USER_INPUT_ERROR")])

        error = self.error_of(self.fault("USER_INPUT_ERROR"))

        self.assertIs(type(error), RetryableJobError)

    def test_errors_in_what_a_mutation_gives_are_refusals(self):
        document = (
            "mutation ($input: I) { put(i: $input) { id userErrors { message } } }"
        )
        self.server.resolvers["put"] = lambda _given: {
            "id": None,
            "userErrors": [{"message": "Price is missing.", "code": "BLANK"}],
        }

        with self.assertRaises(InvalidDataError) as caught:
            self.adapter(_create_mutation=document).create({})

        self.assertIn("Price is missing.", str(caught.exception))
        self.server.resolvers["put"] = lambda _given: {"id": "7", "userErrors": []}
        found = self.adapter(_create_mutation=document).create({})
        self.assertEqual(found["id"], "7")

    def test_document_that_the_server_cannot_read_is_shown(self):
        adapter = self.adapter(
            _read_query="query ($id: ID) { nothing(id: $id) { id } }"
        )

        with self.assertRaises(FailedJobError) as caught:
            adapter.read("1")

        self.assertIn("nothing", str(caught.exception))

    def test_answer_of_another_kind_of_server_is_named(self):
        for reply in ({"ok": True}, [], Reply(b"<html>", 200)):
            with self.subTest(reply):
                self.server.replies["/shop/graphql"] = reply
                self.http_backend.access_token = "session-0"
                with self.assertRaises(FailedJobError) as caught:
                    self.adapter(_read_query=READ).read("1")
                self.assertIn("address", str(caught.exception))

    def test_part_of_a_page_is_no_page(self):
        """Some servers send what they have beside an error; the rest would be lost."""
        data = {"buyers": {"items": [{"id": "1"}], "totalItems": 2}}
        told = [{"message": "One is broken.", "extensions": {"code": "X"}}]
        self.server.replies["/shop/graphql"] = {"data": data, "errors": told}
        self.http_backend.access_token = "session-0"

        with self.assertRaises(FailedJobError) as caught:
            self.adapter(_list_query=LIST, _pages=PAGES).read_page()

        self.assertIn("One is broken.", str(caught.exception))


class TestDeclarations(GraphQLCase):
    def test_what_cannot_work_is_refused_where_it_is_declared(self):
        for fact, members in {
            "is a query, expected a mutation": {"_create_mutation": READ},
            "is a mutation, expected a query": {"_list_query": CREATE},
            "Name them in _fields": {"_read_query": READ, "_fields": ""},
            "closing braces": {"_read_query": "query { buyer { id }"},
            "sorted": {
                "_read_again": [("active", "=", True)],
                "_changed_since": ChangedSince("at", sorted=True),
            },
        }.items():
            with self.subTest(fact):
                with self.assertRaises(InvalidUsageError) as caught:
                    self.adapter(**members)
                self.assertIn(fact, str(caught.exception))

    def test_variables_with_dots_are_values_in_values(self):
        given = {"a": {"b": {"c": 1}}}

        self.assertEqual(
            nest({**given, "a.b.d": 2, "a.e": None}),
            {"a": {"b": {"c": 1, "d": 2}, "e": None}},
        )
        self.assertEqual(given, {"a": {"b": {"c": 1}}})  # it is not changed
