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
    "data": [
        "security/connector_security.xml",
        "security/ir.model.access.csv",
        "wizards/connector_checkpoint_review_views.xml",
        "views/connector_checkpoint_views.xml",
        "views/res_partner_views.xml",
        "views/connector_menus.xml",
    ],
    "installable": True,
}
