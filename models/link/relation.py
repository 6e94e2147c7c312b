# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Relations: named kinds of links, one to one or many to many."""

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...magic.links.book import MANY2MANY, ONE2ONE
from ...magic.sync.declared import PUSHES
from ..reviewed_record import hide_closed


class ConnectorRelation(models.Model):
    """A relation: the name and kind that its links share.

    A name is searched in the company of the user first, then among the relations
    without a company, which all share. A relation created by its first link is shared.
    """

    _name = "connector.relation"
    _inherit = "connector.guarded"
    _description = "Link Relation"
    _order = "name, company_id, id"

    name = fields.Char(required=True)
    kind = fields.Selection(
        [(ONE2ONE, "One to One"), (MANY2MANY, "Many to Many")],
        required=True,
        default=ONE2ONE,
        help="One to one: each reference has a single link. Many to many: it may have "
        "several. The first link decides.",
    )
    company_id = fields.Many2one(
        "res.company", ondelete="cascade", help="Empty: shared by all companies."
    )
    link_count = fields.Integer(string="Links", compute="_compute_link_count")

    _name_uniq = models.UniqueIndex(
        "(name, COALESCE(company_id, 0))",
        "The company already has a relation with this name.",
    )
    _kind_known = models.Constraint(
        f"CHECK (kind IN ('{ONE2ONE}', '{MANY2MANY}'))",
        "A relation must be one to one or many to many.",
    )
    _name_given = models.Constraint("CHECK (name <> '')", "A relation needs a name.")

    # === COMPUTE === #

    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        """Show the name, or the id to users who may not read the relation."""
        super()._compute_display_name()
        hide_closed(self)

    def _compute_link_count(self):
        """Count the links of all relations in one query."""
        links = self.env["connector.link"]
        domain = [("relation_id", "in", self.ids)]
        counts = dict(links._read_group(domain, ["relation_id"], ["__count"]))
        for relation in self:
            relation.link_count = counts.get(relation, 0)

    # === CONSTRAINTS === #

    @api.constrains("name", "company_id")
    def _check_hides_no_links(self):
        """Refuse a change that would hide links of a shared relation from a company."""
        for relation in self.filtered("company_id"):
            shared = [("name", "=", relation.name), ("company_id", "=", False)]
            for other in self.search(shared).filtered("link_count"):
                raise ValidationError(
                    self.env._(
                        "Cannot create relation %(name)s for %(company)s: the shared "
                        "relation No. %(id)s with this name has %(count)s links, which "
                        "the company would no longer find. Choose another name, or "
                        "assign the shared relation to the company.",
                        name=relation.name,
                        company=relation.company_id.display_name,
                        id=other.id,
                        count=other.link_count,
                    )
                )

    # === CRUD === #

    def write(self, vals):
        """Write; the kind cannot change, the first link decides it.

        Raises:
            UserError: another kind is given.
        """
        if changed := self.filtered(lambda one: vals.get("kind", one.kind) != one.kind):
            raise UserError(
                self.env._(
                    "Cannot change the kind of relation %(name)s: its first link "
                    "decided it. Delete all its links first.",
                    name=changed[0].name,
                )
            )
        result = super().write(vals)
        if not {"name", "company_id"}.isdisjoint(vals):
            self.env["connector.checkpoint"]._refresh_backend_facts(self)
        return result

    # === ACTIONS === #

    def action_open_links(self) -> dict:
        """Open the links of this relation."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_link_action"
        )
        return action | {
            "domain": [("relation_id", "in", self.ids)],
            "context": {"default_relation": self[:1].name},
        }

    # === HELPERS === #

    def _register_hook(self):
        """Check the fields that declared syncs push: now all models are known."""
        super()._register_hook()
        for push in list(PUSHES.values()):
            push.check_fields(self.pool)


class ConnectorCheckpoint(models.Model):
    """Checkpoints, with relations of links as a source besides backends."""

    _inherit = "connector.checkpoint"

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        """Return the models a checkpoint can come from: backends and relations."""
        return super()._select_backends() + self._describe(["connector.relation"])
