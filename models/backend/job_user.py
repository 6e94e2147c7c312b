# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""User of a backend's jobs, where the public user or nobody delays them."""

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError

ACCESS_RIGHTS = "base.group_erp_manager"  # who may give rights to users
USERS = ("job_user_id", "flow_user_id")  # in whose name work is done


class ConnectorBackend(models.AbstractModel):
    """The user as whom jobs of a backend run that no user delays."""

    _inherit = "connector.backend"

    job_user_id = fields.Many2one(
        "res.users",
        string="Jobs Run As",
        copy=False,
        help="The user of the jobs that the public user or nobody delays, by a webhook "
        "or an order on the web site for instance. Without one, it is who imports; "
        "without that one either, these jobs are refused.",
    )

    # === CRUD === #

    @api.model_create_multi
    def create(self, vals_list):
        """Create backends; only administrators let jobs run as another user."""
        backends = super().create(vals_list)
        for backend_sudo in backends.sudo():  # the user was set before any right
            for name in USERS:
                self._check_may_set_job_user(backend_sudo[name].id)
        return backends

    def write(self, vals):
        """Write; only administrators let jobs run as another user."""
        for name in vals.keys() & USERS:
            self._check_may_set_job_user(vals[name])
        return super().write(vals)

    # === HELPERS === #

    @api.model
    def _check_may_set_job_user(self, user_id: int | bool) -> None:
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
        return self.job_user_id or self.flow_user_id
