# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the chaos tests of webhooks: a real server, and a sender that repeats."""

import http.client
import json
import subprocess
import threading
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo import SUPERUSER_ID
from odoo.tests.common import get_db_name

from odoo.addons.connector.models.webhook.receive import TEST
from odoo.addons.connector.models.webhook.webhook import PATH

from ..models.flow_hook import HOOK_BACKEND, HOOKED, MAY_DIE
from .chaos_case import ChaosCase
from .tools import import_tool

NO_WORKER = {"CONNECTOR_WORKERS": "0", MAY_DIE: "1"}
PER_EVENT = "SELECT state, count(*) FROM connector_webhook_event GROUP BY state"


class WebhookServerCase(ChaosCase):
    """A test that sends events to a server which it may kill."""

    def setUp(self):
        super().setUp()
        self.there = Path(self.enterContext(TemporaryDirectory()))
        self.there.chmod(0o777)
        env = self.open_env()
        self.sender = env[HOOK_BACKEND].create(
            {"name": str(self.there), "flow_user_id": SUPERUSER_ID}
        )
        self.token = str(self.sender.webhook_ids.token)
        self.reference = self.sender.reference()
        env.cr.commit()
        self.addCleanup(self.delete_all)
        self.port = import_tool("odoo_server").free_port()

    def delete_all(self):
        env = self.open_env()
        contacts = env[HOOKED].with_context(active_test=False).search([])
        contacts.odoo_id.unlink()
        env[HOOK_BACKEND].browse(self.sender.id).unlink()
        env.cr.commit()

    def start_web(self, *arguments):
        """Start a server that takes events and runs no jobs; return it."""
        where = ("-d", get_db_name(), "--http-port", str(self.port))
        with self.log.open("a") as output:
            server = subprocess.Popen(
                self.odoo_command("server", *where, "--max-cron-threads=0", *arguments),
                env={**self.environment, **NO_WORKER},
                cwd="/",
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        self.watchdog.watch(server.pid)
        self.addCleanup(self.kill_server, server)
        self.wait_for(lambda: self.post({TEST: "1"}) == 204, "no answer")
        return server

    def put(self, record, name):
        path = self.there / f"{record}.json"
        path.write_text(json.dumps({"id": record, "name": name}))

    def post(self, payload, connection=None):
        """Send an event once; return the status, None where no answer came."""
        own = connection or http.client.HTTPConnection("127.0.0.1", self.port, 60)
        try:
            body = json.dumps(payload)
            own.request("POST", PATH + self.token, body, {"Content-Type": "a/b"})
            answer = own.getresponse()
            answer.read()
            return answer.status
        except (OSError, http.client.HTTPException):
            own.close()
            return None
        finally:
            if connection is None:
                own.close()

    def post_until_taken(self, payload):
        """Send an event as a sender does: again and again until it is taken."""
        self.wait_for(lambda: self.post(payload) == 204, "the event is not taken")

    def post_all(self, payloads, client_count=8):
        """Send events from several clients at once."""
        shares = [payloads[number::client_count] for number in range(client_count)]
        threads = [
            threading.Thread(target=self._post_share, args=(share,)) for share in shares
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(self.deadline_s)

    def _post_share(self, payloads):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, 60)
        with closing(connection):
            for payload in payloads:
                if self.post(payload, connection) != 204:
                    self.post_until_taken(payload)

    def counts(self):
        """Return how many events there are in each state."""
        return dict(self.query(PER_EVENT))

    def is_worked(self):
        """Tell whether no event waits."""
        return not {"received", "queued"} & self.counts().keys()

    def imported(self):
        """Return the records that were imported, in their order, with their names."""
        path = self.there / "imported"
        lines = path.read_text().splitlines() if path.exists() else []
        return [tuple(line.split(" ", 1)) for line in lines]
