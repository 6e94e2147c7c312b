# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about contacts that are changed here, and the cards on a real server."""

from odoo.tests import tagged

from odoo.addons.connector.api import RetryableJobError
from odoo.addons.connector.tests.xandikos import Xandikos

from ..adapter import ContactAdapter
from .common import CarddavCase, make_text

CONTACT = "carddav.res.partner"


class EachServer:
    """What holds on each server."""

    def setUp(self):
        super().setUp()
        # exports commit on cursors of their own: here they are this test's transaction
        self.registry_enter_test_mode()
        number, more = "TEL;TYPE=cell:1", ("X-FOO:bar", "TEL;TYPE=work:2")
        self.book.put("ada", "FN:Ada", number, *more)
        self.import_contacts()
        self.ada = self.find("ada")
        self.lines = self.book.text("ada.vcf").splitlines()

    def changed_lines(self, name="ada.vcf"):
        """Return the lines of a card that were not in it before."""
        return [
            line for line in self.book.text(name).splitlines() if line not in self.lines
        ]

    def exported(self):
        """Run the exports that are due, and return what became of the last one."""
        return self.run_exports()[-1]

    def open_conflicts(self):
        """Return the checkpoints that ask about the contact."""
        checkpoints = self.env["connector.checkpoint"].search(
            [("backend_id", "=", self.backend.reference())]
        )
        return checkpoints.filtered(lambda one: one.state == "need_review")

    # === CREATE === #

    def test_new_contact_becomes_a_card(self):
        bob = self.env["res.partner"].create(
            {
                "name": "Bob Müller",
                "email": "bob@example.com",
                "phone": "+49 30 1",
                "street": "Straße 1",
                "city": "Berlin",
                "country_id": self.env.ref("base.de").id,
                "category_id": [(0, 0, {"name": "Größe, XL"})],
                "comment": "<p>Likes<br>horses</p>",
            }
        )

        binding = self.bind(bob)
        self.assertEqual(self.exported(), "created")

        self.assertEqual(binding.external_id, f"{binding.uid}.vcf")
        text = self.book.text(binding.external_id)
        for line in ("FN:Bob Müller", "N:Müller;Bob;;;", r"NOTE:Likes\nhorses",
                     "ADR:;;Straße 1;Berlin;;;Germany", r"CATEGORIES:Größe\, XL",
                     "EMAIL:bob@example.com", "TEL:+49 30 1"):  # fmt: skip
            self.assertIn(line, text)
        done = self.import_contacts()
        self.assertEqual((done.created_count, done.updated_count), (0, 0))

    def test_create_that_is_sent_twice_is_one_card(self):
        """It crashed after the server had stored the card, and before it answered."""
        binding = self.bind(self.env["res.partner"].create({"name": "Bob"}))
        adapter = self.adapter()
        adapter.create({**self.create_data(binding)})

        self.assertEqual(self.exported(), "created")

        self.assertEqual(len(self.book.names()), 2)
        done = self.import_contacts()
        self.assertEqual(done.created_count, 0)
        self.assertEqual(self.find(binding.uid), binding)

    def create_data(self, binding):
        """Return what an export would send of a new contact."""
        said = {"fn": binding.name, "company": "", "is_company": False}
        return {**said, "uid": binding.uid}

    def adapter(self):
        """Return the adapter of the address book."""
        scope = self.backend.get_environment(CONTACT)
        return scope.get_connector_unit(ContactAdapter)

    def test_address_without_a_name_has_a_card(self):
        parent = {"name": "Ada", "is_company": True}
        address = self.env["res.partner"].create(
            {"type": "invoice", "parent_id": self.env["res.partner"].create(parent).id}
        )

        binding = self.bind(address)

        self.assertEqual(self.exported(), "created")
        self.assertIn("FN:Ada", self.book.text(binding.external_id))

    # === UPDATE === #

    def test_change_here_changes_that_line_only(self):
        self.ada.odoo_id.phone = "11"

        self.assertEqual(self.exported(), "updated")

        self.assertEqual(self.changed_lines(), ["TEL;TYPE=cell:11"])
        self.assertEqual(len(self.book.text("ada.vcf").splitlines()), len(self.lines))

    def test_change_of_ours_does_not_come_back(self):
        self.ada.odoo_id.write({"phone": "11", "comment": "<p><b>Bold</b></p>"})
        self.exported()

        done = self.import_contacts()
        full = self.import_contacts(full=True)

        self.assertEqual((done.updated_count, full.updated_count), (0, 0))
        self.assertIn("<b>", self.ada.comment)
        self.assertEqual(self.run_exports().count("updated"), 1)

    def test_change_back_is_exported_again(self):
        for phone in ("11", "1", "11"):
            self.ada.odoo_id.phone = phone
            self.assertEqual(self.exported(), "updated")
            self.assertIn(f"TEL;TYPE=CELL:{phone}\n", self.book.text("ada.vcf").upper())

    def test_further_address_changes_its_line(self):
        child = self.ada.address_ids
        child.odoo_id.phone = "22"

        self.assertEqual(self.exported(), "updated")

        self.assertEqual(self.changed_lines(), ["TEL;TYPE=work:22"])
        self.book.put("ada", "FN:Ada", "TEL;TYPE=cell:1", "TEL;TYPE=work:22", "TITLE:X")
        self.import_contacts()
        self.assertEqual(self.ada.address_ids, child)

    def test_further_address_that_is_deleted_here_is_gone_there(self):
        self.ada.address_ids.odoo_id.unlink()

        self.assertEqual(self.exported(), "updated")

        self.assertNotIn("WORK", self.book.text("ada.vcf").upper())
        self.assertIn("CELL", self.book.text("ada.vcf").upper())

    def test_import_is_not_sent_back(self):
        self.book.put("ada", "FN:Ada King", "TEL;TYPE=cell:3")

        self.import_contacts()

        self.assertEqual(self.ada.name, "Ada King")
        jobs = self.env["connector.queue.job"].search(
            [("method_name", "=", "export_record")]
        )
        self.assertFalse(jobs)

    # === BOTH SIDES === #

    def test_changes_of_different_fields_are_merged(self):
        self.book.put("ada", "FN:Ada", "TEL;TYPE=cell:1", "TITLE:Countess", "X-FOO:bar")
        self.ada.odoo_id.phone = "11"

        self.assertEqual(self.exported(), "updated")

        self.assertEqual((self.ada.function, self.ada.phone), ("Countess", "11"))
        text = self.book.text("ada.vcf")
        self.assertIn("TITLE:Countess", text)
        self.assertIn("11", text)
        self.assertFalse(self.open_conflicts())

    def test_field_that_both_changed_waits_for_a_person(self):
        self.book.put("ada", "FN:Ada", "TEL;TYPE=cell:3", "X-FOO:bar")
        self.ada.odoo_id.write({"phone": "11", "function": "Countess"})

        self.assertEqual(self.exported(), "updated")

        self.assertEqual(self.ada.phone, "11")
        self.assertIn("TEL;TYPE=CELL:3", self.book.text("ada.vcf").upper())
        self.assertIn("TITLE:Countess", self.book.text("ada.vcf"))
        self.assertEqual(len(self.open_conflicts()), 1)
        self.assertEqual(self.ada.sync_state, "conflict")

    def test_person_decides_for_either_side(self):
        for action, phone in (("action_take_ours", "11"), ("action_take_theirs", "3")):
            with self.subTest(action):
                self.ada.odoo_id.phone = "1"
                self.run_exports()
                self.book.put("ada", "FN:Ada", "TEL;TYPE=cell:3")
                self.ada.odoo_id.phone = "11"
                self.run_exports()

                getattr(self.open_conflicts(), action)()
                self.run_exports()

                self.assertEqual(self.ada.phone, phone)
                self.assertIn(f":{phone}\n", self.book.text("ada.vcf"))
                self.assertEqual(self.ada.sync_state, "synced")
                self.assertFalse(self.open_conflicts())

    def test_card_that_changes_between_read_and_write_is_read_again(self):
        """If-Match: the server refuses what was made of an older text."""
        adapter = self.adapter()
        adapter.read("ada.vcf")
        self.book.put("ada", "FN:Ada King", "TEL;TYPE=cell:1")

        with self.assertRaisesRegex(RetryableJobError, "answered 412"):
            adapter.write("ada.vcf", {"phone": "11"})

        self.assertIn("Ada King", self.book.text("ada.vcf"))

    # === DELETE === #

    def test_contact_that_is_deleted_here_is_deleted_there(self):
        self.ada.odoo_id.unlink()

        self.assertEqual(self.exported(), "deleted")

        self.assertEqual(self.book.names(), [])
        self.assertEqual(self.import_contacts().created_count, 0)

    def test_card_that_was_changed_there_is_not_deleted(self):
        self.book.put("ada", "FN:Ada King")
        self.ada.odoo_id.unlink()

        self.assertRegex(self.exported(), "skipped: it was changed")

        self.assertEqual(self.book.names(), ["ada.vcf"])
        self.assertEqual(len(self.open_conflicts()), 1)

    def test_card_that_is_gone_already_is_deleted(self):
        self.book.delete("ada")
        self.ada.odoo_id.unlink()

        self.assertEqual(self.exported(), "gone already")

    def test_contact_whose_card_is_gone_is_a_checkpoint(self):
        self.book.delete("ada")
        self.ada.odoo_id.phone = "11"

        self.assertRegex(self.exported(), "skipped: it is gone")

        self.assertEqual(self.book.names(), [])
        self.assertEqual(self.ada.sync_state, "gone")


@tagged("post_install", "-at_install")  # nothing is exported while modules load
class TestRadicaleExport(EachServer, CarddavCase):
    allow_inherited_tests_method = True


@tagged("post_install", "-at_install")
class TestXandikosExport(EachServer, CarddavCase):
    allow_inherited_tests_method = True
    server_class = Xandikos

    def test_everything_else_stays_byte_for_byte(self):
        text = make_text(
            "bob",
            "FN:Bob",
            "item1.TEL;type=pref:+1 23",
            "item1.X-ABLabel:_$!<Other>!$_",
            "NOTE:folded by somebody else at an\r\n  odd place\\, really",
            'X-FOO;A="b:c":d;e,f',
        )
        self.book.put_text("bob.vcf", text)
        self.import_contacts()

        self.find("bob").odoo_id.phone = "+1 99"
        self.exported()

        expected = text.replace("+1 23", "+1 99").replace("\r\n", "\n")
        self.assertEqual(self.book.text("bob.vcf"), expected)
