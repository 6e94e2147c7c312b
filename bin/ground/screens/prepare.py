# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Preparation of a database for pictures; runs inside Odoo, with ``env``.

Arguments: ``empty``; ``typical`` and the port of a CardDAV server, whose books are
imported while the pictures are taken; or ``full`` and how many records to make.
"""

import sys
from datetime import timedelta

from odoo import fields
from odoo.modules.module import Manifest
from odoo.tools import convert_file

from odoo.addons.connector.magic import Magic
from odoo.addons.connector.queue.demo_job import try_queue
from odoo.addons.connector.session import ConnectorSession

MISSING = "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
SHOP_CUSTOMERS = 8
CONTACT = "carddav.res.partner"
RUNS = 40  # imports of each book that are said to have run in the last day


def prepare_empty():
    """Leave out a file that Debian's Odoo lacks, and Odoo's own greeting."""
    env["ir.asset"].create(  # noqa: F821 given by what runs this file, as below
        {
            "name": "missing",
            "bundle": "web.assets_backend",
            "directive": "remove",
            "path": MISSING,
        }
    )
    env["res.users"].search([]).odoobot_state = "disabled"  # noqa: F821


def prepare_typical(port):
    """Import the address books by jobs, again and again."""
    prepare_empty()
    for addon in ("connector", "connector_carddav"):  # Odoo's own demo data is not here
        for file in Manifest.for_addon(addon)["demo"]:
            convert_file(env, addon, file, {}, noupdate=True)  # noqa: F821
    for backend in env["carddav.backend"].search([]):  # noqa: F821
        path = backend.url.partition(":5232")[2]
        backend.url = f"http://127.0.0.1:{port}{path}"
        backend.action_check_connection()
        backend.delayed_many([(CONTACT,)] * RUNS).import_batch()
        tell_past(backend)
        backend.delayed_many([(CONTACT,)] * RUNS).import_batch()
    link_contacts(Magic(env))  # noqa: F821


def link_contacts(magic):
    """Link some contacts with a shop, and log what a sync of them says."""
    contacts = magic.env["res.partner"].search([], limit=SHOP_CUSTOMERS)
    for number, contact in enumerate(contacts, start=1001):
        contact.set_link("shop_customers", number, system="shop")
        about = {"relation": "shop_customers", "record": contact}
        magic.log_transmission(f"shop: customer {number}", contact.name, **about)
    magic.log("Customer 1009 has no name", magic.LOG_WARNING, relation="shop_customers")
    magic.log("The shop does not answer: timed out", magic.LOG_ERROR)


def tell_past(backend):
    """Say of the jobs of a backend that they ran in the last day; some failed."""
    env.cr.execute(  # noqa: F821
        """UPDATE connector_queue_job
              SET state = CASE WHEN id %% 13 = 0 THEN 'failed' ELSE 'done' END,
                  attempt = 1, hold = NULL,
                  result = CASE WHEN id %% 13 = 0 THEN 'No answer: timed out' END,
                  date_created = ended.date - INTERVAL '1 minute',
                  date_started = ended.date - INTERVAL '20 seconds',
                  date_done = ended.date
             FROM (SELECT id AS job_id, now() AT TIME ZONE 'UTC'
                          - random() * INTERVAL '24 hours' AS date
                     FROM connector_queue_job
                    WHERE backend_id = %s AND state = 'pending') AS ended
            WHERE id = job_id""",
        [backend.reference()],
    )


def prepare_full(count):
    """Make so many jobs, checkpoints and all that imports keep; a few backends."""
    session = ConnectorSession.from_env(env)  # noqa: F821
    texts = [(f"Contact {number} exported",) for number in range(count)]
    try_queue.delay_many(session, "res.partner", texts)
    books = env["carddav.backend"].search([], limit=1)  # noqa: F821
    for number in range(count // 100):
        # what is secret is not copied
        books.copy({"name": f"Address book {number + 1}", "password": "secret"})
    for number in range(count):
        books.add_checkpoint(message=f"Card {number} has no name")
    now = fields.Datetime.now()
    books.connection_checked_at = now - timedelta(hours=3)
    books.connection_state = "failed"
    books.connection_message = "No answer from the address book: connection refused"
    for model, values in kept_by_imports(books).items():
        insert_rows(model, values, count)


def kept_by_imports(backend):
    """Return the rows that imports and reports keep, as SQL for the n-th of each."""
    reference, person = backend.reference(), env["res.partner"].search([], limit=1).id  # noqa: F821
    fixed = {"backend_id": f"'{reference}'", "model": f"'{CONTACT}'"}
    fixed["external_id"] = "'contacts/4711-' || n || '.vcf'"
    at = "now() AT TIME ZONE 'UTC' - n * INTERVAL '7 minutes'"
    return {
        "connector.match": {
            **fixed,
            "keys": "'email ada' || n || '@example.com'",
            "outcome": "CASE WHEN n % 3 = 0 THEN 'ambiguous' ELSE 'matched' END",
            "reason": "CASE WHEN n % 3 = 0 THEN 'email finds res.partner,7' END",
            "record_model": "'res.partner'",
            "record_id": f"{person}",
        },
        "connector.tombstone": {
            **fixed,
            "deleted_at": at,
            "reason": "'Contact #' || n",
            "version": "'W-' || n",
        },
        "connector.rejected": {
            **fixed,
            "kind": "CASE WHEN n % 4 = 0 THEN 'skipped' ELSE 'rejected' END",
            "reason": "'Card ' || n || ' has no name, expected FN or N.'",
            "waits_for_id": "CASE WHEN n % 5 = 0 THEN 'contacts/' || n END",
            "first_at": at,
            "last_at": at,
            "seen_count": "n % 9 + 1",
        },
    }


def insert_rows(model, values, count):
    """Insert rows that no form makes."""
    env.cr.execute(  # noqa: F821 names and values are those above
        f"INSERT INTO {env[model]._table} ({', '.join(values)})"  # noqa: F821
        f" SELECT {', '.join(values.values()).replace('%', '%%')}"
        " FROM generate_series(1, %s) AS n",
        [count],
    )


what, *numbers = sys.argv[1:]
{"empty": prepare_empty, "typical": prepare_typical, "full": prepare_full}[what](
    *map(int, numbers)
)
env.cr.commit()  # noqa: F821
