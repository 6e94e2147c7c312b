# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rejected records: dead letters of imports, with reason and payload.

A record that could not be imported is kept until a later import of its id succeeds. So
are records that an importer skipped and those that the backend listed and did not send:
"where is order 100123?" has an answer.
"""

from collections.abc import Iterable
from datetime import timedelta

from odoo import api, fields, models

from ...fields.reference import LastingReference
from ...flows.importing.result import (
    NOT_DELIVERED,
    REJECTED,
    SKIPPED,
    ImportResult,
)
from ...redaction import MESSAGE_SIZE, TEXT_SIZE, redact
from ...secret import known_secrets

REJECTED_DAYS = "connector.rejected_days"  # the name of a setting
DAYS = 90  # its value where there is none
BATCH = 10_000  # rows deleted in one transaction
KINDS = {REJECTED: "rejected", NOT_DELIVERED: "undelivered", SKIPPED: "skipped"}
TO_RETRY = ("rejected", "undelivered")

# Keep why some records of a model did not come in. Of a record that is open already the
# newest facts count; one that is skipped again for the same reason is not written.
# Locks: the open rows of the records. Index: the unique one on open rows.
KEEP = """
INSERT INTO connector_rejected AS old (
    backend_id, company_id, model, external_id, kind, reason, payload,
    waits_for_model, waits_for_id, stream_id, run_id, first_at, last_at, seen_count,
    create_uid, create_date, write_uid, write_date
)
SELECT %(backend)s, %(company_id)s, %(model)s, new.external_id, %(kind)s, new.reason,
       new.payload, new.waits_for_model, new.waits_for_id, %(stream_id)s, %(run_id)s,
       %(now)s, %(now)s, 1, %(uid)s, %(now)s, %(uid)s, %(now)s
  FROM unnest(%(external_ids)s::text[], %(reasons)s::text[], %(payloads)s::text[],
              %(waits_for_models)s::text[], %(waits_for_ids)s::text[])
       AS new (external_id, reason, payload, waits_for_model, waits_for_id)
 ORDER BY new.external_id
    ON CONFLICT (backend_id, model, external_id) WHERE closed_at IS NULL
    DO UPDATE SET kind = EXCLUDED.kind, reason = EXCLUDED.reason,
                  payload = EXCLUDED.payload, last_at = EXCLUDED.last_at,
                  waits_for_model = EXCLUDED.waits_for_model,
                  waits_for_id = EXCLUDED.waits_for_id,
                  stream_id = COALESCE(EXCLUDED.stream_id, old.stream_id),
                  run_id = COALESCE(EXCLUDED.run_id, old.run_id),
                  seen_count = old.seen_count + 1
            WHERE EXCLUDED.kind <> 'skipped'
               OR (old.kind, old.reason) IS DISTINCT FROM ('skipped', EXCLUDED.reason)
RETURNING id, external_id
"""

# Find the rows of records that are in, or gone. Locks: none. Index: as above.
FIND_OPEN = """
SELECT id FROM connector_rejected
 WHERE backend_id = %(backend)s AND model = %(model)s
   AND external_id = ANY (%(external_ids)s) AND closed_at IS NULL
"""

# Close rows. Locks: these rows. Index: the primary key.
CLOSE = """
UPDATE connector_rejected SET closed_at = %(now)s
 WHERE id = ANY (%(ids)s) AND closed_at IS NULL
