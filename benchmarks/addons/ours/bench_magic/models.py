# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Synchronized model, and the links of another helper."""

from odoo import fields, models


class BenchThing(models.Model):
    """A record as simple as can be."""

    _name = "bench.thing"
    _description = "Thing of a Benchmark"

    name = fields.Char()


class BenchLink(models.Model):
    """A link as a row of its own model, written and found one by one."""

    _name = "bench.link"
    _description = "Link of a Benchmark"

    relation = fields.Char(required=True)
    system1 = fields.Char(required=True)
    system2 = fields.Char(required=True)
    model = fields.Char()
    ref1 = fields.Char(required=True)
    ref2 = fields.Char(required=True)
    date = fields.Datetime(default=fields.Datetime.now)

    _refs_uniq = models.UniqueIndex("(relation, system1, system2, ref1, ref2, model)")
    _ref1_idx = models.Index("(relation, system1, ref1)")
    _ref2_idx = models.Index("(relation, system2, ref2)")
