# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Which contact here is which card there? The framework's binder knows."""

from odoo.addons.connector.api import Binder

from ..backend import carddav


@carddav
class CarddavBinder(Binder):
    """Finds and keeps the bindings of every model of this connector."""

    _model_name = [
        "carddav.res.partner",
        "carddav.res.partner.address",
        "carddav.res.partner.category",
    ]
