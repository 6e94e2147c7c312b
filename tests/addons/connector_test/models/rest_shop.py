# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Shops that are asked over HTTP, by REST or by GraphQL, and their customers."""

from datetime import timedelta

from odoo import api, fields, models

from odoo.addons.connector.api import (
    Basic,
    Header,
    OAuth2RefreshToken,
    SessionToken,
    Status,
    Stream,
    job,
)


class TestHttpBackend(models.Model):
    _name = "connector.test.http.backend"
    _inherit = "connector.backend.http"
    _description = "Test Server"

    _backend_type = "connector_test"
    _auth = Header("Authorization", "Token {token}")
    _check = "api/v1/{organizer}/"
    _statuses = [Status(422, "missing", body='"gone"')]
    _streams = [
        Stream("customers", "connector.test.customer", every=timedelta(minutes=15)),
    ]
    _max_bytes = 100_000

    version = fields.Selection([("1", "1"), ("2", "2")], default="1")
    organizer = fields.Char(required=True)

    @api.private
    @job
    def ask(self, path):
        """Send a request."""
        return self._http_client().request("GET", path).status

    @api.private
    @job(retry_pattern={1: 1})
    def ask_by_count(self, path):
        """Send a request; the tries are counted."""
        return self.ask(path)


class TestOAuthBackend(models.Model):
    _name = "connector.test.oauth.backend"
    _inherit = "connector.backend.http"
    _description = "Test Server with OAuth"

    _backend_type = "connector_test"
    _auth = OAuth2RefreshToken("oauth/token", scope="read write")

    version = fields.Selection([("1", "1"), ("2", "2")], default="1")


class TestBasicBackend(models.Model):
    _name = "connector.test.basic.backend"
    _inherit = "connector.backend.http"
    _description = "Test Server with a Password"

    _backend_type = "connector_test"
    _auth = Basic()

    version = fields.Selection([("1", "1"), ("2", "2")], default="1")


class TestSessionBackend(models.Model):
    _name = "connector.test.session.backend"
    _inherit = "connector.backend.http"
    _description = "Test Server of GraphQL"

    _backend_type = "connector_test"
    _auth = SessionToken("graphql", mutation="login", header="shop-auth-token")
    _check = "graphql"
    _check_query = "{ me { id } }"
    _streams = [
        Stream("buyers", "connector.test.buyer", every=timedelta(minutes=15)),
    ]

    version = fields.Selection([("1", "1"), ("2", "2")], default="1")


class TestBuyer(models.Model):
    _name = "connector.test.buyer"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Buyer"
    _backend_model = "connector.test.session.backend"


class TestCustomer(models.Model):
    _name = "connector.test.customer"
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Customer"
    _backend_model = "connector.test.http.backend"
