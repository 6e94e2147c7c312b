# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Jobs that work for a backend."""

from odoo import models

from odoo.addons.connector.exception import FailedJobError
from odoo.addons.connector.queue.job import job


class TestBackend(models.Model):
    _inherit = "connector.test.backend"

    @job(default_channel="root.shop")
    def import_stock(self, error=None):
        """Import the stock of the shop."""
        if error:
            raise FailedJobError(error)

    def delay_another(self):
        """Delay a job, as a client may ask for."""
        self.delayed().import_stock()


class TestPartner(models.Model):
    _inherit = "connector.test.partner"

    @job(default_channel="root.shop")
    def export_partner(self):
        """Export partners."""


@job(default_channel="root.shop")
def import_partner(session, model_name, backend_id, external_id):
    """Import a partner."""


@job(default_channel="root.shop")
def export_binding(session, model_name, binding_id, fields=None):
    """Export a binding."""
