# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Modifiers: alter the value of a field in a direct mapping.

A modifier stands where the source field of a direct mapping stands::

    direct = [(none("phone"), "phone"), (convert("price", float), "list_price")]

It is a function that returns a function ``(self, record, to_attr)`` with the
mapper as ``self``. Its argument with the source field must be called ``field``;
where that may be a modifier itself, modifiers nest.
"""

from collections.abc import Callable
from typing import Any

from odoo import fields, models

from ..exception import MappingError
from ..text import is_missing
from .core import ConnectorUnit
from .nested import ABSENT, find_value

Modifier = Callable[..., object]

LEAVE = object()
"""What a modifier returns to leave the target field alone."""


def source_value(mapper: Any, record: Any, field: str | Modifier, to_attr: str) -> Any:
    """Return what a record holds in a field, or what a modifier makes of it.

    None, False and empty text all come back as None, and so does a key that
    a dictionary lacks; 0 stays 0. Dots in the name of a key are for keys in keys.
    """
    if callable(field):
        value = field(mapper, record, to_attr)
    elif isinstance(record, models.BaseModel) or not hasattr(record, "get"):
        value = record[field]
    else:
        value = record.get(field)
        if value is None and "." in field:
            value = find_value(record, field)
            value = None if value is ABSENT else value
    return None if is_empty(value) else value


def is_empty(value: object) -> bool:
    """Tell whether a value is empty, or a recordset without records."""
    return is_missing(value) or (isinstance(value, models.BaseModel) and not value)


def none(field: str | Modifier) -> Modifier:
    """Return None where the source has no value, for systems which refuse False."""

    def modifier(self: ConnectorUnit, record: Any, to_attr: str) -> Any:
        return source_value(self, record, field, to_attr)

    return modifier


def convert(field: str | Modifier, conv_type: Callable[..., Any]) -> Modifier:
    """Call a type or function on the value; False where there is no value."""

    def modifier(self: ConnectorUnit, record: Any, to_attr: str) -> Any:
        value = source_value(self, record, field, to_attr)
        return False if value is None else conv_type(value)

    return modifier


def follow_m2o_relations(field: str) -> Modifier:
    """Return the value at a dotted path such as ``partner_id.country_id``."""

    def modifier(self: ConnectorUnit, record: Any, to_attr: str) -> Any:
        value = record
        for name in field.split("."):
            value = getattr(value, name)
        return value

    return modifier


def m2o_to_backend(field: str, binding: str | None = None) -> Modifier:
    """Return the external id of the record in a many2one field, for an export.

    Args:
        field: the many2one of the source.
        binding: name of the binding model of the relation; None says that the
            relation is a binding already.

    Raises:
        ValueError: (when mapping) the field is not a many2one.
        MappingError: (when mapping) the related record has no external id.
    """

    def modifier(self: ConnectorUnit, record: Any, to_attr: str) -> Any:
        relation = _many2one(record, field)
        related = record[field]
        if not related:
            return False
        binder = self.binder_for(binding or relation.comodel_name)
        external_id = binder.to_backend(related.id, wrap=bool(binding))
        if binder._is_missing(external_id):
            raise MappingError(
                f"Cannot map {field!r} of {record}: {related} has no external id on "
                f"{self.backend_record} (binding {binder.model._name!r}). "
                "Export it first."
            )
        return external_id

    return modifier


def backend_to_m2o(field: str, binding: str | None = None) -> Modifier:
    """Return the id of the Odoo record for an external id, for an import.

    Args:
        field: the source field with the external id.
        binding: name of the binding model of the target's relation; None says
            that the relation is a binding already.

    Raises:
        ValueError: (when mapping) the target is not a many2one.
        MappingError: (when mapping) no record is bound to the external id.
    """

    def modifier(self: ConnectorUnit, record: Any, to_attr: str) -> Any:
        external_id = source_value(self, record, field, to_attr)
        if external_id is None:
            return False
        relation = _many2one(self.model, to_attr)
        binder = self.binder_for(binding or relation.comodel_name)
        if binder._is_missing(external_id):
            return False  # how systems that number their records write "none"
        found = binder.to_openerp(external_id, unwrap=bool(binding))
        if not found:
            raise MappingError(
                f"Cannot map {field!r} to {to_attr!r} of {self.model._name!r}: no "
                f"record is bound to external id {external_id!r} on "
                f"{self.backend_record} (binding {binder.model._name!r}). "
                "Import it first."
            )
        # binders of before series 8 return ids
        return found.id if isinstance(found, models.BaseModel) else found

    return modifier


def _many2one(record: Any, name: str) -> fields.Field:
    relation = record._fields[name]
    if relation.type != "many2one":
        raise ValueError(
            f"Field {name!r} of {record._name!r} is a {relation.type}, expected a "
            "many2one. Map it with a method."
        )
    return relation
