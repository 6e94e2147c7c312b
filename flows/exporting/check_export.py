# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of declared export triggers, when the addon is loaded."""

from collections.abc import Iterable

from odoo.models import BaseModel

from ...exception import InvalidUsageError
from ...text import did_you_mean
from ..binding_declare import wrapped_model
from .export_on import ATTRIBUTE, ExportOn, Watch, declared_export
from .trigger import (
    ITSELF,
    Following,
    domain_fields,
    paths_to,
    watch_steps,
    written_fields,
)


def check_export(model: BaseModel) -> None:
    """Refuse triggers of a binding model that name what does not exist.

    Raises:
        InvalidUsageError: a field or a model is not there, or nothing can be watched.
    """
    given = getattr(model, ATTRIBUTE)
    if given is not None and not isinstance(given, ExportOn):
        raise InvalidUsageError(
            f"{_where(model)} is {given!r}, expected an ExportOn such as "
            'ExportOn(write=["name"], unlink=True).'
        )
    declared = declared_export(type(model))
    if declared is None:
        return
    _check_wrapped(model, declared)
    for name in written_fields(type(model), declared.write):
        _check_field(model, "write", model._name, name)
        _check_followed(model, name)
    for watch in declared.watch:
        _check_watch(model, watch)


def _check_wrapped(model: BaseModel, declared: ExportOn) -> None:
    """Check what is said of the record that a binding wraps."""
    wrapped = wrapped_model(type(model))
    if wrapped is None or wrapped not in model.env:
        if declared.create or declared.archive or declared.domain:
            raise InvalidUsageError(
                f"{_where(model)} has create, archive or domain, which are about the "
                "wrapped record, and the binding wraps none. Set _inherits."
            )
        return
    if declared.archive and not model.env[wrapped]._active_name:
        raise InvalidUsageError(
            f"{_where(model)} has archive=True, but records of {wrapped!r} cannot be "
            "archived: the model has no field 'active'. Leave it out."
        )
    for name in domain_fields(declared.domain):
        _check_field(model, "domain", wrapped, name)


def _check_field(model: BaseModel, part: str, model_name: str, name: str) -> None:
    known = model.env[model_name]._fields
    if name not in known:
        raise InvalidUsageError(
            f"{part} of {_where(model)} names {name!r}, which is no field of "
            f"{model_name!r}.{did_you_mean(name, known)} Correct it."
        )


def _check_followed(model: BaseModel, name: str) -> None:
    """Refuse a field of which no change can be seen."""
    following = Following(model.env, model._name, model._name)
    if not following.follow(model._name, name, ITSELF):
        raise InvalidUsageError(
            f"write of {_where(model)} names {name!r}, which is not stored, and no "
            "stored field feeds it: nobody can see that it changes. Watch the records "
            'that it comes from: watch=[Watch("model", "field to the record")].'
        )


def _check_watch(model: BaseModel, watch: Watch) -> None:
    """Check the model, the path and the fields of a watch."""
    where = f"watch of {_where(model)}"
    if watch.model not in model.env:
        raise InvalidUsageError(
            f"{where} names model {watch.model!r}, which does not exist."
            f"{did_you_mean(watch.model, model.env.registry)} Correct it, or let the "
            "addon depend on the one that has it."
        )
    comodel: str | None = watch.model
    for model_name, name, comodel in watch_steps(model.env, watch):
        if comodel is None:
            links = _links(model, model_name)
            raise InvalidUsageError(
                f"{where} follows {watch.path!r} from {watch.model!r}, but {name!r} is "
                f"no many2one field of {model_name!r}.{did_you_mean(name, links)} "
                "Name the fields that lead to the record."
            )
    ends = paths_to(type(model))
    if comodel not in ends:
        raise InvalidUsageError(
            f"{where} follows {watch.path!r} from {watch.model!r} to {comodel!r}, "
            f"expected one of {', '.join(map(repr, ends))}. Go on from there."
        )
    for name in watch.fields or ():
        _check_field(model, "watch", watch.model, name)


def _links(model: BaseModel, model_name: str) -> Iterable[str]:
    fields = model.env[model_name]._fields.items()
    return [name for name, field in fields if field.type == "many2one"]


def _where(model: BaseModel) -> str:
    return f"{ATTRIBUTE} of {model._name!r}"
