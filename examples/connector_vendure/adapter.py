# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What the shop is asked: documents of its Admin API, and how its lists are read."""

from odoo.addons.connector.api import Backend, ChangedSince, GraphQLAdapter, Offset

VARIANT, CUSTOMER = "vendure.product.product", "vendure.res.partner"
ORDER, LINE = "vendure.sale.order", "vendure.sale.order.line"
DELIVERY = "vendure.stock.picking"
vendure = Backend("vendure", version="3")

PATH = "admin-api"
LIST = """query ($options: %sListOptions) {
    %s(options: $options) { items { ...fields } totalItems }
}"""
ADDRESS = "street: streetLine1 street2: streetLine2 zip: postalCode city"
DONE = "query ($id: ID!) { order(id: $id) { fulfillments { id state method } } }"
SHIP = """mutation ($id: ID!) {
    transitionFulfillmentToState(id: $id, state: "Shipped") { ...fields }
}"""


class VendureAdapter(GraphQLAdapter):
    """What all lists of the shop have in common."""

    _path = PATH
    _pages = Offset("options.skip", records="items", total="totalItems")
    _params = {"options.take": 100, "options.sort.id": "ASC"}
    _ids_param = "options.filter.id.in"
    _changed_since = ChangedSince("options.filter.updatedAt.after", field="updatedAt")


@vendure
class VariantAdapter(VendureAdapter):
    """Variants of all products."""

    _model_name = VARIANT
    _fields = "id updatedAt sku name price enabled stockOnHand stockAllocated"
    _list_query = LIST % ("ProductVariant", "productVariants")
    _write_mutation = """mutation ($input: UpdateProductVariantInput!) {
        updateProductVariant(input: $input) { ...fields }
    }"""


@vendure
class CustomerAdapter(VendureAdapter):
    """Customers with their addresses."""

    _model_name = CUSTOMER
    _fields = f"""id updatedAt firstName lastName emailAddress phoneNumber
        addresses {{ {ADDRESS} country {{ code }} defaultBillingAddress }}"""
    _list_query = LIST % ("Customer", "customers")


@vendure
class OrderAdapter(VendureAdapter):
    """Orders that were placed; neither carts nor drafts.

    ``updatedAt`` does not move when an order is paid, shipped or cancelled. So new ones
    are found by the time at which they were placed, and open ones are read again.
    """

    _model_name = ORDER
    _fields = f"""id code state orderPlacedAt currencyCode customer {{ id }}
        shippingAddress {{ {ADDRESS} countryCode fullName phoneNumber }}
        lines {{ id quantity taxRate net: proratedLinePrice
            productVariant {{ id sku name }} }}
        shippingLines {{ id net: discountedPrice gross: discountedPriceWithTax
            productVariant: shippingMethod {{ sku: code name }} }}"""
    _list_query = LIST % ("Order", "orders")
    _params = {**VendureAdapter._params, "options.filter.orderPlacedAt.isNull": False}
    _changed_since = ChangedSince(
        "options.filter.orderPlacedAt.after", field="orderPlacedAt"
    )
    _read_again = [("state_there", "not in", ["Delivered", "Cancelled"])]
    _deletions = None  # an order that was placed is never deleted

    def _records(self, page):
        """Return the orders, in which shipping is a line like the others."""
        for order in page:
            for one in order["shippingLines"]:
                rate = one["net"] and round(100 * (one["gross"] / one["net"] - 1))
                line = {"id": f"shipping-{one['id']}", "taxRate": rate or None}
                order["lines"].append({**one, **line, "quantity": 1})
        return page


@vendure
class DeliveryAdapter(VendureAdapter):
    """Fulfillments: the shop makes a second one where a request comes twice.

    The name of a delivery here is the method of its fulfillment, by which it is found.
    """

    _model_name = DELIVERY
    _find = {"order": "order", "method": "method"}
    _fields = "__typename ... on Fulfillment {id state} ... on ErrorResult {message}"
    _create_mutation = """mutation ($input: FulfillOrderInput!) {
        addFulfillmentToOrder(input: $input) { ...fields }
    }"""

    def find(self, key):
        """Return the fulfillments of an order with a method."""
        found = self.execute(DONE, {"id": key["order"]})["order"]["fulfillments"]
        return [one for one in found or [] if one["method"] == key["method"]]

    def create(self, data):
        """Add a fulfillment to an order, and ship it."""
        arguments = [{"name": "method", "value": data["method"]}]
        handler = {"code": "manual-fulfillment", "arguments": arguments}
        return self._ship(super().create({"lines": data["lines"], "handler": handler}))

    def write(self, external_id, data):
        """Ship a fulfillment that was added before a crash."""
        return [self._ship(one) for one in self.find(data)][0]

    def _ship(self, fulfillment):
        if fulfillment["state"] == "Pending":  # else the shop refuses
            self.execute(SHIP, {"id": fulfillment["id"]})
        return fulfillment
