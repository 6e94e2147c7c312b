# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of streams: contacts that change a minute after each other."""

from datetime import datetime, timedelta, timezone

from odoo.addons.connector.api import ChangedSince, run_jobs

from .flow_case import FlowCase

NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


class StreamCase(FlowCase):
    """A test with the stream of contacts, which is sorted or not."""

    sorted = True
    lookback = timedelta(0)

    def setUp(self):
        super().setUp()
        self.env["connector.stream"]._declare_all()
        self.stream = self.env["connector.stream"].search(
            [
                ("name", "=", "contacts"),
                ("backend_id", "=", self.backend_record.reference()),
            ]
        )

    def adapter_class(self, **members):
        changed_since = ChangedSince("changed", self.sorted, self.lookback)
        return super().adapter_class(**{"_changed_since": changed_since, **members})

    def changed(self, count, first=1, **values):
        """Return so many contacts, each changed a minute after the one before."""
        return [
            {
                "id": f"C{number}",
                "name": f"Contact {number}",
                "changed": self.stamp(number),
                **values,
            }
            for number in range(first, first + count)
        ]

    def stamp(self, minutes):
        return (NOON + timedelta(minutes=minutes)).isoformat()

    def run_stream(self, kind="changes"):
        """Run the stream to its end, and return its run."""
        run = self.stream._start(kind)
        run_jobs(self.env)
        self.env["connector.stream"]._cron_run()
        return run

    def age_bindings(self):
        """Let the bindings be a day old: newer ones are never taken for deleted."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_test_contact"
            " SET create_date = create_date - interval '1 day',"
            " sync_date = sync_date - interval '1 day'"
        )
        self.env.invalidate_all()

    def all_contacts(self):
        return self.env["connector.test.contact"].search([])

    def checkpoints(self):
        return self.env["connector.checkpoint"].search([("state", "=", "need_review")])
