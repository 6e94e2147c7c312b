# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests over HTTP: a backend, and the local server that it asks."""

import os

import requests

from odoo.tests.common import _super_send

from odoo.addons.connector.testing import AnsweringServer
from odoo.addons.connector.tests.common import ConnectorCase

SWORDFISH = "swordfish"
ALLOWED = "CONNECTOR_PRIVATE_NETWORKS"


class HttpBackendCase(ConnectorCase):
    """A test with a server on 127.0.0.1, which the configuration allows."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server = AnsweringServer()
        cls.addClassCleanup(cls.server.stop)

    def setUp(self):
        super().setUp()
        self.registry_enter_test_mode()  # for what is committed by itself
        self.server.replies.clear()
        self.server.asked.clear()
        self.patch_environment(**{ALLOWED: "127.0.0.1"})
        # Odoo's own guard cannot read a timeout of two parts; there is ours
        self.patch(requests.Session, "send", _super_send)
        self.http_backend = self.make_backend()
        self.client = self.http_backend._http_client()

    def make_backend(self, **values):
        """Return a backend of its own, and with that a session of its own."""
        return self.env["connector.test.http.backend"].create(
            {
                "name": "Server",
                "url": f"{self.server.url}/shop",
                "organizer": "acme",
                "token": SWORDFISH,
                **values,
            }
        )

    def patch_environment(self, **values):
        before = dict(os.environ)
        os.environ.update(values)
        self.addCleanup(os.environ.update, before)
        for name in values.keys() - before.keys():
            self.addCleanup(os.environ.pop, name)

    def declare(self, **members):
        """Let the model of the backend declare something else."""
        for name, value in members.items():
            self.patch(type(self.http_backend), name, value)

    def get(self, path, **options):
        """Ask the server for a path."""
        return self.http_backend._http_client().request("GET", path, **options)

    def last(self):
        """Return the last request that came."""
        return self.server.asked[-1]
