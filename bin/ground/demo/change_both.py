# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A contact that changes in Odoo and in its card; runs inside Odoo, with ``env``.

The variable BOOK names the address book, with its url and login as JSON; where ONCE is
set, a conflict is decided at the end, and the contact deleted. The lines that are
printed say what happened, or what is wrong; the jobs run in the server beside.
"""

import json
import os
import re

import requests
from steps import expect, say, settle

from odoo.tools import html2plaintext

NAME = "Ada Lovelace"

book = json.loads(os.environ["BOOK"])
backend = env["carddav.backend"].search([("name", "=", book["name"])])  # noqa: F821
http = requests.Session()
http.auth = book["username"], book["password"]


def import_cards():
    """Import what changed in the address book."""
    backend.start_stream("contacts")
    settle(backend)


class Card:
    """The card of a contact, as another client of the server sees it."""

    def __init__(self, name):
        self.url = f"{backend.url}{name}"

    def line(self, name):
        """Return the line of a property, None where there is none."""
        found = re.search(rf"^{name}[;:].*$", self.read(), re.MULTILINE)
        return found and found[0].strip()

    def value(self, name):
        """Return the value of a property."""
        return (self.line(name) or "").partition(":")[2]

    def write(self, name, value):
        """Change a property, or add it."""
        text = re.sub(rf"^{name}[;:].*\r?\n", "", self.read(), flags=re.MULTILINE)
        text = text.replace("END:VCARD", f"{name}:{value}\r\nEND:VCARD")
        http.put(self.url, text.encode(), timeout=30).raise_for_status()

    def read(self):
        """Return its text."""
        answer = http.get(self.url, timeout=30)
        answer.raise_for_status()
        return answer.content.decode()


def create():
    """Make a contact in Odoo, and let it have a card."""
    values = {"name": NAME, "phone": "+44 20 1", "email": "ada@example.com"}
    contact = env["carddav.res.partner"].create(  # noqa: F821
        {**values, "backend_id": backend.id}
    )
    backend.delay_export_record(contact._name, contact.id)
    settle(backend)
    card = Card(contact.external_id)
    say(f"{NAME} was made in Odoo, and exported: the card has {card.line('FN')}")
    expect(card.value("EMAIL"), contact.email, "the e-mail of the new card")
    return contact, card


def change_each(contact, card):
    """Change one side, then the other, then both."""
    contact.odoo_id.phone = "+44 20 2"
    settle(backend)
    say(f"Her phone was edited in Odoo: the card has {card.line('TEL')}")
    expect(card.value("TEL"), "+44 20 2", "the phone in the card")

    card.write("TITLE", "Countess")
    import_cards()
    say(f"TITLE was edited in the card: Odoo has the job position {contact.function}")
    expect(contact.function, "Countess", "the job position in Odoo")

    card.write("NOTE", "Likes horses")
    contact.odoo_id.city = "London"
    settle(backend)
    note = html2plaintext(contact.comment or "")
    both = f"Odoo has the note {note}, the card has {card.line('ADR')}"
    say(f"Both were edited at once: {both}")
    expect("Likes horses" in (contact.comment or ""), True, "the note in Odoo")
    expect("London" in card.value("ADR"), True, "the city in the card")


def change_both(contact, card):
    """Change one field on both sides; return the checkpoint about it."""
    card.write("TEL", "+44 20 33")
    contact.odoo_id.phone = "+44 20 44"
    settle(backend)
    checkpoint = env["connector.checkpoint"].search(  # noqa: F821
        [
            ("binding_id", "=", f"{contact._name},{contact.id}"),
            ("state", "=", "need_review"),
        ]
    )
    say(f"Both edited her phone: {checkpoint.name}, which a person decides")
    for row in checkpoint.conflict_ids:
        say(f"  {row.label}: before {row.base}, ours {row.ours}, theirs {row.theirs}")
    expect(len(checkpoint.conflict_ids), 1, "the number of conflicts")
    return checkpoint


def decide(checkpoint, contact, card):
    """Take ours, and delete the contact."""
    checkpoint.action_take_ours()
    settle(backend)
    say(f"Take Ours was pressed: the card has {card.line('TEL')}")
    expect(card.value("TEL"), "+44 20 44", "the phone in the card")
    contact.odoo_id.unlink()
    settle(backend)
    status = http.get(card.url, timeout=30).status_code
    say(f"She was deleted in Odoo: the server answers {status} for her card")
    expect(status, 404, "the answer of the server for a deleted card")


found, its_card = create()
change_each(found, its_card)
open_checkpoint = change_both(found, its_card)
if os.environ.get("ONCE"):
    decide(open_checkpoint, found, its_card)
print(json.dumps({"done": True}))
