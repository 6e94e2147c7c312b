# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test of the preview of an import on real connections: the database stays as it is."""

from odoo.addons.connector.api import (
    Backend,
    ImportMapper,
    ListAdapter,
    RecordImporter,
    mapping,
)
from odoo.addons.connector.backend import BACKENDS
from odoo.addons.connector.tests.common import RaceCase
from odoo.addons.connector_test.models.flow import CONTACT

RECORDS = [{"id": f"P{n}", "name": f"Previewed {n}", "town": "Rome"} for n in range(3)]

# One text for all rows of a table, and the position of its sequence.
CHECKSUM = """
SELECT count(*), md5(coalesce(string_agg(row::text, '' ORDER BY row::text), ''))
  FROM {table} AS row
"""


class TestPreviewLeavesTheDatabase(RaceCase):
    def setUp(self):
        super().setUp()
        self.patch(BACKENDS, "backends", set())
        self.register(Backend("connector_test", version="1"))
        env = self.open_env()
        backend = env["connector.test.backend"].create({"name": "Shop", "version": "1"})
        scope = backend.get_environment(CONTACT)
        importer = scope.get_connector_unit(RecordImporter)
        importer.run_page([{**one, "town": "Paris"} for one in RECORDS[:1]])
        env.cr.commit()
        self.backend_id = backend.id
        self.addCleanup(self.delete_all)

    def register(self, backend):
        @backend
        class PreviewedAdapter(ListAdapter):
            _model_name = CONTACT

            def list_records(self):
                return RECORDS

        @backend
        class PreviewedMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("town", "city")]

            @mapping
            def write_for_some(self, record):
                if record["id"] == "P2":
                    self.env["res.partner.category"].create({"name": "New"})
                return {}

    def delete_all(self):
        env = self.open_env()
        bindings = env[CONTACT].search([("backend_id", "=", self.backend_id)])
        partners = bindings.odoo_id
        bindings.unlink()
        partners.unlink()
        env["connector.test.backend"].browse(self.backend_id).unlink()
        env.cr.commit()

    def state(self):
        """Return what every table and every sequence of the database holds."""
        cr = self.open_env().cr
        cr.execute(
            "SELECT relname, relkind FROM pg_class WHERE relkind IN ('r', 'S')"
            " AND relnamespace = 'public'::regnamespace"
            " AND relname NOT LIKE 'connector_queue_worker%'"
        )
        found = {}
        for name, kind in cr.fetchall():
            query = f'SELECT last_value FROM "{name}"'
            if kind == "r":
                query = CHECKSUM.format(table=f'"{name}"')
            cr.execute(query)
            found[name] = cr.fetchone()
        return found

    def test_nothing_is_stored(self):
        before = self.state()

        outcomes = {
            external_id: self.open_env()["connector.test.backend"]
            .browse(self.backend_id)
            .preview_import(CONTACT, external_id)
            .outcome
            for external_id in ("P0", "P1", "P2", "P9")
        }

        expected = dict(P0="update", P1="create", P2="unknown", P9="missing")
        self.assertEqual(outcomes, expected)
        self.assertEqual(self.state(), before)

    def test_connection_writes_again_afterwards(self):
        """It goes back to the pool of Odoo, where the next one gets it."""
        env = self.open_env()
        backend = env["connector.test.backend"].browse(self.backend_id)
        backend.preview_import(CONTACT, "P2")

        with env.registry.cursor() as cr:
            cr.execute("SHOW transaction_read_only")
            self.assertEqual(cr.fetchone(), ("off",))
            cr.rollback()
