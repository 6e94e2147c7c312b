# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of contacts after an import."""

from datetime import date

from odoo.tests import new_test_user

from odoo.addons.connector.api import run_jobs

from .common import CarddavCase

PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
CARD = (
    "FN:Ada Lovelace",
    "TITLE:Mathematician",
    "ORG:Analytical Engines;Programs",
    "EMAIL;TYPE=home:ada@example.com",
    "TEL;TYPE=cell:+44 20 7946 0001",
    "ADR;TYPE=home:;Attic;12 St James's Square;London;;SW1Y 4JH;United Kingdom",
    "URL:https://example.com/ada",
    "BDAY:1815-12-10",
    r"NOTE:Met at a ball.\nLikes horses\, too.",
)
CONTACT = {
    "name": "Ada Lovelace",
    "function": "Mathematician",
    "company_name": "Analytical Engines",
    "is_company": False,
    "email": "ada@example.com",
    "phone": "+44 20 7946 0001",
    "street": "12 St James's Square",
    "street2": "Attic",
    "city": "London",
    "zip": "SW1Y 4JH",
    "website": "https://example.com/ada",
    "comment": "<p>Met at a ball.<br>Likes horses, too.</p>",
    "birthday": date(1815, 12, 10),
    "uid": "ada",
}


class TestImport(CarddavCase):
    def test_card_becomes_a_contact(self):
        self.book.put("ada", *CARD)

        done = self.import_contacts()

        self.assertEqual(self.reasons(), [])
        self.assertEqual((done.read_count, done.created_count), (1, 1))
        contact = self.find("ada")
        self.assertRecordValues(contact, [CONTACT])
        self.assertEqual(contact.country_id, self.env.ref("base.uk"))
        self.assertEqual(contact.backend_id, self.backend)

    def test_letters_of_all_scripts_survive(self):
        self.book.put("jürgen", "FN:Jürgen Groß", "ADR:;;Hauptstraße 1;Köln;;50667;")
        self.book.put("李", "FN:李小龍")

        self.import_contacts()

        self.assertEqual(self.find("jürgen").name, "Jürgen Groß")
        self.assertEqual(self.find("jürgen").street, "Hauptstraße 1")
        self.assertEqual(self.find("李").name, "李小龍")

    def test_folded_line_is_one_line(self):
        self.book.put("ada", "FN:Ada", "TITLE:Mathemati\r\n cian")

        self.import_contacts()

        self.assertEqual(self.find("ada").function, "Mathematician")

    def test_unknown_country_stays_with_the_city(self):
        self.book.put("ada", "ADR:;;;Ankh-Morpork;Sto Plains;;Discworld")

        self.import_contacts()

        self.assertEqual(self.find("ada").city, "Ankh-Morpork, Sto Plains, Discworld")
        self.assertFalse(self.find("ada").country_id)

    def test_state_is_found_in_its_country(self):
        self.book.put("ada", "ADR:;;;Austin;TX;78701;United States")

        self.import_contacts()

        self.assertEqual(self.find("ada").state_id, self.env.ref("base.state_us_44"))
        self.assertEqual(self.find("ada").city, "Austin")

    def test_country_is_read_in_the_language_of_the_backend(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        germany = self.env.ref("base.de")
        germany.with_context(lang="fr_FR").name = "Allemagne"
        self.backend.default_lang_id = self.env.ref("base.lang_fr")
        self.book.put("ada", "ADR:;;;Berlin;;10115;Allemagne")

        self.import_contacts()

        self.assertEqual(self.find("ada").country_id, germany)

    def test_categories_become_tags_before_the_contact(self):
        known = self.env["res.partner.category"].create({"name": "Freunde"})
        self.book.put("ada", r"CATEGORIES:Freunde,Größe\, XL")
        self.book.put("bob", "CATEGORIES:Freunde")

        self.import_contacts()

        tags = self.find("ada").category_id
        self.assertEqual(tags.sorted("id").mapped("name"), ["Freunde", "Größe, XL"])
        self.assertEqual(self.find("bob").category_id, known)

    def test_list_of_contacts_is_skipped(self):
        self.book.put("friends", "FN:Friends", "KIND:group")

        done = self.import_contacts()

        self.assertEqual((done.read_count, done.skipped_count), (1, 1))
        self.assertFalse(self.find("friends"))

    def test_import_makes_no_export(self):
        """The consumers of a two-way connector must not send back what came."""
        seen = []
        partners = type(self.env["res.partner"])
        create = partners.create

        def note_context(records, vals_list):
            seen.append(records.env.context.get("connector_no_export"))
            return create(records, vals_list)

        self.patch(partners, "create", note_context)
        self.book.put("ada", "TEL:1", "TEL;TYPE=work:2")

        self.import_contacts()

        self.assertEqual(set(seen), {self.backend.reference()})

    def test_more_cards_than_a_page_are_read(self):
        for number in range(103):
            self.book.put(f"c{number}", f"FN:Contact {number}")

        done = self.import_contacts()

        self.assertEqual((done.read_count, done.created_count), (103, 103))

    def test_import_runs_as_a_job_and_says_what_it_did(self):
        self.book.put("ada")
        self.book.put("bob")

        run = self.backend.start_stream("contacts")
        job = self.env["connector.queue.job"].search([("uuid", "=", run.job_uuid)])
        run_jobs(self.env)

        self.assertEqual((job.state, job.result), ("done", "2 created"))
        self.assertEqual((run.page_count, run.created_count), (1, 2))

    def test_manager_needs_no_other_rights(self):
        manager = new_test_user(
            self.env,
            "mia",
            groups="connector.group_connector_manager,base.group_partner_manager",
        )
        self.book.put("ada", "CATEGORIES:Friend", "TEL:1", "TEL;TYPE=work:2")

        done = self.import_contacts(self.backend.with_user(manager))

        self.assertEqual((done.created_count, done.rejected_count), (1, 0))
