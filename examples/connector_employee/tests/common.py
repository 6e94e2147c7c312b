# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real CardDAV server, and the address book of the employees on it."""

import requests

from odoo.addons.connector.api import Magic, run_jobs
from odoo.addons.connector.tests.radicale import HOST, LOGIN, PASSWORD, RadicaleCase

from ..address_book import AddressBook
from ..sync import EMPLOYEE_REL

MAKE_ADDRESS_BOOK = """\
<create xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><c:addressbook/></resourcetype>
</prop></set></create>"""


def make_card(name: str, *lines: str) -> str:
    """Return the text of a card."""
    head = ("BEGIN:VCARD", "VERSION:3.0", f"UID:{name}", f"FN:{name}", f"N:{name};;;;")
    return "\r\n".join((*head, *lines, "END:VCARD", ""))


class EmployeeCase(RadicaleCase):
    """A test with an address book of its own on a server that runs."""

    def setUp(self):
        super().setUp()
        url = f"http://{HOST}:{self.server.port}/{LOGIN}/{self._testMethodName}/"
        answer = requests.request(
            "MKCOL", url, data=MAKE_ADDRESS_BOOK, auth=(LOGIN, PASSWORD), timeout=30
        )
        answer.raise_for_status()
        self.book = AddressBook(url, LOGIN, PASSWORD)
        values = {"url": url, "login": LOGIN, "password": PASSWORD}
        self.settings = self.env["employee.book"].create({"name": "Staff", **values})

    def cards(self) -> dict[str, str]:
        """Return the text of each card on the server."""
        return {card["ref"]: card["text"] for card in self.book.read_all()}

    def find(self, ref: str):
        """Return the employee of a card."""
        return Magic(self.env).get_link(EMPLOYEE_REL, ref).odoo

    def commit_and_run_jobs(self) -> int:
        """Let the hooks of the commit run, and the jobs."""
        self.env.cr.flush()
        return run_jobs(self.env)
