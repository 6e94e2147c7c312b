# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Notifications of new checkpoints, limited per backend and hour."""

from datetime import timedelta

from odoo import api, fields, models

from .display_name import FOR_ALL

NOTES_PER_HOUR = 5  # single notes for a backend; more checkpoints share a note


class ConnectorCheckpoint(models.Model):
    """Notifications of new checkpoints, by cron: no synchronization waits for mail.

    For each backend a few an hour get a note each, and the others a shared note;
    later ones wait until that hour is over. Checkpoints reviewed before that get
    none. Assignees get an activity; for the others, managers get a chatter note.
    """

    _inherit = "connector.checkpoint"

    told_at = fields.Datetime(
        string="Notified",
        readonly=True,
        copy=False,
        help="When the assignee or the managers were notified.",
    )

    _untold_idx = models.Index(
        "(backend_id, id) WHERE told_at IS NULL AND state = 'need_review'"
    )
    _told_idx = models.Index("(told_at, backend_id)")

    # === ACTIONS === #

    @api.model
    def _cron_tell(self) -> None:
        """Count the repeats, then notify of new checkpoints, backend by backend."""
        self.env["connector.checkpoint.repeat"]._count()
        untold = [("told_at", "=", False), ("state", "=", "need_review")]
        backends = self._read_group(untold, ["backend_id"])
        for left, (backend,) in enumerate(reversed(backends)):
            of_backend = [*untold, ("backend_id", "=", backend)]
            self.search(of_backend, order="id")._tell(backend)
            self.env["ir.cron"]._commit_progress(1, remaining=left)

    def _tell(self, backend: str) -> None:
        """Notify of new checkpoints of a backend, within the limit of the hour."""
        room = NOTES_PER_HOUR - self._count_told(backend)
        if room < 0:  # a shared note was posted within the hour
            return
        self.with_context(tracking_disable=True).told_at = fields.Datetime.now()
        for checkpoint in self[:room]:
            checkpoint._tell_together()
        for checkpoints in self[room:].grouped("user_id").values():
            checkpoints._tell_together()

    # === HELPERS === #

    def _count_told(self, backend: str) -> int:
        """Return how many checkpoints of a backend were notified in the last hour."""
        hour_ago = fields.Datetime.now() - timedelta(hours=1)
        return self.search_count(
            [("backend_id", "=", backend), ("told_at", ">", hour_ago)],
            limit=NOTES_PER_HOUR + 1,
        )

    def _tell_together(self) -> None:
        """Notify the common assignee of checkpoints, or managers, on the last one."""
        last = self[-1:]
        text = self._say_all() if len(self) > 1 else ""
        if last.user_id:
            last._ask_to_review(last.user_id, text)
        else:
            last._subscribe_managers()
            last._post_note(text or last.message or last._ask_for_review())

    def _say_all(self) -> str:
        return self.env._(
            "%(count)s more checkpoints of %(backend)s. The last one: %(name)s",
            count=len(self),
            backend=self[-1:].backend_name,
            name=self[-1:].with_context(**FOR_ALL).name,
        )

    def _subscribe_managers(self) -> None:
        """Subscribe the managers of its company to the checkpoint."""
        managers = self.env.ref("connector.group_connector_manager").all_user_ids
        company = self.company_id
        followers = managers.filtered(lambda user: company <= user.company_ids)
        self._message_subscribe(followers.partner_id.ids)

    def _post_note(self, body: str) -> None:
        """Post a note on the checkpoint."""
        quiet = {
            "mail_post_autofollow_author_skip": True,
            "mail_notify_force_send": False,  # e-mails wait in their queue
        }
        self.with_context(**quiet).message_post(
            body=body,
            author_id=self.env.ref("base.partner_root").id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
        )

    def _ask_for_review(self) -> str:
        return self.env._("A %(model)s needs a review.", model=self._model_label())
