# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Controllers without a login, as webhooks and web shops have them."""

from odoo.http import Controller, request, route


class VisitController(Controller):
    """Delays work in the name of nobody in particular."""

    @route("/connector_test/public/<int:backend_id>", type="http", auth="public")
    def visit_in_public(self, backend_id):
        """Delay a job as the public user."""
        backend = request.env["connector.test.backend"].sudo().browse(backend_id)
        return backend.delayed().import_stock()

    @route("/connector_test/none/<int:backend_id>", type="http", auth="none")
    def visit_as_nobody(self, backend_id):
        """Delay a job where no user is known."""
        env = request.env(user=None, su=True)
        backend = env["connector.test.backend"].browse(backend_id)
        return backend.delayed().import_stock()
