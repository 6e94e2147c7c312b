# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector Test Models",
    "summary": "Models on which the tests of the framework stand",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
