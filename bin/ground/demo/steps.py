# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Steps of a demo inside Odoo: what is printed of each, and the wait for its jobs."""

import json
import time

POLL_S = 0.2
WAIT_S = 120
OPEN = ("waiting", "pending", "enqueued", "started")


def say(text):
    """Say what happened."""
    print(json.dumps({"say": text}), flush=True)


def expect(seen, expected, what):
    """Say what is wrong, where it is."""
    if seen != expected:
        wrong = f"{what} is {seen!r}, expected {expected!r}"
        print(json.dumps({"mistake": wrong}), flush=True)


def settle(backend):
    """Commit, and wait until the jobs of a backend have run."""
    env, jobs = backend.env, backend.env["connector.queue.job"]
    deadline = time.monotonic() + WAIT_S
    domain = [("backend_id", "=", backend.reference()), ("state", "in", OPEN)]
    env.cr.commit()  # the jobs run elsewhere
    while jobs.search_count(domain):
        if time.monotonic() > deadline:
            raise SystemExit(f"The jobs of {backend.name} did not run in {WAIT_S} s.")
        time.sleep(POLL_S)
        env.cr.commit()  # to see what others have committed
    env.invalidate_all()
