# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of imports that meet changes made here (promise 12 of the flows)."""

import base64
import json
from datetime import datetime
from io import BytesIO

from PIL import Image

from odoo import fields

from odoo.addons.connector.api import RecordImporter, trap_jobs
from odoo.addons.connector.flows.conflicts.values import (
    kept_value,
    mapped_value,
    plain,
)
from odoo.addons.connector.models.conflict.sides import (
    side_of_base,
    side_of_value,
    values_of,
)
from odoo.addons.connector_test.models.order import ORDER

from .conflict_case import ConflictCase
from .flow_case import FlowCase
from .order_case import OrderCase
from .preview_case import PreviewCase


class TestOwnersInImports(ConflictCase):
    def test_field_that_changed_only_there_is_imported(self):
        self.bring(zip="1000", mail="a@example.com")

        self.bring(zip="2000", mail="b@example.com")

        self.assertEqual(self.partner.zip, "2000")
        self.assertEqual(self.partner.email, "b@example.com")

    def test_field_that_changed_only_here_stays(self):
        self.bring(zip="1000", mail="a@example.com", town="Bern")
        self.partner.write({"zip": "9", "email": "z@example.com", "city": "Basel"})

        self.bring(name="Ada L.", zip="1000", mail="a@example.com", town="Bern")

        self.assertEqual(self.partner.name, "Ada L.")
        self.assertEqual(self.partner.zip, "9")
        self.assertEqual(self.partner.email, "z@example.com")
        self.assertEqual(self.partner.city, "Basel")

    def test_fields_of_the_backend_take_its_value_where_both_changed(self):
        self.bring(zip="1000")
        self.partner.zip = "9"

        self.bring(zip="2000")

        self.assertEqual(self.partner.zip, "2000")
        self.assertEqual(self.contact.sync_state, "synced")

    def test_fields_of_odoo_keep_its_value_where_both_changed(self):
        self.bring(town="Bern")
        self.partner.city = "Basel"

        self.bring(town="Zug")

        self.assertEqual(self.partner.city, "Basel")
        self.assertFalse(self.checkpoint)

    def test_fields_of_odoo_are_not_overwritten_by_a_change_there(self):
        self.bring(town="Bern")

        self.bring(town="Zug")

        self.assertEqual(self.partner.city, "Bern")

    def test_person_decides_where_both_changed_to_different_values(self):
        self.bring(mail="a@example.com", zip="1000")
        self.partner.email = "ours@example.com"

        self.bring(mail="theirs@example.com", zip="2000")

        self.assertEqual(self.partner.email, "ours@example.com")
        self.assertEqual(self.partner.zip, "2000", "the other fields go on")
        self.assertEqual(self.contact.sync_state, "conflict")
        self.assertEqual(self.checkpoint.binding_id, self.contact)

    def test_nothing_is_asked_where_both_changed_to_the_same_value(self):
        self.bring(mail="a@example.com")
        self.partner.email = "new@example.com"

        self.bring(mail="new@example.com")

        self.assertFalse(self.checkpoint)
        self.assertEqual(self.contact.sync_state, "synced")

    def test_same_change_on_both_sides_is_the_next_base(self):
        self.bring(mail="a@example.com")
        self.partner.email = "new@example.com"
        self.bring(mail="new@example.com")

        self.bring(mail="newer@example.com")

        self.assertEqual(self.partner.email, "newer@example.com")

    def test_conflict_stays_open_while_nothing_new_comes(self):
        self.bring(mail="a@example.com")
        self.partner.email = "ours@example.com"
        self.bring(mail="theirs@example.com")

        self.assertEqual(self.bring(mail="theirs@example.com"), "unchanged")

        self.assertEqual(self.contact.sync_state, "conflict")
        self.assertEqual(self.partner.email, "ours@example.com")

    def test_conflict_ends_where_the_backend_takes_its_change_back(self):
        self.bring(mail="a@example.com")
        self.partner.email = "ours@example.com"
        self.bring(mail="theirs@example.com")

        self.bring(mail="a@example.com")

        self.assertEqual(self.contact.sync_state, "synced")
        self.assertEqual(self.partner.email, "ours@example.com")

    def test_conflict_ends_where_both_sides_come_to_be_equal(self):
        self.bring(mail="a@example.com")
        self.partner.email = "ours@example.com"
        self.bring(mail="theirs@example.com")

        self.bring(mail="ours@example.com")

        self.assertEqual(self.contact.sync_state, "synced")

    def test_forced_import_gives_fields_of_the_backend_their_value_back(self):
        self.bring(zip="1000", mail="a@example.com")
        self.partner.write({"zip": "9", "email": "z@example.com"})

        record = {"id": "C1", "name": "Ada", "zip": "1000", "mail": "a@example.com"}
        self.import_page([record], force=True)

        self.assertEqual(self.partner.zip, "1000")
        self.assertEqual(self.partner.email, "z@example.com")

    def test_record_imported_alone_is_merged_as_well(self):
        self.bring(mail="a@example.com")
        self.partner.email = "ours@example.com"
        self.records = [{"id": "C1", "name": "Ada", "mail": "theirs@example.com"}]

        self.scope().get_connector_unit(RecordImporter).run("C1")

        self.assertEqual(self.partner.email, "ours@example.com")
        self.assertTrue(self.checkpoint)

    def test_record_that_was_bound_before_has_no_base(self):
        """After an upgrade nobody knows who changed what: both sides may have."""
        self.bring(mail="a@example.com")
        self.env.cr.execute("UPDATE connector_test_contact SET sync_base = NULL")

        self.bring(mail="b@example.com")

        self.assertEqual(self.partner.email, "a@example.com")
        self.assertTrue(self.checkpoint)


