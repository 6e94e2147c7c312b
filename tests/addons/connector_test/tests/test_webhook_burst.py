# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of many events at once: each works once, in order of its record."""

import time
from datetime import datetime, timedelta

from odoo.tests import tagged

from ..models.flow_hook import HOOKED
from .chaos_case import PREFORK
from .webhook_case import event
from .webhook_server_case import WebhookServerCase

NOON = datetime.fromisoformat("2026-01-31T12:00:00")
PER_JOB = 5  # events for each job of other chaos tests: 1,000, in the long tier 10,000
RECORDS = 40
REPEATED = 10  # each tenth is sent twice


@tagged("chaos")
class TestBurst(WebhookServerCase):
    def test_events_that_come_while_no_worker_runs_work_once_and_in_order(self):
        """Out of order, from eight clients, some twice; then more while jobs run."""
        count = self.job_count * PER_JOB
        payloads = [self.payload(number) for number in range(count)]
        repeated = payloads[::REPEATED]
        late = payloads[count // 2 :]
        self.random.shuffle(late)
        self.start_web("--workers=2")

        early = payloads[: count // 2] + repeated[: len(repeated) // 2]
        self.random.shuffle(early)
        begun = time.monotonic()
        self.post_all(early)
        took = time.monotonic() - begun
        self.assertEqual(self.counts().keys(), {"received", "duplicate"})
        self.start_server(*PREFORK)
        self.post_all([*late, *repeated[len(repeated) // 2 :]])
        self.wait_for(self.is_worked, "events wait")

        counts = self.counts()
        self.assertEqual(counts.keys(), {"done", "superseded", "duplicate"})
        self.assertEqual(counts["duplicate"], len(repeated))
        self.assertEqual(counts["done"] + counts["superseded"], count)
        self.check_order(count)
        self.facts.append(f"{count} events, {len(early) / took:.0f} events/s, {counts}")

    def payload(self, number):
        """Return an event; its record is named by the number of the last one."""
        at = (NOON + timedelta(seconds=number)).isoformat()
        record = f"C{number % RECORDS}"
        return event(number, "full.changed", record, at, name=str(number))

    def check_order(self, count):
        """Each record ends as its last event says, and never went back."""
        names = {}
        for record, name in self.imported():
            self.assertGreater(int(name), names.get(record, -1), record)
            names[record] = int(name)
        last = {f"C{n % RECORDS}": n for n in range(count)}
        self.assertEqual(names, last)
        env = self.open_env()
        found = {one.external_id: int(one.name) for one in env[HOOKED].search([])}
        self.assertEqual(found, last)
