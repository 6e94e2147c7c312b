# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of imported lines: created, updated, moved and deleted."""

from unittest.mock import patch

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.map_child import ImportMapChild
from odoo.addons.connector.components.map_record import MapOptions
from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.components.mapping import mapping, only_create
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
LINE = "connector.test.line"


class PartnerMapper(ImportMapper):
    _model_name = PARTNER
    children = [("lines", "line_ids", LINE)]


class LineMapper(ImportMapper):
    _model_name = LINE
    direct = [("id", "external_id"), ("label", "name")]

    @mapping
    @only_create
    def quantity(self, record):
        return {"quantity": 5}


class LineBinder(Binder):
    _model_name = LINE


class DiffCase(UnitCase):
    """A partner with one line, which is bound to external id ``1``."""

    def setUp(self):
        super().setUp()
        self.backend(LineMapper)
        self.backend(LineBinder)
        self.partner = self.create_partner_binding("P")
        self.line = self.create_line("1", self.partner)

    def create_line(self, external_id, partner, **values):
        values = {
            "name": "old",
            "backend_id": self.backend_record.id,
            "partner_binding_id": partner.id,
            **values,
        }
        return self.env[LINE].create({"external_id": external_id, **values})

    def map_lines(self, lines, mapper_class=PartnerMapper, **options):
        record = self.unit(mapper_class).map_record({"lines": lines})
        return record.values(**options)["line_ids"]

    def import_lines(self, lines, **options):
        """Map lines for the partner, and write them."""
        commands = self.map_lines(lines, binding=self.partner, **options)
        self.partner.write({"line_ids": commands})


class TestDiff(DiffCase):
    def test_known_line_is_updated(self):
        commands = self.map_lines([{"id": "1", "label": "new"}], binding=self.partner)

        values = {"external_id": "1", "name": "new"}
        self.assertEqual(commands, [(1, self.line.id, values)])

    def test_known_line_is_updated_without_the_record(self):
        commands = self.map_lines([{"id": "1", "label": "new"}])

        values = {"external_id": "1", "name": "new"}
        self.assertEqual(commands, [(1, self.line.id, values)])

    def test_external_id_may_be_a_number(self):
        self.import_lines([{"id": 1, "label": "new"}])

        self.assertEqual(self.partner.line_ids, self.line)
        self.assertEqual(self.line.name, "new")

    def test_zero_is_an_external_id(self):
        self.line.external_id = "0"

        self.import_lines([{"id": 0, "label": "new"}])

        self.assertEqual(self.partner.line_ids, self.line)

    def test_unknown_line_is_created(self):
        self.import_lines([{"id": "2", "label": "two"}])

        self.assertEqual(self.partner.line_ids.mapped("name"), ["old", "two"])

    def test_line_without_external_id_is_created(self):
        for external_id in (None, False, ""):
            with self.subTest(external_id=external_id):
                (command,) = self.map_lines([{"id": external_id, "label": "x"}])

                self.assertEqual(command[:2], (0, 0))

    def test_line_of_another_backend_is_not_known(self):
        other = self.backend_record.copy()
        self.line.backend_id = other

        (command,) = self.map_lines([{"id": "1", "label": "new"}])

        self.assertEqual(command[:2], (0, 0))

    def test_import_that_runs_twice_creates_nothing_twice(self):
        lines = [{"id": "1", "label": "one"}, {"id": "2", "label": "two"}]

        self.import_lines(lines)
        self.import_lines(lines)

        self.assertEqual(self.partner.line_ids.mapped("name"), ["one", "two"])

    def test_line_of_another_record_is_moved_and_updated(self):
        other = self.create_partner_binding("Q", name="Other")
        moved = self.create_line("9", other)

        self.import_lines([{"id": "9", "label": "moved"}])

        self.assertEqual(self.partner.line_ids, self.line | moved)
        self.assertEqual(moved.name, "moved")
        self.assertFalse(other.line_ids)

    def test_line_of_another_record_is_moved_to_a_new_record(self):
        """A new record has no lines yet: a known line has to be linked to it."""
        commands = self.map_lines([{"id": "1", "label": "moved"}], for_create=True)

        new = self.create_partner_binding("N", name="New", line_ids=commands)

        self.assertEqual(new.line_ids, self.line)
        self.assertEqual(self.line.name, "moved")

    def test_known_lines_are_found_in_as_many_queries_as_one_line(self):
        many = [{"id": str(number)} for number in range(50)]
        self.map_lines(many)

        with self.assertQueryCount(2):  # to map the lines, to write their commands
            self.map_lines(many)


