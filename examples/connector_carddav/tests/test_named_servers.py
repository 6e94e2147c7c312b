# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about five servers: two that run, and three as they were seen to answer."""

from odoo.addons.connector.tests.cards import PICTURE
from odoo.addons.connector.tests.named_servers import Cyrus, DAViCal, SOGo
from odoo.addons.connector.tests.xandikos import Xandikos

from .common import CarddavCase, make_text

NAMES = ("ada", "b b", "c@c", "dü", "e%e", "f(f)", "g", "h", "i", "j", "k", "l")


class EachServer:
    """What holds on each server; the token tells what changed."""

    def put_all(self):
        """Store cards, and import them."""
        for name in NAMES:
            self.put(name, "TITLE:Clerk")
        return self.import_contacts()

    def put(self, name, *lines):
        """Store a card."""
        self.book.put(name, *lines)

    def delete(self, name):
        """Delete a card."""
        self.book.delete(name)

    def contact(self, name):
        """Return the binding of a card, by its UID."""
        bindings = self.env["carddav.res.partner"].with_context(active_test=False)
        return bindings.search(
            [("uid", "=", name), ("backend_id", "=", self.backend.id)]
        )

    def test_first_import_brings_all_and_keeps_the_token(self):
        done = self.put_all()

        self.assertEqual((done.kind, done.created_count), ("full", len(NAMES)))
        self.assertTrue(done.stream_id.cursor)

    def test_next_import_reads_what_changed_and_no_more(self):
        self.put_all()
        self.put("b b", "TITLE:Chief")
        self.put("new", "TITLE:Clerk")
        self.delete("c@c")

        done = self.import_contacts()

        self.assertEqual((done.kind, done.read_count), ("changes", 2))
        self.assertEqual((done.created_count, done.updated_count), (1, 1))
        self.assertEqual(done.deleted_count, 1)
        self.assertEqual(self.contact("b b").function, "Chief")
        self.assertFalse(self.contact("c@c").odoo_id.active)

    def test_import_without_changes_does_nothing(self):
        self.put_all()

        done = self.import_contacts()

        self.assertEqual((done.kind, done.read_count), ("changes", 0))

    def test_names_are_the_same_in_each_answer(self):
        self.put_all()
        for name in NAMES:
            self.put(name, "TITLE:Chief")

        changes = self.import_contacts()
        full = self.import_contacts(full=True)

        self.assertEqual((changes.created_count, full.created_count), (0, 0))
        self.assertEqual(changes.updated_count, len(NAMES))
        self.assertEqual(full.deleted_count, 0)

    def test_card_that_was_made_and_deleted_meanwhile_is_nothing(self):
        """Q6: most servers list it as deleted."""
        self.put_all()
        self.put("brief", "TITLE:Clerk")
        self.delete("brief")

        done = self.import_contacts()

        self.assertEqual((done.read_count, done.deleted_count), (0, 0))


class UnknownToken:
    """What a server does that refuses a token which it does not know."""

    def test_unknown_token_is_a_full_refresh(self):
        """Q5: 403 or 412, with valid-sync-token."""
        run = self.put_all()
        self.age_bindings()
        self.delete("ada")
        run.stream_id._set({"cursor": self.unknown_token(run.stream_id.cursor)})

        done = self.import_contacts()

        self.assertEqual((done.kind, done.deleted_count), ("full", 1))
        self.assertEqual(done.unchanged_count, len(NAMES) - 1)

    def unknown_token(self, token):
        """Return a token that the server never gave."""
        return token[:-1] + ("0" if token[-1] != "0" else "1")


class TestRadicaleTokens(CarddavCase, EachServer, UnknownToken):
    allow_inherited_tests_method = True


class TestXandikosTokens(CarddavCase, EachServer, UnknownToken):
    allow_inherited_tests_method = True
    server_class = Xandikos


