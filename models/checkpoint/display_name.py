# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Names of checkpoints, on screens and in mails.

On screens, names that the reader may not read are hidden. Mails, notes and activities
are read by other users than their author, so the name in them is the same for all: the
message, else the id of the reviewed record, which reveals nothing.
"""

from odoo import api, fields, models
from odoo.fields import Domain

from ..reviewed_record import hide_closed, name_records, search_names

CHECKPOINT = "connector.checkpoint"
FREE_TEXT = Domain("message", "not in", [False, ""])
# Context key for names that are the same for all readers. It hides more, never less.
FOR_ALL = {"connector_name_for_all": True}
READER = ("uid", "lang", "allowed_company_ids", *FOR_ALL)


class ConnectorCheckpoint(models.Model):
    """The name of a checkpoint: its message, else that of the reviewed record."""

    _inherit = "connector.checkpoint"

    name = fields.Char(compute="_compute_name", search="_search_name")

    # === COMPUTE === #

    @api.depends("message", "model", "record_id")
    @api.depends_context(*READER)
    def _compute_name(self):
        """Take the message, else the record's name, as far as the user may read it."""
        with_message = self.filtered("message")
        for checkpoint in with_message:
            checkpoint.name = checkpoint.message
        for model_name, checkpoints in (self - with_message).grouped("model").items():
            label = checkpoints._model_label()
            ids = checkpoints.mapped("record_id")
            if self.env.context.keys() >= FOR_ALL.keys():
                names = {id_: f"{label} #{id_}" for id_ in ids}
            else:
                names = name_records(self.env, model_name, label, ids)
            for checkpoint in checkpoints:
                checkpoint.name = names[checkpoint.record_id]

    @api.depends_context(*READER)
    def _compute_display_name(self):
        """Show the name, or the id to users who may not read the checkpoint."""
        super()._compute_display_name()
        hide_closed(self)

    def _search_name(self, operator, value):
        """Search in the messages, and in the names of the records under review.

        Only models of checkpoints without a message are searched, each by a subquery;
        records that the user may not read are not found.
        """
        if operator in Domain.NEGATIVE_OPERATORS:
            return NotImplemented
        if operator == "in":
            value = [name for name in value if name]  # every checkpoint has a name
        domains = [FREE_TEXT & Domain("message", operator, value)]
        for (model_name,) in self._read_group(~FREE_TEXT, ["model"]):
            found = search_names(self.env, model_name, operator, value)
            if found is not None:
                of_model = ~FREE_TEXT & Domain("model", "=", model_name)
                domains.append(of_model & Domain("record_id", "in", found))
        return Domain.OR(domains)

    # === HELPERS === #

    def _model_label(self) -> str:
        """Return the label of the model of the reviewed records."""
        # Reviewers may not read models; their names are no secret.
        return self.model_id[:1].sudo().name or self[:1].model or self.env._("Record")

    def _message_compute_subject(self):
        """Return the subject of mails about the checkpoint."""
        return super(
            ConnectorCheckpoint, self.with_context(**FOR_ALL)
        )._message_compute_subject()

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Notify new assignees, with the name for all readers."""
        return super(
            ConnectorCheckpoint, self.with_context(**FOR_ALL)
        )._message_auto_subscribe_notify(partner_ids, template)

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """Notify followers of a message, with the name for all readers."""
        return super(ConnectorCheckpoint, self.with_context(**FOR_ALL))._notify_thread(
            message.with_context(**FOR_ALL), msg_vals=msg_vals, **kwargs
        )


class MailActivity(models.Model):
    """Activities; those on checkpoints store a name for all readers."""

    _inherit = "mail.activity"

    def _compute_res_name(self):
        """Store the name that is the same for all readers."""
        ours = self.filtered(lambda one: one.res_model == CHECKPOINT)
        super(MailActivity, self - ours)._compute_res_name()
        if ours:
            super(MailActivity, ours.with_context(**FOR_ALL))._compute_res_name()
