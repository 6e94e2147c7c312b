# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rejected records that wait for another one: they come in once that one does."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from odoo import fields, models

from ...flows.importing.result import REJECTED, SKIPPED, Dependency

# Find the rows of records that wait for others. Locks: none. Index: waiting_idx.
FIND_WAITING = """
SELECT id, model, external_id FROM connector_rejected
 WHERE backend_id = %(backend)s AND waits_for_model = %(model)s
   AND waits_for_id = ANY (%(external_ids)s) AND closed_at IS NULL
 ORDER BY id
"""

# Note that rows wait no more. Locks: these rows. Index: the primary key.
RELEASE = """
UPDATE connector_rejected SET waits_for_model = NULL, waits_for_id = NULL
 WHERE id = ANY (%(ids)s)
"""


class ConnectorRejected(models.Model):
    """Records that did not come in since another one is not here."""

    _inherit = "connector.rejected"

    waits_for_model = fields.Char(
        string="Waits For (Model)",
        readonly=True,
        help="Binding model of the record that is needed, and is not here.",
    )
    waits_for_id = fields.Char(
        string="Waits For (External ID)",
        readonly=True,
        help="External ID of the record that is needed, and is not here. Once it is "
        "imported, this one is, too.",
    )

    _waiting_idx = models.Index(
        "(backend_id, waits_for_model, waits_for_id)"
        " WHERE closed_at IS NULL AND waits_for_id IS NOT NULL"
    )

    # === HELPERS === #

    def _release(
        self,
        backend,
        model_name: str,
        external_ids: Sequence[str],
        importing: Collection[tuple[str, str]] = (),
    ) -> None:
        """Delay the imports of the records that waited for these.

        Args:
            backend: of the records.
            model_name: binding model of those that are here now.
            external_ids: of those.
            importing: model and external id of records that wait in this transaction;
                they come in by it.
        """
        if not external_ids:
            return
        values = {
            "backend": backend.reference(),
            "model": model_name,
            "external_ids": external_ids,
        }
        self.env.cr.execute(FIND_WAITING, values)
        rows = [row for row in self.env.cr.fetchall() if row[1:] not in importing]
        if not rows:  # nearly always
            return
        self.env.cr.execute(RELEASE, {"ids": [row_id for row_id, *_rest in rows]})
        self.invalidate_model(["waits_for_model", "waits_for_id"])
        by_model = defaultdict(list)
        for _row_id, waiting_model, external_id in rows:
            by_model[waiting_model].append(external_id)
        for waiting_model, waiting_ids in by_model.items():
            backend.delay_import_records(waiting_model, waiting_ids)

    def _ask_dependency(
        self, backend, model_name: str, external_id: str, dependency: Dependency
    ) -> None:
        """Let a person see to a record that others wait for, once for all of them."""
        if backend._ask_needed_tombstone(model_name, external_id):
            return
        open_rows = self.sudo().search(  # of every stream; only its id is used
            [
                ("backend_id", "=", backend.reference()),
                ("model", "=", model_name),
                ("external_id", "=", external_id),
                ("closed_at", "=", False),
            ]
        )
        if open_rows.kind == "rejected":
            return  # it has a checkpoint of its own, or waits itself
        row_id = open_rows.id
        if not row_id:
            outcome = SKIPPED if dependency.is_skipped else REJECTED
            reasons = {external_id: dependency.reason}
            row_id = self._keep_all(backend, model_name, outcome, reasons)[external_id]
        message = self.env._(
            "%(model)s %(external_id)s is needed by records that wait for it, and was "
            "not imported: %(reason)s",
            model=self.env[model_name]._description,
            external_id=external_id,
            reason=dependency.reason,
        )
        self._ask(backend, row_id, message, "invalid_data")
