# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the login: one session for all, and none that is ended."""

from .common import VendureCase


class TestLogin(VendureCase):
    def test_all_adapters_share_one_login(self):
        """TRAPS V14: a second login is not needed, and a logout would end the first."""
        before = self.shop.session_count()

        for name in ("variants", "customers", "orders"):
            self.import_stream(name)

        self.assertEqual(self.shop.session_count() - before, 1)
        self.assertTrue(self.backend.access_token)

    def test_session_that_has_ended_is_followed_by_another_login(self):
        self.import_stream("variants")
        before = self.shop.session_count()
        self.backend.access_token = "ended"

        self.import_stream("variants")
        self.import_stream("customers")

        self.assertEqual(self.shop.session_count() - before, 1)

    def test_check_of_the_connection(self):
        self.backend.action_check_connection()
        self.assertEqual(self.backend.connection_state, "ok")

        self.backend.password = "wrong"
        self.backend.action_check_connection()
        self.assertEqual(self.backend.connection_state, "failed")
        self.assertIn("InvalidCredentialsError", self.backend.connection_message)
