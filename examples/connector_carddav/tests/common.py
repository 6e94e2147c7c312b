# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real CardDAV server, and an address book on it."""

import os
import re
from unittest.mock import patch
from urllib.parse import quote

import requests

from odoo.addons.connector.api import Binder, run_jobs
from odoo.addons.connector.tests.radicale import (
    HOST,
    LOGIN,
    PASSWORD,
    Radicale,
    RadicaleCase,
)

MAKE_ADDRESS_BOOK = """\
<mkcol xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav"><set><prop>
<resourcetype><collection/><c:addressbook/></resourcetype>
</prop></set></mkcol>"""


def make_text(name: str, *lines: str, version: str = "3.0") -> str:
    """Return a card; it gets a UID, and a name where the lines give none."""
    if not any(line.startswith("FN") for line in lines):
        lines = (f"FN:{name}", *lines)
    lines = (f"VERSION:{version}", f"UID:{name}", *lines)
    return "\r\n".join(("BEGIN:VCARD", *lines, "END:VCARD", ""))


class AddressBook:
    """An address book, as another client of the server sees it."""

    def __init__(self, server: Radicale, name: str):
        self.url = f"http://{HOST}:{server.port}/{LOGIN}/{name}/"
        self._ask("MKCOL", "", MAKE_ADDRESS_BOOK)

    def put(self, name: str, *lines: str, version: str = "3.0") -> None:
        """Write a card, see :func:`make_text`."""
        text = make_text(name, *lines, version=version)
        self.put_text(quote(f"{name}.vcf"), text)

    def put_text(self, ref: str, text: str) -> None:
        """Write a card as it is."""
        self._ask("PUT", ref, text)

    def delete(self, name: str) -> None:
        """Delete a card."""
        self._ask("DELETE", quote(f"{name}.vcf"), "")

    def text(self, ref: str) -> str:
        """Return a card as it is, its lines ended as on Unix."""
        return self._ask("GET", ref, "").content.decode().replace("\r\n", "\n")

    def names(self) -> list[str]:
        """Return the names of all cards."""
        answer = self._ask("PROPFIND", "", "").text
        found = re.findall(r"href>[^<]*/([^</]+)</", answer)
        return sorted(found)

    def _ask(self, method: str, name: str, body: str) -> requests.Response:
        answer = requests.request(
            method,
            self.url + name,
            data=body.encode(errors="surrogateescape"),
            headers={
                "Content-Type": "text/vcard" if method == "PUT" else "text/xml",
                "Depth": "1",
            },
            auth=(LOGIN, PASSWORD),
            timeout=30,
        )
        answer.raise_for_status()
        return answer


class CarddavCase(RadicaleCase):
    """A test with a CardDAV server, and an address book on it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        reached = patch.dict(os.environ, CONNECTOR_PRIVATE_NETWORKS=HOST)
        cls.startClassPatcher(reached)

    def setUp(self):
        super().setUp()
        name = self._testMethodName
        self.book = AddressBook(self.server, name)
        self.backend = self.make_backend(self.book)

    def make_backend(self, book: AddressBook, env=None, **values):
        """Return a backend for an address book."""
        return (env or self.env)["carddav.backend"].create(
            {
                "name": "Friends",
                "url": book.url,
                "username": LOGIN,
                "password": PASSWORD,
                **values,
            }
        )

    def import_contacts(self, backend=None, full=False):
        """Import an address book to the end, and return the run of its stream."""
        run = (backend or self.backend).start_stream("contacts", full)
        run_jobs(run.env)
        return run

    def import_page(self):
        """Import the first page now, so that it raises what is wrong."""
        return self.backend.start_stream("contacts").import_page(None)

    def age_bindings(self):
        """Let all bindings be older than the next import."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE carddav_res_partner SET create_date = now() - interval '1 day',"
            " sync_date = now() - interval '1 day'"
        )
        self.env.invalidate_all()

    def bind(self, contact, backend=None):
        """Return a binding of a contact that is on no server yet, to be exported."""
        backend = backend or self.backend
        binding = self.env["carddav.res.partner"].create(
            {"odoo_id": contact.id, "backend_id": backend.id}
        )
        backend.delay_export_record(binding._name, binding.id)
        return binding

    def run_exports(self):
        """Run what changes here have made due; return what became of it."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        jobs = self.env["connector.queue.job"]
        before = jobs.search([])
        run_jobs(self.env)
        self.env.invalidate_all()
        done = jobs.search([]) - before | before.filtered("result")
        return done.sorted("id").mapped("result")

    def reasons(self, backend=None):
        """Return what the checkpoints of an address book say."""
        action = (backend or self.backend).action_open_checkpoints()
        checkpoints = self.env["connector.checkpoint"].search(action["domain"])
        return checkpoints.mapped("message")

    def find(self, name: str, backend=None):
        """Return the binding of a card."""
        scope = (backend or self.backend).get_environment("carddav.res.partner")
        return scope.get_connector_unit(Binder).to_internal(quote(f"{name}.vcf"))
