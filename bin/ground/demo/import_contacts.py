# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import of address books by jobs; runs inside Odoo, which provides ``env``.

The variable BOOKS lists them as JSON. While the jobs run in the server beside, each
line that is printed reports their progress; the last line reports what was done.
"""

import json
import os
import time

POLL_S = 0.2
OVER = ("done", "failed", "cancelled")

jobs = env["connector.queue.job"]  # noqa: F821 given by what runs this file
backends = env["carddav.backend"]  # noqa: F821


def find_backend(book):
    """Return the backend of an address book, which may have moved since."""
    backend = backends.search([("name", "=", book["name"])])
    if not backend:
        return backends.create(book)
    backend.write(book)
    return backend


def delay_import(backend):
    """Let an address book be imported later; return the job."""
    uuid = backend.delayed(
        description=f"Import {backend.name}",
        identity_key=f"carddav.import.{backend.id}",
    ).import_contacts()
    return jobs.search([("uuid", "=", uuid)])


def watch(delayed):
    """Tell how far the jobs are until all of them are over."""
    while True:
        env.cr.commit()  # noqa: F821 to see what others have committed
        env.invalidate_all()  # noqa: F821
        states = {backend.name: tell_state(job) for backend, job in delayed.items()}
        print(json.dumps({"states": states}), flush=True)
        if all(job.state in OVER for job in delayed.values()):
            return
        time.sleep(POLL_S)


def tell_state(job):
    """Return what a job does at the moment, in a word or in percent."""
    return f"{job.progress:.0f} %" if job.state == "enqueued" else job.state


def report(backend, job):
    """Return what an import has done, or why it could not."""
    if job.state != "done":
        return {"name": backend.name, "error": job.result or job.exc_info}
    done = backend.import_ids[0]
    counts = (
        *("read", "created", "updated", "skipped", "archived"),
        *("refused", "undelivered"),
    )
    return {
        "name": backend.name,
        **{name: done[f"{name}_count"] for name in counts},
        "reasons": {card.external_id: card.reason for card in done.refusal_ids},
        "remarks": {card.external_id: card.reason for card in done.remark_ids},
    }


found = [find_backend(book) for book in json.loads(os.environ["BOOKS"])]
delayed = {backend: delay_import(backend) for backend in found}
watch(delayed)
print(json.dumps({"reports": [report(*pair) for pair in delayed.items()]}))
