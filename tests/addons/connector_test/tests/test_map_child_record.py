# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of imported lines that wrap a record: contacts of a company."""

from odoo.addons.connector.components.binder import Binder
from odoo.addons.connector.components.mapper import ImportMapper
from odoo.addons.connector.exception import MappingError
from odoo.addons.connector.tests.common import UnitCase

PARTNER = "connector.test.partner"
CONTACT = "connector.test.person"


class CompanyMapper(ImportMapper):
    _model_name = PARTNER
    direct = [("name", "name")]
    children = [("contacts", "contact_ids", CONTACT)]


class ContactMapper(ImportMapper):
    _model_name = CONTACT
    direct = [("id", "external_id"), ("name", "name")]

    def finalize(self, map_record, values):
        return {**values, "backend_id": self.backend_record.id}


class ContactBinder(Binder):
    _model_name = CONTACT


class RecordCase(UnitCase):
    """A company with one contact, which is bound to external id 1."""

    def setUp(self):
        super().setUp()
        self.backend(ContactMapper)
        self.backend(ContactBinder)
        self.company = self.create_partner_binding("C", is_company=True)
        self.contact = self.create_contact("1", self.company)

    def create_contact(self, external_id, company, **values):
        values = {
            "name": "old",
            "backend_id": self.backend_record.id,
            "partner_binding_id": company.id,
            "parent_id": company.odoo_id.id,
            **values,
        }
        return self.env[CONTACT].create({"external_id": external_id, **values})

    def values(self, contacts, **options):
        record = {"name": "Ada", "contacts": contacts}
        return self.unit(CompanyMapper).map_record(record).values(**options)

    def import_contacts(self, contacts, company=None, **options):
        company = company or self.company
        company.write(self.values(contacts, binding=company, **options))


class TestDeleteMissing(RecordCase):
    def test_record_of_a_line_that_did_not_come_goes_too(self):
        """The line of an order stayed, and so did its total."""
        person = self.contact.odoo_id

        self.import_contacts([], delete_missing=True)

        self.assertFalse(self.contact.exists())
        self.assertFalse(person.exists())
        self.assertFalse(self.company.odoo_id.child_ids)

    def test_several_records_go_and_the_one_that_came_stays(self):
        others = self.create_contact("2", self.company) | self.create_contact(
            "3", self.company
        )
        people = others.odoo_id

        self.import_contacts([{"id": "1", "name": "new"}], delete_missing=True)

        self.assertFalse(people.exists())
        self.assertEqual(self.company.odoo_id.child_ids, self.contact.odoo_id)

    def test_record_that_is_bound_elsewhere_too_stays(self):
        other = self.backend_record.copy({"name": "Other shop"})
        kept = self.create_contact(
            "9", self.company, backend_id=other.id, odoo_id=self.contact.odoo_id.id
        )
        kept.partner_binding_id = False

        self.import_contacts([], delete_missing=True)

        self.assertFalse(self.contact.exists())
        self.assertTrue(kept.exists())
        self.assertTrue(kept.odoo_id.exists())

    def test_record_that_the_line_archived_stays(self):
        """It may stand on orders that have to stay."""
        person = self.contact.odoo_id
        model = type(self.contact)
        unlink = model.unlink

        def archive_and_unlink(lines):
            lines.odoo_id.active = False
            return unlink(lines)

        self.patch(model, "unlink", archive_and_unlink)

        self.import_contacts([], delete_missing=True)

        self.assertFalse(self.contact.exists())
        self.assertTrue(person.exists())

    def test_binding_that_a_user_deletes_leaves_its_record(self):
        person = self.contact.odoo_id

        self.contact.unlink()

        self.assertTrue(person.exists())

    def test_record_that_may_not_go_stops_the_import(self):
        def refuse(_partners):
            raise ZeroDivisionError("the order is confirmed")

        self.patch(type(self.env["res.partner"]), "unlink", refuse)

        with self.assertRaisesRegex(ZeroDivisionError, "the order is confirmed"):
            self.import_contacts([], delete_missing=True)


class TestMove(RecordCase):
    def setUp(self):
        super().setUp()
        self.other = self.create_partner_binding("D", is_company=True)

    def test_record_of_a_line_moves_with_it(self):
        self.import_contacts([{"id": "1", "name": "moved"}], self.other)

        self.assertEqual(self.contact.partner_binding_id, self.other)
        self.assertEqual(self.contact.parent_id, self.other.odoo_id)
        self.assertFalse(self.company.odoo_id.child_ids)
        self.assertEqual(self.contact.name, "moved")

    def test_record_of_a_line_moves_to_a_new_record(self):
        values = self.values([{"id": "1", "name": "moved"}], for_create=True)

        new = self.create_partner_binding("N", **values)

        self.assertEqual(self.contact.partner_binding_id, new)
        self.assertEqual(self.contact.parent_id, new.odoo_id)

    def test_line_that_moved_is_not_deleted_where_it_was(self):
        self.import_contacts([{"id": "1", "name": "moved"}], self.other)
        self.import_contacts([], self.company, delete_missing=True)

        self.assertTrue(self.contact.odoo_id.exists())

    def test_place_that_the_mapper_gives_wins(self):
        self.contact.write(
            {
                "partner_binding_id": self.other.id,
                "parent_id": self.company.odoo_id.id,
            }
        )

        self.assertEqual(self.contact.parent_id, self.company.odoo_id)

    def test_record_that_was_elsewhere_stays_there(self):
        elsewhere = self.env["res.partner"].create({"name": "Elsewhere"})
        self.contact.parent_id = elsewhere

        self.contact.partner_binding_id = self.other

        self.assertEqual(self.contact.parent_id, elsewhere)

    def test_line_of_no_record_keeps_its_record_where_it_is(self):
        self.contact.partner_binding_id = False

        self.assertEqual(self.contact.parent_id, self.company.odoo_id)


class TestTwice(RecordCase):
    def test_new_line_that_came_twice_is_one(self):
        line = {"id": "2", "name": "two"}

        self.import_contacts([line, dict(line), {"id": "1", "name": "old"}])

        self.assertEqual(self.company.contact_ids.mapped("name"), ["old", "two"])

    def test_known_line_that_came_twice_is_one(self):
        line = {"id": 1, "name": "new"}

        commands = self.values([line, dict(line)], binding=self.company)

        self.assertEqual(
            [one[:2] for one in commands["contact_ids"]], [(1, self.contact.id)]
        )

    def test_line_that_came_twice_and_differs_is_an_error_that_says_so(self):
        for external_id in ("1", "2"):
            lines = [{"id": external_id, "name": name} for name in ("one", "two")]
            with (
                self.subTest(external_id=external_id),
                self.assertRaises(MappingError) as caught,
            ):
                self.values(lines, binding=self.company)
            for text in (repr(external_id), "'name' is 'one' and 'two'", CONTACT):
                self.assertIn(text, str(caught.exception))

    def test_lines_without_external_id_are_each_one(self):
        commands = self.values([{"name": "x"}, {"name": "x"}], binding=self.company)

        self.assertEqual(len(commands["contact_ids"]), 2)
