# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Connection check of a backend."""

import textwrap

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...exception import ConnectorException, message_of

REASON_SIZE = 300  # characters of an answer that are kept

CONNECTION_STATES = [
    ("unknown", "Not Checked"),
    ("ok", "Connected"),
    ("failed", "Not Connected"),
]


class ConnectorBackend(models.AbstractModel):
    """The state of the connection, and the check that finds it."""

    _inherit = "connector.backend"

    connection_state = fields.Selection(
        CONNECTION_STATES,
        string="Connection",
        default="unknown",
        required=True,
        readonly=True,
        copy=False,
        help="Result of the last connection check.",
    )
    connection_message = fields.Char(
        string="Connection Details",
        readonly=True,
        copy=False,
        help="Message of the last connection check.",
    )
    connection_checked_at = fields.Datetime(
        string="Last Checked",
        readonly=True,
        copy=False,
        help="When the connection was last checked.",
    )

    # === ACTIONS === #

    def action_check_connection(self) -> dict:
        """Check the connection, and show the result."""
        self.check_access("write")
        self.ensure_one()
        state, message = self._find_connection_state()
        self.write(
            {
                "connection_state": state,
                "connection_message": message,
                "connection_checked_at": fields.Datetime.now(),
            }
        )
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": {"ok": "success", "failed": "danger"}.get(state, "info"),
                "title": self.name,
                "message": message,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === HELPERS === #

    def _check_connection(self) -> str | None:
        """Check that the backend answers; for overrides.

        Returns:
            A message for the user, such as a count of records; None for the default
            text.

        Raises:
            ConnectorException, OSError, UserError: it does not answer; the message
                gives the reason.
        """
        raise NotImplementedError

    @api.model
    def _can_check_connection(self) -> bool:
        """Return whether the model overrides :meth:`_check_connection`."""
        ours = self.pool["connector.backend"]._check_connection
        return type(self)._check_connection is not ours

    def _find_connection_state(self) -> tuple[str, str]:
        """Return the state of the connection, and the message for the user."""
        if not self._can_check_connection():
            told = self.env._("This kind of backend cannot check its connection.")
            return "unknown", told
        try:
            with self.env.cr.savepoint():
                told = self._check_connection()
        except (ConnectorException, OSError, UserError) as error:
            told = message_of(error)
            return "failed", textwrap.shorten(told, REASON_SIZE)
        return "ok", textwrap.shorten(
            told or self.env._("The backend answers."), REASON_SIZE
        )
