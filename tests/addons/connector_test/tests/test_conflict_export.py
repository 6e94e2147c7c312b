# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of records that go both ways: no echo, no lost change, no flips (6 and 12)."""

from itertools import count

from odoo.tests import new_test_user

from odoo.addons.connector.api import (
    ExportMapper,
    ImportMapper,
    RecordImporter,
    mapping,
    trap_jobs,
)
from odoo.addons.connector.flows.conflicts.bases import read_bases
from odoo.addons.connector_test.models.flow import CONTACT

from .export_case import ExportCase


class BothWaysCase(ExportCase):
    """A test with a contact that is imported, and exported to where it came from."""

    _owner = {"email": "odoo", "city": "manual", "*": "remote"}

    def setUp(self):
        super().setUp()
        self.patch(type(self.env[CONTACT]), "_owner", self._owner)
        self.backend(self.import_mapper_class())
        self.shop.numbers = count(2)
        self.shop.records["R1"] = {"name": "Ada", "mail": "a@x.org", "town": "Bern"}
        self.version = 0
        self.bring()

    def mapper_class(self):
        class ContactMapper(ExportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("email", "mail"), ("city", "town")]

        return ContactMapper

    def import_mapper_class(self):
        class ContactImportMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("mail", "email"), ("town", "city")]

        return ContactImportMapper

    def bring(self, **changes):
        """Import the contact, after the shop changed it; return what became of it."""
        if changes:
            self.shop.records["R1"].update(changes)
        self.version += 1
        self.shop.records["R1"]["version"] = f"v{self.version}"
        importer = self.scope().get_connector_unit(RecordImporter)
        with trap_jobs() as self.jobs:
            (outcome,) = importer.run_page([self.shop.answer("R1")]).counts
        self.env.invalidate_all()
        return outcome

    def send(self):
        """Export the contact; return what became of it."""
        self.shop.requests.clear()
        self.shop.records["R1"]["version"] = self.version
        return self.export(self.contact_)

    def is_export_due(self):
        return any("export_record" in str(one) for one in self.jobs.calls(self.env))

    @property
    def contact_(self):
        return self.env[CONTACT].search([("external_id", "=", "R1")])

    @property
    def partner(self):
        return self.contact_.odoo_id

    @property
    def base(self):
        return read_bases(self.contact_)[self.contact_.id]

    @property
    def there(self):
        return self.shop.records["R1"]


