# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A real Vendure shop for the tests, and what its people do in it."""

import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from pathlib import Path

import requests

from odoo.tests.common import _super_send

from odoo.addons.connector.tests.local_server import HOST, LocalServer

HOME = "VENDURE_HOME"  # set by bin/test, which installs the shop
USER = "superadmin"
TIMEOUT_S = START_WAIT_S = 60
# Odoo limits its address space, and what it starts has that limit: Node.js dies of it
# with the first request, as it reserves more for each module of WebAssembly.
NODE = 'ulimit -Sv unlimited && exec node "$@"'

LOGIN = """mutation ($name: String!) {
    login(username: $name, password: $name) { __typename } }"""
PRODUCT = (
    "mutation ($input: CreateProductInput!) { createProduct(input: $input) { id } }"
)
VARIANTS = """mutation ($input: [CreateProductVariantInput!]!) {
    createProductVariants(input: $input) { id } }"""
UPDATE = """mutation ($input: UpdateProductVariantInput!) {
    updateProductVariant(input: $input) { id } }"""
VARIANT = """query ($id: ID!) {
    productVariant(id: $id) { price stockOnHand stockAllocated updatedAt } }"""
CUSTOMER = """mutation ($input: CreateCustomerInput!) {
    createCustomer(input: $input) { ... on Customer { id } } }"""
CUSTOMER_ADDRESS = """mutation ($id: ID!, $input: CreateAddressInput!) {
    createCustomerAddress(customerId: $id, input: $input) { id } }"""
DRAFT = "mutation { createDraftOrder { id code } }"
ITEM = """mutation ($id: ID!, $input: AddItemToDraftOrderInput!) {
    addItemToDraftOrder(orderId: $id, input: $input) { __typename } }"""
BUYER = """mutation ($id: ID!, $customer: ID!) {
    setCustomerForDraftOrder(orderId: $id, customerId: $customer) { __typename } }"""
PLACE = """mutation ($id: ID!, $input: CreateAddressInput!) {
    setDraftOrderShippingAddress(orderId: $id, input: $input) { id } }"""
METHODS = (
    "query ($id: ID!) { eligibleShippingMethodsForDraftOrder(orderId: $id) { id } }"
)
SHIPPING = """mutation ($id: ID!, $method: ID!) {
    setDraftOrderShippingMethod(orderId: $id, shippingMethodId: $method) {
        __typename } }"""
MOVE = """mutation ($id: ID!, $state: String!) {
    transitionOrderToState(id: $id, state: $state) {
        __typename ... on ErrorResult { message } } }"""
PAY = """mutation ($input: ManualPaymentInput!) {
    addManualPaymentToOrder(input: $input) {
        __typename ... on ErrorResult { message } } }"""
CANCEL = """mutation ($input: CancelOrderInput!) {
    cancelOrder(input: $input) { __typename ... on ErrorResult { message } } }"""
FULFILL = """mutation ($input: FulfillOrderInput!) {
    addFulfillmentToOrder(input: $input) {
        __typename ... on Fulfillment { id } ... on ErrorResult { message } } }"""
SHIP = """mutation ($id: ID!) {
    transitionFulfillmentToState(id: $id, state: "Shipped") {
        __typename ... on ErrorResult { message } } }"""
ORDER = """query ($id: ID!) { order(id: $id) {
    id code state updatedAt orderPlacedAt totalWithTax lines { id quantity }
    fulfillments { id state method lines { orderLineId quantity } } } }"""
CART = """mutation ($id: ID!) {
    addItemToOrder(productVariantId: $id, quantity: 1) { ... on Order { id } } }"""
STREET = {"fullName": "Ada Lovelace", "streetLine1": "Ring 1", "city": "Wien"}
ADDRESS = {**STREET, "postalCode": "1010", "countryCode": "AT"}


