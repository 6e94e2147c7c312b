# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog for a backfill: records of a range of time, or some by their ids."""

import re

from odoo import fields, models
from odoo.exceptions import UserError

SEPARATORS = re.compile(r"[\s,;]+")
CLOSE = {"type": "ir.actions.act_window_close"}


class StreamBackfill(models.TransientModel):
    """What a backfill of a stream brings in."""

    _name = "connector.stream.backfill"
    _description = "Backfill of a Stream"

    stream_id = fields.Many2one(
        "connector.stream",
        default=lambda self: self.env.context.get("active_id"),
        help="The stream whose records are brought in.",
    )
    kind = fields.Selection(
        [("times", "What Changed in a Time"), ("ids", "Records by ID")],
        string="Bring In",
        required=True,
        default="times",
    )
    start_at = fields.Datetime(string="From")
    until_at = fields.Datetime(string="To")
    external_ids = fields.Text(
        string="External IDs", help="Ids of records on the backend, in lines."
    )

    # === ACTIONS === #

    def backfill(self) -> dict:
        """Start the backfill and close the dialog."""
        self.ensure_one()
        stream = self.stream_id
        stream.check_access("write")
        if not stream:
            raise UserError(self.env._("Open a stream, then press Backfill."))
        if self.kind == "ids":
            stream._start_chosen(self._read_ids())
        else:
            self._check_times()
            stream._start_backfill(self.start_at, self.until_at)
        return CLOSE

    # === HELPERS === #

    def _read_ids(self) -> list[str]:
        """Return the ids, one in a line; without lines also between commas."""
        text = (self.external_ids or "").strip()
        lines = text.splitlines() if "\n" in text else SEPARATORS.split(text)
        ids = [one.strip() for one in lines if one.strip()]
        if not ids:
            raise UserError(
                self.env._(
                    "A backfill by ids needs at least one id. Write them in lines."
                )
            )
        return ids

    def _check_times(self) -> None:
        if not (self.start_at or self.until_at):
            raise UserError(
                self.env._(
                    "A backfill needs a time to begin or to end. For everything, press "
                    "Full Refresh on the stream."
                )
            )
        if self.start_at and self.until_at and self.start_at > self.until_at:
            raise UserError(
                self.env._("The backfill ends before it begins. Correct the times.")
            )
