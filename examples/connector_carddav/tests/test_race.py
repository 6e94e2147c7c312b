# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of two transactions that import one address book."""

from odoo.exceptions import ConcurrencyError
from odoo.tests import tagged

from odoo.addons.connector.api import RetryableJobError

from .common import CarddavCase

CONTACT = "carddav.res.partner"


@tagged("race")
class TestRace(CarddavCase):
    """Works with connections of its own, so it removes what it commits."""

    def setUp(self):
        super().setUp()
        self.book.put("ada", "FN:Ada", "TEL:1", "TEL;TYPE=work:2")
        self.first, self.second = self.open_env(), self.open_env()
        self.backend = self.make_backend(self.book, env=self.first)
        self.first.cr.commit()
        self.addCleanup(self.remove_backend)

    def open_env(self):
        """Return an environment on a connection of its own."""
        cr = self.registry.cursor()
        self.addCleanup(cr.close)
        return self.env(cr=cr)

    def remove_backend(self):
        """Remove what was committed."""
        self.first.cr.rollback()
        self.second.cr.rollback()
        contacts = self.first[CONTACT].search([("backend_id", "=", self.backend.id)])
        (contacts.address_ids.odoo_id | contacts.odoo_id).unlink()
        self.backend.unlink()
        self.first.cr.commit()

    def import_ada(self, env):
        """Import one card in a transaction."""
        return self.backend.with_env(env).import_record(CONTACT, "ada.vcf")

    def test_second_import_waits_for_the_first(self):
        """Both run: one holds the lock of the card, the other meets it."""
        self.import_ada(self.first)

        with self.assertRaisesRegex(RetryableJobError, "import .* another"):
            self.import_ada(self.second)

    def test_loser_starts_again_and_finds_the_contact(self):
        """The second began before the first ended, and cannot see its contact."""
        self.second.cr.execute("SELECT")  # its snapshot is of now
        self.import_ada(self.first)
        self.first.cr.commit()

        with self.assertRaises(ConcurrencyError):
            self.import_ada(self.second)
        self.second.cr.rollback()

        self.assertEqual(self.import_ada(self.second), "unchanged")
