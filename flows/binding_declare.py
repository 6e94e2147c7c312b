# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declarations of flows on binding models: match keys, policies, stable key."""

from dataclasses import dataclass

from ..exception import InvalidUsageError
from ..text import did_you_mean

LINK = "link"  # the binding is made, the record is left alone
FILL = "fill"  # only empty fields of the record are written
UPDATE = "update"  # the record becomes equal to its counterpart
ON_MATCH = (LINK, FILL, UPDATE)

STAY = "stay"  # what was deleted here is never imported again
RECREATE = "recreate"  # a newer version of it is
CHECKPOINT = "checkpoint"  # a person decides about a newer version of it
ON_DELETED_HERE = (STAY, RECREATE, CHECKPOINT)

TEXTS = frozenset({"char", "text"})
KEY_TYPES = TEXTS | {"selection", "integer", "many2one", "date", "datetime"}


@dataclass(frozen=True)
class MatchKey:
    """A field whose value is that of one record only, such as a reference.

    Args:
        field: of the wrapped model.
        exact: compare texts as they are; else case, and blanks at both ends, do not
            count.
    """

    field: str
    exact: bool = False


def match_keys(model_class: type) -> list[MatchKey]:
    """Return the match keys of a binding model.

    Each addon that extends the model may add keys, and replace one by its field.
    """
    keys: dict[str, MatchKey] = {}
    for cls in reversed(model_class.mro()):
        declared = vars(cls).get("_match", ())
        if isinstance(declared, str):
            declared = [declared]
        for one in declared:
            key = MatchKey(one) if isinstance(one, str) else one
            keys[key.field] = key
    return list(keys.values())


def record_field(model_class: type) -> str:
    """Return the field of a binding that holds its record, such as ``odoo_id``."""
    return "openerp_id" if "openerp_id" in model_class._fields else "odoo_id"


def wrapped_model(model_class: type) -> str | None:
    """Return the name of the model that a binding wraps, None where it wraps none."""
    field = model_class._fields.get(record_field(model_class))
    return field.comodel_name if field else None


def check_binding(model_class: type) -> None:
    """Refuse declarations of a binding model that name what does not exist.

    Raises:
        InvalidUsageError: a field or a policy is not there, or not fit.
    """
    _check_policy(model_class, "_on_match", ON_MATCH)
    _check_policy(model_class, "_on_deleted_here", ON_DELETED_HERE)
    for key in match_keys(model_class):
        _check_key(model_class, key)
    if model_class._stable_key is not None:
        _check_stable_key(model_class)


def _check_policy(model_class: type, attribute: str, known: tuple[str, ...]) -> None:
    policy = getattr(model_class, attribute)
    if policy not in known:
        raise InvalidUsageError(
            f"{attribute} of {model_class._name!r} is {policy!r}, expected one of "
            f"{', '.join(map(repr, known))}.{did_you_mean(policy, known)}"
        )


def _check_key(model_class: type, key: MatchKey) -> None:
    wrapped = model_class.pool[wrapped_model(model_class)]
    where = f"_match of {model_class._name!r} names {key.field!r}"
    field = wrapped._fields.get(key.field)
    if field is None:
        raise InvalidUsageError(
            f"{where}, which is no field of {wrapped._name!r}."
            f"{did_you_mean(key.field, wrapped._fields)} Correct it."
        )
    if field.type not in KEY_TYPES or not field.base_field.store:
        stored = "stored" if field.base_field.store else "computed"
        raise InvalidUsageError(
            f"{where}, a {stored} {field.type} field of {wrapped._name!r}, expected a "
            f"stored one of type {', '.join(sorted(KEY_TYPES))}. Name another one."
        )


def _check_stable_key(model_class: type) -> None:
    name = model_class._stable_key
    field = model_class._fields.get(name)
    if field is None or not field.store or field.type not in KEY_TYPES:
        own = [one for one, known in model_class._fields.items() if known.store]
        raise InvalidUsageError(
            f"_stable_key of {model_class._name!r} is {name!r}, expected a stored "
            f"field of that model, which its mapper fills.{did_you_mean(name, own)}"
        )
