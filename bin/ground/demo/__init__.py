# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""The demo: a CardDAV server full of people, and their import into Odoo."""
