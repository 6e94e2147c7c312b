# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Fields that an export maps, read alone: a record may have a hundred others."""

from collections import defaultdict

from odoo import models

from ...components.mapper import Mapper


def fetch_mapped(binding: models.BaseModel, mapper: Mapper, is_new: bool) -> None:
    """Read the fields that a mapper names of the records behind a binding.

    A mapping method that does not name its fields (``changed_by``) may read any: then
    Odoo reads all of them together, when the first one is asked for.

    Args:
        is_new: mappings of new records run as well.
    """
    names: set[str] = {field for field, _source, _to in mapper._direct_plan().steps}
    for _name, changed_by, only_create in mapper._method_steps:
        if only_create and not is_new:
            continue
        if not changed_by:
            return
        names |= set(changed_by)
    inherited: dict[str, list[str]] = defaultdict(list)
    for name in {one.partition(".")[0] for one in names}:
        field = binding._fields.get(name)
        if field is not None and field.inherited:
            parent, own = field.related.split(".")
            inherited[parent].append(own)
    for parent, own_names in inherited.items():
        binding[parent].fetch(own_names)
