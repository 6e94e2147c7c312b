# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
{
    "name": "Connector Example: CardDAV",
    "summary": "Keep contacts and the cards of CardDAV address books equal",
    "version": "19.0.1.0.0",
    "category": "Hidden/Tools",
    "author": "Odoo Connector Framework contributors",
    "license": "LGPL-3",
    "depends": ["connector"],
    "demo": ["demo/carddav_demo.xml"],
}