class Shop:
    """A Vendure shop, as its people see it.

    Args:
        url: its address.
    """

    def __init__(self, url):
        self.url = url
        self.http = requests.Session()

    def log_in(self):
        """Log in as its admin."""
        self.ask(LOGIN, name=USER)

    def ask(self, document, api="admin-api", **variables):
        """Send a document, and return what its field gives."""
        request = requests.Request(
            "POST",
            f"{self.url}/{api}",
            json={"query": document, "variables": variables},
        )
        # Odoo refuses requests to others in tests; this one is ours
        answer = _super_send(
            self.http, self.http.prepare_request(request), timeout=TIMEOUT_S
        )
        if token := answer.headers.get("vendure-auth-token"):
            self.http.headers["Authorization"] = f"Bearer {token}"
        found = answer.json()
        if "errors" in found:
            raise AssertionError(found["errors"])
        (result,) = found["data"].values()
        kind = result.get("__typename", "") if isinstance(result, dict) else ""
        if kind.endswith("Error"):
            raise AssertionError(result)
        return result

    # === WHAT PEOPLE DO THERE === #

    def make_variants(self, name, *variants):
        """Make variants: SKU, price in cents, stock; return their ids."""
        told = {"languageCode": "en", "name": name, "slug": "", "description": ""}
        ids = []
        for sku, price, stock in variants:
            product = self.ask(PRODUCT, input={"translations": [told]})
            values = {
                "productId": product["id"],
                "sku": sku,
                "price": price,
                "stockOnHand": stock,
                "translations": [{"languageCode": "en", "name": f"{name} {sku}"}],
            }
            ids += [one["id"] for one in self.ask(VARIANTS, input=[values])]
        return ids

    def update_variant(self, variant, **values):
        """Change a variant."""
        self.ask(UPDATE, input={"id": variant, **values})

    def variant(self, variant):
        """Return price and stock of a variant."""
        return self.ask(VARIANT, id=variant)

    def make_customer(self, email, first="Ada", last="Lovelace"):
        """Make a customer with an address; return its id."""
        names = {"firstName": first, "lastName": last}
        customer = self.ask(CUSTOMER, input={**names, "emailAddress": email})["id"]
        self.ask(CUSTOMER_ADDRESS, id=customer, input=ADDRESS)
        return customer

    def place_order(self, customer, **quantities):
        """Place an order of some variants and pay it; return its id.

        Args:
            quantities: by the variant, as ``v1=2`` for two of the variant ``1``.
        """
        order = self.ask(DRAFT)["id"]
        for variant, quantity in quantities.items():
            item = {"productVariantId": variant[1:], "quantity": quantity}
            self.ask(ITEM, id=order, input=item)
        self.ask(BUYER, id=order, customer=customer)
        self.ask(PLACE, id=order, input=ADDRESS)
        method = self.ask(METHODS, id=order)[0]["id"]
        self.ask(SHIPPING, id=order, method=method)
        self.ask(MOVE, id=order, state="ArrangingPayment")
        payment = {"orderId": order, "method": "cash", "transactionId": "1"}
        self.ask(PAY, input={**payment, "metadata": {}})
        return order

    def make_draft(self, variant):
        """Begin an order that nobody has placed yet."""
        order = self.ask(DRAFT)["id"]
        item = {"productVariantId": variant, "quantity": 1}
        self.ask(ITEM, id=order, input=item)

    def make_cart(self, variant):
        """Put a variant into the cart of a visitor."""
        admin = dict(self.http.headers)
        self.http.headers.pop("Authorization")
        self.ask(CART, api="shop-api", id=variant)
        self.http.headers.update(admin)

    def order(self, order):
        """Return an order as it is there."""
        return self.ask(ORDER, id=order)

    def fulfill(self, order):
        """Ship an order there, without us."""
        lines = [
            {"orderLineId": one["id"], "quantity": one["quantity"]}
            for one in self.order(order)["lines"]
        ]
        arguments = [{"name": "method", "value": "by hand"}]
        handler = {"code": "manual-fulfillment", "arguments": arguments}
        found = self.ask(FULFILL, input={"lines": lines, "handler": handler})
        self.ask(SHIP, id=found["id"])

    def cancel(self, order):
        """Cancel an order."""
        self.ask(CANCEL, input={"orderId": order, "cancelShipping": True})

    def delete(self, kind, id_):
        """Delete a record: ``"ProductVariant"`` or ``"Customer"``."""
        self.ask(
            f"mutation ($id: ID!) {{ delete{kind}(id: $id) {{ result message }} }}",
            id=id_,
        )


class Vendure(LocalServer, Shop):
    """A Vendure shop of our own on a free port, with nothing in it yet."""

    def __init__(self):
        LocalServer.__init__(self)
        Shop.__init__(self, f"http://{HOST}:{self.port}")
        if HOME not in os.environ:
            raise OSError(f"{HOME} is not set: run the tests by bin/test.")
        home = Path(os.environ[HOME])
        self.folder = Path(tempfile.mkdtemp(prefix="vendure-"))
        shop = self.folder / "shop.sqlite"
        shutil.copy(home / "empty.sqlite", shop)
        command = [home / "server.js", shop, str(self.port)]
        self.process = subprocess.Popen(["sh", "-c", NODE, "sh", *command], cwd=home)

    def wait(self) -> None:
        """Return when it serves, and its admin is logged in."""
        deadline = time.monotonic() + START_WAIT_S
        while True:
            try:
                return self.log_in()
            except requests.ConnectionError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    raise
            time.sleep(0.1)  # there is nothing to be told by while it starts

    def stop(self) -> None:
        """Stop it and remove what it stored."""
        super().stop()
        shutil.rmtree(self.folder)

    def session_count(self):
        """Return how many sessions the shop has begun."""
        with sqlite3.connect(self.folder / "shop.sqlite") as database:
            return database.execute("SELECT count(*) FROM session").fetchone()[0]
