# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of values that only a new record gets (promise 6 of the flows)."""

from odoo.addons.connector.api import ImportMapper, mapping, only_create
from odoo.addons.connector_test.models.flow import CONTACT, LABEL

from .flow_case import FlowCase


class TestCreatedOnly(FlowCase):
    def mapper_class(self):
        class NewMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name")]
            children = [("labels", "label_ids", LABEL)]

            @only_create
            @mapping
            def comment(self, record):
                return {"comment": "New"}

        return NewMapper

    def setUp(self):
        super().setUp()

        @self.backend
        class NewLabelMapper(ImportMapper):
            _model_name = LABEL
            direct = [("id", "external_id"), ("text", "name")]

            @only_create
            @mapping
            def backend_id(self, record):
                return {"backend_id": self.backend_record.id, "color": 3}

    def records_with(self, text):
        """Return one contact with a label."""
        return self.contacts(1, labels=[{"id": "L1", "text": text}])

    def test_record_is_not_updated_for_what_only_a_new_one_gets(self):
        """Each record without a version was updated once after it was created."""
        self.import_page(self.records_with("Gold"))

        result = self.import_page(self.records_with("Gold"))

        self.assertEqual(result.counts, {"unchanged": 1})

    def test_change_beside_such_values_is_seen(self):
        self.import_page(self.records_with("Gold"))

        result = self.import_page(self.records_with("Blue"))

        self.assertEqual(result.counts, {"updated": 1})
        self.assertEqual(self.binding("L1", LABEL).name, "Blue")


class TestDefaults(FlowCase):
    """What no key gives to a new record, declared in one line."""

    def mapper_class(self):
        class NewMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("note", "comment")]
            defaults = {"function": "Customer", "comment": "New", "ref": "R"}

            @mapping
            def ref(self, record):
                return {"ref": record["id"]}

        return NewMapper

    def test_new_record_has_them_where_no_mapping_gives_a_value(self):
        self.import_page([{"id": "C1", "name": "Ada", "note": "VIP"}])

        contact = self.binding("C1")
        self.assertEqual((contact.function, contact.ref), ("Customer", "C1"))
        self.assertIn("VIP", contact.comment)

    def test_update_leaves_them_alone(self):
        self.import_page([{"id": "C1", "name": "Ada"}])
        self.binding("C1").function = "Boss"
        self.assertEqual(
            self.import_page([{"id": "C1", "name": "Ada"}]).counts, {"unchanged": 1}
        )

        self.import_page([{"id": "C1", "name": "Ada King"}])

        contact = self.binding("C1")
        self.assertEqual((contact.name, contact.function), ("Ada King", "Boss"))
