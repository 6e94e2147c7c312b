# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Outbound requests: creates on a backend, stored before they are sent.

The export writes them, see ``flows/exporting/lease.py``; people answer the question
what became of one of which nobody knows.
"""

from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ...text import is_missing

REQUEST_DAYS = "connector.request_days"  # the name of a setting
DAYS = 30  # its value where there is none
BATCH = 10_000  # rows deleted in one transaction

STATES = [
    ("open", "Not Sent"),
    ("sent", "Sent"),
    ("known", "Answered"),
    ("bound", "Bound"),
    ("refused", "Refused"),
    ("unknown", "Outcome Unknown"),
    ("dropped", "Given Up"),
]
ENDED = ("bound", "refused", "dropped")


class ConnectorRequest(models.Model):
    """A create on a backend, by which a record gets its external id."""

    _name = "connector.request"
    _inherit = ["connector.of.backend", "connector.guarded"]
    _description = "Outbound Request"
    _order = "id desc"
    _rec_name = "key"
    _rec_names_search = ("key", "external_id", "model")

    model = fields.Char(string="Binding Model", required=True, readonly=True)
    binding_id = fields.Many2oneReference(
        model_field="model",
        required=True,
        readonly=True,
        help="Binding of the record that is to be created on the backend.",
    )
    state = fields.Selection(
        STATES,
        required=True,
        default="open",
        readonly=True,
        index=True,
        help="Sent: what became of it is not known yet. Outcome Unknown: a person has "
        "to say whether the record was created. Given Up: it was not.",
    )
    key = fields.Char(
        string="Idempotency Key",
        readonly=True,
        help="By this key the backend knows a request that is sent again.",
    )
    body = fields.Text(
        string="Values",
        readonly=True,
        groups="connector.group_connector_manager",
        help="The values that are sent, the same each time.",
    )
    external_id = fields.Char(
        string="External ID",
        readonly=True,
        help="Identifier of the record that the backend created.",
    )
    version = fields.Char(
        readonly=True, help="Version of the record that the backend created."
    )
    given_id = fields.Char(
        string="ID There",
        help="Identifier of the record on the backend, as a person found it there. "
        "Enter it, then press It Was Created.",
    )
    reason = fields.Char(
        readonly=True, help="Why it was refused or given up, or why nobody knows."
    )
    job_uuid = fields.Char(
        string="Job", readonly=True, help="The job that sends the request."
    )
    attempt = fields.Integer(
        readonly=True, help="The attempt of the job that sends the request."
    )
    send_count = fields.Integer(string="Times Sent", readonly=True)
    opened_at = fields.Datetime(string="Stored", readonly=True)
    first_sent_at = fields.Datetime(string="First Sent", readonly=True)
    sent_at = fields.Datetime(string="Last Sent", readonly=True)
    ended_at = fields.Datetime(string="Ended", readonly=True)

    _live_uniq = models.UniqueIndex(
        "(backend_id, model, binding_id)"
        " WHERE state IN ('open', 'sent', 'known', 'unknown')",
        "There is a request of this record already.",
    )
    _record_idx = models.Index("(backend_id, model, binding_id)")

    # === CRUD === #

    def _has_field_access(self, field, operation):
        """Let people give an id; all else is what an export has found."""
        if operation == "write" and not self.env.su and field.name != "given_id":
            return False
        return super()._has_field_access(field, operation)

    # === ACTIONS === #

    def action_was_created(self) -> None:
        """Bind records to those that a person has found on the backend."""
        self.check_access("write")
        for request in self._to_decide():
            if is_missing(request.given_id):
                raise UserError(
                    self.env._(
                        "Which record did request %(key)s create? Enter its ID There, "
                        "then press It Was Created again.",
                        key=request.key,
                    )
                )
            request._decide({"state": "known", "external_id": request.given_id})

    def action_was_not_created(self) -> None:
        """Give requests up, and export their records again, by new ones."""
        self.check_access("write")
        reason = self.env._("%(user)s: it was not created.", user=self.env.user.name)
        for request in self._to_decide():
            ended = {"state": "dropped", "ended_at": fields.Datetime.now()}
            request._decide({**ended, "reason": reason})

    # === HELPERS === #

    def _to_decide(self) -> "ConnectorRequest":
        """Return the requests, locked, whose outcome is unknown.

        Raises:
            LockError: somebody else, or an export, has one of them in hand.
            UserError: the outcome of one is known.
        """
        self.lock_for_update()
        for request in self:
            if request.state != "unknown":
                raise UserError(
                    self.env._(
                        "Request %(key)s is %(state)s: there is nothing to decide. "
                        "Choose one whose outcome is unknown.",
                        key=request.key,
                        state=dict(
                            self._fields["state"]._description_selection(self.env)
                        )[request.state],
                    )
                )
        return self

    def _decide(self, values: dict) -> None:
        """Keep what a person said, and go on with the export."""
        self._set(values)
        self.env["connector.checkpoint"]._review_of(self)
        backend = self.backend_id and self.backend_id.exists()
        if backend and self.model in self.env:
            # who may decide may have no right on the backend itself
            backend.sudo().delay_export_record(self.model, self.binding_id)

    @api.model
    def _ask(self, backend, request_id: int, message: str) -> None:
        """Let a person say what became of a request."""
        backend.add_checkpoint(
            self._name, request_id, message, reason="outcome_unknown"
        )

    # === RETENTION === #

    @api.autovacuum
    def _gc_requests(self) -> tuple[int, bool]:
        """Delete requests that ended a number of days ago, settle those of nobody."""
        self._drop_orphans()
        days = self.env["ir.config_parameter"].sudo().get_param(REQUEST_DAYS)
        before = fields.Datetime.now() - timedelta(days=int(days or DAYS))
        old = self.sudo().search(
            Domain("state", "in", ENDED) & Domain("ended_at", "<", before), limit=BATCH
        )
        count = len(old)
        old.unlink()
        return count, count == BATCH

    def _drop_orphans(self) -> None:
        """End the live requests whose bindings are gone; a person sees to the rest.

        What may be there without a counterpart here is not deleted.
        """
        day_ago = fields.Datetime.now() - timedelta(days=1)
        live_sudo = self.sudo().search(  # requests of all users
            Domain("state", "not in", ENDED) & Domain("opened_at", "<", day_ago)
        )
        for model_name, requests in live_sudo.grouped("model").items():
            if model_name not in self.env:
                continue
            bindings_sudo = self.env[model_name].sudo()  # ids only
            ids = requests.mapped("binding_id")
            there = set(bindings_sudo.browse(ids).exists().ids)
            for request in requests:
                if request.binding_id not in there:
                    request._drop_orphan()

    def _drop_orphan(self) -> None:
        was_sent = self.state != "open"
        reason = self.env._("Its record was deleted here.")
        self._set(
            {"state": "dropped", "reason": reason, "ended_at": fields.Datetime.now()}
        )
        backend = self.backend_id and self.backend_id.exists()
        if was_sent and backend:
            message = self.env._(
                "A record was deleted here while it was created on the backend "
                "(request %(key)s, external ID %(external_id)s). Look for it there, "
                "and delete it if nobody needs it.",
                key=self.key,
                external_id=self.external_id or self.env._("unknown"),
            )
            self._ask(backend, self.id, message)
