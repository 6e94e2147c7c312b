# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Imports address books: runs inside ``odoo shell``, which gives it ``env``.

The variable BOOKS lists them as JSON; what was done is printed as JSON.
"""

import json
import os


def find_backend(book):
    """Return the backend of an address book, which may have moved since."""
    backends = env["carddav.backend"]  # noqa: F821 the shell has it
    backend = backends.search([("name", "=", book["name"])])
    if not backend:
        return backends.create(book)
    backend.write(book)
    return backend


def import_book(book):
    """Import one address book and tell what was done."""
    done = find_backend(book).import_contacts()
    env.cr.commit()  # noqa: F821 the shell rolls back at its end
    counts = ("read", "created", "updated", "skipped", "archived", "refused")
    return {
        "name": book["name"],
        **{name: done[f"{name}_count"] for name in counts},
        "reasons": {card.external_id: card.reason for card in done.refusal_ids},
    }


print(json.dumps([import_book(book) for book in json.loads(os.environ["BOOKS"])]))
