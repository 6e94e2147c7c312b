# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector Example: Vendure",
    "summary": "Products, customers and orders of a Vendure shop; stock and deliveries",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector", "sale_stock"],
    "installable": True,
}