class NamedCase(CarddavCase):
    """A test with a server of our own that answers as another one."""

    named_class = SOGo

    def setUp(self):
        super().setUp()
        self.named = self.named_class()
        self.addCleanup(self.named.stop)
        self.backend.url = self.named.url

    def put(self, name, *lines, version="3.0"):
        """Store a card."""
        self.named.put(f"{name}.vcf", make_text(name, *lines, version=version))

    def delete(self, name):
        """Delete a card."""
        self.named.delete(f"{name}.vcf")


class AnswersAll:
    """What a server does that answers an unknown token with everything."""

    def test_q5_deletions_are_found_by_a_full_refresh(self):
        run = self.put_all()
        self.age_bindings()
        self.named.forget_tokens()
        self.delete("ada")

        changes = self.import_contacts()
        full = self.import_contacts(full=True)

        self.assertTrue(run.stream_id.full_interval_hours)
        self.assertEqual((changes.kind, changes.deleted_count), ("changes", 0))
        self.assertEqual(full.deleted_count, 1)
        self.assertFalse(self.contact("ada").odoo_id.active)


class TestDAViCal(NamedCase, EachServer, AnswersAll):
    allow_inherited_tests_method = True
    named_class = DAViCal

    def test_q9_card_that_is_gone_before_it_is_read_is_no_error(self):
        self.put_all()
        self.put("brief", "TITLE:Clerk")
        listed = self.named._sync_answer

        def list_and_delete(*args):
            answer = listed(*args)
            if "brief.vcf" in self.named.cards:
                self.delete("brief")
            return answer

        self.patch(self.named, "_sync_answer", list_and_delete)
        first, second = self.import_contacts(), self.import_contacts()

        self.assertEqual((first.not_delivered_count, first.state), (1, "done"))
        self.assertEqual((second.read_count, second.not_delivered_count), (0, 0))


class TestSOGo(NamedCase, EachServer, AnswersAll):
    allow_inherited_tests_method = True
    named_class = SOGo

    def test_q1_card_with_the_etag_of_a_former_one_is_imported(self):
        self.put_all()
        self.delete("ada")
        self.put("ada", "TITLE:Countess")

        done = self.import_contacts(full=True)

        self.assertEqual(done.updated_count, 1)
        self.assertEqual(self.contact("ada").function, "Countess")

    def test_q1_etag_that_means_nothing_writes_nothing(self):
        self.put_all()

        done = self.import_contacts(full=True)

        self.assertEqual((done.updated_count, done.unchanged_count), (0, len(NAMES)))

    def test_q10_answer_that_is_no_xml_falls_back_to_the_full_list(self):
        self.put_all()
        self.put("you & me", "TITLE:Pair")

        done = self.import_contacts()

        self.assertEqual((done.kind, done.created_count), ("full", 1))
        self.assertEqual(self.contact("you & me").function, "Pair")


class TestCyrus(NamedCase, EachServer, UnknownToken):
    allow_inherited_tests_method = True
    named_class = Cyrus

    def unknown_token(self, token):
        """Return a token of old."""
        self.named.forget_tokens()
        return token

    def test_q18_answer_that_was_cut_goes_on(self):
        self.put_all()
        self.named.limit = 2
        for name in NAMES:
            self.put(name, "TITLE:Chief")

        done = self.import_contacts()

        self.assertEqual((done.kind, done.updated_count), ("changes", len(NAMES)))
        self.assertEqual(self.import_contacts().read_count, 0)

    def test_q13_converted_card_loses_its_picture_and_nothing_else(self):
        photo = f"PHOTO:data:image/png;base64,{PICTURE}"
        self.put("ada", photo, "TITLE:Countess", version="4.0")
        self.import_contacts()

        contact = self.contact("ada")
        self.assertEqual((contact.function, contact.image_1920), ("Countess", False))
        self.assertIn("picture", self.reasons()[0])
        self.backend.version = "4.0"
        self.put("ada", photo, "TITLE:Lady", version="4.0")
        self.import_contacts()
        self.assertEqual(contact.image_1920.decode(), PICTURE)
