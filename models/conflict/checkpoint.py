# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checkpoints about conflicts: a table of fields, and the choice of a side."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...flows.conflicts.bases import read_bases, write_bases
from ..access_guard import own_code
from ..binding_state import CONFLICT

BOTH_CHANGED = "both_changed"  # code of the reason


class ConnectorCheckpoint(models.Model):
    """The conflicts of a record, decided one by one or together."""

    _inherit = "connector.checkpoint"

    conflict_ids = fields.One2many(
        "connector.conflict",
        "checkpoint_id",
        string="Conflicts",
        help="Fields that were changed on both sides.",
    )
    open_conflict_count = fields.Integer(
        string="Open Conflicts",
        compute="_compute_conflict_counts",
        compute_sudo=True,
        help="Fields about which nobody decided yet.",
    )
    decided_count = fields.Integer(
        string="Decided Conflicts",
        compute="_compute_conflict_counts",
        compute_sudo=True,
        help="Fields of which a side was taken.",
    )

    # === COMPUTE === #

    @api.depends("conflict_ids.decision")
    def _compute_conflict_counts(self):
        for checkpoint in self:
            decided = checkpoint.conflict_ids.filtered("decision")
            checkpoint.decided_count = len(decided)
            checkpoint.open_conflict_count = len(checkpoint.conflict_ids - decided)

    # === CRUD === #

    def write(self, vals):
        """Write; conflicts are decided before a review, and asked about after it."""
        state = vals.get("state")
        if state == "reviewed":
            self._check_decided()
        reopened = self.browse()
        if state == "need_review":
            reopened = self.filtered(lambda one: one.state == "reviewed")
        result = super().write(vals)
        for checkpoint in reopened:
            rows = checkpoint.conflict_ids
            if rows and all(row.decision for row in rows):
                rows.action_take_back()
        return result

    def unlink(self):
        """Delete; what nobody decided is asked about at the next import."""
        self.check_access("unlink")
        self.conflict_ids.filtered(lambda row: not row.decision)._forget()
        return super().unlink()

    # === ACTIONS === #

    def action_take_ours(self) -> None:
        """Keep the values in Odoo of all fields that nobody decided yet."""
        self._open_conflicts().action_take_ours()

    def action_take_theirs(self) -> None:
        """Take the values of the backend of all fields that nobody decided yet."""
        self._open_conflicts().action_take_theirs()

    def action_ask_again(self) -> None:
        """Take all decisions back."""
        self.check_access("write")
        self.conflict_ids.action_take_back()

    # === HELPERS === #

    def _open_conflicts(self):
        """Return the conflicts to decide, for users who may review them.

        Raises:
            UserError: there are none.
        """
        self.check_access("write")
        return self._undecided(self.conflict_ids)

    def _undecided(self, rows):
        """Return those of some conflicts about which nobody decided.

        Raises:
            UserError: there are none.
        """
        rows = rows.filtered(lambda row: not row.decision)
        if not rows:
            raise UserError(
                self.env._(
                    "%(names)s: all conflicts are decided, or there are none. Press "
                    "Reviewed if nothing is left to do.",
                    names=", ".join(self.mapped("name")),
                )
            )
        return rows

    def _check_decided(self) -> None:
        """Refuse a review while a field waits for a decision."""
        for row in self.sudo().conflict_ids:
            if not row.decision and row._binding_sudo():
                raise UserError(
                    self.env._(
                        "%(name)s: nobody decided about %(field)s yet. Press Take Ours "
                        "or Take Theirs.",
                        name=row.checkpoint_id.name,
                        field=row.with_user(self.env.user).label,
                    )
                )

    def _close_decided(self) -> None:
        """Mark as reviewed what is decided."""
        done = self.filtered(
            lambda one: one.state == "need_review" and not one.open_conflict_count
        )
        if done:
            done.reviewed()

    def _ask_again(self) -> None:
        """Open checkpoints again of which decisions were taken back.

        Raises:
            UserError: a newer one asks about the same record.
        """
        for checkpoint in self.filtered(lambda one: one.state == "reviewed"):
            if other := checkpoint.sudo()._find_open(checkpoint.merge_key):
                raise UserError(
                    self.env._(
                        "There is a newer checkpoint of this record: %(name)s. Decide "
                        "there.",
                        name=other.name,
                    )
                )
            checkpoint.state = "need_review"

    def _of_binding(self, binding: models.BaseModel) -> "ConnectorCheckpoint":
        """Return the open checkpoint about the conflicts of a binding, by sudo."""
        # imports of any user ask, and may not read the checkpoints of others
        return self.sudo().search(
            [
                ("model", "=", binding._name),
                ("record_id", "=", binding.id),
                ("reason_id.code", "=", BOTH_CHANGED),
                ("state", "=", "need_review"),
            ],
            limit=1,
        )

    def _of_bindings(self, gone: list[models.BaseModel]) -> "ConnectorCheckpoint":
        """Return the open checkpoints about the conflicts of bindings, by sudo."""
        found_sudo = self.sudo()  # also the checkpoints of others
        for bindings in gone:
            for binding in bindings.filtered_domain([("sync_state", "=", CONFLICT)]):
                found_sudo |= self._of_binding(binding)
        return found_sudo

    def _settle_deleted(self) -> None:
        """Close checkpoints whose record was deleted, and say so."""
        for checkpoint in self:
            rows = checkpoint.conflict_ids.filtered(lambda row: not row.decision)
            checkpoint._settle_rows(rows)
            checkpoint._message_log(
                body=self.env._("The record was deleted: nothing is left to decide.")
            )

    def _settle_rows(self, rows) -> None:
        """Note that conflicts came to nothing, and close what has no other."""
        rows._set({"decision": "settled"})
        if all(row.decision for row in self.conflict_ids):
            with own_code():
                self.state = "reviewed"


class ConnectorConflict(models.Model):
    """Conflicts whose checkpoint is deleted."""

    _inherit = "connector.conflict"

    def _forget(self) -> None:
        """Release the fields, and let the next import ask about them again."""
        for row in self:
            if binding_sudo := row._binding_sudo():
                base = read_bases(binding_sudo)[binding_sudo.id]
                base.held.pop(row.field, None)
                base.mapped.pop(row.field, None)
                write_bases(binding_sudo, {binding_sudo.id: base})
                quiet_sudo = binding_sudo.with_context(connector_no_export=True)
                quiet_sudo.write({"import_hash": False, "sync_state": "pending"})
