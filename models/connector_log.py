# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Log lines of MAGIC and of requests, deleted after the time of their level."""

from odoo import api, fields, models

from ..fields.loose import LooseMany2one
from ..fields.reference import LastingReference
from ..magic.log import store as log_store
from ..magic.log.line import (
    CRITICAL,
    DEBUG,
    ERROR,
    INFO,
    MESSAGE,
    REQUEST,
    TRANSMISSION,
    WARNING,
)
from .reviewed_record import find_records

LEVELS = [
    (DEBUG, "Debug"),
    (INFO, "Info"),
    (WARNING, "Warning"),
    (ERROR, "Error"),
    (CRITICAL, "Critical"),
]
KEPT_DAYS = {DEBUG: 3, INFO: 30, WARNING: 90, ERROR: 180, CRITICAL: 180}
BATCH = 10_000  # lines deleted in one transaction


class ConnectorLog(models.Model):
    """A log message, a copy of a message that was sent, or a request to a backend."""

    _name = "connector.log"
    _inherit = ["connector.names.backend", "connector.loose", "connector.guarded"]
    _description = "Connector Log"
    _log_access = False
    _order = "date DESC, id DESC"
    _rec_name = "message"

    date = fields.Datetime(required=True, readonly=True)
    kind = fields.Selection(
        [
            (MESSAGE, "Message"),
            (TRANSMISSION, "Transmission"),
            (REQUEST, "Request"),
        ],
        string="Type",
        required=True,
        readonly=True,
    )
    level = fields.Selection(LEVELS, required=True, readonly=True)
    message = fields.Text(required=True, readonly=True)
    recipient = fields.Char(
        readonly=True, help="The system or address that the data was sent to."
    )
    data = fields.Text(readonly=True, help="The data that was sent, without secrets.")
    backend_id = LastingReference(
        selection="_select_backends",
        string="Backend",
        readonly=True,
        help="The backend that was asked.",
    )
    method = fields.Char(readonly=True, help="Method of the request, such as GET.")
    address = fields.Char(
        readonly=True, help="Address that was asked for, without secrets."
    )
    status = fields.Integer(
        readonly=True, help="Status of the answer; 0 where there was none."
    )
    shown_status = fields.Char(
        string="Result",
        compute="_compute_shown_status",
        help="The status of the answer, or why there is none.",
    )
    duration_ms = fields.Integer(
        string="Duration (ms)",
        readonly=True,
        aggregator="avg",
        help="Milliseconds from the request to the end of the answer.",
    )
    size = fields.Integer(
        string="Size (Bytes)", readonly=True, help="Bytes of the body of the answer."
    )
    answer = fields.Text(
        readonly=True, help="The start of the answer, without secrets."
    )
    keep_until = fields.Datetime(
        readonly=True,
        help="When the line is deleted; empty where its level decides that.",
    )
    user_id = LooseMany2one("res.users", required=True, readonly=True)
    company_id = LooseMany2one("res.company", readonly=True)
    job_uuid = fields.Char(string="Job UUID", readonly=True)
    job_id = LooseMany2one("connector.queue.job", string="Job", readonly=True)
    action_id = LooseMany2one(
        "ir.actions.server", string="Server Action", readonly=True
    )
    relation = fields.Char(
        string="Relation Name", readonly=True, help="Relation of the new links."
    )
    relation_id = LooseMany2one("connector.relation", readonly=True)
    res_model = fields.Char(string="Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Record ID",
        model_field="res_model",
        readonly=True,
        help="The record that the line is about.",
    )
    record = fields.Reference(
        selection=lambda self: self.env["connector.checkpoint"]._select_models(),
        compute="_compute_record",
        help="The record that the line is about, if you may read it.",
    )
    is_undone = fields.Boolean(
        string="Rolled Back",
        readonly=True,
        help="The transaction that logged this line was rolled back.",
    )

    _backend_idx = models.Index(
        "(backend_id, date DESC, id DESC) WHERE backend_id IS NOT NULL"
    )
    _keep_idx = models.Index("(keep_until) WHERE keep_until IS NOT NULL")
    _age_idx = models.Index("(level, date)")
    _date_idx = models.Index("(date DESC, id DESC)")
    _job_idx = models.Index("(job_id) WHERE job_id IS NOT NULL")
    _record_idx = models.Index("(res_model, res_id) WHERE res_id IS NOT NULL")
    _relation_idx = models.Index("(relation, date) WHERE relation IS NOT NULL")

    # === COMPUTE === #

    @api.depends("kind", "status", "level")
    def _compute_shown_status(self):
        """Show the status of an answer, and of a request without one why it is so."""
        labels = {INFO: self.env._("Not Sent (Dry Run)")}
        for line in self:
            text = str(line.status) if line.status else None
            why = labels.get(line.level, self.env._("No Answer"))
            line.shown_status = line.kind == REQUEST and (text or why)

    @api.depends("res_model", "res_id")
    @api.depends_context("uid")
    def _compute_record(self):
        """Find the records that exist and that the user may read."""
        for model_name, lines in self.grouped("res_model").items():
            records = find_records(self.env, model_name, lines.mapped("res_id"))
            readable = records and records._filtered_access("read")
            found = {record.id: record for record in readable}
            for line in lines:
                line.record = found.get(line.res_id)

    # === CRUD === #

    @api.autovacuum
    def _gc_lines(self) -> tuple[int, int]:
        """Delete lines that are old enough for their level, a batch at a time."""
        counts = [
            log_store.delete_old(self.env.cr, level, days, BATCH)
            for level, days in KEPT_DAYS.items()
        ]
        counts.append(log_store.delete_ended(self.env.cr, BATCH))
        self.invalidate_model()
        return sum(counts), int(BATCH in counts)
