# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of GraphQL: a backend with a session, and the server it asks."""

from odoo.addons.connector.api import Backend, ConnectorEnvironment, GraphQLAdapter
from odoo.addons.connector.tests.graphql_server import GraphQLFault, GraphQLServer

from .http_case import HttpBackendCase

SESSION_BACKEND = "connector.test.session.backend"
BUYER = "connector.test.buyer"
LOGIN = {"username": "ada", "password": "swordfish"}
FIELDS = "id name town { id name } __typename"
LIST = """
query ($options: BuyerOptions) {
    buyers(options: $options) { items { ...fields } totalItems }
}"""


class SessionServer(GraphQLServer):
    """A server whose login gives a token in a header, as Vendure does.

    Attributes:
        logins: number of logins that gave a token.
    """

    def __init__(self) -> None:
        super().__init__()
        self.logins = 0
        self.resolvers["login"] = self.log_in
        self.check = self.check_token

    def log_in(self, given):
        if given != LOGIN:
            self.headers = {"shop-auth-token": ""}  # it is there, and empty
            return {"__typename": "InvalidCredentialsError"}
        self.logins += 1
        self.headers = {"shop-auth-token": f"session-{self.logins}"}
        return {"__typename": "CurrentUser"}

    def check_token(self, asked):
        """Refuse all but a login and the last session."""
        is_login = "login(" in asked.data["query"]
        known = f"Bearer session-{self.logins}"
        if not is_login and asked.headers.get("Authorization") != known:
            raise GraphQLFault("FORBIDDEN", "You are not allowed to do that.")


class GraphQLCase(HttpBackendCase):
    """A test with a server that has buyers."""

    def setUp(self):
        super().setUp()
        self.server = SessionServer()
        self.addCleanup(self.server.stop)
        self.buyers = {
            str(number): {
                "__typename": "Buyer",
                "id": str(number),
                "name": f"Buyer {number}",
                "town": {"id": "7", "name": "Bern"},
                "updatedAt": f"2026-01-0{number}T00:00:00.000Z",
            }
            for number in range(1, 6)
        }
        self.server.resolvers["buyers"] = self.list_buyers
        self.server.resolvers["buyer"] = lambda given: self.buyers.get(given["id"])
        self.http_backend = self.env[SESSION_BACKEND].create(
            {"name": "GraphQL", "url": f"{self.server.url}/shop", **LOGIN}
        )
        self.units = Backend("connector_test", version="1")

    def list_buyers(self, given):
        """Return a page of the buyers, as Vendure does."""
        options = given.get("options", {})
        asked = options.get("filter", {})
        since = asked.get("updatedAt", {}).get("after", "")
        ids = asked.get("id", {}).get("in")
        town = asked.get("name", {}).get("eq")
        found = [
            one
            for one in self.buyers.values()
            if one["updatedAt"] > since
            and (ids is None or one["id"] in ids)
            and (town is None or one["name"] == town)
        ]
        skip = options.get("skip", 0)
        page = found[skip : skip + options.get("take", 2)]
        return {"items": page, "totalItems": len(found)}

    def adapter(self, **members):
        members = {
            "_model_name": BUYER,
            "_path": "graphql",
            "_fields": FIELDS,
            **members,
        }
        cls = type(GraphQLAdapter)("BuyerAdapter", (GraphQLAdapter,), members)
        return cls(ConnectorEnvironment(self.http_backend, self.session, BUYER))

    def asked(self):
        """Return the variables of the documents that came, without logins."""
        documents = self.server.documents
        return [given for _kind, given in documents if "password" not in given]
