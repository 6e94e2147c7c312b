# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Sides of links, as named by a caller."""

from collections.abc import Iterable, Mapping

from odoo import models

from ...components.binder import is_missing
from ...exception import LinkError
from .ref import Ref, show
from .relation import check_name
from .row import Side
from .store import ODOO

EXTERNAL = "external"  # the system of a reference that comes without one

Refs = Ref | models.BaseModel | Mapping[str, object]


def name_sides(refs: Refs | None) -> Mapping[str, object]:
    """Return references by system; a bare reference belongs to "external".

    Raises:
        LinkError: a system is no name.
    """
    if isinstance(refs, models.BaseModel):
        return {ODOO: refs}
    if not isinstance(refs, Mapping):
        return {EXTERNAL: refs}
    for system in refs:
        check_name(system, "system")
    return refs


def one_side(system: str, ref: Ref | models.BaseModel) -> Side:
    """Return a single side.

    Raises:
        LinkError: Odoo's is not one record, or another one is a record.
    """
    if system == ODOO:
        if not isinstance(ref, models.BaseModel) or len(ref) != 1 or not ref.id:
            raise LinkError(
                f"Cannot link {show(ref)} of system 'odoo': expected one record. Pass "
                "env[model].browse(id)."
            )
        return Side(ref._name, ref.id)
    if isinstance(ref, models.BaseModel):
        raise LinkError(
            f"Cannot link {ref} of system {system!r}: records are of system 'odoo'. "
            "Pass the reference that the record has on the other system."
        )
    return Side("", ref)


def many_sides(system: str, refs: Iterable) -> tuple[str, list[Ref]]:
    """Return the model, and the given references of one system.

    Raises:
        LinkError: Odoo's are no records, or it is one reference and not many.
    """
    if system == ODOO:
        if not isinstance(refs, models.BaseModel):
            raise LinkError(
                f"Cannot search links of {show(refs)} on system 'odoo': expected "
                "records. Pass env[model].browse(ids)."
            )
        return refs._name, [id_ for id_ in refs._ids if id_]
    if isinstance(refs, str | bytes | Mapping) or not isinstance(refs, Iterable):
        raise LinkError(
            f"Cannot search links of {show(refs)} on system {system!r}: expected a "
            f"list of references. Pass [{show(refs)}]."
        )
    return "", [ref for ref in refs if not is_missing(ref)]


def describe_refs(refs: Mapping[str, object]) -> str:
    """Return references with their systems, as text for messages."""
    return " and ".join(f"{system!r} {show(ref)}" for system, ref in refs.items())
