# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""History of runs: reasons of what did not come in, and how long runs are kept."""

from collections import Counter
from datetime import timedelta
from itertools import chain

from odoo import api, fields, models

from ...flows.importing.result import ImportResult
from ...redaction import bounded
from ...secret import known_secrets
from .stream import FULL

RUN_DAYS = "connector.stream_run_days"  # the name of a setting
DAYS = 60  # its value where there is none
BATCH = 10_000  # runs deleted in one transaction
REASONS = 20  # different ones that a run keeps
REASON_SIZE = 200  # characters
OTHERS = "…"


class ConnectorStreamRun(models.Model):
    """Runs, with the reasons of what did not come in."""

    _inherit = "connector.stream.run"

    reason_counts = fields.Json(
        string="Records by Reason",
        help="Number of records that did not come in, by the reason.",
    )
    reasons = fields.Text(
        compute="_compute_reasons", help="Why records did not come in, and how many."
    )

    # === COMPUTE === #

    @api.depends("reason_counts")
    def _compute_reasons(self):
        for run in self:
            counts = Counter(run.reason_counts or {}).most_common()
            run.reasons = "\n".join(f"{count} × {reason}" for reason, count in counts)

    # === HELPERS === #

    def _note_reasons(self, result: ImportResult) -> None:
        """Count why records of a page did not come in."""
        reasons = chain(
            result.rejected.values(),
            result.skipped.values(),
            result.not_delivered.values(),
        )
        secrets = known_secrets(self.env.cr)
        found = Counter(bounded(secrets.hide(one), REASON_SIZE) for one in reasons)
        if not found:
            return
        counts = Counter(self.reason_counts or {})
        for reason, count in found.items():
            is_known = reason in counts or len(counts) < REASONS
            counts[reason if is_known else OTHERS] += count
        self._set({"reason_counts": dict(counts)})

    @api.autovacuum
    def _gc_runs(self) -> tuple[int, bool]:
        """Delete runs that ended a number of days ago, but the last of each kind."""
        days = self.env["ir.config_parameter"].sudo().get_param(RUN_DAYS)
        before = fields.Datetime.now() - timedelta(days=int(days or DAYS))
        runs_sudo = self.sudo()  # nobody deletes runs by hand
        latest = runs_sudo._read_group([], ["stream_id", "kind"], ["id:max"])
        complete = [("kind", "=", FULL), ("is_complete", "=", True)]
        passes = runs_sudo._read_group(complete, ["stream_id"], ["id:max"])
        old = runs_sudo.search(
            [
                ("state", "=", "done"),
                ("ended_at", "<", before),
                ("deletion_state", "not in", ("working", "held")),
                ("id", "not in", [one[-1] for one in [*latest, *passes]]),
            ],
            limit=BATCH,
        )
        count = len(old)
        old.unlink()
        return count, count == BATCH
