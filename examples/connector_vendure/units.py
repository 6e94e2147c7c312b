# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which value of the shop is which field here, and what is special about both ways."""

from contextlib import suppress

from odoo.addons.connector.api import (
    CompareExporter,
    ExportMapper,
    ImportMapper,
    InvalidDataError,
    MissingDependencyError,
    RecordExporter,
    RecordImporter,
    boolean,
    find_country,
    m2o_to_backend,
    mapped,
    mapping,
    money,
    related,
    utc,
)

from .adapter import CUSTOMER, DELIVERY, LINE, ORDER, VARIANT, vendure


@vendure
class VariantMapper(ImportMapper):
    """Variants."""

    _model_name = VARIANT
    direct = [
        ("sku", "default_code"),
        ("name", "name"),
        (money("price", in_cents=True), "list_price"),
        (boolean("enabled"), "sale_ok"),
    ]
    defaults = {"is_storable": True}  # the stock of new products is counted


@vendure
class CustomerMapper(ImportMapper):
    """Customers."""

    _model_name = CUSTOMER
    direct = [("emailAddress", "email"), ("phoneNumber", "phone")]

    @mapping
    def name(self, record):
        """Join both names."""
        name = f"{record['firstName']} {record['lastName']}".strip()
        return {"name": name or record["emailAddress"]}

    @mapping
    def address(self, record):
        """Take the address of invoices, or else the first one."""
        places = record["addresses"] or []
        places = sorted(places, key=lambda one: not one["defaultBillingAddress"])
        return address_of(self.env, places[0], "country.code") if places else {}


@vendure
class OrderMapper(ImportMapper):
    """Orders."""

    _model_name = ORDER
    direct = [
        ("code", "client_order_ref"),
        ("state", "state_there"),
        (utc("orderPlacedAt"), "date_order"),
        (related("customer.id", CUSTOMER), "partner_id"),
    ]
    children = [("lines", "vendure_line_ids", LINE)]

    @mapping
    def delivery_address(self, record):
        """Return the address of the delivery, one of the customer's contacts."""
        place, binder = record["shippingAddress"], self.binder_for(CUSTOMER)
        customer = binder.to_internal(record["customer.id"], unwrap=True)
        if not (customer and place and place["street"]):
            return {}
        found = address_of(self.env, place, "countryCode")
        found |= {"type": "delivery", "name": place["fullName"] or customer.name}
        key = {name: value for name, value in found.items() if value}
        phone = {"phone": place["phoneNumber"]}
        found = self.find_or_create("res.partner", phone, parent_id=customer.id, **key)
        return {"partner_shipping_id": found.id}


@vendure
class LineMapper(ImportMapper):
    """Lines of orders."""

    _model_name = LINE
    direct = [
        ("id", "external_id"),
        ("quantity", "product_uom_qty"),
        (mapped("taxRate", "tax"), "tax_ids"),
    ]

    @mapping
    def price(self, record):
        """Return the price of one: that of the line is exact, and has all discounts."""
        return {"price_unit": record["net"] / 100 / (record["quantity"] or 1)}

    @mapping
    def product(self, record):
        """Return the product; one that was deleted there is found by its SKU."""
        variant = record["productVariant"]
        product = self.binder_for(VARIANT).to_internal(variant.get("id"), unwrap=True)
        if not product:
            values = {"name": variant["name"], "type": "service"}
            key = {"default_code": variant["sku"]}
            product = self.find_or_create("product.product", values, **key)
        return {"product_id": product.id}


@vendure
class StockMapper(ExportMapper):
    """What may be sold of a product: on hand, and not promised to orders here."""

    _model_name = VARIANT

    @mapping
    def stock(self, record):
        """Return the quantity to which the shop adds what it promised itself."""
        return {"stockOnHand": max(0, int(record.qty_available - record.outgoing_qty))}


@vendure
class DeliveryMapper(ExportMapper):
    """Deliveries that were done."""

    _model_name = DELIVERY

    direct = [("name", "method"), (m2o_to_backend("sale_id", ORDER), "order")]

    @mapping
    def lines(self, record):
        """Return what was delivered of which lines."""
        line_of = self.binder_for(LINE).to_backend
        moves = record.move_ids.filtered("sale_line_id").filtered("quantity")
        ids = [line_of(one.sale_line_id.id, wrap=True) for one in moves]
        done = zip(ids, moves.mapped("quantity"), strict=True)
        return {"lines": [{"orderLineId": id_, "quantity": int(n)} for id_, n in done]}


def address_of(env, place, code):
    """Return the fields of an address; the code of its country is under a key."""
    found = {name: place[name] for name in ("street", "street2", "zip", "city")}
    return {**found, "country_id": find_country(env, place[code] or "").id}


@vendure
class OrderImporter(RecordImporter):
    """Imports orders; they are confirmed here, as they were placed there."""

    _model_name = ORDER

    def _before_import(self):
        there, here = self.remote_record["currencyCode"], self.env.company.currency_id
        if there != here.name:
            raise InvalidDataError(f"The order is in {there}, expected {here.name}.")

    def _import_dependencies(self):
        for line in self.remote_record["lines"]:
            with suppress(MissingDependencyError):  # the line says enough of it
                self._import_dependency(line["productVariant"].get("id"), VARIANT)

    def _after_import(self, binding):
        order, placed_at = binding.odoo_id, binding.date_order
        if binding.state_there == "Cancelled" and order.state != "cancel":
            order._action_cancel()
        elif binding.state_there != "Cancelled" and order.state in ("draft", "sent"):
            order.action_confirm()
            order.date_order = placed_at  # Odoo takes the time of the confirmation


@vendure
class StockExporter(CompareExporter):
    """Exports stock once the orders are in: a sale there is not undone."""

    _model_name = VARIANT
    _allocated = {"stockOnHand": "stockAllocated"}
    _streams_first = ["orders"]

    def _has_to_skip(self):
        return None if self.binding.stock_quant_ids else "It was never counted here."


@vendure
class DeliveryExporter(RecordExporter):
    """Exports deliveries to the shop of their order."""

    _model_name = DELIVERY

    def _has_to_skip(self):
        shops = self.binding.sale_id.vendure_bind_ids.backend_id
        return None if self.backend_record in shops else "It is of another shop."
