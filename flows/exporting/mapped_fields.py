# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fields that an export reads, alone: a record may have a hundred others."""

from collections import defaultdict
from collections.abc import Collection

from odoo import models

from ...components.mapper import Mapper

CHANGED_BY = "write_uid"  # conflicts ask who changed a record

ASKED = ("active", "dry_run", "name")  # of a backend

# What an export reads of a binding itself, besides what its binder names.
KEPT = (
    *("odoo_id", "openerp_id", "is_alias", "external_version"),
    *("export_hash", "import_hash", "sync_state", "sync_reason"),
)


def fetch_backend(backend: models.BaseModel) -> None:
    """Read the fields of a backend that each export asks for.

    A commit empties the cache: all its fields would be read again for each record.
    """
    backend.fetch([name for name in ASKED if name in backend._fields])


def fetch_binding(
    binding: models.BaseModel, mapper: Mapper, names: Collection[str]
) -> None:
    """Read the fields of a binding itself that an export needs, as far as is known.

    Args:
        names: of the fields of its binder.
    """
    mapped = _mapped_names(mapper, is_new=True)
    if mapped is None:
        return
    known = binding._fields
    binding.fetch(
        [
            name
            for name in {*names, *KEPT, *mapped}
            if name in known and not known[name].inherited
        ]
    )


def fetch_mapped(binding: models.BaseModel, mapper: Mapper, is_new: bool) -> None:
    """Read the fields that a mapper names of the records behind a binding.

    Args:
        is_new: mappings of new records run as well.
    """
    inherited: dict[str, list[str]] = defaultdict(lambda: [CHANGED_BY])
    for name in _mapped_names(mapper, is_new) or ():
        field = binding._fields.get(name)
        if field is not None and field.inherited:
            parent, own = field.related.split(".")
            inherited[parent].append(own)
    for parent, own_names in inherited.items():
        binding[parent].fetch(own_names)


def _mapped_names(mapper: Mapper, is_new: bool) -> set[str] | None:
    """Return the fields that a mapper names; None where it may read any.

    So may a mapping method that does not name its fields (``changed_by``): then Odoo
    reads all of them together, when the first one is asked for.
    """
    names = {step.field for step in mapper._direct_plan().steps}
    names |= {source for source, _target, _model in mapper.children}
    for _name, changed_by, only_create in mapper._method_steps:
        if only_create and not is_new:
            continue
        if not changed_by:
            return None
        names |= changed_by
    return {name.partition(".")[0] for name in names}
