# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does a person have to look at before it is right?"""

from collections.abc import Iterable

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..exception import InvalidUsageError
from ..session import ConnectorSession
from .lasting_reference import LastingReference
from .reviewed_record import find_records, has_records, name_records, search_names

# What a checkpoint is about; reviewers judge it and do not change it.
FACTS = {
    *("model_id", "model", "record_id", "message"),
    *("backend_id", "backend_name", "company_id"),
}
FREE_TEXT = Domain("message", "not in", [False, ""])


class ConnectorCheckpoint(models.Model):
    """A record, or a message, that somebody has to review.

    It copies name and company of its backend: lists are sorted, grouped and
    guarded by them, also when the backend itself is gone.
    """

    _name = "connector.checkpoint"
    _description = "Connector Checkpoint"
    _inherit = ["mail.thread", "mail.activity.mixin"]
    _order = "id desc"

    name = fields.Char(compute="_compute_name", search="_search_name")
    model_id = fields.Many2one("ir.model", ondelete="set null")
    model = fields.Char(string="Model Name", compute="_compute_model", store=True)
    record_id = fields.Many2oneReference(string="Record ID", model_field="model")
    record = fields.Reference(
        selection="_select_models", string="Reviewed Record", compute="_compute_record"
    )
    message = fields.Char()
    backend_id = LastingReference(
        selection="_select_backends", required=True, index=True
    )
    backend_name = fields.Char(compute="_compute_backend_facts", store=True)
    company_id = fields.Many2one(
        "res.company", compute="_compute_backend_facts", store=True, index=True
    )
    state = fields.Selection(
        [("need_review", "Need Review"), ("reviewed", "Reviewed")],
        required=True,
        readonly=True,
        default="need_review",
        index=True,
        tracking=True,
        copy=False,
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        domain=lambda self: self._reviewer_domain(),
        index="btree_not_null",
        tracking=True,
    )

    # A comparison with NULL would let the row pass.
    _says_something = models.Constraint(
        "CHECK (COALESCE(record_id, 0) <> 0 OR COALESCE(message, '') <> '')",
        "A checkpoint needs a record to review or a message.",
    )

    # === COMPUTE === #

    @api.model
    def _select_models(self) -> list[tuple[str, str]]:
        """Return every model that has records."""
        return self._describe(self.env.registry)

    @api.model
    def _select_backends(self) -> list[tuple[str, str]]:
        return self.env["connector.backend"]._select_models()

    def _describe(self, model_names: Iterable[str]) -> list[tuple[str, str]]:
        return [
            (name, self.env[name]._description)
            for name in model_names
            if has_records(self.env, name)
        ]

    @api.model
    def _reviewer_domain(self) -> list[tuple]:
        """Return who can be given a checkpoint."""
        group = self.env.ref("connector.group_connector_user", raise_if_not_found=False)
        return [("all_group_ids", "in", group.ids if group else [])]

    @api.depends("model_id")
    def _compute_model(self):
        """Copy the name of the model; it stays when the model goes."""
        for checkpoint in self:
            checkpoint.model = checkpoint.model_id.model or checkpoint.model

    @api.depends("backend_id")
    def _compute_backend_facts(self):
        """Copy what lists need to know of the backend; a lost one changes nothing."""
        for backend, checkpoints in self.grouped("backend_id").items():
            if backend and backend.exists():
                has_company = "company_id" in backend._fields
                checkpoints.backend_name = backend.display_name
                checkpoints.company_id = has_company and backend.company_id
            else:
                for checkpoint in checkpoints:
                    checkpoint.backend_name = checkpoint.backend_name
                    checkpoint.company_id = checkpoint.company_id

    @api.depends("model", "record_id")
    def _compute_record(self):
        """Find the reviewed records, one query per model; a deleted one is empty."""
        for model_name, checkpoints in self.grouped("model").items():
            ids = checkpoints.mapped("record_id")
            found = {r.id: r for r in find_records(self.env, model_name, ids)}
            for checkpoint in checkpoints:
                checkpoint.record = found.get(checkpoint.record_id)

    @api.depends("message", "model", "record_id")
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_name(self):
        """Take the message, else the name under which the user sees the record."""
        with_message = self.filtered("message")
        for checkpoint in with_message:
            checkpoint.name = checkpoint.message
        for model_name, checkpoints in (self - with_message).grouped("model").items():
            label = checkpoints._model_label()
            ids = checkpoints.mapped("record_id")
            names = name_records(self.env, model_name, label, ids)
            for checkpoint in checkpoints:
                checkpoint.name = names[checkpoint.record_id]

    def _search_name(self, operator, value):
        """Search in the messages, and in the names of the records under review.

        Only models that have checkpoints without a message are asked, each by a
        subquery; what the user may not read is not found.
        """
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            value = [name for name in value if name]  # no checkpoint is without name
        domains = [FREE_TEXT & Domain("message", operator, value)]
        for (model_name,) in self._read_group(~FREE_TEXT, ["model"]):
            found = search_names(self.env, model_name, operator, value)
            if found is not None:
                of_model = ~FREE_TEXT & Domain("model", "=", model_name)
                domains.append(of_model & Domain("record_id", "in", found))
        return Domain.OR(domains)

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Tell the managers about each new checkpoint."""
        quiet = self.with_context(mail_create_nosubscribe=True, mail_create_nolog=True)
        checkpoints = super(ConnectorCheckpoint, quiet).create(vals_list)
        checkpoints = checkpoints.with_env(self.env)
        # Whoever synchronizes may have no right to write to the managers.
        checkpoints_sudo = checkpoints.sudo()
        checkpoints_sudo._subscribe_managers()
        checkpoints_sudo._post_notes()
        return checkpoints

    def _has_field_access(self, field, operation):
        """Let only managers change what a checkpoint is about."""
        if operation == "write" and field.name in FACTS and not self.env.su:
            if not self.env.user.has_group("connector.group_connector_manager"):
                return False
        return super()._has_field_access(field, operation)

    @api.private
    def create_from_name(
        self,
        model_name: str,
        record_id: int,
        backend_model_name: str,
        backend_id: int,
        message: str = "",
    ) -> "ConnectorCheckpoint":
        """Return a new checkpoint for a record.

        Args:
            model_name: model of the record to review.
            record_id: id of the record to review.
            backend_model_name: model of the backend it came from.
            backend_id: id of the backend it came from.
            message: what to look at; it becomes the name of the checkpoint.

        Raises:
            InvalidUsageError: there is no such model.
        """
        model_sudo = self.env["ir.model"]._get(model_name)
        if not model_sudo or model_name not in self.env:
            raise InvalidUsageError(
                f"Cannot add a checkpoint for {model_name!r} {record_id!r}: there is "
                "no such model in this database. Correct the name of the model, or "
                "install the addon that defines it."
            )
        return self._create_by_connector(
            {
                "model_id": model_sudo.id,
                "record_id": record_id,
                "backend_id": f"{backend_model_name},{backend_id}",
                "message": message,
            }
        )

    @api.private
    def create_from_message(
        self, backend_model_name: str, backend_id: int, message: str
    ) -> "ConnectorCheckpoint":
        """Return a new checkpoint that is about no record.

        Args:
            backend_model_name: model of the backend it is about.
            backend_id: id of the backend it is about.
            message: what to look at.
        """
        backend = f"{backend_model_name},{backend_id}"
        return self._create_by_connector({"backend_id": backend, "message": message})

    def _create_by_connector(self, vals: dict) -> "ConnectorCheckpoint":
        # Every user's synchronization may find something to review. The values
        # come from a connector's code: RPC does not reach these methods.
        return self.sudo().create(vals).sudo(self.env.su)

    # === ACTIONS === #

    def reviewed(self) -> bool:
        """Mark the checkpoints as reviewed."""
        return self.write({"state": "reviewed"})

    def action_open_record(self) -> dict:
        """Open the reviewed record.

        Raises:
            UserError: it is gone.
        """
        self.ensure_one()
        if not self.record:
            raise UserError(
                self.env._(
                    "Cannot open %(name)s: there is no record behind this checkpoint "
                    "(any more). Press Reviewed when nothing is left to do.",
                    name=self.name,
                )
            )
        return self.record.get_formview_action()

    # === HELPERS === #

    def _subscribe_managers(self) -> None:
        """Let the managers follow the checkpoints of their companies."""
        managers = self.env.ref("connector.group_connector_manager").all_user_ids
        for company, checkpoints in self.grouped("company_id").items():
            followers = managers.filtered(
                lambda user, company=company: company <= user.company_ids
            )
            checkpoints._message_subscribe(followers.partner_id.ids)

    def _post_notes(self) -> None:
        """Say on each checkpoint what is to be done."""
        author_id = self.env.ref("base.partner_root").id
        quiet = {
            "mail_post_autofollow_author_skip": True,
            # An import does not talk to mail servers: e-mails wait in their queue.
            "mail_notify_force_send": False,
        }
        for checkpoint in self.with_context(**quiet):
            checkpoint.message_post(
                body=checkpoint.message or checkpoint._ask_for_review(),
                author_id=author_id,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
            )

    def _ask_for_review(self) -> str:
        return self.env._("A %(model)s needs a review.", model=self._model_label())

    def _model_label(self) -> str:
        """Return what people call the model of the reviewed records."""
        # Reviewers may not read models; their names are no secret.
        return self.model_id[:1].sudo().name or self[:1].model or self.env._("Record")

    def _refresh_backend_facts(self, backends: models.BaseModel) -> None:
        """Follow a change of name or company of backends."""
        references = [f"{backend._name},{backend.id}" for backend in backends]
        # A backend's editor need not see its checkpoints.
        checkpoints_sudo = self.sudo().search([("backend_id", "in", references)])
        for name in ("backend_name", "company_id"):
            self.env.add_to_compute(self._fields[name], checkpoints_sudo)


def add_checkpoint(
    session: ConnectorSession,
    model_name: str,
    record_id: int,
    backend_model_name: str,
    backend_id: int,
    message: str = "",
) -> ConnectorCheckpoint:
    """Return a new checkpoint for a record; ``backend.add_checkpoint`` is shorter.

    Args:
        session: who synchronizes.
        model_name: model of the record to review.
        record_id: id of the record to review.
        backend_model_name: model of the backend it came from.
        backend_id: id of the backend it came from.
        message: what to look at; it becomes the name of the checkpoint.
    """
    return session.env["connector.checkpoint"].create_from_name(
        model_name, record_id, backend_model_name, backend_id, message=message
    )


def add_checkpoint_message(
    session: ConnectorSession, backend_model_name: str, backend_id: int, message: str
) -> ConnectorCheckpoint:
    """Return a new checkpoint without a record, with a message only.

    Args:
        session: who synchronizes.
        backend_model_name: model of the backend it is about.
        backend_id: id of the backend it is about.
        message: what to look at.
    """
    return session.env["connector.checkpoint"].create_from_message(
        backend_model_name, backend_id, message
    )
