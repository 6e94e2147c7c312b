# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Flows that are measured in the peers",
    "version": "19.0.1.0.0",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector", "bench_remote"],
    "data": ["security/ir.model.access.csv"],
}
