# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector beside another job queue",
    "summary": "Jobs of both queues on one model, to test them in one database",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tests",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector_test", "queue_job"],
    "data": ["security/ir.model.access.csv"],
    "installable": True,
}
