# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Model that the measured jobs write to."""

from odoo import fields, models


class BenchNote(models.Model):
    """A record with one field to write."""

    _name = "bench.note"
    _description = "Note of a Benchmark"

    value = fields.Integer()
