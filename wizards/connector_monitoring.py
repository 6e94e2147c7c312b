# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Dialog for access to health and metrics, by token."""

import secrets

from odoo import api, fields, models

from ..models.monitoring.monitor import TOKEN


class ConnectorMonitoring(models.TransientModel):
    """Switches health and metrics on and off, with the token that they require."""

    _name = "connector.monitoring"
    _description = "Monitoring"

    token = fields.Char(
        readonly=True,
        default=lambda self: self._read_token(),
        help="Password that monitoring tools send with each request.",
    )
    health_url = fields.Char(
        string="Health",
        compute="_compute_urls",
        help="Answers 200 if jobs are run in time, else 503.",
    )
    metrics_url = fields.Char(
        string="Metrics", compute="_compute_urls", help="Metrics for Prometheus."
    )

    # === COMPUTE === #

    @api.depends("token")
    def _compute_urls(self):
        for monitoring in self:
            base = monitoring.get_base_url()
            monitoring.health_url = f"{base}/connector/health"
            monitoring.metrics_url = f"{base}/connector/metrics"

    # === ACTIONS === #

    def action_new_token(self) -> dict:
        """Create a new token; the previous token becomes invalid."""
        return self._set_token(secrets.token_urlsafe(32))

    def action_switch_off(self) -> dict:
        """Remove the token, which switches health and metrics off."""
        return self._set_token("")

    # === HELPERS === #

    @api.model
    def _read_token(self) -> str:
        self.check_access("create")
        return self.env["connector.monitor"].sudo()._token()  # managers set it

    def _set_token(self, token: str) -> dict:
        self.check_access("write")
        # managers of connectors need not be administrators
        self.env["ir.config_parameter"].sudo().set_param(TOKEN, token)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "connector.connector_monitoring_action"
        )
