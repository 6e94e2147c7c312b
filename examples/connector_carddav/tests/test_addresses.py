# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about further addresses, phone numbers and e-mails."""

from .common import CarddavCase

HOME = "ADR;TYPE=home,pref:;;Home Street 1;Berlin;;10115;Germany"
WORK = "ADR;TYPE=work:;;Work Street 2;Bern;;3000;Switzerland"


class TestAddresses(CarddavCase):
    def import_ada(self, *lines):
        """Import a card and return its child contacts."""
        self.book.put("ada", "FN:Ada", *lines)
        self.import_contacts()
        self.assertEqual(self.reasons(), [])
        return self.find("ada").odoo_id.child_ids.sorted("id")

    def test_preferred_one_is_the_contacts_own(self):
        self.import_ada(WORK, HOME, "TEL;TYPE=cell:1", "TEL;TYPE=home,pref:2")

        self.assertEqual(self.find("ada").street, "Home Street 1")
        self.assertEqual(self.find("ada").phone, "2")

    def test_further_ones_of_one_kind_make_one_child(self):
        child = self.import_ada(
            HOME, WORK, "TEL;TYPE=pref:1", "TEL;TYPE=work:2", "EMAIL;TYPE=pref:a@b.de",
            "EMAIL;TYPE=work:w@b.de",
        )  # fmt: skip

        self.assertRecordValues(
            child,
            [
                {
                    "name": "Work",
                    "type": "other",
                    "street": "Work Street 2",
                    "country_id": self.env.ref("base.ch").id,
                    "phone": "2",
                    "email": "w@b.de",
                }
            ],
        )

    def test_each_kind_is_a_child_of_its_own(self):
        children = self.import_ada(
            "TEL;TYPE=pref:1", "TEL;TYPE=home:2", "TEL;TYPE=work:3", "TEL;TYPE=work:4",
            "TEL;TYPE=cell:5", "TEL:6", "TEL;TYPE=fax:7",
        )  # fmt: skip

        self.assertEqual(
            [(child.name, child.phone) for child in children],
            [
                ("Home", "2"),
                ("Work", "3"),
                ("Work", "4"),
                ("Mobile", "5"),
                ("Other", "6"),
            ],
        )

    def test_empty_address_is_none(self):
        children = self.import_ada("ADR;TYPE=home:;;;;;;", WORK, "ADR;TYPE=work:;;;;;;")

        self.assertEqual(self.find("ada").street, "Work Street 2")
        self.assertFalse(children)

    def test_changed_address_changes_its_child(self):
        child = self.import_ada(HOME, WORK)

        again = self.import_ada(HOME, WORK.replace("Work Street 2", "Work Lane 3"))

        self.assertEqual(again, child)
        self.assertEqual(child.street, "Work Lane 3")

    def test_first_of_two_addresses_takes_no_other_with_it(self):
        """The second one became the first, and orders moved to another address."""
        second = WORK.replace("Street 2", "Street 3")
        self.import_ada(HOME, WORK, second)
        keeps = self.find("ada").odoo_id.child_ids.filtered(
            lambda child: child.street == "Work Street 3"
        )

        children = self.import_ada(HOME, second)

        self.assertEqual(children, keeps)
        self.assertEqual(children.street, "Work Street 3")

    def test_number_goes_to_no_address_by_its_place(self):
        """The second number went to the first address once the first one was gone."""
        places = HOME, WORK, WORK.replace("Street 2", "Street 3"), "TEL;PREF=1:0"
        self.import_ada(*places, "TEL;TYPE=work:1", "TEL;TYPE=work:2")

        children = self.import_ada(*places, "TEL;TYPE=work:2")

        self.assertEqual(
            {(child.street, child.phone) for child in children},
            {("Work Street 2", False), ("Work Street 3", False), (False, "2")},
        )

    def test_order_of_the_lines_says_nothing(self):
        numbers = "TEL;TYPE=work:1", "TEL;TYPE=work:2", "TEL;TYPE=work:3"
        children = self.import_ada(HOME, "TEL;PREF=1:0", *numbers)
        before = {child.phone: child for child in children}

        after = self.import_ada(HOME, "TEL;PREF=1:0", *reversed(numbers))

        self.assertEqual({child.phone: child for child in after}, before)

    def test_child_with_a_key_of_old_stays(self):
        """Keys were places in the order of the lines."""
        child = self.import_ada(HOME, WORK)
        binding = self.find("ada").address_ids
        binding.external_id = "ada.vcf/work/1"

        self.assertEqual(self.import_ada(HOME, WORK, "TITLE:Clerk"), child)
        self.assertEqual(self.find("ada").address_ids, binding)

    def test_address_said_twice_is_one(self):
        self.assertEqual(len(self.import_ada(HOME, WORK, WORK)), 1)

    def test_further_address_is_added(self):
        child = self.import_ada(HOME, WORK)

        children = self.import_ada(HOME, WORK, "TEL:1", "TEL;TYPE=cell:2")

        self.assertEqual(len(children), 2)
        self.assertIn(child, children)

    def test_child_of_removed_address_is_archived(self):
        child = self.import_ada(HOME, WORK)

        children = self.import_ada(HOME)

        self.assertFalse(children)
        self.assertTrue(child.exists())
        self.assertFalse(child.active)

    def test_child_made_here_is_left_alone(self):
        self.import_ada(HOME, WORK)
        ours = self.env["res.partner"].create(
            {"name": "Made here", "parent_id": self.find("ada").odoo_id.id}
        )

        self.assertEqual(self.import_ada(HOME), ours)

    def test_new_contact_speaks_the_language_of_the_backend(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.backend.default_lang_id = self.env.ref("base.lang_fr")

        self.assertEqual(self.import_ada(HOME, WORK).lang, "fr_FR")
        self.find("ada").odoo_id.lang = "en_US"
        self.import_ada(HOME, WORK, "TITLE:Countess")
        self.assertEqual(self.find("ada").lang, "en_US")
