# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Claims about servers that do not give what we want."""

from odoo.exceptions import ValidationError

from odoo.addons.connector.api import (
    FailedJobError,
    IDMissingInBackend,
    NetworkRetryableError,
)

from ..adapter import ContactAdapter
from .common import CarddavCase, Radicale


class TestServer(CarddavCase):
    def test_server_that_is_down_is_asked_again_later(self):
        server = Radicale()
        server.stop()
        self.backend.url = f"http://127.0.0.1:{server.port}/alice/book/"

        with self.assertRaisesRegex(NetworkRetryableError, "No answer.* 'Friends'"):
            self.import_page()

    def test_wrong_password_says_what_to_do(self):
        self.backend.password = "looking-glass"

        with self.assertRaises(FailedJobError) as caught:
            self.import_page()

        message = str(caught.exception)
        self.assertIn("'Friends' (carddav.backend,", message)
        self.assertIn("answered 401 Unauthorized", message)
        self.assertIn("Correct the login", message)
        self.assertNotIn("looking-glass", message)

    def test_wrong_url_says_what_to_do(self):
        self.backend.url = self.book.url.replace("alice/", "alice/not_")

        with self.assertRaisesRegex(
            IDMissingInBackend, "404 Not Found.*Correct its URL"
        ):
            self.import_page()

    def test_address_that_is_none_says_what_to_do(self):
        with self.assertRaisesRegex(ValidationError, "expected one that begins with"):
            self.backend.url = "cloud.example.com/dav"

    def test_folder_that_is_no_address_book_archives_nobody(self):
        self.book.put("ada", "FN:Ada")
        self.import_contacts()
        self.backend.url = self.book.url.rsplit("/", 2)[0]

        with self.assertRaisesRegex(FailedJobError, "not an address book"):
            self.import_page()

        self.assertTrue(self.find("ada").odoo_id.active)

    def test_url_may_lack_its_last_slash(self):
        self.book.put("ada", "FN:Ada")
        self.backend.url = self.book.url.rstrip("/")

        self.assertEqual(self.import_contacts().created_count, 1)

    def test_missing_card_is_told_by_name(self):
        scope = self.backend.get_environment("carddav.res.partner")

        with self.assertRaisesRegex(IDMissingInBackend, "'gone.vcf' of 'Friends'"):
            scope.get_connector_unit(ContactAdapter).read("gone.vcf")

    def test_error_is_shown_to_people(self):
        self.backend.password = "looking-glass"

        run = self.import_contacts()
        self.env["connector.stream"]._cron_run()

        self.assertEqual(run.stream_id.state, "held")
        self.assertIn("login", run.stream_id.hold_reason)
        told = self.backend.action_check_connection()["params"]
        self.assertEqual(
            (told["type"], self.backend.connection_state), ("danger", "failed")
        )
        self.assertIn("login", told["message"])

    def test_connection_check_counts_the_cards(self):
        self.book.put("ada", "FN:Ada")

        answer = self.backend.action_check_connection()

        self.assertIn("Friends has 1 records", answer["params"]["message"])
