# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Employee who has a card in the address book."""

from odoo import fields, models


class HrEmployee(models.Model):
    """Remembers what employee and card said when they were synchronized last."""

    _inherit = "hr.employee"

    card_seen = fields.Json(copy=False, groups="hr.group_hr_user")
