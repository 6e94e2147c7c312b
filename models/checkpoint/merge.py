# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Merge of repeats: an open checkpoint that is reported again is counted.

Repeats are added without a lock, and counted by cron.
"""

import hashlib
import json
from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from ..access_guard import framework_context, own_code
from .checkpoint import IDENTITY

REPEAT = "connector.checkpoint.repeat"
ADDED = "connector.checkpoint.added"  # ids that this transaction added


class CheckpointRepeat(models.Model):
    """A repeat of an open checkpoint, deleted as soon as it is counted.

    Many jobs may report the same at once. If each wrote the row of the checkpoint,
    each would wait for the commit of the job before it, and then run again from the
    start. So each only inserts a row here, and a cron counts them.
    """

    _name = REPEAT
    _inherit = "connector.guarded"
    _description = "Checkpoint Repeat"
    _log_access = False
    _order = "id"
    _rec_names_search = ["checkpoint_id"]

    checkpoint_id = fields.Many2one(
        "connector.checkpoint",
        required=True,
        ondelete="cascade",
        index=True,
        help="The checkpoint that was reported again.",
    )
    seen_at = fields.Datetime(
        string="Occurred at", required=True, default=fields.Datetime.now
    )
    facts = fields.Json(
        string="New Values", help="Values that the checkpoint takes from the repeat."
    )

    # === HELPERS === #

    @api.model
    def _count(self, checkpoints: models.BaseModel | None = None) -> None:
        """Add the repeats to the counts of their checkpoints, and delete them.

        A checkpoint that was reviewed before the repeat was visible is reopened: no
        repeat after a review is lost.

        Args:
            checkpoints: count for these only; None means all.
        """
        domain = Domain.TRUE
        if checkpoints is not None:
            domain = Domain("checkpoint_id", "in", checkpoints.ids)
        repeats = self.search(domain)
        for checkpoint, rows in repeats.grouped("checkpoint_id").items():
            last = rows[-1:]
            still_open = checkpoint._open_again()
            still_open._see_again(len(rows), last.seen_at, last.facts or {})
        repeats.unlink()


class ConnectorCheckpoint(models.Model):
    """Checkpoints, of which repeats are counted."""

    _inherit = "connector.checkpoint"

    merge_key = fields.Char(
        readonly=True,
        copy=False,
        help="Repeats with the same key are counted on one open checkpoint.",
    )

    _merge_uniq = models.UniqueIndex(
        "(merge_key) WHERE merge_key IS NOT NULL AND state = 'need_review'",
        "An open checkpoint about the same already exists. Review that one.",
    )

    # === CRUD === #

    def write(self, vals):
        """Write; a changed identity drops the merge key, to take no wrong repeats."""
        if not IDENTITY.isdisjoint(vals) and "merge_key" not in vals:
            vals = {**vals, "merge_key": False}
        return super().write(vals)

    # === HELPERS === #

    def _find_open(self, merge_key: str) -> "ConnectorCheckpoint":
        return self.search(
            [("merge_key", "=", merge_key), ("state", "=", "need_review")], order="id"
        )

    def _added_here(self) -> set[int]:
        return self.env.cr.precommit.data.setdefault(ADDED, set())

    def _repeat(self, facts: dict) -> None:
        """Count a repeat of the checkpoint, without waiting for other transactions."""
        if self.id in self._added_here():  # nobody else sees the row yet
            self._see_again(1, fields.Datetime.now(), facts)
        else:
            repeats = framework_context(self.env[REPEAT])
            with own_code():
                repeats.create({"checkpoint_id": self.id, "facts": facts})

    def _see_again(self, count: int, seen_at: datetime, facts: dict) -> None:
        """Add repeats to the count, with the facts of the newest."""
        kept = {"merge_key": self.merge_key, "seen_count": self.seen_count + count}
        with own_code():
            self.write({**facts, **kept, "seen_at": seen_at})

    def _open_again(self) -> "ConnectorCheckpoint":
        """Return the open checkpoint about the same, else reopen this one."""
        if self.state == "need_review":
            return self
        if self.merge_key and (other := self._find_open(self.merge_key)):
            return other
        with own_code():
            self.state = "need_review"
        return self


def merge_key_of(vals: dict) -> str:
    """Return the key that is equal for checkpoints about the same.

    With a record and a reason, the message does not count. Without either, it does:
    another message is another checkpoint.
    """
    backend, reason = vals["backend_id"], vals["reason_id"]
    record = (vals.get("model"), vals.get("record_id"))
    message = None if reason and vals.get("record_id") else vals["message"]
    identity = [backend._name, backend.id, *record, reason, message]
    return hashlib.sha256(json.dumps(identity).encode()).hexdigest()
