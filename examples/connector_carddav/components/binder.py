# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Binder of all bindings of address books: the framework's own."""

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
