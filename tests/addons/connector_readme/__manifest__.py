# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector: the shop of the README",
    "summary": "The connector that the README shows",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector"],
    "external_dependencies": {"python": ["requests"]},
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
