# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Links between records and references on other systems, as screens show them."""

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ...magic.links import store as link_store
from ...magic.links.book import find_dead, follow_change, read_rows
from ...magic.links.link import check_write
from ..reviewed_record import (
    find_records,
    hide_closed,
    name_records,
    reader_env,
    search_names,
)

BATCH = 10_000  # links deleted in one transaction
# Columns that lists group by, read from the sides of a link. Index:
# connector_link_side_system_uniq.
FROM_SIDES = {
    "model": """(
        SELECT model FROM connector_link_side
         WHERE link_id = %s AND system = 'odoo'
    )""",
    "systems": """(
        SELECT string_agg(system, ', ' ORDER BY system) FROM connector_link_side
         WHERE link_id = %s
    )""",
}


class ConnectorLink(models.Model):
    """A link: references on two or more systems that mean the same record.

    Rows are written by ``magic/links/store`` only.
    """

    _name = "connector.link"
    _inherit = "connector.guarded"
    _description = "Link"
    _log_access = False
    _order = "id desc"

    relation_id = fields.Many2one(
        "connector.relation", required=True, readonly=True, ondelete="restrict"
    )
    sync_date = fields.Datetime(string="Last Synchronization", readonly=True)
    fingerprint = fields.Char(
        readonly=True,
        help="In a many to many relation, identifies the references of the link, so "
        "that no two links have the same ones.",
    )
    side_ids = fields.One2many(
        "connector.link.side", "link_id", string="References by System", readonly=True
    )
    model = fields.Char(
        compute="_compute_sides",
        search="_search_model",
        help="Model of the linked record in Odoo.",
    )
    systems = fields.Char(compute="_compute_sides", search="_search_systems")
    references = fields.Char(
        compute="_compute_sides", help="References on the other systems."
    )
    record = fields.Reference(selection="_select_models", compute="_compute_record")
    record_name = fields.Char(compute="_compute_record", search="_search_record_name")
    company_id = fields.Many2one(related="relation_id.company_id")

    _fingerprint_uniq = models.UniqueIndex(
        "(relation_id, fingerprint) WHERE fingerprint IS NOT NULL",
        "This link already exists.",
    )
    _relation_idx = models.Index("(relation_id, sync_date)")

    # === COMPUTE === #

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        """Return all models that store records."""
        return self.env["connector.checkpoint"]._select_models()

    @api.depends("side_ids")
    def _compute_sides(self):
        """List the other systems, and the references on them, in one line each."""
        for link in self:
            sides = link.side_ids.sorted("system")
            others = sides.filtered(lambda side: side.system != link_store.ODOO)
            link.model = (sides - others).model
            link.systems = ", ".join(sides.mapped("system"))
            link.references = ", ".join(f"{one.system}: {one.ref}" for one in others)

    @api.depends("side_ids")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_record(self):
        """Find the records, as far as the user may read them: two queries a model."""
        for model_name, links in self.grouped("model").items():
            id_of = {
                link: int(link.side_ids.filtered("model").ref or 0) for link in links
            }
            label = self.env["ir.model"]._get(model_name or "").sudo().name
            ids = set(id_of.values()) - {0}
            names = name_records(self.env, model_name, label or model_name, ids)
            records = find_records(reader_env(self.env), model_name, ids)
            readable = {
                record.id: record.with_env(self.env)
                for record in records and records._filtered_access("read")
            }
            for link in links:
                link.record = readable.get(id_of[link])
                link.record_name = names.get(id_of[link])

    @api.depends("relation_id", "record_name", "references")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_display_name(self):
        """Show the sides, or the id to users who may not read the link."""
        for link in self:
            sides = filter(None, [link.record_name, link.references])
            link.display_name = " = ".join(sides)
        hide_closed(self)

    @api.model
    def _search_display_name(self, operator, value):
        """Search the names of the records, and the references on other systems."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator.endswith("like") and not value:
            return Domain.TRUE
        side = Domain("system", "!=", link_store.ODOO) & Domain("ref", operator, value)
        return self._search_record_name(operator, value) | Domain(
            "side_ids", "any", side
        )

    def _field_to_sql(self, alias, field_expr, query=None):
        """Return the SQL of the columns that are read from the sides."""
        if field_expr in FROM_SIDES:
            return SQL(FROM_SIDES[field_expr], SQL.identifier(alias, "id"))
        return super()._field_to_sql(alias, field_expr, query)

    def _search_model(self, operator, value):
        return self._search_from_sides("model", operator, value)

    def _search_systems(self, operator, value):
        return self._search_from_sides("systems", operator, value)

    def _search_from_sides(self, name: str, operator: str, value):
        """Search a column that is read from the sides; False finds empty ones."""
        if operator == "in":
            texts = [text or "" for text in value]

            def to_sql(model, alias, query):
                column = model._field_to_sql(alias, name, query)
                return SQL("COALESCE(%s, '') = ANY(%s)", column, texts)

            return Domain.custom(to_sql=to_sql)
        if operator in ("ilike", "like", "=ilike", "=like"):
            column = "model" if name == "model" else "system"
            return Domain("side_ids", "any", [(column, operator, value)])
        return NotImplemented

    def _search_record_name(self, operator, value):
        """Search the names of records that the user may read."""
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        domains = []
        for model_name in self.env["connector.link.side"]._linked_models():
            found = search_names(self.env, model_name, operator, value)
            if found is not None:
                ids = SQL("SELECT id::text FROM (%s) AS found", found.select())
                domain = Domain("system", "=", link_store.ODOO)
                domain &= Domain("model", "=", model_name) & Domain("ref", "in", ids)
                domains.append(Domain("side_ids", "any", domain))
        return Domain.OR(domains)

    # === CRUD === #

    @api.autovacuum
    def _gc_dead(self) -> tuple[int, int]:
        """Delete links of records that the database deleted by cascade, in batches."""
        counts = [
            link_store.delete_dead(self.env.cr, model, self.env[model]._table, BATCH)
            for model in self.env["connector.link.side"]._linked_models()
            if model in self.env and self.env[model]._auto
        ]
        follow_change(self.env)
        return sum(counts), int(BATCH in counts)

    def unlink(self):
        """Delete links; the user needs the right to write their records.

        Raises:
            AccessError: the user may not write one of the records.
        """
        self.check_access("unlink")
        rows = read_rows(link_store.read(self.env.cr, self.ids))
        dead = find_dead(self.env, rows)
        check_write(self.env, [row for row in rows if row.link_id not in dead])
        result = super().unlink()
        follow_change(self.env)
        return result