class TestOnlyCreate(DiffCase):
    """A line is mapped as what it is, not as what its record is."""

    def test_new_line_of_an_old_record_is_mapped_as_new(self):
        self.import_lines([{"id": "2", "label": "two"}])

        self.assertEqual((self.partner.line_ids - self.line).quantity, 5)

    def test_known_line_of_an_old_record_is_not_mapped_as_new(self):
        self.import_lines([{"id": "1", "label": "one"}])

        self.assertEqual(self.line.quantity, 0)

    def test_known_line_of_a_new_record_is_not_mapped_as_new(self):
        commands = self.map_lines([{"id": "1", "label": "one"}], for_create=True)

        self.create_partner_binding("N", name="New", line_ids=commands)

        self.assertEqual(self.line.quantity, 0)

    def test_line_is_skipped_by_the_values_it_is_created_with(self):
        @self.backend
        class LineMapChild(ImportMapChild):
            _model_name = LINE

            def skip_add_item(self, values):
                return not values.get("quantity")

        commands = self.map_lines([{"id": "1"}, {"id": "2"}])

        self.assertEqual(
            commands, [(0, 0, {"external_id": "2", "name": False, "quantity": 5})]
        )


class TestDeleteMissing(DiffCase):
    def test_line_that_did_not_come_stays_by_default(self):
        self.import_lines([])

        self.assertEqual(self.partner.line_ids, self.line)

    def test_line_that_did_not_come_is_deleted_on_demand(self):
        self.import_lines([{"id": "2", "label": "two"}], delete_missing=True)

        self.assertEqual(self.partner.line_ids.mapped("name"), ["two"])
        self.assertFalse(self.line.exists())

    def test_line_that_came_is_not_deleted(self):
        self.import_lines([{"id": "1", "label": "one"}], delete_missing=True)

        self.assertEqual(self.partner.line_ids, self.line)

    def test_line_that_was_moved_here_is_not_deleted(self):
        other = self.create_partner_binding("Q", name="Other")
        moved = self.create_line("9", other)

        self.import_lines([{"id": "9"}], delete_missing=True)

        self.assertEqual(self.partner.line_ids, moved)

    def test_line_that_a_map_child_links_is_not_deleted(self):
        @self.backend
        class LineMapChild(ImportMapChild):
            _model_name = LINE

            def format_items(self, items_values):
                known = self._find_known(items_values)
                return [(4, line.id, 0) for line in known.values()]

        self.import_lines([{"id": "1"}], delete_missing=True)

        self.assertEqual(self.partner.line_ids, self.line)

    def test_lines_of_other_records_are_left_alone(self):
        other = self.create_partner_binding("Q", name="Other")
        foreign = self.create_line("9", other)

        self.import_lines([], delete_missing=True)

        self.assertEqual(other.line_ids, foreign)

    def test_nothing_is_deleted_without_the_record(self):
        self.assertEqual(self.map_lines([], delete_missing=True), [])

    def test_nothing_is_deleted_for_a_new_record(self):
        commands = self.map_lines([], delete_missing=True, for_create=True)

        self.assertEqual(commands, [])

    def test_map_child_does_not_remember_the_record_before(self):
        unit = self.unit(ImportMapChild, LINE)
        parent = self.unit(PartnerMapper).map_record({})
        first = MapOptions(binding=self.partner, delete_missing=True)
        unit.get_items([], parent, "line_ids", first)

        second = MapOptions(delete_missing=True)
        commands = unit.get_items([], parent, "line_ids", second)

        self.assertEqual(commands, [])


class TestTraps(DiffCase):
    """What an import of lines met in real connectors."""

    def test_archived_line_is_known_as_a_line_of_its_record(self):
        self.line.active = False

        commands = self.map_lines(
            [{"id": 1, "label": "new"}], binding=self.partner, delete_missing=True
        )

        self.assertEqual(
            commands, [(1, self.line.id, {"external_id": 1, "name": "new"})]
        )

    def test_lines_stand_before_the_other_values(self):
        """Odoo dropped tags written by the same write before a line was deleted."""

        class TaggedMapper(PartnerMapper):
            direct = [("ref", "ref")]

        record = self.unit(TaggedMapper).map_record({"ref": "R", "lines": []})

        self.assertEqual(list(record.values()), ["line_ids", "ref"])

    def test_tags_survive_the_deletion_of_a_line(self):
        tag = self.env["res.partner.category"].create({"name": "Gold"})

        class TaggedMapper(PartnerMapper):
            @mapping
            def tags(self, record):
                return {"category_id": [(6, 0, tag.ids)]}

        record = self.unit(TaggedMapper).map_record({"lines": []})
        self.partner.write(record.values(binding=self.partner, delete_missing=True))

        self.assertEqual(self.partner.category_id, tag)