class TestBothWays(BothWaysCase):
    def test_field_of_odoo_that_changed_there_gets_its_value_back(self):
        self.bring(mail="other@x.org")
        self.assertEqual(self.partner.email, "a@x.org")
        self.assertTrue(self.is_export_due())

        self.assertEqual(self.send(), "updated")

        self.assertEqual(self.there["mail"], "a@x.org")
        self.assertEqual(self.contact_.sync_state, "synced")

    def test_value_is_sent_back_again_after_it_was_sent_before(self):
        """What was sent last is not what is there: its hash said it was."""
        for address in ("one@x.org", "two@x.org"):
            self.bring(mail=address)
            self.assertEqual(self.send(), "updated")

            self.assertEqual(self.there["mail"], "a@x.org")

    def test_record_that_was_just_imported_is_not_sent(self):
        self.assertEqual(self.send(), "unchanged")

        self.assertEqual(self.verbs(), [])

    def test_change_of_odoo_is_sent_once(self):
        self.partner.email = "new@x.org"

        self.assertEqual(self.send(), "updated")
        self.assertEqual(self.there["mail"], "new@x.org")

        self.assertEqual(self.send(), "unchanged")

    def test_import_of_what_was_sent_changes_nothing(self):
        self.partner.email = "new@x.org"
        self.send()
        before = self.partner.write_date

        self.assertEqual(self.bring(), "unchanged")

        self.assertEqual(self.partner.write_date, before)
        self.assertFalse(self.is_export_due())

    def test_value_that_goes_back_there_is_imported(self):
        """It is what was imported last, and yet new: something else was sent since."""
        self.partner.city = "Basel"
        self.send()

        self.assertEqual(self.bring(town="Bern"), "updated")

        self.assertEqual(self.partner.city, "Bern")

    def test_answer_that_altered_a_value_is_no_change(self):
        """The shop makes all addresses upper case, and says so in its answer."""
        self.shop_alters("mail", str.upper)
        self.partner.email = "new@x.org"
        self.send()
        self.assertEqual(self.there["mail"], "NEW@X.ORG")

        self.assertEqual(self.bring(), "unchanged")

        self.assertEqual(self.partner.email, "new@x.org")
        self.assertFalse(self.is_export_due())
        self.assertEqual(self.send(), "unchanged")

    def shop_alters(self, key, change):
        write = type(self.shop).write

        def altered(shop, external_id, data):
            return write(shop, external_id, {**data, key: change(data[key])})

        self.patch(type(self.shop), "write", altered)

    def test_field_of_the_backend_that_changed_here_is_not_sent(self):
        self.partner.write({"name": "Ada L.", "email": "new@x.org"})

        self.send()

        self.assertEqual(self.shop.requests[-1][2].keys(), {"mail"})
        self.assertEqual(self.there["name"], "Ada")

    def test_field_that_waits_for_a_person_is_not_sent(self):
        self.partner.city = "Basel"
        self.bring(town="Zug")
        self.partner.email = "new@x.org"

        self.assertEqual(self.send(), "updated")

        self.assertEqual(self.there["town"], "Zug")
        self.assertEqual(self.there["mail"], "new@x.org")
        self.assertEqual(self.contact_.sync_state, "conflict")

    def test_ours_is_sent_where_a_person_chose_it(self):
        self.partner.city = "Basel"
        self.bring(town="Zug")
        with trap_jobs() as self.jobs:
            self.checkpoints().action_take_ours()
        self.assertTrue(self.is_export_due())

        self.assertEqual(self.send(), "updated")

        self.assertEqual(self.there["town"], "Basel")
        self.assertEqual(self.bring(), "unchanged")

    def test_ours_is_sent_also_where_the_field_belongs_to_the_backend_by_now(self):
        """Who owns the field says who wins a conflict, not what a person decided."""
        self.partner.city = "Basel"
        self.bring(town="Zug")
        owners = {"model": CONTACT, "backend_id": self.backend_record.reference()}
        self.env["connector.field.owner"].create(
            {**owners, "field": "city", "owner": "remote"}
        )

        self.checkpoints().action_take_ours()
        self.assertEqual(self.send(), "updated")

        self.assertEqual(self.there["town"], "Basel")
        self.assertFalse(self.base.given)

    def test_theirs_is_not_sent_where_a_person_chose_it(self):
        self.partner.city = "Basel"
        self.bring(town="Zug")
        with trap_jobs() as self.jobs:
            self.checkpoints().action_take_theirs()

        self.assertFalse(self.is_export_due())
        self.assertEqual(self.send(), "unchanged")

    def test_theirs_comes_back_after_ours_was_sent(self):
        """A person changes their mind: the backend gets its old value again."""
        self.partner.city = "Basel"
        self.bring(town="Zug")
        asked = self.checkpoints()
        asked.action_take_ours()
        self.send()

        asked.action_ask_again()
        asked.action_take_theirs()

        self.assertEqual(self.partner.city, "Zug")
        self.assertEqual(self.send(), "updated")
        self.assertEqual(self.there["town"], "Zug")

    def test_value_of_a_method_that_reads_anything_is_compared_by_what_was_sent(self):
        @self.backend(replacing=self.backend.get_class(ExportMapper, *self.what()))
        class FreeMapper(ExportMapper):
            _model_name = CONTACT
            direct = [("email", "mail")]

            @mapping
            def stock(self, record):
                return {"stock": record.color}

        self.assertEqual(self.send(), "updated")
        self.assertEqual(self.send(), "unchanged")
        self.partner.color = 3
        self.assertEqual(self.send(), "updated")

    def what(self):
        return self.session, CONTACT

    def test_new_record_has_its_bases_with_its_creation(self):
        binding = self.contact("Bob", email="b@x.org", city="Chur")
        self.assertEqual(self.export(binding), "created")
        record = self.shop.answer(binding.external_id)

        importer = self.scope().get_connector_unit(RecordImporter)
        importer.run_page([{**record, "town": "Genf", "version": 9}])

        self.assertEqual(binding.city, "Genf", "it changed only there")


class TestFlips(BothWaysCase):
    """Two systems that never agree end at a question."""

    def flip(self):
        """Let the shop insist on its value, and Odoo on its own."""
        outcome = self.bring(mail="theirs@x.org")
        self.send()
        return outcome

    def test_field_that_is_set_back_and_forth_ends_at_a_question(self):
        for _round in range(3):
            self.flip()

        (row,) = self.checkpoints().conflict_ids
        self.assertEqual((row.field, row.kind), ("email", "flips"))
        self.assertEqual(self.contact_.sync_state, "conflict")
        self.assertEqual(self.there["mail"], "theirs@x.org", "it is held")
        self.bring(mail="more@x.org")
        self.assertFalse(self.is_export_due())
        self.assertEqual(self.partner.email, "a@x.org")

    def test_decision_about_flips_is_carried_out(self):
        for _round in range(3):
            self.flip()

        self.checkpoints().action_take_theirs()

        self.assertEqual(self.partner.email, "theirs@x.org")
        self.assertEqual(self.contact_.sync_state, "synced")
        self.assertFalse(self.base.flips)

    def test_new_values_are_no_flips(self):
        for number in range(6):
            self.bring(mail=f"{number}@x.org")
            self.send()

        self.assertFalse(self.checkpoints())

    def test_person_who_insists_is_no_flip(self):
        person = new_test_user(
            self.env, "test_person", "base.group_user,base.group_partner_manager"
        )
        for _round in range(6):
            self.bring(mail="theirs@x.org")
            self.partner.with_user(person).comment = f"{_round}"
            self.env.flush_all()
            self.send()

        self.assertFalse(self.checkpoints())

    def test_slow_changes_are_no_flips(self):
        for _round in range(6):
            self.flip()
            self.pass_an_hour()

        self.assertFalse(self.checkpoints())

    def pass_an_hour(self):
        """Let an hour pass."""
        self.env.cr.execute(
            "UPDATE connector_test_contact SET sync_base = jsonb_set(sync_base,"
            " '{flips}', (SELECT jsonb_object_agg(name, (SELECT jsonb_agg("
            " jsonb_set(one, '{0}', to_jsonb((one->>0)::float - 3600)))"
            " FROM jsonb_array_elements(log) AS one))"
            " FROM jsonb_each(sync_base->'flips') AS flip (name, log)))"
        )
