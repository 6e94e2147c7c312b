# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of backend lookups."""

from ..backend import Backend, BackendRegistry
from ..components.core import ConnectorUnit
from .common import ConnectorCase

PARTNER = "res.partner"


class Unit(ConnectorUnit):
    pass


class OtherUnit(ConnectorUnit):
    pass


class LookupCase(ConnectorCase):
    def setUp(self):
        super().setUp()
        self.known = BackendRegistry()
        self.parent = Backend("shop", registry=self.known)
        self.child = Backend(parent=self.parent, version="2", registry=self.known)

    def find(self, backend, base=Unit, model_name=PARTNER):
        """Return the class that answers on a backend."""
        return backend.get_class(base, self.session, model_name)

    def install(self, addon):
        """Make the registry of this test say that an addon is installed."""
        addons = {*self.registry._init_modules, addon}
        self.patch(self.registry, "_init_modules", addons)


def unit(*bases, addon="connector", model_name=PARTNER):
    """Return a new class of units, defined by an addon."""
    names = {"__module__": f"odoo.addons.{addon}.units", "_model_name": model_name}
    return type("Fresh", bases or (Unit,), names)
