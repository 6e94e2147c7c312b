# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of streams whose process is killed (promise 3 of the flows)."""

import itertools
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo.tests import tagged

from ..models.flow import CONTACT
from ..models.flow_folder import KILL_COMMITTED, KILL_READ, KILL_STORED
from .chaos_case import PREFORK, ChaosCase

RECORDS = 90
NOON = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)


@tagged("chaos")
class TestKilledStream(ChaosCase):
    def setUp(self):
        super().setUp()
        self.records = Path(self.enterContext(TemporaryDirectory()))
        lines = [
            json.dumps(
                {
                    "id": f"C{number}",
                    "name": f"Contact {number}",
                    "changed": (NOON + timedelta(minutes=number)).isoformat(),
                }
            )
            for number in range(RECORDS)
        ]
        (self.records / "contacts.jsonl").write_text("\n".join(lines))
        env = self.open_env()
        values = {"name": str(self.records), "version": "2"}
        self.shop = env["connector.test.backend"].create(values)
        env["connector.stream"]._declare_all()
        self.reference = self.shop.reference()
        env.cr.commit()
        self.addCleanup(self.delete_contacts)

    def delete_contacts(self):
        env = self.open_env()
        contacts = env[CONTACT].search([("backend_id", "=", self.shop.id)])
        contacts.odoo_id.unlink()
        streams = env["connector.stream"].with_context(active_test=False)
        streams.search([("backend_id", "=", self.reference)]).unlink()
        env["connector.test.backend"].browse(self.shop.id).unlink()
        env.cr.commit()

    def start_stream(self) -> None:
        env = self.open_env()
        stream = env["connector.stream"].search(
            [("name", "=", "contacts"), ("backend_id", "=", self.reference)]
        )
        stream._start("changes")
        env.cr.commit()

    def find_run(self) -> tuple:
        rows = self.query(
            "SELECT run.state, run.created_count, run.page_count, stream.cursor"
            "  FROM connector_stream_run AS run"
            "  JOIN connector_stream AS stream ON stream.id = run.stream_id"
            " WHERE stream.backend_id = %s ORDER BY run.id DESC LIMIT 1",
            self.reference,
        )
        return rows[0]

    def test_everything_is_in_once_wherever_its_process_is_killed(self):
        """After the page is read, before its commit, and right after it.

        Records, cursor and the job of the next page are one transaction.
        """
        self.start_server(*PREFORK)
        marks = [self.records / one for one in (KILL_READ, KILL_STORED, KILL_COMMITTED)]
        marks[0].touch()
        self.start_stream()
        for mark, following in itertools.pairwise(marks):
            self.wait_for(lambda one=mark: not one.exists(), "nobody was killed")
            following.touch()
        self.wait_for(lambda: not marks[-1].exists(), "nobody was killed")

        self.wait_for(lambda: self.find_run()[0] == "done", "the stream is not done")

        state, created, pages, cursor = self.find_run()
        counts = self.query(
            "SELECT count(*), count(DISTINCT external_id), count(DISTINCT odoo_id)"
            "  FROM connector_test_contact WHERE backend_id = %s",
            self.shop.id,
        )
        self.assertEqual(counts, [(RECORDS, RECORDS, RECORDS)])
        self.assertEqual((state, created, pages), ("done", RECORDS, 5))
        last = NOON + timedelta(minutes=RECORDS - 1)
        self.assertEqual(cursor, last.isoformat())
