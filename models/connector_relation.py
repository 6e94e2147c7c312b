# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Under which name do links belong together, and may they cross?"""

from odoo import fields, models

from ..magic.link_relation import MANY2MANY, ONE2ONE


class ConnectorRelation(models.Model):
    """What the links of one name have in common.

    A name is looked for in the company of the user first, then among the relations
    without a company, which all share. One that is made by its first link is shared.
    """

    _name = "connector.relation"
    _description = "Relation of Links"
    _order = "name, company_id, id"

    name = fields.Char(required=True)
    kind = fields.Selection(
        [(ONE2ONE, "One to One"), (MANY2MANY, "Many to Many")],
        required=True,
        default=ONE2ONE,
        help="One to one: what is linked has one link. Many to many: it may have more. "
        "The first link decides.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: all companies share the links."
    )

    _name_uniq = models.UniqueIndex(
        "(name, COALESCE(company_id, 0))",
        "The company already has a relation with this name.",
    )
    _kind_known = models.Constraint(
        f"CHECK (kind IN ('{ONE2ONE}', '{MANY2MANY}'))",
        "A relation is one to one or many to many.",
    )
    _name_given = models.Constraint("CHECK (name <> '')", "A relation needs a name.")
