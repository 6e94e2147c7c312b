# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Development environment of the addon: Odoo, PostgreSQL, a browser, and commands.

Only the standard library is used here, because these modules run before any
virtual environment exists. What runs inside Odoo's Python is in ``inside/``.
"""
