# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Buttons of bindings that export them, and take back what was not sent yet."""

from odoo import api, models
from odoo.exceptions import UserError

from ..components.core import pg_try_advisory_lock
from ..flows.binding_declare import record_field
from ..flows.exporting.lease import LIVE
from ..queue.state import CANCELLED, DONE, NOT_STARTED
from ..text import reference_of
from .binding_state import ERROR, PENDING, SYNCED


class ConnectorBinding(models.AbstractModel):
    """Exports that a person asks for."""

    _inherit = "connector.binding"

    # === ACTIONS === #

    def action_export_now(self) -> dict:
        """Delay the export of these records."""
        self.check_access("write")
        exported = self.filtered(lambda one: not one.is_alias)
        for backend, bindings in exported.grouped("backend_id").items():
            backend.delay_export_records(self._name, bindings.ids)
        settled = exported.filtered(lambda one: one.sync_state in (SYNCED, ERROR))
        settled.set_sync_state(PENDING)
        message = self.env._("%(count)s records will be exported.", count=len(exported))
        return _notification(message)

    def action_take_back_export(self) -> dict:
        """Delete the bindings whose export has not started, and cancel it.

        Raises:
            UserError: there is none among them.
        """
        taken = self._take_back_exports()
        if not taken:
            raise UserError(
                self.env._(
                    "Nothing to take back: these records are on the backend, or their "
                    "export has started. Delete there what should not be there."
                )
            )
        message = self.env._(
            "Taken back: %(taken)s of %(count)s. The others are on the backend, or "
            "their export has started.",
            taken=taken,
            count=len(self),
        )
        return _notification(message, next_={"type": "ir.actions.act_window_close"})

    # === HELPERS === #

    @api.private
    def _take_back_exports(self) -> int:
        """Delete those of these bindings that nothing was sent of; return how many."""
        self.check_access("unlink")
        fresh = self.filtered(lambda one: not one.external_id and not one.is_alias)
        keys = {one._export_key(): one for one in fresh}
        # with elevated rights: who may delete a binding ends its export with it
        jobs_sudo = self.env["connector.queue.job"].sudo()
        jobs_sudo = jobs_sudo.search(
            [("identity_key", "in", list(keys)), ("state", "!=", DONE)]
        )
        started = {
            one.identity_key
            for one in jobs_sudo
            if one.attempt or one.state not in (*NOT_STARTED, CANCELLED)
        }
        taken = self.browse(
            one.id
            for key, one in keys.items()
            if key not in started and one._has_sent_nothing(key)
        )
        own_sudo = jobs_sudo.filtered(lambda job: keys[job.identity_key] in taken)
        text = own_sudo._cancelled_text()
        own_sudo._move_rows(list(NOT_STARTED), CANCELLED, text)
        taken.unlink()
        return len(taken)

    def _export_key(self) -> str:
        """Return the identity key of the export of a binding."""
        return f"export {reference_of(self.backend_id)} {self._name} {self.id}"

    def _has_sent_nothing(self, key: str) -> bool:
        """Return whether no export of a binding runs, or has left a request.

        An export takes the same lock; one that begins now waits for us, and finds no
        binding then.
        """
        backend = reference_of(self.backend_id)
        if not pg_try_advisory_lock(self.env, f"export {backend} {reference_of(self)}"):
            return False
        # with elevated rights: a request may be of an export in anybody's name
        requests_sudo = self.env["connector.request"].sudo()
        return not requests_sudo.search_count(
            [
                ("backend_id", "=", backend),
                ("model", "=", self._name),
                ("binding_id", "=", self.id),
                ("state", "in", LIVE),
            ]
        )

    @api.model
    def _bound_to(self, backend: models.BaseModel, records: models.BaseModel):
        """Return the bindings of records on a backend, also archived ones."""
        field = record_field(type(self))
        return self.with_context(active_test=False).search(
            [
                ("backend_id", "=", backend.id),
                (field, "in", records.ids),
                ("is_alias", "=", False),
            ]
        )


def _notification(message: str, next_: dict | None = None) -> dict:
    params = {"type": "info", "message": message, "next": next_}
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": params,
    }
