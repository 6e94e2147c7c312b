# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of a stream over GraphQL: pages, changes, and records that are read again."""

from odoo.addons.connector.api import (
    ChangedSince,
    GraphQLAdapter,
    ImportMapper,
    Offset,
    run_jobs,
)
from odoo.addons.connector.wire import server_adapter

from .graphql_case import BUYER, GraphQLCase


class TestGraphQLStream(GraphQLCase):
    def setUp(self):
        super().setUp()
        self.register_units(self.units)
        self.env["connector.stream"]._declare_all()
        self.stream = self.env["connector.stream"].search(
            [("backend_id", "=", self.http_backend.reference())]
        )

    def register_units(self, backend):
        @backend
        class BuyerAdapter(GraphQLAdapter):
            _model_name = BUYER
            _path = "graphql"
            _fields = "id name updatedAt town { id name }"
            _list_query = """
                query ($options: BuyerOptions) {
                    buyers(options: $options) { items { ...fields } totalItems }
                }"""
            _pages = Offset("options.skip", records="items", total="totalItems")
            _params = {"options.take": 2}
            _ids_param = "options.filter.id.in"
            _changed_since = ChangedSince(
                "options.filter.updatedAt.after", field="updatedAt"
            )
            _read_again = [("function", "=", "open")]

        @backend
        class BuyerMapper(ImportMapper):
            _model_name = BUYER
            direct = [("name", "name"), ("town.name", "city")]

    def run_stream(self):
        run = self.stream._start("changes")
        run_jobs(self.env)
        return run

    def test_records_come_from_the_server(self):
        run = self.run_stream()

        self.assertEqual((run.state, run.created_count, run.page_count), ("done", 5, 3))
        buyers = self.env[BUYER].search([])
        self.assertEqual(set(buyers.mapped("city")), {"Bern"})
        self.assertEqual(self.stream.cursor, "2026-01-05T00:00:00+00:00")

    def test_record_whose_stamp_does_not_move_is_read_again(self):
        """TRAPS V1: an order that is paid or shipped keeps the time of its change."""
        self.run_stream()
        buyers = self.env[BUYER].search([("external_id", "in", ("1", "2"))])
        buyers[0].function = "open"
        for number in ("1", "2"):
            self.buyers[number]["name"] = "Renamed"

        run = self.run_stream()

        self.assertEqual((run.state, run.updated_count), ("done", 1))
        self.assertEqual(buyers.mapped("name"), ["Renamed", "Buyer 2"])

    def test_records_that_are_read_again_come_in_pages(self):
        self.run_stream()
        self.env[BUYER].search([]).write({"function": "open"})
        self.patch(server_adapter, "IDS_AT_ONCE", 2)
        before = len(self.server.documents)

        run = self.run_stream()

        ids = [
            given["options"]["filter"]["id"]["in"]
            for _kind, given in self.server.documents[before:]
            if "id" in given.get("options", {}).get("filter", {})
        ]
        self.assertEqual(ids, [["1", "2"], ["3", "4"], ["5"]])
        self.assertEqual((run.state, run.unchanged_count), ("done", run.read_count))
