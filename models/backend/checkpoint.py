# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints of a backend, and their default reviewer."""

from odoo import api, fields, models

from ...secret import known_secrets
from ...session import ConnectorSessionHandler

USER = "connector.group_connector_user"
LOCK_TIMEOUT_MS = 5_000  # of the separate transaction, while this one waits for it


class ConnectorBackend(models.AbstractModel):
    """The checkpoints of a backend."""

    _inherit = "connector.backend"

    checkpoint_user_id = fields.Many2one(
        "res.users",
        string="Reviewer",
        domain=lambda self: self.env["connector.checkpoint"]._reviewer_domain(),
        help="New checkpoints of this backend are assigned to this user. Managers are "
        "notified of unassigned checkpoints.",
    )
    checkpoint_count = fields.Integer(
        string="Checkpoints",
        compute="_compute_checkpoint_count",
        groups=USER,
        help="Open checkpoints that you may review.",
    )

    # === COMPUTE === #

    def _compute_checkpoint_count(self):
        """Count the open checkpoints of all backends, in one query."""
        references = [backend.reference() for backend in self]
        counts = dict(
            self.env["connector.checkpoint"]._read_group(
                [("backend_id", "in", references), ("state", "=", "need_review")],
                ["backend_id"],
                ["__count"],
            )
        )
        for backend, reference in zip(self, references, strict=True):
            backend.checkpoint_count = counts.get(reference, 0)

    # === ACTIONS === #

    def action_open_checkpoints(self) -> dict:
        """Show the checkpoints of the backend."""
        self.env["connector.checkpoint"].check_access("read")
        self.check_access("read")
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "connector.action_connector_checkpoint"
        )
        return {**action, "domain": [("backend_id", "=", self.reference())]}

    # === HELPERS === #

    @api.private
    def add_checkpoint(
        self,
        model: str | None = None,
        record_id: int | None = None,
        message: str | None = None,
        *,
        at_once: bool = False,
        **details,
    ) -> models.BaseModel | None:
        """Return the open checkpoint of a record or message, new or repeated.

        Args:
            model: model of the record to review, with ``record_id``.
            record_id: id of the record to review, with ``model``.
            message: what to review; alone, or about the record.
            at_once: add it in a separate transaction, so that it is kept when the
                current one, and with it the job, fails. The current one cannot see it.
            details: reason, severity, user_id, job, binding, odoo_version and
                external_version, see ``CheckpointDetails``.

        Returns:
            The checkpoint; None with ``at_once``, and when there is neither a record
            nor a message.
        """
        self.ensure_one()
        if at_once:
            return self._add_checkpoint_at_once(model, record_id, message, **details)
        checkpoints = self.env["connector.checkpoint"]
        source = (self._name, self.id)
        if model and record_id:
            return checkpoints.create_from_name(
                model, record_id, *source, message or "", **details
            )
        if message:
            return checkpoints.create_from_message(*source, message, **details)
        return None

    def _add_checkpoint_at_once(self, *subject, **details) -> None:
        handler = ConnectorSessionHandler(
            self.env.cr.dbname, self.env.uid, self.env.context
        )
        with handler.session() as session:
            # The outer transaction may have added the same: without a timeout, both
            # would wait for ever.
            known_secrets(session.cr).update(known_secrets(self.env.cr))
            session.cr.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT_MS])
            self.with_env(session.env).add_checkpoint(*subject, **details)
