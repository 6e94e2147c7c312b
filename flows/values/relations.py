# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Converters of relations: to records of the backend, and to records known by a key."""

from odoo.fields import Command

from ...components.modifier import LEAVE, Modifier, backend_to_m2o, source_value
from ...exception import MappingError, MissingDependencyError
from ..importing.result import SKIPPED
from ..importing.ring import ImportRing
from .converter import UnfitValueError, converter


class Related:
    """A direct mapping to the record that is bound to an external id.

    It is a modifier, which also names what the record needs to be there before it: an
    importer reads it, and imports first what is missing.

    Args:
        field: key of the source with the external id.
        model: binding model of the related record.
    """

    def __init__(self, field: str, model: str):
        self.field = field
        self.model = model
        self._modifier = backend_to_m2o(field, binding=model)

    def __call__(self, mapper, record, to_attr):
        """Return the id of the related record, as a modifier does."""
        external_id = source_value(mapper, record, self.field, to_attr)
        looked_up = (mapper.options.related or {}).get(self.model, {})
        if external_id is not None and str(external_id) in looked_up:
            return looked_up[str(external_id)]
        ring = ImportRing.of(mapper.env)
        target = self.model, str(external_id)
        if self._is_missing_in_preview(mapper, external_id):
            mapper.options.absent.append((mapper.model._name, to_attr, target))
            return LEAVE
        is_open = external_id is not None and target in ring.waiting
        if not is_open or mapper.binder_for(self.model).to_internal(external_id):
            return self._find(mapper, record, to_attr, target)
        if mapper.options.rings is None or mapper.model._fields[to_attr].required:
            raise MappingError(
                f"Cannot map {self.field!r} to {to_attr!r} of {mapper.model._name!r}: "
                "the records need each other: "
                f"{ring.describe(target, mapper.options.record_key)}. Make the "
                "field optional, or import one of them without it."
            )
        mapper.options.rings.append((to_attr, target))
        return LEAVE

    def _find(self, mapper, record, to_attr: str, target: tuple[str, str]):
        """Return the id of the record, or say why it is not here."""
        try:
            return self._modifier(mapper, record, to_attr)
        except MappingError as error:
            outcome = (mapper.options.unmet or {}).get(target)
            label = mapper.env[self.model]._description
            shown = outcome and (
                f"Cannot map {self.field!r} to {to_attr!r} of {mapper.model._name!r}: "
                f"{label} {target[1]!r} ({self.model}) is not here. It was {outcome}"
            )
            raise MissingDependencyError(
                shown or str(error),
                *target,
                (outcome or "").partition(": ")[2] or str(error),
                is_skipped=(outcome or "").startswith(SKIPPED),
            ) from error

    def _is_missing_in_preview(self, mapper, external_id) -> bool:
        """Return whether only an import, not a preview, would bring the record."""
        if mapper.options.absent is None or external_id is None:
            return False
        return not mapper.binder_for(self.model).to_internal(external_id)


def related(field: str, model: str) -> Modifier:
    """Return the record that is bound to an external id; it is imported where missing.

    Args:
        field: key of the source with the external id.
        model: binding model of the related record.
    """
    return Related(field, model)


@converter
def many2one(mapper, value, to_attr, key: str = "name"):
    """Return the id of the record that has a value in a field, such as a code.

    None, or several, are refused; Odoo would empty the field where it gets a text.

    Args:
        key: field of the related model; archived records do not count.
    """
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise UnfitValueError("the value of a field, such as a code")
    model = mapper.env[mapper.model._fields[to_attr].comodel_name]
    found = model.search([(key, "=", value)], limit=2)
    if len(found) != 1:
        many = "several have it" if found else "none has it"
        raise UnfitValueError(f"{key!r} of one {model._description}, and {many}")
    return found.id


@converter
def many2many(mapper, value, to_attr, key: str = "name"):
    """Return the command for the records that have some values in a field, as tags.

    Those that are not here are created.

    Args:
        key: field of the related model, see ``find_or_create``.
    """
    if not isinstance(value, list | tuple | set):
        raise UnfitValueError("a list of values, such as names")
    model = mapper.model._fields[to_attr].comodel_name
    found = [mapper.find_or_create(model, **{key: one}) for one in value]
    return [Command.set([one.id for one in found])]


def names(field: str, key: str = "name") -> Modifier:
    """Return the values in a field of related records, for an export: names of tags.

    Args:
        field: the many2many or one2many of the source.
        key: field of the related model.
    """

    def modifier(self, record, to_attr):
        return record[field].sorted("id").mapped(key)

    return modifier
