# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of owners of fields that people choose on the screen (promise 12)."""

from odoo.exceptions import ValidationError

from odoo.addons.connector_test.models.flow import CONTACT
from odoo.addons.connector_test.models.ware import OFFER

from .conflict_case import ConflictCase


class FieldOwnerCase(ConflictCase):
    def setUp(self):
        super().setUp()
        self.rows = self.env["connector.field.owner"]

    def declare(self):
        self.env["connector.stream"]._declare_all()
        return self.of_contacts()

    def of_contacts(self):
        """Return the lines of contacts of the backend, by field."""
        rows = self.rows.search(
            [
                ("model", "=", CONTACT),
                ("backend_id", "=", self.backend_record.reference()),
            ]
        )
        return {row.field: row for row in rows}

    def choose(self, owner, field="email", backend=None, model=CONTACT):
        backend = backend or self.backend_record
        values = {"backend_id": backend.reference(), "model": model}
        return self.rows.create({**values, "field": field, "owner": owner})


class TestFieldOwner(FieldOwnerCase):
    def test_declared_owners_are_listed(self):
        rows = self.declare()

        found = {name: row.declared_owner for name, row in rows.items()}
        self.assertEqual(found, {"city": "odoo", "email": "manual", "*": "remote"})
        self.assertEqual(rows["email"].label, "Email")
        self.assertFalse(any(row.owner for row in rows.values()))

    def test_choice_stays_when_the_declarations_are_read_again(self):
        self.declare()["email"].owner = "remote"

        again = self.declare()

        self.assertEqual(again["email"].owner, "remote")
        self.assertEqual(len(again), 3)

    def test_line_without_a_choice_follows_the_next_version(self):
        rows = self.declare()
        self.patch(type(self.env[CONTACT]), "_owner", {"email": "odoo"})
        rows["email"].invalidate_recordset()

        self.assertEqual(rows["email"].declared_owner, "odoo")
        owners = self.backend_record._owners_of(CONTACT)
        self.assertEqual(owners.of("email"), "odoo")

    def test_choice_counts_in_imports(self):
        self.choose("remote")
        self.bring(mail="a@example.com")
        self.partner.email = "ours@example.com"

        self.bring(mail="theirs@example.com")

        self.assertEqual(self.partner.email, "theirs@example.com")
        self.assertFalse(self.checkpoint)

    def test_choice_for_all_others_leaves_declared_ones(self):
        self.choose("manual", field="*")
        owners = self.backend_record._owners_of(CONTACT)

        self.assertEqual(owners.of("zip"), "manual")
        self.assertEqual(owners.of("city"), "odoo")

    def test_field_that_does_not_exist_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "Did you mean 'email'"):
            self.choose("odoo", field="emial")

    def test_newest_side_needs_a_clock_to_be_trusted(self):
        with self.assertRaisesRegex(ValidationError, "_trusted_clock"):
            self.choose("newest")

    def test_records_of_another_kind_of_backend_are_refused(self):
        shop = self.env["connector.test.shop"].create({"name": "Tea"})

        with self.assertRaisesRegex(ValidationError, "has no Test Contact"):
            self.choose("odoo", backend=shop)

    def test_model_that_is_no_binding_is_refused(self):
        for model in ("res.users", "nothing.here"):
            with self.subTest(model), self.assertRaisesRegex(ValidationError, model):
                self.choose("odoo", model=model)

    def test_deleted_backend_takes_its_lines_along(self):
        other = self.backend_record.copy({"name": "Other"})
        row = self.choose("odoo", backend=other)

        other.unlink()

        self.assertFalse(row.exists())

    def test_model_without_owners_has_no_lines(self):
        self.patch(type(self.env[CONTACT]), "_owner", None)

        self.assertEqual(self.declare(), {})
        self.assertIn(OFFER, self.rows.search([]).mapped("model"), "it is exported")


class TestOppositeOwners(FieldOwnerCase):
    """One contact on two backends, each of which owns what the other does not."""

    _owner = {"*": "remote"}

    def setUp(self):
        super().setUp()
        self.first, self.second = (
            self.backend_record,
            self.backend_record.copy({"name": "Second"}),
        )
        self.choose("odoo", "email", self.first)
        self.choose("odoo", "zip", self.second)
        self.bring(mail="a@example.com", zip="1000")
        self.env[CONTACT].create(
            {
                "odoo_id": self.partner.id,
                "backend_id": self.second.id,
                "external_id": "C1",
            }
        )
        self.bring_second(mail="a@example.com", zip="1000")

    def bring_second(self, **values):
        self.backend_record = self.second
        try:
            return self.bring(**values)
        finally:
            self.backend_record = self.first

    def test_each_backend_changes_only_what_it_owns(self):
        self.bring(mail="first@example.com", zip="1111")
        self.bring_second(mail="second@example.com", zip="2222")

        self.assertEqual(self.partner.zip, "1111")
        self.assertEqual(self.partner.email, "second@example.com")

    def test_change_of_one_backend_is_a_change_here_for_the_other(self):
        self.bring(zip="1111")

        self.bring_second(name="Ada L.", zip="1000")

        self.assertEqual(self.partner.zip, "1111")
        self.assertEqual(self.partner.name, "Ada L.")
