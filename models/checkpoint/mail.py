# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Name of a checkpoint in mails, notes and activities, the same for all readers.

Mails and stored texts are read by other users than their author. So the name is the
message, else the id of the reviewed record, which reveals nothing.
"""

from odoo import models

from .display_name import FOR_ALL

CHECKPOINT = "connector.checkpoint"


class ConnectorCheckpoint(models.Model):
    """A checkpoint, with a name for the chatter."""

    _inherit = "connector.checkpoint"

    # === HELPERS === #

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
