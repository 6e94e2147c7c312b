# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Import of address books by their streams; runs inside Odoo, which provides ``env``.

The variable BOOKS lists them as JSON. While the jobs run in the server beside, each
line that is printed reports their progress; the last line reports what was done.
"""

import json
import os
import re
import time

POLL_S = 0.2
GIVEN_UP = ("failed", "cancelled")
COUNTS = (
    *("read", "created", "updated", "unchanged", "skipped", "rejected"),
    *("deleted", "not_delivered"),
)
NAME = re.compile(r"\S+\.vcf")

jobs = env["connector.queue.job"]  # noqa: F821 given by what runs this file
backends = env["carddav.backend"]  # noqa: F821
checkpoints = env["connector.checkpoint"]  # noqa: F821


def find_backend(book):
    """Return the backend of an address book, which may have moved since."""
    backend = backends.search([("name", "=", book["name"])])
    if not backend:
        return backends.create(book)
    backend.write(book)
    return backend


def start(backend):
    """Start the stream of an address book, which runs when the demo says so."""
    run = backend.start_stream("contacts")
    run.stream_id.write({"interval_minutes": 0, "full_interval_hours": 0})
    return run


def watch(runs):
    """Report how far the runs are until all of them are over."""
    while True:
        env.cr.commit()  # noqa: F821 to see what others have committed
        env.invalidate_all()  # noqa: F821
        states = {run.backend_id.name: describe(run) for run in runs}
        print(json.dumps({"states": states}), flush=True)
        if all(run.state == "done" or find_failed(run) for run in runs):
            return
        time.sleep(POLL_S)


def describe(run):
    """Return how far a run is, in a few words."""
    return f"{run.read_count} read" if run.state == "running" else run.state


def find_failed(run):
    """Return the job of a page that failed, if there is one."""
    return jobs.search([("uuid", "=", run.job_uuid), ("state", "in", GIVEN_UP)])


def report(run):
    """Return what a run has done, or why it could not."""
    backend = run.backend_id
    if failed := find_failed(run):
        return {"name": backend.name, "error": failed.result or failed.exc_info}
    return {
        "name": backend.name,
        **{name: run[f"{name}_count"] for name in COUNTS},
        "reasons": read_checkpoints(backend, [("severity", "!=", "minor")]),
        "remarks": read_checkpoints(backend, [("severity", "=", "minor")]),
    }


def read_checkpoints(backend, domain):
    """Return what open checkpoints of an address book say, by the name of the card."""
    found = checkpoints.search(
        [("backend_id", "=", backend.reference()), ("state", "=", "need_review")]
        + domain
    )
    return {NAME.search(one.message)[0]: one.message for one in found}


runs = [start(find_backend(book)) for book in json.loads(os.environ["BOOKS"])]
watch(runs)
print(json.dumps({"reports": [report(run) for run in runs]}))
