# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Name of a checkpoint in mails, notes and activities: it is the same for all readers.

What is sent or stored is read by others than who made it. So it is called by its
message, else by the id of the reviewed record, which gives nothing away.
"""

from odoo import models

from .display_name import FOR_ALL

CHECKPOINT = "connector.checkpoint"


class ConnectorCheckpoint(models.Model):
    """A checkpoint as the chatter calls it."""

    _inherit = "connector.checkpoint"

    # === HELPERS === #

    def _message_compute_subject(self):
        """Return the subject of mails about the checkpoint."""
        return super(
            ConnectorCheckpoint, self.with_context(**FOR_ALL)
        )._message_compute_subject()

    def _message_auto_subscribe_notify(self, partner_ids, template):
        """Tell new assignees."""
        return super(
            ConnectorCheckpoint, self.with_context(**FOR_ALL)
        )._message_auto_subscribe_notify(partner_ids, template)

    def _notify_thread(self, message, msg_vals=False, **kwargs):
        """Tell followers of a message."""
        return super(ConnectorCheckpoint, self.with_context(**FOR_ALL))._notify_thread(
            message.with_context(**FOR_ALL), msg_vals=msg_vals, **kwargs
        )


class MailActivity(models.Model):
    """An activity on a checkpoint, which keeps its name."""

    _inherit = "mail.activity"

    def _compute_res_name(self):
        """Keep the name that is the same for all readers."""
        ours = self.filtered(lambda one: one.res_model == CHECKPOINT)
        super(MailActivity, self - ours)._compute_res_name()
        if ours:
            super(MailActivity, ours.with_context(**FOR_ALL))._compute_res_name()
