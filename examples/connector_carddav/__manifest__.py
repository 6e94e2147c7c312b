# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector Example: CardDAV",
    "summary": "Import the contacts of CardDAV address books",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector"],
    "external_dependencies": {"python": ["lxml", "requests", "vobject"]},
    "data": [
        "security/carddav_groups.xml",
        "security/ir.model.access.csv",
        "views/carddav_contact_views.xml",
        "views/carddav_backend_views.xml",
        "views/res_partner_views.xml",
        "views/carddav_menus.xml",
    ],
    "demo": ["demo/carddav_demo.xml"],
    "installable": True,
}
