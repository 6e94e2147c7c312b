# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector",
    "summary": "Connect Odoo to any other system",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["base", "mail"],
    "external_dependencies": {"python": ["lxml", "requests"]},
    "data": [],
    "installable": True,
}