class TestAlteredValues(ConflictCase):
    """What Odoo makes of a value is no change of a person."""

    _owner = {"*": "manual"}

    def assert_no_conflict(self, key, *values):
        for value in values:
            self.bring(**{key: value})
        self.assertFalse(self.checkpoint)
        self.assertEqual(self.contact.sync_state, "synced")

    def test_sanitized_html_is_no_conflict(self):
        self.assert_no_conflict("note", "2 <b", "<p onclick='x()'>Hi</p>", "plain")

        self.assertEqual(self.partner.comment.striptags(), "plain")

    def test_conflict_of_html_is_shown_as_text(self):
        self.bring(note="<p>Old</p>")
        self.partner.comment = "<p>Our <b>own</b></p>"
        self.bring(note="<p>New</p>")

        row = self.checkpoint.conflict_ids
        self.assertEqual((row.base, row.ours, row.theirs), ("Old", "Our *own*", "New"))

    def test_rounded_number_is_no_conflict(self):
        self.assert_no_conflict("lat", 1.123456789012, 2.123456789012)

        self.assertEqual(self.partner.partner_latitude, 2.1234568)

    def test_value_that_the_model_completes_is_no_conflict(self):
        self.assert_no_conflict("site", "example.com", "example.org")

        self.assertEqual(self.partner.website, "http://example.org")

    def test_change_of_an_altered_value_is_one(self):
        self.bring(site="example.com")
        self.partner.website = "ours.example.com"

        self.bring(site="example.org")

        self.assertEqual(self.partner.website, "http://ours.example.com")
        self.assertTrue(self.checkpoint)

    def test_large_picture_that_odoo_made_smaller_is_no_conflict(self):
        for colour in ("red", "blue"):
            self.bring(photo=picture(colour))

        self.assertFalse(self.checkpoint)
        self.assertNotEqual(self.partner.image_1920, picture("blue"))

    def test_tags_are_compared_as_a_set(self):
        tags = self.env["res.partner.category"].create([{"name": n} for n in "abc"])
        one, two, three = tags.ids
        self.bring(tags=[(6, 0, [one, two])])

        self.bring(name="Bob", tags=[(6, 0, [two, one])])
        self.partner.category_id = [(4, three)]
        self.bring(tags=[(6, 0, [one])])

        self.assertTrue(self.checkpoint)
        self.assertEqual(self.partner.category_id, tags)

    def test_tag_that_is_archived_is_no_change(self):
        tags = self.env["res.partner.category"].create([{"name": n} for n in "abc"])
        one, two, three = tags.ids
        self.bring(tags=[(6, 0, [one, two])])
        tags[1].active = False

        self.bring(tags=[(6, 0, [one, two, three])])

        self.assertFalse(self.checkpoint)
        with_archived = self.partner.with_context(active_test=False)
        self.assertEqual(with_archived.category_id, tags)

    def test_time_is_kept_as_odoo_reads_it(self):
        """A conflict about a time ended the import, and theirs could not be taken."""
        self.bring()
        name, noon = "write_date", datetime.fromisoformat("2026-01-31T12:00:00")

        compared = mapped_value(self.contact, name, noon)
        side = side_of_value(self.contact, name, noon, compared)
        base = side_of_base(self.contact, name, compared)

        self.assertEqual(base["text"], side["text"])
        written = values_of(self.contact, name, json.loads(json.dumps(side)))[name]
        self.assertEqual(fields.Datetime.to_datetime(written), noon)

    def test_empty_texts_are_equal(self):
        self.bring()

        empty = [mapped_value(self.contact, "ref", value) for value in ("", False)]

        self.assertEqual(empty, [None, None])
        self.assertIsNone(kept_value(self.contact, "ref"))
        self.assertIs(mapped_value(self.contact, "is_company", False), False)

    def test_properties_are_compared_by_their_values(self):
        self.bring()

        one, other = (self.contact["properties"] for _time in range(2))

        self.assertIsNot(one, other)
        self.assertEqual(plain(one), plain(other))


