# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Addon of a class or function, and whether it is installed."""

from collections.abc import Callable, Collection
from functools import cache
from typing import Any

_NAMESPACES = ("odoo.addons.", "openerp.addons.")


def addon_of(member: type | Callable[..., Any]) -> str:
    """Return the technical name of the addon that defines a class or a function."""
    return addon_of_module(member.__module__)


@cache
def addon_of_module(path: str) -> str:
    """Return the addon in a dotted module path.

    >>> addon_of_module("odoo.addons.shop.models.order")
    'shop'
    >>> addon_of_module("openerp.addons.shop.unit.mapper")
    'shop'
    >>> addon_of_module("shop.unit")
    'shop'
    """
    for namespace in _NAMESPACES:
        if path.startswith(namespace):
            path = path[len(namespace) :]
            break
    return path.partition(".")[0]


def is_module_installed(env_or_registry: Any, name: str) -> bool:
    """Tell whether an addon is installed in the current database.

    Args:
        env_or_registry: an Odoo environment or a registry.
        name: technical name of the addon.
    """
    registry = getattr(env_or_registry, "registry", env_or_registry)
    return name in installed_addons(registry)


def installed_addons(registry: Any) -> Collection[str]:
    """Return the technical names of the addons of a registry."""
    return registry._init_modules