class TestWithoutBinder(UnitCase):
    """Without a binder for the lines, every line is new, as in the classic times."""

    def setUp(self):
        super().setUp()
        self.backend(LineMapper)

    def test_line_is_created_although_its_external_id_is_there(self):
        partner = self.create_partner_binding("P")
        self.env[LINE].create({"external_id": "1", "partner_binding_id": partner.id})
        record = self.unit(PartnerMapper).map_record({"lines": [{"id": "1"}]})

        (command,) = record.values(binding=partner)["line_ids"]

        self.assertEqual(command[:2], (0, 0))

    def test_binder_is_not_looked_for_again_for_each_line(self):
        """A failed look-up tells a long story, which 100 lines waited for 200 times."""
        unit = self.unit(PartnerMapper)._get_map_child_unit(LINE)
        record = self.unit(PartnerMapper).map_record({})
        lines = [{"id": str(number)} for number in range(50)]

        with patch.object(
            ImportMapChild, "binder_for", autospec=True, side_effect=unit.binder_for
        ) as look_up:
            unit.get_items(lines, record, "line_ids", MapOptions())

        self.assertEqual(look_up.call_count, 1)

    def test_line_inherits_for_create(self):
        record = self.unit(PartnerMapper).map_record({"lines": [{"id": "1"}]})

        ((_create, _id, updated),) = record.values()["line_ids"]
        ((_create, _id, created),) = record.values(for_create=True)["line_ids"]

        self.assertNotIn("quantity", updated)
        self.assertIn("quantity", created)


class TestNestedLines(DiffCase):
    """A known line with lines of its own is diffed like a record."""

    def setUp(self):
        super().setUp()

        @self.backend(replacing=LineMapper)
        class NestedMapper(LineMapper):
            _model_name = LINE
            children = [("parts", "line_ids", LINE)]

        self.part = self.create_line("1.1", self.env[PARTNER], line_id=self.line.id)

    def import_parts(self, parts, **options):
        self.import_lines([{"id": "1", "label": "one", "parts": parts}], **options)

    def test_known_part_is_updated(self):
        self.import_parts([{"id": "1.1", "label": "new", "parts": []}])

        self.assertEqual(self.line.line_ids, self.part)
        self.assertEqual(self.part.name, "new")

    def test_unknown_part_is_created_as_new(self):
        self.import_parts([{"id": "1.2", "label": "two", "parts": []}])

        new = self.line.line_ids - self.part
        self.assertEqual((new.name, new.quantity), ("two", 5))

    def test_part_that_did_not_come_is_deleted_on_demand(self):
        self.import_parts([], delete_missing=True)

        self.assertFalse(self.part.exists())
        self.assertTrue(self.line.exists())

    def test_part_of_another_line_is_moved(self):
        other = self.create_line("2", self.partner)
        moved = self.create_line("2.1", self.env[PARTNER], line_id=other.id)

        self.import_parts([{"id": "2.1", "label": "moved", "parts": []}])

        self.assertEqual(self.line.line_ids, self.part | moved)
        self.assertFalse(other.line_ids)

    def test_part_is_moved_to_a_new_line(self):
        part = {"id": "1.1", "label": "moved", "parts": []}

        self.import_lines([{"id": "2", "label": "two", "parts": [part]}])

        new = self.partner.line_ids - self.line
        self.assertEqual(new.line_ids, self.part)
        self.assertFalse(self.line.line_ids)

    def test_new_line_without_parts_does_not_delete_the_lines_beside_it(self):
        """A line's field for its parts may have the name of the record's field."""
        known = {"id": "1", "label": "one", "parts": [{"id": "1.1", "parts": []}]}
        new = {"id": "2", "label": "two", "parts": []}

        self.import_lines([known, new], delete_missing=True)

        self.assertEqual(self.partner.line_ids.mapped("name"), ["one", "two"])
        self.assertEqual(self.line.line_ids, self.part)
