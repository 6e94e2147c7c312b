# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""User of a backend, as whom its records are imported and its jobs run."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

ACCESS_RIGHTS = "base.group_erp_manager"  # who may give rights to users


class ConnectorBackend(models.AbstractModel):
    """The user in whose name a backend works."""

    _inherit = "connector.backend"

    flow_user_id = fields.Many2one(
        "res.users",
        string="Run As",
        copy=False,
        help="User in whose name records are imported and exported, whoever causes it, "
        "and jobs run that the public user or nobody delays, by a webhook or an order "
        "on the web site for instance. Without one, it is the user who causes it, and "
        "jobs of the public user or of nobody are refused.",
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create backends; only administrators let jobs run as another user."""
        backends = super().create(vals_list)
        for backend_sudo in backends.sudo():  # the user was set before any right
            self._check_may_set_user(backend_sudo.flow_user_id.id)
        return backends

    def write(self, vals):
        """Write; only administrators let jobs run as another user."""
        if "flow_user_id" in vals:
            self._check_may_set_user(vals["flow_user_id"])
        return super().write(vals)

    # === HELPERS === #

    @api.model
    def _check_may_set_user(self, user_id: int | bool) -> None:
        """Judge the real user: rights that code borrowed by ``sudo()`` do not count."""
        user = self.env.user
        if not user_id or user_id == user.id or user.id == SUPERUSER_ID:
            return
        if not user.has_group(ACCESS_RIGHTS):
            raise AccessError(
                self.env._(
                    "Cannot let jobs run as user %(id)s: expected yourself, unless you "
                    "may change access rights. Take yourself, or ask an administrator.",
                    id=user_id,
                )
            )

    def _get_job_user(self) -> models.BaseModel:
        """Return the user of jobs that no user delays, or none; for overrides."""
        return self.flow_user_id
