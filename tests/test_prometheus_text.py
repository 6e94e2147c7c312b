# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the Prometheus text format."""

from odoo.tests import BaseCase, tagged

from ..controllers.prometheus_text import metrics_text


@tagged("post_install", "-at_install")
class TestPrometheusText(BaseCase):
    def test_family_has_its_meaning_its_type_and_a_line_for_each_sample(self):
        samples = [({"channel": "root", "state": "held"}, 3), ({}, 0.5)]

        text = metrics_text([("jobs", "gauge", "How many.", samples)])

        self.assertEqual(
            text,
            "# HELP jobs How many.\n"
            "# TYPE jobs gauge\n"
            'jobs{channel="root",state="held"} 3\n'
            "jobs 0.5\n",
        )

    def test_names_that_people_chose_cannot_end_a_label(self):
        text = metrics_text([("jobs", "gauge", "X.", [({"name": 'a"}\n\\b'}, 1)])])

        self.assertIn('jobs{name="a\\"}\\n\\\\b"} 1\n', text)
