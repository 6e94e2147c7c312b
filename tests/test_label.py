# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of field labels, unique within a model."""

from collections import Counter

from .common import ConnectorCase


class TestLabels(ConnectorCase):
    def test_no_two_fields_of_a_model_have_one_label(self):
        """Odoo warns of them at each installation, and people choose by the label."""
        ours = [name for name in self.registry if name.startswith("connector.")]
        self.assertGreater(len(ours), 10)
        for name in ours:
            with self.subTest(name):
                fields = self.env[name]._fields.values()
                counts = Counter(field.string for field in fields)
                self.assertEqual([one for one in counts if counts[one] > 1], [])
