# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cascades into bindings: which models take bindings along when records are deleted.

PostgreSQL deletes a binding with the record that it wraps, and with what that record
goes with, such as a variant with its template; Odoo does not know of it.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from odoo.modules.registry import Registry

DEPTH = 3  # records between the binding and what takes it along


class Cascade(NamedTuple):
    """A way from the bindings of a model to the record that takes them along."""

    binding: str
    path: str  # of many2one fields


def find_cascades(registry: Registry) -> dict[str, list[Cascade]]:
    """Return the cascades by the model whose deletion begins them.

    Lines are left out: they come with the record they belong to, and go with it.
    """
    cascades = defaultdict(list)
    for name in registry.descendants(["connector.binding"], "_inherit"):
        model = registry[name]
        if model._abstract or not model._auto or _is_line(registry, model):
            continue
        cascades[name].append(Cascade(name, "id"))
        for wrapped, field in _wrapped(model):
            for comodel, path in _walk(registry, wrapped, field, DEPTH):
                cascades[comodel].append(Cascade(name, path))
    return dict(cascades)


def _wrapped(model) -> Iterator[tuple[str, str]]:
    yield from model._inherits.items()
    for name in ("openerp_id", "odoo_id"):
        field = model._fields.get(name)
        if field and field.store and name not in model._inherits.values():
            yield field.comodel_name, name


def _walk(
    registry: Registry, name: str, path: str, depth: int
) -> Iterator[tuple[str, str]]:
    yield name, path
    if depth == 0 or name not in registry:
        return
    for field in registry[name]._fields.values():
        if field.type != "many2one" or not field.store or field.ondelete != "cascade":
            continue
        if field.comodel_name != name and field.comodel_name in registry:
            further = f"{path}.{field.name}"
            yield from _walk(registry, field.comodel_name, further, depth - 1)


def _is_line(registry: Registry, model) -> bool:
    """Return whether a binding belongs to another one, which has to be there."""
    bindings = registry["external.binding"]
    return any(
        field.type == "many2one"
        and field.required
        and issubclass(registry[field.comodel_name], bindings)
        for field in model._fields.values()
        if field.type == "many2one" and field.comodel_name in registry
    )
