# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Requests that are measured in ours",
    "version": "19.0.1.0.0",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector"],
    "data": ["security/ir.model.access.csv"],
}
