# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Matches: which record here may be the counterpart of one on a backend."""

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...flows.binding_declare import wrapped_model
from ...flows.importing.candidates import (
    AMBIGUOUS,
    BOUND,
    MATCHED,
    ONLY_HERE,
    ONLY_THERE,
)
from ..access_guard import framework_context, own_code
from ..reviewed_record import name_records

OUTCOMES = [
    (AMBIGUOUS, "Several Records Here"),
    (BOUND, "Bound to Another"),
    ("rejected", "Cannot Be Mapped"),
    (MATCHED, "Matched"),
    (ONLY_THERE, "Only There"),
    (ONLY_HERE, "Only Here"),
]
LINK, CREATE = "link", "create"
SHOWN = 20  # candidates whose names are shown


class ConnectorMatch(models.Model):
    """What a match report says about one record, and what a person decided about it."""

    _name = "connector.match"
    _inherit = ["connector.of.backend", "connector.guarded"]
    _description = "Match"
    _order = "outcome, id"
    _rec_name = "external_id"
    _rec_names_search = ("external_id", "model")

    model = fields.Char(string="Binding Model", required=True, readonly=True)
    external_id = fields.Char(
        string="External ID",
        readonly=True,
        help="Identifier of the record on the backend.",
    )
    keys = fields.Char(
        string="Keys There",
        readonly=True,
        help="Values of the match keys of the record on the backend.",
    )
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    reason = fields.Char(
        readonly=True, help="Why no record here was taken as the counterpart."
    )
    record_model = fields.Char(string="Model of the Record", readonly=True)
    record_id = fields.Many2oneReference(
        string="Record Here",
        model_field="record_model",
        help="The counterpart in Odoo. Choose one and press Link where several are "
        "possible.",
    )
    candidate_ids = fields.Json(
        string="IDs of Candidates",
        readonly=True,
        help="IDs of the records that the match keys find.",
    )
    candidates = fields.Text(
        string="Possible Counterparts",
        compute="_compute_candidates",
        help="The records that the match keys find, with their IDs.",
    )
    decision = fields.Selection(
        [(LINK, "Link"), (CREATE, "Create New Record")],
        readonly=True,
        help="What a person decided; the next import does it.",
    )
    decided_by_id = fields.Many2one("res.users", string="Decided by", readonly=True)

    _external_uniq = models.UniqueIndex(
        "(backend_id, model, external_id)",
        "There is a match of this record already.",
    )

    # === COMPUTE === #

    @api.depends("candidate_ids", "record_model")
    @api.depends_context("uid")
    def _compute_candidates(self):
        """Name the candidates that the user may read, the others by their ids."""
        for match in self:
            ids = (match.candidate_ids or [])[:SHOWN]
            label = match.record_model or ""
            names = name_records(self.env, label, label, ids) if ids else {}
            match.candidates = "\n".join(f"{names[id_]} ({id_})" for id_ in ids)

    # === CRUD === #

    def _has_field_access(self, field, operation):
        """Let people choose a record; all else is what an import has found."""
        if operation == "write" and not self.env.su and field.name != "record_id":
            return False
        return super()._has_field_access(field, operation)

    # === ACTIONS === #

    def action_link(self) -> None:
        """Bind the chosen records to their counterparts, and import these."""
        for match in self._to_decide():
            record = match._chosen()
            if record.id not in (match.candidate_ids or ()):
                record.check_access("write")  # it was not offered to the reviewer
            match._decide(LINK)

    def action_create(self) -> None:
        """Create new records for these counterparts, and import them."""
        for match in self._to_decide():
            match._decide(CREATE)

    # === HELPERS === #

    def _to_decide(self) -> "ConnectorMatch":
        """Return the matches that the user decides.

        Raises:
            AccessError: they are for others to decide.
            UserError: there is none.
        """
        self.check_access("write")
        if not self:
            raise UserError(self.env._("No match is chosen. Choose one of the list."))
        return self

    def _chosen(self) -> models.BaseModel:
        """Return the record to link.

        Raises:
            UserError: none was chosen, or it is deleted.
        """
        model = self.record_model
        known = model and model in self.env
        record = self.env[model].browse(self.record_id).exists() if known else None
        if not record:
            raise UserError(
                self.env._(
                    "No record here is chosen for %(external_id)s. Choose one in the "
                    "field Record Here, then press Link again.",
                    external_id=self.external_id or "",
                )
            )
        return record

    def _decide(self, decision: str) -> None:
        """Keep a decision, close its checkpoint, and import the record."""
        if not self.external_id or not self.backend_id or not self.backend_id.exists():
            raise UserError(
                self.env._(
                    "Record %(record)s is only here: there is nothing to import. "
                    "Choose a line with an external ID of a backend that exists.",
                    record=self.record_id or "",
                )
            )
        self._set({"decision": decision, "decided_by_id": self.env.uid})
        # who decides may not see the checkpoint of a colleague; it is settled anyway
        checkpoints_sudo = self.env["connector.checkpoint"].sudo()
        checkpoints_sudo.search(
            [
                ("model", "=", self._name),
                ("record_id", "=", self.id),
                ("state", "=", "need_review"),
            ]
        ).reviewed()
        self.backend_id.sudo().delay_import_record(self.model, self.external_id)

    @api.model
    def _store(self, backend, model_name: str, rows: list[dict]) -> "ConnectorMatch":
        """Create or renew the matches of records there; decisions stay.

        Args:
            backend: of the records.
            model_name: binding model.
            rows: values, each with its ``external_id``.
        """
        record_model = wrapped_model(self.env.registry[model_name])
        # the user of an import may not read matches; only its own are renewed
        known = self.sudo().search(
            self._domain_of(backend, model_name)
            + [("external_id", "in", [row["external_id"] for row in rows])]
        )
        by_id = {one.external_id: one for one in known}
        new = []
        stored = known.browse()
        for row in rows:
            if match := by_id.get(row["external_id"]):
                match._set(row)
                stored |= match
            else:
                fixed = {"backend_id": backend, "model": model_name}
                new.append({**fixed, "record_model": record_model, **row})
        with own_code():
            stored |= framework_context(self.sudo()).create(new)
        return stored

    @api.model
    def _domain_of(self, backend, model_name: str) -> list[tuple]:
        return [("backend_id", "=", backend.reference()), ("model", "=", model_name)]
