# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of backend adapters."""

from odoo.addons.connector.components.backend_adapter import BackendAdapter, CRUDAdapter
from odoo.addons.connector.components.core import ConnectorUnit
from odoo.addons.connector.tests.common import UnitCase

VERBS = ("search", "read", "search_read", "create", "write", "delete")


class ShelfAdapter(CRUDAdapter):
    """Keeps its records in memory."""

    _model_name = "connector.test.partner"

    shelf = {"7": {"name": "Ada"}}

    def read(self, external_id):
        return self.shelf[external_id]


class TestAdapter(UnitCase):
    def test_adapter_is_a_unit(self):
        self.assertEqual(BackendAdapter.__bases__, (ConnectorUnit,))
        self.assertEqual(CRUDAdapter.__bases__, (BackendAdapter,))

    def test_verb_that_is_not_defined_says_so(self):
        adapter = self.unit(CRUDAdapter)

        for verb in VERBS:
            with (
                self.subTest(verb=verb),
                self.assertRaises(NotImplementedError) as caught,
            ):
                getattr(adapter, verb)(1, "two", three=3)
            self.assertEqual(
                str(caught.exception),
                "odoo.addons.connector.components.backend_adapter.CRUDAdapter cannot "
                f"{verb}. Define its {verb}() in the protocol of the backend.",
            )

    def test_verb_that_is_defined_works(self):
        self.backend(ShelfAdapter)
        adapter = self.environment("connector.test.partner").get_connector_unit(
            BackendAdapter
        )

        self.assertEqual(adapter.read("7"), {"name": "Ada"})
