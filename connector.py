# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the units' core, see ``components``."""

from .addon import addon_of as get_openerp_module
from .addon import addon_of_module as _get_openerp_module_name
from .addon import is_module_installed
from .components.binder import Binder
from .components.core import (
    ConnectorEnvironment,
    ConnectorUnit,
    Environment,
    MetaConnectorUnit,
    install_in_connector,
    pg_try_advisory_lock,
)

__all__ = [
    "Binder",
    "ConnectorEnvironment",
    "ConnectorUnit",
    "Environment",
    "MetaConnectorUnit",
    "_get_openerp_module_name",
    "get_openerp_module",
    "install_in_connector",
    "is_module_installed",
    "pg_try_advisory_lock",
]
