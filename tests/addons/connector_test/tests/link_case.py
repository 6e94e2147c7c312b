# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of links."""

from odoo.addons.connector.magic import Magic
from odoo.addons.connector.magic.links.book import LinkBook
from odoo.addons.connector.tests.common import ConnectorCase

RELATION = "test_rel"
PARTNER = "res.partner"


class LinkCase(ConnectorCase):
    """A test with contacts and a relation without links."""

    def setUp(self):
        super().setUp()
        names = [{"name": name} for name in ("Ada", "Bob", "Cid")]
        self.ada, self.bob, self.cid = self.env[PARTNER].create(names)

    def book(self, **options) -> LinkBook:
        """Return the book of the relation."""
        return LinkBook(self.env, RELATION, **options)

    def link(self, ref, record, system="shop", **options) -> int:
        """Link a reference and a record; return the id of the link."""
        book = self.book(**options)
        (link_id,) = book.reserve(system, "", [ref]).values()
        self.assertEqual(
            book.complete({link_id: ("odoo", record._name, record.id)}), {}
        )
        return link_id


class ApiCase(LinkCase):
    """A test of what users of links call."""

    def setUp(self):
        super().setUp()
        self.MAGIC = Magic(self.env)
