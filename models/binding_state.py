# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""State of bindings: how a record stands to its counterpart on the backend."""

from odoo import api, fields, models
from odoo.tools import SQL

PENDING = "pending"
SYNCED = "synced"
ERROR = "error"
CONFLICT = "conflict"
GONE = "gone"
ALIAS = "alias"

STATES = [
    (PENDING, "Pending"),
    (SYNCED, "Synchronized"),
    (ERROR, "Error"),
    (CONFLICT, "Conflict"),
    (GONE, "Gone There"),
    (ALIAS, "Alias"),
]


class ConnectorBinding(models.AbstractModel):
    """The state of a binding, and where its record is found on the backend.

    The names begin with ``sync``, as that of ``sync_date``: a binding has the fields of
    its record as well, and many of those have a ``state``.
    """

    _inherit = "connector.binding"

    sync_state = fields.Selection(
        STATES,
        string="Synchronization",
        default=PENDING,
        readonly=True,
        copy=False,
        help="Pending: not synchronized yet. Error: the last import was rejected. "
        "Conflict: both sides were changed. Gone There: deleted on the backend.",
    )
    sync_reason = fields.Char(
        string="Synchronization Problem",
        readonly=True,
        copy=False,
        help="Why the record is not synchronized.",
    )
    external_url = fields.Char(
        string="Address There",
        compute="_compute_external_url",
        help="Address of the record on the backend.",
    )

    # === COMPUTE === #

    def _compute_external_url(self):
        for binding in self:
            url = binding._get_external_url() if binding.external_id else None
            binding.external_url = url or False

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create bindings; aliases, and lines of an import, have their own state."""
        vals_list = [_with_alias_state(vals) for vals in vals_list]
        if self.env.context.get("connector_no_export"):
            vals_list = [_with_line_state(vals) for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        """Write; what becomes an alias, or is none any more, changes its state."""
        return super().write(_with_alias_state(vals))

    def _init_column(self, column_name):
        """Give the bindings of an earlier version the state that they are in."""
        if column_name != "sync_state":
            return super()._init_column(column_name)
        # One statement over the whole table, when the column is added.
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET sync_state = CASE WHEN is_alias THEN %s"
                " WHEN external_id IS NULL THEN %s ELSE %s END",
                SQL.identifier(self._table),
                ALIAS,
                PENDING,
                SYNCED,
            )
        )
        return None

    # === HELPERS === #

    @api.private
    def _get_external_url(self) -> str | None:
        """Return the address of the record on the backend; for overrides."""
        return None

    @api.private
    def set_sync_state(self, state: str, reason: str | None = None) -> None:
        """Note how bindings stand to their counterparts, where that is new.

        Args:
            state: ``"synced"``, ``"error"``, ``"conflict"`` or ``"gone"``.
            reason: why they are not synchronized, for people.
        """
        values = {"sync_state": state, "sync_reason": reason or False}
        for binding in self.with_context(connector_no_export=True):
            if any(binding[name] != value for name, value in values.items()):
                binding.write(values)

    @api.private
    def note_rejected(self, reason: str) -> None:
        """Note that the last import of records failed.

        What is gone there stays so: it comes back here with the next import of it.

        Args:
            reason: why, for people.
        """
        # a fact, also where a record rule is the reason
        for binding_sudo in self.sudo():
            is_gone = binding_sudo.sync_state == GONE
            binding_sudo.set_sync_state(GONE if is_gone else ERROR, reason)


def _with_alias_state(vals: dict) -> dict:
    if "is_alias" not in vals or "sync_state" in vals:
        return vals
    return {**vals, "sync_state": ALIAS if vals["is_alias"] else PENDING}


def _with_line_state(vals: dict) -> dict:
    """Return the values of a binding that an import creates with its document."""
    if "sync_state" in vals or not vals.get("external_id"):
        return vals
    return {**vals, "sync_state": SYNCED}
