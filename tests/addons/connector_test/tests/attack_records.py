# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attackers, and the marked records of others that they try to reach."""

from odoo.fields import Command
from odoo.tests import new_test_user
from odoo.tools import SQL

from odoo.addons.connector.session import ConnectorSession

from ..models.job import TRACE, leave_trace
from .attack_calls import SECRET, mark_of
from .attack_matrix import ATTACKERS, BACKEND, FAR, NEAR, RIGHTS, SHARED
from .queue_case import JOB
from .rights_case import RightsCase

PARTNER = "res.partner"
# Texts that code reads: a mark there would be another attack.
KEPT = {
    *("uuid", "context", "func_name", "method_name", "model_name", "model", "code"),
    *("complete_name", "channel", "hold", "identity_key", "concurrency_key"),
    *("freed_key", "merge_key", "fingerprint", "system", "ref", "ref_type"),
    *("domain", "res_model", "job_uuid", "field"),
}
UNMARKED = SHARED | {BACKEND}


class MarkedCase(RightsCase):
    """A test with two sets of marked records, one of each model.

    *Near* ones belong to a colleague of the attackers, *far* ones to another company.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        there = cls.env["res.company"].create({"name": "Elsewhere"})
        cls.companies = {NEAR: cls.env.company, FAR: there}
        cls.users |= {
            name: new_test_user(cls.env, f"attack_{name}", ATTACKERS[name])
            for name in ATTACKERS
            if name not in cls.users
        }
        cls.owners = {
            scope: new_test_user(cls.env, f"attack_{scope}", ATTACKERS["manager"])
            for scope in cls.companies
        }
        for user in (cls.users["stranger"], cls.owners[FAR]):
            user.write({"company_ids": [Command.set(there.ids)], "company_id": there})
        cls._close_backends()

    @classmethod
    def _close_backends(cls):
        """Give the backends of the tests the rights that a connector gives."""
        model = cls.env["ir.model"]._get(BACKEND)
        cls.env["ir.model.access"].search([("model_id", "=", model.id)]).unlink()
        names = ("perm_read", "perm_write", "perm_create", "perm_unlink")
        for group, letters in (("user", "r"), ("manager", "rwcd")):
            found = cls.env.ref(f"connector.group_connector_{group}")
            rights = {
                name: letter in letters
                for name, letter in zip(names, "rwcd", strict=True)
            }
            values = {"name": group, "model_id": model.id, "group_id": found.id}
            cls.env["ir.model.access"].create({**values, **rights})
        cls.env["ir.rule"].create(
            {
                "name": "Backends of own companies",
                "model_id": model.id,
                "domain_force": "[('company_id', 'in', company_ids + [False])]",
            }
        )

    def setUp(self):
        super().setUp()
        self.scopes = {}  # (table, id): scope
        self.ids_of = {}  # model: ids, near and far
        self.tables = {
            model._table: name
            for name in RIGHTS
            if not (model := self.env[name])._abstract and model._table_query is None
        }
        self.partner = self.env[PARTNER].create(
            {"name": mark_of(FAR, PARTNER), "company_id": self.companies[FAR].id}
        )
        for scope in (NEAR, FAR):
            self._plant(scope)
        self.env.flush_all()
        self.env.invalidate_all()

    def _plant(self, scope: str) -> None:
        """Make a record of each model, and mark what is written in them."""
        known = {table: self._find_ids(table) for table in self.tables}
        self.scope, owner = scope, self.owners[scope]
        company = self.companies[scope]
        self.backend = self.env[BACKEND].create(
            {
                "name": mark_of(scope, BACKEND),
                "api_key": mark_of(scope, SECRET),
                "company_id": company.id,
            }
        )
        made = {name: self.make(name, owner) for name in RIGHTS if name != BACKEND}
        for name, record in {**made, BACKEND: self.backend}.items():
            assert record, name
            self.ids_of.setdefault(name, []).extend(record.ids)
        self.env.flush_all()
        # they stay as they are when the other ones are made
        self.env.cr.execute(
            "UPDATE connector_queue_job SET hold = 'eta', eta = '2999-01-01'"
            " WHERE state = 'pending'"
        )
        for table, name in self.tables.items():
            new = self._find_ids(table) - known[table]
            self.scopes |= {(table, id_): scope for id_ in new}
            if name not in UNMARKED:
                self._mark(self.env[name].browse(new), scope)

    def make_connector_queue_job(self, _model, user):
        """Return a job of a user whose arguments are marked."""
        session = ConnectorSession(self.env.cr, user.id)
        uuid = leave_trace.delay(session, TRACE, mark_of(self.scope, JOB))
        return self.env[JOB].search([("uuid", "=", uuid)])

    def add_checkpoint(self, **values):
        """Return a new checkpoint about a contact of the other company."""
        about = PARTNER, self.partner.id
        checkpoint = self.backend.add_checkpoint(*about)
        checkpoint.write({**values, "severity": "major"})
        return checkpoint

    def make_connector_link(self, _model, _user):
        """Return a link of a contact of the other company."""
        relation = f"rights_{next(self.numbers)}"
        self.partner.set_link(relation, relation)
        return self.env["connector.link"].search([], order="id DESC", limit=1)

    def make_connector_log(self, model, user):
        """Return a line about a contact of the other company."""
        line = super().make_connector_log(model, user)
        line.write({"res_model": PARTNER, "res_id": self.partner.id})
        return line

    def _mark(self, records, scope: str) -> None:
        """Write a mark into each free text, and the company where there is one."""
        mark = SQL("%s || ' ' || id", mark_of(scope, records._name))
        values = {
            name: mark
            for name, field in records._fields.items()
            if field.store
            and field.type in ("char", "text", "html")
            and name not in KEPT
            and not field.translate
        }
        company = records._fields.get("company_id")
        if company and company.store:
            values["company_id"] = self.companies[scope].id
        assignments = SQL(", ").join(
            SQL("%s = %s", SQL.identifier(name), value)
            for name, value in values.items()
        )
        if values:
            table = SQL.identifier(records._table)
            ids = list(records._ids)
            statement = "UPDATE %s SET %s WHERE id = ANY(%s)"
            self.env.cr.execute(SQL(statement, table, assignments, ids))

    def _find_ids(self, table: str) -> set[int]:
        self.env.cr.execute(SQL("SELECT id FROM %s", SQL.identifier(table)))
        return {id_ for (id_,) in self.env.cr.fetchall()}
