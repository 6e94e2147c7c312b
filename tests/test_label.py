# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of field labels and help texts: unique, in words, and where they are needed."""

from collections import Counter

from lxml import etree

from odoo import models
from odoo.fields import Field

from .common import ConnectorCase

# Labels that Odoo makes of names, and that are words people know.
PLAIN = {
    *("backend_name", "concurrency_key", "identity_key", "job_function_id"),
    *("dry_run", "keep_until", "merge_key", "only_channels", "process_type"),
    "unknown_channels",
}


class TestLabels(ConnectorCase):
    def find_fields(self) -> list[Field]:
        """Return the fields that our own models store."""
        ours = [name for name in self.registry if name.startswith("connector.")]
        self.assertGreater(len(ours), 10)
        return [
            field
            for name in ours
            for field in self.env[name]._fields.values()
            if field.store and field._module == "connector"
            if field.name not in models.MAGIC_COLUMNS
        ]

    def test_no_two_fields_of_a_model_have_one_label(self):
        """Odoo warns of them at each installation, and people choose by the label."""
        for name in {field.model_name for field in self.find_fields()}:
            with self.subTest(name):
                fields = self.env[name]._fields.values()
                counts = Counter(field.string for field in fields)
                self.assertEqual([one for one in counts if counts[one] > 1], [])

    def test_labels_are_no_technical_names(self):
        found = {
            str(field)
            for field in self.find_fields()
            if field.name not in PLAIN and field.string == label_of(field.name)
        }

        self.assertEqual(found, set())

    def test_fields_that_no_screen_shows_have_a_help_text(self):
        """People meet them in filters, exports and automation rules."""
        views = self.env["ir.ui.view"].search([("model", "=like", "connector.%")])
        shown = {
            name
            for view in views
            for name in etree.fromstring(view.arch_db).xpath("//field/@name")
        }
        found = {
            str(field)
            for field in self.find_fields()
            if not field.help and field.name not in shown
        }

        self.assertEqual(found, set())


def label_of(name: str) -> str | None:
    """Return the label that Odoo makes of a name of several words."""
    words = name.removesuffix("_ids").removesuffix("_id").split("_")
    return " ".join(words).title() if len(words) > 1 else None
