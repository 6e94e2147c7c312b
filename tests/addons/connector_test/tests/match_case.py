# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of matching: members that may be here already."""

from odoo.tools import SQL

from odoo.addons.connector.api import ImportMapper, ListAdapter, RecordImporter
from odoo.addons.connector_test.models.flow import MEMBER

from .flow_case import FlowCase

TABLES = {
    "res_partner": "id",
    "res_partner_res_partner_category_rel": "partner_id, category_id",
    "mail_message": "id",
    "mail_followers": "id",
}


class MatchCase(FlowCase):
    """A test with members on the backend; ``self.records`` is what it has of them."""

    def adapter_class(self, **members):
        case = self

        class MemberAdapter(ListAdapter):
            _model_name = MEMBER
            _version = "version"
            _page_size = 100

            def list_records(self):
                return case.records

        return type(ListAdapter)("MemberAdapter", (MemberAdapter,), members)

    def mapper_class(self):
        class MemberMapper(ImportMapper):
            _model_name = MEMBER
            direct = [
                ("name", "name"),
                ("mail", "email"),
                ("number", "ref"),
                ("town", "city"),
                ("lat", "partner_latitude"),
                ("grade", "grade"),
                ("uid", "uid"),
            ]

        return MemberMapper

    def scope(self):
        return self.backend_record.get_environment(MEMBER, self.session)

    def importer(self):
        return self.scope().get_connector_unit(RecordImporter)

    def member(self, external_id):
        return self.binding(external_id, MEMBER)

    def policy(self, policy):
        """Let the binding model write what a policy allows."""
        self.patch(self.env.registry[MEMBER], "_on_match", policy)

    def partner(self, **values):
        return self.env["res.partner"].create({"name": "Ada", **values})

    def tables(self):
        """Return all that is stored about partners."""
        self.env.flush_all()
        stored = {}
        for table, order in TABLES.items():
            rows = SQL("SELECT * FROM %s", SQL.identifier(table))
            self.env.cr.execute(SQL("%s ORDER BY %s", rows, SQL(order)))
            stored[table] = self.env.cr.dictfetchall()
        return stored

    def matches(self, **values):
        found = self.env["connector.match"].search([("model", "=", MEMBER)])
        return found.filtered(
            lambda one: all(one[name] == value for name, value in values.items())
        )
