# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declared syncs: named by their relation, for workers and server actions.

Callbacks are functions, and no job can keep these. What is declared at import time is
there in every process.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from odoo import api

from ...addon import addon_of, is_module_installed
from ...exception import InvalidUsageError
from ...text import did_you_mean
from .description import (
    EXTERNAL_TO_EXTERNAL,
    ODOO2X,
    X2ODOO,
    Described,
    Flags,
    Route,
    external_route,
    odoo2x_route,
    x2odoo_route,
)

DECLARED: dict[str, "DeclaredSync"] = {}
"""The declared syncs by their relations."""

PUSHES: dict[tuple[str, str], Any] = {}
"""What is pushed, by relation and model: the file that pushes fills it."""


class DeclaredSync:
    """A sync named by its relation.

    Args:
        relation: of its links.
        function: gets MAGIC and returns a ``sync_info``; for ``sync_external`` a
            dictionary with ``src`` and ``dst``.
    """

    magic_class: type  # of MAGIC: set by its own module, which imports this one

    def __init__(self, relation: str, function: Callable[..., Any]) -> None:
        functools.update_wrapper(self, function)
        self.relation = relation
        self.function = function

    def __call__(self, magic: Any) -> dict[str, Any]:
        """Return the result of the function."""
        return self.function(magic)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.relation!r} of {self.place}>"

    @property
    def place(self) -> str:
        """Path of the declaring function, for messages."""
        return f"{self.function.__module__}.{self.function.__qualname__}"

    def describe(self, env: api.Environment, helper: str) -> Mapping[str, Any]:
        """Return the sync description of the function, with its relation.

        Raises:
            InvalidUsageError: it is no dictionary, or of another relation.
        """
        path = f"what {self.place} returned"
        info = self.function(self.magic_class(env))
        Described(helper, path, info)
        if info.get("relation", self.relation) != self.relation:
            raise InvalidUsageError(
                f"Cannot run {helper}: {path} has the relation {info['relation']!r}, "
                f"expected {self.relation!r}, as it is declared. Drop the key."
            )
        return {**info, "relation": self.relation}


def find_declared(env: api.Environment, relation: str, helper: str) -> DeclaredSync:
    """Return the sync declared by an installed addon for a relation.

    Raises:
        InvalidUsageError: there is none.
    """
    names = [
        name
        for name, one in DECLARED.items()
        if is_module_installed(env, addon_of(one.function))
    ]
    if relation in names:
        return DECLARED[relation]
    raise InvalidUsageError(
        f"Cannot run {helper}: no installed addon declares a sync of {relation!r}."
        f"{did_you_mean(relation, names)} Declare it with @declare_sync({relation!r}) "
        "in a module that its addon imports."
    )


def declared_route(
    env: api.Environment, helper: str, given: str | DeclaredSync, flags: Flags
) -> Route:
    """Return the route of a declared sync, fully checked.

    Args:
        given: its relation, or itself.

    Raises:
        InvalidUsageError: there is none, or it is not described as the helper needs it.
    """
    if isinstance(given, DeclaredSync):
        given = given.relation
    info = find_declared(env, given, helper).describe(env, helper)
    if helper != EXTERNAL_TO_EXTERNAL:
        return ROUTES[helper](info, flags)
    described = Described(helper, f"the sync of {given!r}", info)
    described.check_keys(("relation", "src", "dst"))
    src_info, dst_info = described.value("src"), described.value("dst")
    return external_route(given, src_info, dst_info, flags)


ROUTES = {ODOO2X: odoo2x_route, X2ODOO: x2odoo_route}
