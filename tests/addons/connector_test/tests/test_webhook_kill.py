# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of a receiver that is killed after it has stored an event."""

from odoo.tests import tagged

from ..models.flow_hook import KILL_STORED, KILL_WOKEN
from .chaos_case import PREFORK
from .private_server import PrivateServerCase
from .webhook_case import event
from .webhook_server_case import WebhookServerCase

KILLS = 3  # at each place


@tagged("chaos")
class TestKilledReceiver(WebhookServerCase):
    def test_event_works_once_wherever_its_receiver_is_killed(self):
        """Its sender had no answer, and sends it again."""
        self.start_web("--workers=2")
        places = [KILL_STORED, KILL_WOKEN] * KILLS
        for number, place in enumerate(places):
            self.put(f"C{number}", f"Contact {number}")
            mark = self.there / place
            mark.touch()
            payload = event(number, record=f"C{number}")
            self.assertIsNone(self.post(payload), "nobody was killed")
            self.assertFalse(mark.exists())
            self.post_until_taken(payload)

        self.start_server(*PREFORK)
        self.wait_for(self.is_worked, "events wait")

        self.assertEqual(self.counts(), {"done": len(places), "duplicate": len(places)})
        records = [record for record, _name in self.imported()]
        self.assertEqual(sorted(records), [f"C{n}" for n in range(len(places))])
        self.facts.append(f"{len(places)} kills")


@tagged("chaos")
class TestOutage(WebhookServerCase, PrivateServerCase):
    def test_sender_is_to_repeat_while_postgresql_is_away(self):
        """Odoo says then that there is no such address; some senders give up.

        A prefork master of Odoo ends itself while PostgreSQL starts, so it is no such.
        """
        self.postgres.start()
        self.start_web("--workers=0", *self.postgres.odoo_arguments())
        self.assertEqual(self.post(event(1)), 204)

        self.postgres.cluster.stop("immediate")
        self.assertEqual(self.post(event(2)), 503)
        self.postgres.cluster.start()
        self.post_until_taken(event(2))

        self.assertEqual(self.counts(), {"received": 2})
