# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of imported lines: each is mapped once, as what it is."""

from unittest.mock import Mock

from odoo.addons.connector.components.mapping import mapping

from .test_map_child_diff import DiffCase, LineMapper


class TestMappedOnce(DiffCase):
    def test_mapping_methods_of_a_line_run_once(self):
        """Those of known lines ran twice, with whatever they read far away."""

        class CountedMapper(LineMapper):
            @mapping
            def label(self, record):
                return count(record)

        count = self.register_counted(CountedMapper)

        self.check_counted(count)

    def test_mapping_method_that_gives_the_external_id_runs_once(self):
        class CountedMapper(LineMapper):
            direct = [("label", "name")]

            @mapping
            def label(self, record):
                return {**count(record), "external_id": record["id"]}

        count = self.register_counted(CountedMapper)

        self.check_counted(count)

    def test_line_whose_external_id_comes_last_is_known(self):
        """It is known after it was mapped, and mapped again as what it is."""

        class LateMapper(LineMapper):
            direct = [("label", "name")]

            def finalize(self, map_record, values):
                return {**values, "external_id": map_record.source["id"]}

        self.register_counted(LateMapper)

        command = self.map_lines([{"id": "1", "label": "a"}], for_create=True)[-1]

        self.assertEqual(command[:2], (1, self.line.id))
        self.assertNotIn("quantity", command[2])

    def register_counted(self, mapper_class):
        """Register a mapper of lines; return a mapping that counts its calls."""
        self.backend.register_class(mapper_class, replacing=LineMapper)
        return Mock(return_value={})

    def check_counted(self, count):
        """Map a known and a new line, of an old and of a new record."""
        for for_create in (True, False):
            for external_id in ("1", "2"):
                with self.subTest(for_create=for_create, external_id=external_id):
                    count.reset_mock()
                    line = {"id": external_id, "label": "a"}
                    commands = self.map_lines([line], for_create=for_create)
                    code, _id, values = commands[-1]
                    self.assertEqual(code, 1 if external_id == "1" else 0)
                    self.assertEqual("quantity" in values, external_id == "2")
                    count.assert_called_once()