def picture(colour):
    """Return a picture that is larger than what Odoo keeps."""
    content = BytesIO()
    Image.new("RGB", (2400, 20), colour).save(content, "PNG")
    return base64.b64encode(content.getvalue())


class TestNoOwners(FlowCase):
    def test_model_without_owners_has_no_bases(self):
        self.import_page(self.contacts(1, mail="a@example.com"))
        self.import_page(self.contacts(1, mail="b@example.com"))

        self.env.cr.execute("SELECT sync_base FROM connector_test_contact")
        self.assertEqual(self.env.cr.fetchall(), [(None,)])


class TestLinesOfBothSides(OrderCase):
    """Lines are compared as a whole, by the owner of their field."""

    def setUp(self):
        super().setUp()
        self.patch(type(self.env[ORDER]), "_owner", {"shop_line_ids": "manual"})
        self.bring("Tea", "Jam")

    def bring(self, *texts, force=False):
        lines = [{"id": f"L{n}", "text": text} for n, text in enumerate(texts)]
        importer = self.environment(ORDER).get_connector_unit(RecordImporter)
        importer.run_page([{"id": "O1", "name": "1", "lines": lines}], force=force)
        self.order = importer.binder.to_internal("O1")

    def names(self):
        return sorted(self.order.shop_line_ids.mapped("name"))

    def test_lines_that_changed_only_there_are_imported(self):
        self.bring("Tea", "Honey", "Milk")

        self.assertEqual(self.names(), ["Honey", "Milk", "Tea"])

    def test_lines_that_changed_only_here_stay(self):
        self.order.shop_line_ids[0].name = "Green Tea"
        self.order.name = "2"

        self.bring("Tea", "Jam", force=True)

        self.assertEqual(self.names(), ["Green Tea", "Jam"])

    def test_person_decides_about_lines_that_changed_on_both_sides(self):
        self.order.shop_line_ids[0].name = "Green Tea"

        self.bring("Tea", "Honey")

        self.assertEqual(self.names(), ["Green Tea", "Jam"])
        self.assertEqual(self.order.sync_state, "conflict")

    def test_lines_of_the_backend_come_with_the_next_import(self):
        self.order.shop_line_ids[0].name = "Green Tea"
        self.bring("Tea", "Honey")
        domain = [("model", "=", ORDER), ("record_id", "=", self.order.id)]
        checkpoint = self.env["connector.checkpoint"].search(domain)

        with trap_jobs() as trap:
            checkpoint.action_take_theirs()
        self.assertEqual(len(trap.calls(self.env)), 1)
        self.bring("Tea", "Honey", force=True)

        self.assertEqual(self.names(), ["Honey", "Tea"])
        self.assertEqual(self.order.sync_state, "synced")


class TestPreviewOfConflicts(ConflictCase, PreviewCase):
    def test_preview_shows_what_is_left_alone(self):
        self.bring(mail="a@example.com", zip="1000")
        self.partner.email = "ours@example.com"
        self.records = [
            {"id": "C1", "name": "Ada", "mail": "b@example.com", "zip": "2000"}
        ]

        preview = self.preview("C1")

        lines = {line.field: line for line in preview.lines}
        self.assertTrue(lines["zip"].is_changed)
        self.assertFalse(lines["email"].is_changed)
        self.assertEqual(lines["email"].note, "It is left as it is.")
