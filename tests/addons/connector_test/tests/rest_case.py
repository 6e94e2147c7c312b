# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Test case of REST adapters, with a server and a backend."""

from datetime import datetime, timezone

from odoo.addons.connector.api import (
    Backend,
    ConnectorEnvironment,
    RestAdapter,
)

from .http_case import HttpBackendCase

CUSTOMER = "connector.test.customer"
LIST = "/shop/api/v1/acme/customers/"
NOON = datetime(2026, 1, 31, 12, tzinfo=timezone.utc)
RECORDS = [{"id": number, "email": f"{number}@x.org"} for number in range(1, 6)]


class RestCase(HttpBackendCase):
    def setUp(self):
        super().setUp()
        Backend("connector_test", version="1")

    def adapter(self, **members):
        members = {
            "_model_name": CUSTOMER,
            "_path": "api/v1/{organizer}/customers/",
            **members,
        }
        cls = type(RestAdapter)("CustomerAdapter", (RestAdapter,), members)
        return cls(ConnectorEnvironment(self.http_backend, self.session, CUSTOMER))

    def ids(self, adapter, state=None):
        """Return the ids of all pages."""
        return [one["id"] for page in adapter.pages(state) for one in page]
