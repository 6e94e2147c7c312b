# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declared syncs: named by their relation, for workers and server actions.

Callbacks are functions, and no job can keep these. What is declared at import time is
there in every process.
"""

import functools
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches

from odoo import api

from ...addon import addon_of, is_module_installed
from ...exception import InvalidUsageError
from .description import (
    Described,
    Flags,
    external_route,
    odoo2x_route,
    x2odoo_route,
)
from .push import Push
from .route import EXTERNAL_TO_EXTERNAL, ODOO2X, X2ODOO, Route

DECLARED: dict[str, "DeclaredSync"] = {}
"""The declared syncs by their relations."""


class DeclaredSync:
    """A sync named by its relation.

    Args:
        relation: of its links.
        function: gets MAGIC and returns a ``sync_info``; for ``sync_external`` a
            dictionary with ``src`` and ``dst``.
    """

    def __init__(self, relation: str, function: Callable):
        functools.update_wrapper(self, function)
        self.relation = relation
        self.function = function

    def __call__(self, magic) -> dict:
        """Return the result of the function."""
        return self.function(magic)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.relation!r} of {_place_of(self)}>"

    def describe(self, env: api.Environment, helper: str) -> Mapping:
        """Return the sync description of the function, with its relation.

        Raises:
            InvalidUsageError: it is no dictionary, or of another relation.
        """
        from .. import Magic  # which has the helpers that find this here

        path = f"what {_place_of(self)} returned"
        info = self.function(Magic(env))
        Described(helper, path, info)
        if info.get("relation", self.relation) != self.relation:
            raise InvalidUsageError(
                f"Cannot run {helper}: {path} has the relation {info['relation']!r}, "
                f"expected {self.relation!r}, as it is declared. Drop the key."
            )
        return {**info, "relation": self.relation}

    def push_on(
        self,
        model_name: str,
        create: bool = False,
        write: bool = False,
        unlink: Callable | None = None,
        fields: Iterable[str] | None = None,
    ) -> None:
        """Push changed records to the other system, by ``sync_odoo2x``.

        One job for each record, however often it changes meanwhile, runs after the
        commit. What a sync of this relation writes itself is not pushed back.

        Args:
            model_name: of the records.
            create: push new records.
            write: push what was changed of known ones.
            unlink: a function that gets MAGIC and the ref of a record that is gone.
            fields: push a change only if it is one of these fields; any by default.

        Raises:
            InvalidUsageError: there is nothing to push, or an argument is wrong.
        """
        Push.of(self, model_name, create, write, unlink, fields).subscribe()


def declare_sync(relation: str) -> Callable[[Callable], DeclaredSync]:
    """Declare the decorated function as the sync of a relation.

    ::

        @declare_sync("my_system_and_odoo_employee_rel")
        def employee_sync(MAGIC):
            return {"x": {"get_ref": …}, "odoo": {"create": …}}

    Raises:
        InvalidUsageError: another function is declared for it.
    """
    if not isinstance(relation, str) or not relation:
        raise InvalidUsageError(
            f"Cannot declare a sync: the relation is {relation!r}, expected its name. "
            'Write @declare_sync("name of the relation").'
        )

    def declare(function: Callable) -> DeclaredSync:
        new, known = DeclaredSync(relation, function), DECLARED.get(relation)
        if known and _place_of(known) != _place_of(new):  # else it is loaded anew
            raise InvalidUsageError(
                f"Cannot declare {_place_of(new)} as sync of {relation!r}: "
                f"{_place_of(known)} is. Take another relation."
            )
        DECLARED[relation] = new
        return new

    return declare


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
    close = get_close_matches(str(relation), names, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    raise InvalidUsageError(
        f"Cannot run {helper}: no installed addon declares a sync of {relation!r}."
        f"{hint} Declare it with @declare_sync({relation!r}) in a module that its "
        "addon imports."
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


def _place_of(declared: DeclaredSync) -> str:
    return f"{declared.function.__module__}.{declared.function.__qualname__}"
