# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints: records and messages that a person has to review."""

from collections.abc import Iterable

from odoo import api, fields, models

from ...fields.loose import LooseMany2one
from ...fields.reference import LastingReference
from ...text import reference_of
from ..reviewed_record import find_records, has_records

# The worst first, also in the alphabet: so the database sorts by them.
SEVERITIES = [("critical", "Critical"), ("major", "Major"), ("minor", "Minor")]

# Fields that identify a checkpoint; see merge_key.
IDENTITY = {"model_id", "model", "record_id", "backend_id", "reason_id", "message"}
# Fields that reviewers read and may not change.
FACTS = IDENTITY | {
    *("backend_name", "company_id", "job_id", "binding_id"),
    *("odoo_version", "external_version", "seen_count", "seen_at", "told_at"),
    "merge_key",
}


class ConnectorCheckpoint(models.Model):
    """A record, or a message, that somebody has to review.

    It copies name and company of its backend: lists are sorted and grouped, and
    access rules decided, by them, also when the backend is deleted.
    """

    _name = "connector.checkpoint"
    _description = "Connector Checkpoint"
    _inherit = [
        "connector.names.backend",
        "connector.loose",
        "connector.guarded",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "severity, id desc"

    model_id = fields.Many2one(
        "ir.model", ondelete="set null", help="Model of the record to review."
    )
    model = fields.Char(string="Model Name", compute="_compute_model", store=True)
    record_id = fields.Many2oneReference(
        string="Record ID", model_field="model", help="The record to review."
    )
    record = fields.Reference(
        selection="_select_models", string="Reviewed Record", compute="_compute_record"
    )
    message = fields.Char(help="What to review.")
    reason_id = fields.Many2one(
        "connector.checkpoint.reason", ondelete="set null", index="btree_not_null"
    )
    advice = fields.Text(related="reason_id.advice", string="What to Do")
    severity = fields.Selection(
        SEVERITIES, required=True, default="minor", tracking=True
    )
    backend_id = LastingReference(selection="_select_backends", required=True)
    backend = fields.Reference(
        selection="_select_backends",
        string="Existing Backend",
        compute="_compute_backend",
        help="The backend, if it still exists and you may read it.",
    )
    backend_name = fields.Char(
        compute="_compute_backend_facts",
        store=True,
        help="Name of the backend, kept when the backend is deleted.",
    )
    company_id = fields.Many2one(
        "res.company", compute="_compute_backend_facts", store=True, index=True
    )
    binding_id = LastingReference(
        selection="_select_bindings",
        string="Binding",
        help="Links the record to its counterpart on the backend.",
    )
    job_id = LooseMany2one(
        "connector.queue.job",
        string="Job",
        index="btree_not_null",
        copy=False,
        help="The job that added this checkpoint, or that failed because of it.",
    )
    state = fields.Selection(
        [("need_review", "Need Review"), ("reviewed", "Reviewed")],
        required=True,
        default="need_review",
        copy=False,
        group_expand=True,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        domain=lambda self: self._reviewer_domain(),
        index="btree_not_null",
        tracking=True,
    )
    seen_count = fields.Integer(
        string="Occurrences",
        default=1,
        copy=False,
        help="How often this was reported before somebody reviewed it.",
    )
    seen_at = fields.Datetime(
        string="Last Occurrence", default=fields.Datetime.now, copy=False
    )

    # A comparison with NULL would let the row pass.
    _says_something = models.Constraint(
        "CHECK (COALESCE(record_id, 0) <> 0 OR COALESCE(message, '') <> '')",
        "A checkpoint needs a record to review or a message.",
    )
    # Each list that people open is a range of one of these.
    _all_idx = models.Index("(severity, id DESC)")
    _state_idx = models.Index("(state, severity, id DESC)")
    _backend_idx = models.Index("(backend_id, state, severity, id DESC)")

    # === COMPUTE === #

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        """Return all models that store records."""
        return self._describe(self.env.registry)

    @api.model
    def _select_bindings(self) -> list[tuple[str, str]]:
        """Return the models whose records are bindings."""
        registry = self.env.registry
        return self._describe(registry.descendants(["external.binding"], "_inherit"))

    def _describe(self, model_names: Iterable[str]) -> list[tuple[str, str]]:
        return [
            (name, self.env[name]._description)
            for name in model_names
            if has_records(self.env, name)
        ]

    @api.model
    def _reviewer_domain(self) -> list[tuple]:
        """Return the domain of users that can be assigned a checkpoint."""
        group = self.env.ref("connector.group_connector_user", raise_if_not_found=False)
        return [("all_group_ids", "in", group.ids if group else [])]

    @api.depends("model_id")
    def _compute_model(self):
        """Copy the name of the model, to keep it when the model is removed."""
        for checkpoint in self:
            checkpoint.model = checkpoint.model_id.model or checkpoint.model

    @api.depends("backend_id")
    def _compute_backend_facts(self):
        """Copy name and company of the backend; keep them when it is deleted.

        An unsaved form may name any backend: it gets the facts only of those that
        its user may read.
        """
        for backend, checkpoints in self.grouped("backend_id").items():
            is_saved = any(checkpoints.ids)
            is_told = is_saved or (backend and backend.sudo(False).has_access("read"))
            if backend and backend.exists() and is_told:
                for name, value in self._backend_facts(backend).items():
                    checkpoints[name] = value
            else:
                for checkpoint in checkpoints:
                    checkpoint.backend_name = checkpoint.backend_name
                    checkpoint.company_id = checkpoint.company_id

    @api.depends("backend_id")
    @api.depends_context("uid")
    def _compute_backend(self):
        """Show the backend to users who may read it."""
        for backend, checkpoints in self.grouped("backend_id").items():
            found = backend and backend.exists()
            checkpoints.backend = found and found.has_access("read") and found

    @api.depends("model", "record_id")
    def _compute_record(self):
        """Find the reviewed records, one query per model; empty when deleted."""
        for model_name, checkpoints in self.grouped("model").items():
            ids = checkpoints.mapped("record_id")
            found = {r.id: r for r in find_records(self.env, model_name, ids)}
            for checkpoint in checkpoints:
                checkpoint.record = found.get(checkpoint.record_id)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create; refuse backends that the caller may not read: names are copied."""
        checkpoints = super().create(vals_list)
        checkpoints._check_backend()
        return checkpoints

    def write(self, vals):
        """Write; refuse backends that the caller may not read."""
        result = super().write(vals)
        if "backend_id" in vals:
            self._check_backend()
        return result

    def _has_field_access(self, field, operation):
        """Allow only managers to change the facts of a checkpoint, and nobody its job.

        A reviewer may requeue the job, even a job of another user.
        """
        if operation == "write" and field.name in FACTS and not self.env.su:
            if field.name == "job_id":
                return False
            if not self.env.user.has_group("connector.group_connector_manager"):
                return False
        return super()._has_field_access(field, operation)

    # === HELPERS === #

    def _check_backend(self) -> None:
        """Refuse a backend that the user may not read; elevated code may name any."""
        if not self.env.su:
            for checkpoint in self:
                backend = checkpoint.backend_id
                if backend and backend.exists():
                    backend.check_access("read")

    @api.model
    def _backend_facts(self, backend: models.BaseModel) -> dict:
        """Return the values that checkpoints copy from their backend."""
        has_company = "company_id" in backend._fields
        return {
            "backend_name": backend.display_name,
            "company_id": has_company and backend.company_id.id,
        }

    def _refresh_backend_facts(self, backends: models.BaseModel) -> None:
        """Copy a new name or company of backends to their checkpoints."""
        references = [reference_of(backend) for backend in backends]
        # A user who edits a backend may have no right on its checkpoints.
        checkpoints_sudo = self.sudo().search([("backend_id", "in", references)])
        for name in ("backend_name", "company_id"):
            self.env.add_to_compute(self._fields[name], checkpoints_sudo)
