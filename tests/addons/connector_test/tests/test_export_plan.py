# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the query plans behind what waits to be exported, among many bindings."""

from odoo.tools import SQL

from odoo.addons.connector.models.binding_trigger import TAKE_DUE
from odoo.addons.connector.tests.common import UnitCase

from ..models.flow import CONTACT

COUNT = 20_000  # enough for the planner to prefer an index
FILL = """
INSERT INTO connector_test_contact (
    odoo_id, backend_id, external_id, export_due, is_alias
)
SELECT %(partner_id)s, %(backend_id)s, 'E' || n, n %% 1000 = 0, TRUE
  FROM generate_series(1, %(count)s) AS n
"""


class TestDuePlan(UnitCase):
    """A run that looked through a table of a million took most of a second a part."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()
        # of one record, of which there may be many aliases
        partner = cls.env["res.partner"].create({"name": "Ada"})
        values = {"partner_id": partner.id, "backend_id": cls.backend_record.id}
        cls.env.cr.execute(FILL, {**values, "count": COUNT})
        cls.env.cr.execute("ANALYZE connector_test_contact")

    def explain(self, statement) -> str:
        self.env.cr.execute(SQL("EXPLAIN %s", statement))
        return "\n".join(line for (line,) in self.env.cr.fetchall())

    def test_run_takes_its_next_part_by_the_index(self):
        plan = self.explain(
            SQL(
                TAKE_DUE,
                table=SQL.identifier("connector_test_contact"),
                backend_id=self.backend_record.id,
                after=0,
                limit=100,
            )
        )

        self.assertIn("connector_test_contact_export_due_idx", plan)
        self.assertNotIn("Sort", plan)

    def test_what_is_due_is_found_by_the_index(self):
        due = [("backend_id", "=", self.backend_record.id), ("export_due", "=", True)]

        plan = self.explain(self.env[CONTACT].sudo()._search(due).select())

        self.assertIn("connector_test_contact_export_due_idx", plan)
