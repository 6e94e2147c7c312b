# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Reviewers of matches: who has the checkpoint about a match may decide it."""

from odoo import api, fields, models

MATCH = "connector.match"


class ConnectorMatch(models.Model):
    """Matches, which plain connector users decide where they are asked to."""

    _inherit = MATCH

    reviewer_id = fields.Many2one(
        "res.users",
        compute="_compute_reviewer_id",
        search="_search_reviewer_id",
        compute_sudo=True,
        help="The user to whom the open checkpoint about the match is assigned.",
    )
    may_decide = fields.Boolean(
        string="Decision Is Yours",
        compute="_compute_may_decide",
        help="Whether you may link the record or create a new one.",
    )

    # === COMPUTE === #

    def _compute_reviewer_id(self):
        found = self._open_checkpoints([("record_id", "in", self.ids)])
        by_match = {one.record_id: one.user_id for one in found}
        for match in self:
            match.reviewer_id = by_match.get(match.id)

    def _search_reviewer_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        found = self._open_checkpoints([("user_id", "in", list(value))])
        return [("id", "in", found.mapped("record_id"))]

    @api.depends_context("uid")
    def _compute_may_decide(self):
        mine = self._filtered_access("write")
        for match in self:
            match.may_decide = match in mine

    # === HELPERS === #

    def _open_checkpoints(self, domain: list):
        """Return the open checkpoints about matches, with elevated rights."""
        checkpoints_sudo = self.env["connector.checkpoint"].sudo()  # whose they are
        about = [("model", "=", MATCH), ("state", "=", "need_review")]
        return checkpoints_sudo.search(about + domain)
