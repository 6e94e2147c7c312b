# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real CardDAV server, and the address book of the employees on it."""

import requests

from odoo.addons.connector.api import Magic, run_jobs
from odoo.addons.connector.tests.radicale import HOST, LOGIN, PASSWORD, RadicaleCase

from ..address_book import AddressBook
from ..sync import EMPLOYEE_REL

MAKE_ADDRESS_BOOK = """\
<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><c:addressbook/></resourcetype>
</prop></set></mkcol>"""


def make_card(name: str, *lines: str) -> str:
    """Return the text of a card."""
    head = ("BEGIN:VCARD", "VERSION:3.0", f"UID:{name}", f"FN:{name}", f"N:{name};;;;")
    return "\r\n".join((*head, *lines, "END:VCARD", ""))


class EmployeeCase(RadicaleCase):
    """A test with an address book of its own on a server that runs."""

    def setUp(self):
        super().setUp()
        url = f"http://{HOST}:{self.server.port}/{LOGIN}/{self._testMethodName}/"
        self.book = AddressBook(url, LOGIN, PASSWORD)
        self.put("", MAKE_ADDRESS_BOOK, method="MKCOL", kind="application/xml")
        values = {"url": url, "login": LOGIN, "password": PASSWORD}
        self.settings = self.env["employee.book"].create({"name": "Staff", **values})

    def put(self, ref, text, method="PUT", kind="text/vcard") -> None:
        """Write a card as other clients do; letters that are none of UTF-8 stay."""
        requests.request(
            method,
            self.book.url + ref,
            data=text.encode(errors="surrogateescape"),
            headers={"Content-Type": kind},
            auth=(LOGIN, PASSWORD),
            timeout=30,
        ).raise_for_status()

    def get(self, ref: str) -> bytes:
        """Return a card as it is there."""
        auth = LOGIN, PASSWORD
        answer = requests.get(self.book.url + ref, auth=auth, timeout=30)
        answer.raise_for_status()
        return answer.content

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
