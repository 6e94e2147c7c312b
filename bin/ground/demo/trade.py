# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Trade between a shop and Odoo; runs inside Odoo, which provides ``env``.

The variable SHOP is the address of an empty Vendure shop. The lines that are printed
say what happened, or what is wrong; the jobs run in the server beside.
"""

import os

from steps import expect, say, settle

from odoo.addons.connector_vendure.tests.vendure import USER, Shop

TAX = 20  # percent, in the shop and here
PRODUCTS = {"Lamp": 4, "Chair": 3, "Table": 2}
PEOPLE = (("Ada", "Lovelace"), ("Zoé", "Lefèvre"), ("Łukasz", "Dąbrowski"))
STOCK = 20

shop = Shop(os.environ["SHOP"])


def fill_shop():
    """Put products, customers and orders into the shop; return ids of all of them."""
    shop.log_in()
    variants = [
        variant
        for name, count in PRODUCTS.items()
        for variant in shop.make_variants(
            name, *((f"{name.upper()}-{n}", 1999 + 500 * n, 10) for n in range(count))
        )
    ]
    customers = [
        shop.make_customer(f"{first.lower()}@example.com", first, last)
        for first, last in PEOPLE
    ]
    orders = [
        shop.place_order(customer, **{f"v{variants[n]}": n + 1})
        for n, customer in enumerate(customers)
    ]
    return variants, customers, orders


def make_backend():
    """Return the backend of the shop, with the tax that it needs."""
    company = env.company  # noqa: F821
    company.currency_id = env.ref("base.USD")  # noqa: F821 the currency of the shop
    company.account_fiscal_country_id = env.ref("base.at")  # noqa: F821
    country = {"country_id": company.account_fiscal_country_id.id}
    group = env["account.tax.group"].create({"name": "VAT", **country})  # noqa: F821
    tax = env["account.tax"].create(  # noqa: F821
        {"name": f"{TAX} %", "amount": TAX, "tax_group_id": group.id, **country}
    )
    made = env["vendure.backend"].create(  # noqa: F821
        {"name": "Vendure", "url": shop.url, "username": USER, "password": USER}
    )
    env["connector.value.map"].create(  # noqa: F821
        {
            "backend_id": made.reference(),
            "map_name": "tax",
            "external_value": str(TAX),
            "record_ref": f"account.tax,{tax.id}",
        }
    )
    return made


def import_all():
    """Import each stream, and say what it did."""
    for name in ("variants", "customers", "orders"):
        run = backend.start_stream(name)
        run.stream_id.write({"interval_minutes": 0, "full_interval_hours": 0})
        settle(backend)
        say(
            f"Import of {name}: {run.read_count} read, {run.created_count} created, "
            f"{run.updated_count} updated, {run.unchanged_count} unchanged, "
            f"{run.rejected_count} rejected"
        )
        expect((run.state, run.rejected_count), ("done", 0), f"the run of {name}")


def find(model, external_id):
    """Return the binding of a record of the shop."""
    domain = [("backend_id", "=", backend.id), ("external_id", "=", external_id)]
    return env[model].search(domain)  # noqa: F821


def show_orders():
    """Say what came in."""
    for order in env["vendure.sale.order"].search([]):  # noqa: F821
        said = ", ".join(
            f"{line.product_uom_qty:g} {line.product_id.default_code}"
            for line in order.order_line
        )
        money = f"{order.amount_total:.2f} {order.currency_id.name}"
        who = order.partner_id.name
        say(f"Order {order.client_order_ref} of {who} is {order.name}: {said}; {money}")


def count_stock(variant):
    """Count a product here; the shop has it then, and what it sold stays sold."""
    product = find("vendure.product.product", variant).odoo_id
    warehouse = env["stock.warehouse"].search([], limit=1)  # noqa: F821
    quants = env["stock.quant"].with_context(inventory_mode=True)  # noqa: F821
    quants.create(
        {
            "product_id": product.id,
            "location_id": warehouse.lot_stock_id.id,
            "inventory_quantity": STOCK,
        }
    ).action_apply_inventory()
    settle(backend)
    there = shop.variant(variant)
    say(
        f"{STOCK} {product.default_code} were counted in Odoo: the shop has "
        f"{there['stockOnHand']} on hand, {there['stockAllocated']} of them sold"
    )
    expect(there["stockOnHand"], STOCK, "the stock in the shop")


def sell(customer, variant):
    """Sell in the shop, and import that."""
    id_ = shop.place_order(customer, **{f"v{variant}": 2})
    backend.start_stream("orders")
    settle(backend)
    order = find("vendure.sale.order", id_)
    product = order.order_line.product_id[0]
    free = product.qty_available - product.outgoing_qty
    say(f"2 were sold in the shop: {order.name} came in, and Odoo may sell {free:g}")
    expect(shop.variant(variant)["stockOnHand"], STOCK, "the stock after the sale")
    return id_


def deliver(id_):
    """Deliver an order here; the shop has a fulfillment then."""
    picking = find("vendure.sale.order", id_).picking_ids
    picking.move_ids.quantity = 2
    picking.move_ids.picked = True
    picking._action_done()
    settle(backend)
    there = shop.order(id_)
    (done,) = there["fulfillments"] or [{}]
    say(
        f"{picking.name} was delivered in Odoo: the order in the shop is "
        f"{there['state']}, by the fulfillment {done.get('method')!r}"
    )
    expect(there["state"], "Shipped", "the state of the order in the shop")


known_variants, known_customers, _orders = fill_shop()
say(f"The shop has {len(known_variants)} variants, {len(PEOPLE)} customers and orders")
backend = make_backend()
import_all()
show_orders()
count_stock(known_variants[0])
deliver(sell(known_customers[0], known_variants[0]))
import_all()
