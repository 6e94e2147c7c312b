# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declarations of lines on binding models, checked when the addon is loaded."""

from collections.abc import Iterable, Iterator

from odoo import models
from odoo.fields import Domain, Field
from odoo.modules.registry import Registry

from ..exception import InvalidUsageError
from ..text import did_you_mean

UNLINK, ARCHIVE = "unlink", "archive"  # of the record of a line that vanished
WHEN_GONE = (UNLINK, ARCHIVE)
PLACE = "place"  # the key of a line is its place among the lines of its record
EXTERNAL_BINDING = "external.binding"


def key_fields(line_key: object) -> tuple[str, ...]:
    """Return the fields that a ``_line_key`` names; none for a place or a method."""
    if line_key == PLACE or not isinstance(line_key, str | tuple | list):
        return ()
    return (line_key,) if isinstance(line_key, str) else tuple(line_key)


def check_lines(model_class: type) -> None:
    """Refuse a binding model whose declarations of lines name what does not exist.

    Raises:
        InvalidUsageError: a field is not there, or does not lead to the parent.
    """
    if model_class._line_of:
        _check_line_of(model_class)
    elif model_class._line_key is not None:
        raise InvalidUsageError(
            f"_line_key of {model_class._name!r} is {model_class._line_key!r}, but "
            "nothing says of what its records are lines. Set _line_of as well."
        )
    _check_when_gone(model_class)
    for name in key_fields(model_class._line_key):
        if name == "id":
            raise InvalidUsageError(
                f"_line_key of {model_class._name!r} names 'id', which is the id in "
                "Odoo: a line that comes in has none. Name 'external_id', which the "
                "mapper of the line fills from the key of the backend."
            )
        _check_field(model_class, "_line_key", name, model_class._fields)
    for name in _domain_fields(model_class._frozen):
        _check_field(model_class, "_frozen", name, model_class._fields)


def find_frozen(bindings: models.BaseModel) -> models.BaseModel:
    """Return the bindings from which an import removes nothing any more."""
    domain = getattr(bindings, "_frozen", ())
    return bindings.filtered_domain(list(domain)) if domain else bindings.browse()


def lines_of(field: Field | None, pool: Registry) -> type | None:
    """Return the model of the lines that a field holds, None for another field."""
    if field is None or field.type != "one2many":
        return None
    lines = pool.get(field.comodel_name)
    line_of = getattr(lines, "_line_of", None)
    return lines if line_of and line_of[0] == field.inverse_name else None


def find_archived_lines(binding: models.BaseModel) -> Iterator[models.BaseModel]:
    """Return the records of the lines that are archived with their document."""
    for name, field in binding._fields.items():
        line_class = lines_of(field, binding.pool)
        if line_class is not None and line_class._when_gone == ARCHIVE:
            lines = binding.with_context(active_test=False)[name]
            own = wrapping_field(line_class, line_class._line_of[1])
            yield lines[own].with_env(binding.env)


def wrapping_field(model_class: type, name: str) -> str:
    """Return the field with the wrapped record that has a field, such as odoo_id."""
    for wrapped, own in model_class._inherits.items():
        if name in model_class.pool[wrapped]._fields:
            return own
    return ""


def _check_line_of(model_class: type) -> None:
    """Check the two many2one fields by which a line belongs to its parent."""
    line_of = model_class._line_of
    if isinstance(line_of, str) or len(line_of) != 2:  # noqa: PLR2004 a pair
        raise InvalidUsageError(
            f"_line_of of {model_class._name!r} is {line_of!r}, expected a pair: the "
            "many2one to the parent binding, and that of the wrapped record to the "
            'wrapped parent, such as ("shop_order_id", "order_id").'
        )
    first, second = line_of
    pool, own_fields = model_class.pool, model_class._fields
    bindings = {
        name: field
        for name, field in own_fields.items()
        if field.type == "many2one"
        and issubclass(pool.get(field.comodel_name, type), pool[EXTERNAL_BINDING])
    }
    _check_field(model_class, "_line_of", first, bindings)
    document = pool[bindings[first].comodel_name]
    _check_level(model_class, first, document)
    parents = document._inherits
    places = {
        name: field
        for name, field in own_fields.items()
        if field.type == "many2one"
        and field.comodel_name in parents
        and field.inherited
    }
    _check_field(model_class, "_line_of", second, places)


def _check_when_gone(model_class: type) -> None:
    policy = model_class._when_gone
    if policy not in WHEN_GONE:
        raise InvalidUsageError(
            f"_when_gone of {model_class._name!r} is {policy!r}, expected one of "
            f"{', '.join(map(repr, WHEN_GONE))}.{did_you_mean(policy, WHEN_GONE)}"
        )


def _check_level(model_class: type, name: str, document: type) -> None:
    if getattr(document, "_line_of", None):
        raise InvalidUsageError(
            f"_line_of of {model_class._name!r} names {name!r}, which is a line "
            f"itself ({document._name!r}). A flow knows lines of one level only: map "
            "the inner lines with a method of the mapper, or import them as records of "
            "their own."
        )


def _check_field(
    model_class: type, declaration: str, name: str, fits: Iterable[str]
) -> None:
    if name in fits:
        return
    seen = "which does not fit" if name in model_class._fields else "which is no field"
    fitting = ", ".join(sorted(map(repr, fits))) or "none"
    hint = did_you_mean(name, fits) or f" Expected one of {fitting}."
    raise InvalidUsageError(
        f"{declaration} of {model_class._name!r} names {name!r}, {seen}.{hint}"
    )


def _domain_fields(domain: Iterable) -> list[str]:
    """Return the fields of a domain, each up to its first point."""
    conditions = Domain(list(domain)).iter_conditions()
    return [condition.field_expr.partition(".")[0] for condition in conditions]