"""


class ConnectorRejected(models.Model):
    """A record of a backend that did not come in, and why."""

    _name = "connector.rejected"
    _inherit = ["connector.names.backend", "connector.guarded"]
    _description = "Record Not Imported"
    _order = "id desc"
    _rec_name = "external_id"
    _rec_names_search = ("external_id", "model")

    backend_id = LastingReference(
        selection="_select_backends", required=True, readonly=True
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    model = fields.Char(string="Binding Model", required=True, readonly=True)
    external_id = fields.Char(
        string="External ID", required=True, readonly=True, index=True
    )
    kind = fields.Selection(
        [
            ("rejected", "Rejected"),
            ("undelivered", "Not Delivered"),
            ("skipped", "Skipped"),
        ],
        required=True,
        readonly=True,
        help="Rejected: it cannot be imported as it is. Not delivered: the backend "
        "listed it and did not send it. Skipped: the connector does not import it.",
    )
    reason = fields.Char(readonly=True)
    payload = fields.Text(
        readonly=True, help="The record as the backend sent it, without secrets."
    )
    stream_id = fields.Many2one(
        "connector.stream", readonly=True, ondelete="set null", index="btree_not_null"
    )
    run_id = fields.Many2one(
        "connector.stream.run",
        string="Stream Run",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    first_at = fields.Datetime(string="First Time", readonly=True)
    last_at = fields.Datetime(string="Last Time", readonly=True)
    seen_count = fields.Integer(string="Times", readonly=True)
    closed_at = fields.Datetime(
        string="Closed",
        readonly=True,
        help="When a later import of the record succeeded, or it was gone.",
    )

    _open_uniq = models.UniqueIndex(
        "(backend_id, model, external_id) WHERE closed_at IS NULL",
        "This record was not imported, and is listed already.",
    )

    # === HELPERS === #

    @api.model
    def _keep(self, backend, model_name: str, result: ImportResult) -> None:
        """Keep what did not come in, with a checkpoint for what was rejected.

        Those that wait for a value have one of the value.
        """
        rows = self._keep_all(
            backend,
            model_name,
            REJECTED,
            result.rejected,
            result.payloads,
            result.waits_for,
        )
        told = result.waiting | result.asked | result.waits_for.keys()
        for external_id, row_id in rows.items():
            if external_id not in told:
                message = self.env._(
                    "%(model)s %(external_id)s was not imported: %(reason)s",
                    model=self.env[model_name]._description,
                    external_id=external_id,
                    reason=result.rejected[external_id],
                )
                self._ask(backend, row_id, message, "invalid_data")
        self._keep_all(backend, model_name, NOT_DELIVERED, result.not_delivered)
        self._keep_all(backend, model_name, SKIPPED, result.skipped)
        for (needed, external_id), dependency in result.dependencies.items():
            self._ask_dependency(backend, needed, external_id, dependency)

    @api.model
    def _keep_undeleted(self, backend, model_name: str, result: ImportResult) -> None:
        """Keep what is gone on the backend, and could not be settled here."""
        rows = self._keep_all(backend, model_name, REJECTED, result.rejected)
        for external_id, row_id in rows.items():
            message = self.env._(
                "%(model)s %(external_id)s was deleted on the backend, and not here: "
                "%(reason)s",
                model=self.env[model_name]._description,
                external_id=external_id,
                reason=result.rejected[external_id],
            )
            self._ask(backend, row_id, message, "deleted")

    def _ask(self, backend, row_id: int, message: str, reason: str) -> None:
        """Let a person see to a record that was rejected."""
        backend.add_checkpoint(self._name, row_id, message, reason=reason)

    def _keep_all(
        self,
        backend,
        model_name: str,
        outcome: str,
        reasons: dict,
        payloads=None,
        waits_for=None,
    ) -> dict[str, int]:
        """Keep records that did not come in; return the rows written, by id."""
        if not reasons:
            return {}
        secrets = known_secrets(self.env.cr)
        payloads = payloads or {}
        waits = [(waits_for or {}).get(one, (None, None)) for one in reasons]
        self.env.cr.execute(
            KEEP,
            {
                **self._facts(backend, model_name),
                "kind": KINDS[outcome],
                "external_ids": list(reasons),
                "reasons": [
                    secrets.stored(str(one or ""), MESSAGE_SIZE)
                    for one in reasons.values()
                ],
                "payloads": [
                    redact(payloads[one], TEXT_SIZE, secrets)
                    if one in payloads
                    else None
                    for one in reasons
                ],
                "waits_for_models": [model for model, _external_id in waits],
                "waits_for_ids": [external_id for _model, external_id in waits],
            },
        )
        rows = {external_id: row_id for row_id, external_id in self.env.cr.fetchall()}
        self.invalidate_model()
        return rows

    @api.model
    def _close(self, backend, model_name: str, external_ids: Iterable[str]) -> None:
        """Note that records are in, or gone: nobody has to see to them any more."""
        values = {
            **self._facts(backend, model_name),
            "external_ids": list(external_ids),
        }
        if not values["external_ids"]:
            return
        self.env.cr.execute(FIND_OPEN, values)
        ids = [row_id for (row_id,) in self.env.cr.fetchall()]
        if not ids:  # nearly always: a preview may not even try to write
            return
        self.env.cr.execute(CLOSE, {"ids": ids, "now": values["now"]})
        self.invalidate_model()
        self.env["connector.checkpoint"]._review_of(self.browse(ids))

    def _facts(self, backend, model_name: str) -> dict:
        """Return what all rows of an import have in common."""
        run_sudo = self.env["connector.stream.run"].sudo()  # ids only
        run_sudo = run_sudo.browse(self.env.context.get("connector_stream_run"))
        return {
            "backend": backend.reference(),
            "company_id": backend.sudo().company_id.id or None,  # copied as it is
            "model": model_name,
            "stream_id": run_sudo.stream_id.id or None,
            "run_id": run_sudo.id or None,
            "uid": self.env.uid,
            "now": fields.Datetime.now(),
        }

    @api.autovacuum
    def _gc_rejected(self) -> tuple[int, bool]:
        """Delete what was closed, or not seen again, a number of days ago."""
        days = self.env["ir.config_parameter"].sudo().get_param(REJECTED_DAYS)
        before = fields.Datetime.now() - timedelta(days=int(days or DAYS))
        old = self.sudo().search([("last_at", "<", before)], limit=BATCH)
        count = len(old)
        old.unlink()
        return count, count == BATCH
