# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Own records of addons, which take the place of the default ones."""

from odoo import models

from .records import make_way


class IrModelAccess(models.Model):
    """The access lines, as addons load them."""

    _inherit = "ir.model.access"

    def _load_records(self, data_list, update=False):
        """Load lines, and remove the default ones of the same models."""
        records = super()._load_records(data_list, update)
        make_way(records, data_list)
        return records


class IrRule(models.Model):
    """The record rules, as addons load them."""

    _inherit = "ir.rule"

    def _load_records(self, data_list, update=False):
        """Load rules, and remove the default ones of the same models."""
        records = super()._load_records(data_list, update)
        make_way(records, data_list)
        return records


class IrUiMenu(models.Model):
    """The menus, as addons load them."""

    _inherit = "ir.ui.menu"

    def _load_records(self, data_list, update=False):
        """Load menus, and remove the default ones of the same models."""
        records = super()._load_records(data_list, update)
        make_way(records, data_list)
        return records
