# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers of bindings, checked when the addon is loaded.

What a mapper names and does not exist would else reject record after record.
"""

from collections.abc import Container, Iterator

from odoo import fields, models

from ..backend import registered_classes
from ..components.binder import Binder
from ..components.map_child import MapChild
from ..components.mapper import ImportMapper
from ..components.mapping import modifiers_in, texts_in
from ..exception import InvalidUsageError
from ..text import did_you_mean
from .line_declaration import EXTERNAL_BINDING
from .values.relations import Related
from .values.value_map import declared_maps, map_for

MANUAL = "x_"  # in front of the names of fields that people made


def check_mappers(binding: models.BaseModel) -> None:
    """Refuse the mappers of a binding model that name what does not exist.

    Only those of addons that are here count. What mapping methods return is not known
    before they run.

    Raises:
        InvalidUsageError: a field, a model or a value map is not there, or not fit.
    """
    backends = binding.pool.get(binding._backend_model)
    if backends is not None:
        check = _MapperCheck(type(binding), backends)
        for mapper in check.registered(ImportMapper, binding._name):
            check.run(mapper)


def registered_units(binding: models.BaseModel, base_class: type) -> list[type]:
    """Return the classes that addons which are here register for a binding model."""
    backends = binding.pool.get(binding._backend_model)
    if backends is None:
        return []
    check = _MapperCheck(type(binding), backends)
    return check.registered(base_class, binding._name)


class _MapperCheck:
    """The check of the mappers of one binding model.

    Args:
        model_class: of the bindings.
        backends: class of the model of their backends.
    """

    def __init__(self, model_class: type, backends: type):
        self.model_class = model_class
        self.backends = backends
        self.pool = model_class.pool
        self.modules = self._modules()

    def registered(self, base_class: type, model_name: str) -> list[type]:
        """Return the classes for a model on the backends of the binding."""
        service = self.backends._backend_type
        return registered_classes(service, base_class, model_name, self.modules)

    def run(self, mapper: type[ImportMapper]) -> None:
        """Check what a mapper declares."""
        for source, target in mapper.direct:
            field = self._target(mapper, source, target)
            if field is not None:
                self._check_source(mapper, source, field)
        for source, target, line_model in mapper.children:
            self._check_children(mapper, source, target, line_model)
        for target in mapper.defaults:
            self._target(mapper, "defaults", target)

    def _modules(self) -> Container[str]:
        """Return the addons that are here, with the one that is being loaded."""
        mros = [*self.model_class.mro(), *self.backends.mro()]
        loading = {getattr(cls, "_module", None) for cls in mros}
        return self.pool._init_modules | loading

    # === DIRECT === #

    def _target(self, mapper: type, source, target: str) -> fields.Field | None:
        """Return the field that a direct mapping fills, None where nobody knows."""
        field = self.model_class._fields.get(target)
        is_known = field is not None or target.startswith(MANUAL)
        # a key for finalize() alone, as connectors of old have it
        if is_known or target in texts_in(mapper.finalize):
            return field
        raise InvalidUsageError(
            f"{named(mapper)} maps {_shown(source)} to {target!r}, which is no field "
            f"of {self.model_class._name!r}."
            f"{did_you_mean(target, self.model_class._fields)} Correct it."
        )

    def _check_source(self, mapper: type, source, field: fields.Field) -> None:
        if isinstance(source, str) and field.type == "many2one":
            self._check_external_id(mapper, source, field)
        for modifier in modifiers_in(source):
            if isinstance(modifier, Related):
                self._check_related(mapper, modifier, field)
            elif name := getattr(modifier, "value_map", None):
                maps = declared_maps(self.backends)
                map_for(maps, self.backends._name, name, field)

    def _check_external_id(self, mapper: type, source: str, field) -> None:
        """Refuse an external id for a many2one to a model that has none."""
        model_name = field.comodel_name
        is_own = mapper._map_direct is not ImportMapper._map_direct
        if is_own or self._is_binding(model_name):
            return
        if not self.registered(Binder, model_name):
            raise InvalidUsageError(
                f"{named(mapper)} maps {source!r} to {field.name!r}, a many2one to "
                f"{model_name!r}, which is no binding and has no external ids. Use "
                f"related({source!r}, …) with the binding of that model, many2one() "
                "with a key of its records, or mapped()."
            )

    def _check_related(self, mapper: type, related: Related, field) -> None:
        where = f"{named(mapper)} maps related({related.field!r}, {related.model!r})"
        if not self._is_binding(related.model):
            bindings = sorted(self._bindings())
            raise InvalidUsageError(
                f"{where} to {field.name!r}: {related.model!r} is no binding model."
                f"{did_you_mean(related.model, bindings) or _listed(bindings)}"
            )
        wrapped = self._wrapped(related.model)
        is_fit = field.type == "many2one" and field.comodel_name in wrapped
        if wrapped and not is_fit:
            raise InvalidUsageError(
                f"{where} to {field.name!r}, which is a {field.type}"
                f"{_to(field)}, expected a many2one to "
                f"{' or '.join(map(repr, wrapped))}, which is what that binding wraps. "
                "Correct one of them."
            )

    def _is_binding(self, model_name: str) -> bool:
        model_class = self.pool.get(model_name)
        return model_class is not None and issubclass(
            model_class, self.pool[EXTERNAL_BINDING]
        )

    def _bindings(self) -> Iterator[str]:
        for name in self.pool.descendants([EXTERNAL_BINDING], "_inherit"):
            if not self.pool[name]._abstract:
                yield name

    def _wrapped(self, model_name: str) -> list[str]:
        """Return the models that a binding may wrap."""
        known = self.pool[model_name]
        own = [known._fields.get(name) for name in ("openerp_id", "odoo_id")]
        found = [*known._inherits, *(one.comodel_name for one in own if one)]
        return list(dict.fromkeys(found))

    # === CHILDREN === #

    def _check_children(self, mapper: type, source: str, target: str, line_model: str):
        """Refuse lines for which the binding has no one2many."""
        field = self.model_class._fields.get(target)
        where = f"{named(mapper)} puts the lines {source!r} into {target!r}"
        if field is None:
            raise InvalidUsageError(
                f"{where}, which is no field of {self.model_class._name!r}."
                f"{self._one2many_hint(target, line_model)}"
            )
        if self.registered(MapChild, line_model):
            return  # it makes of the lines what it likes
        if line_model not in self.pool:
            raise InvalidUsageError(
                f"{where} as records of {line_model!r}, a model that does not exist."
                f"{did_you_mean(line_model, self.pool.models)} Correct it."
            )
        if field.type != "one2many" or field.comodel_name != line_model:
            raise InvalidUsageError(
                f"{where}, which is a {field.type}{_to(field)}, expected a one2many to "
                f"{line_model!r}.{self._one2many_hint(target, line_model)}"
            )
        self._check_line_model(mapper, where, field)

    def _check_line_model(self, mapper: type, where: str, field) -> None:
        lines = self.pool[field.comodel_name]
        line_of = getattr(lines, "_line_of", None)
        if line_of and field.inverse_name != line_of[0]:
            raise InvalidUsageError(
                f"{where}, whose inverse is {field.inverse_name!r}, expected "
                f"{line_of[0]!r}, as _line_of of {lines._name!r} says. Correct one of "
                "them."
            )
        for line_mapper in self.registered(ImportMapper, lines._name):
            if line_of and line_mapper.children:
                raise InvalidUsageError(
                    f"{where}, and {named(line_mapper)} maps lines of these lines "
                    f"({line_mapper.children[0][0]!r}). A flow knows lines of one "
                    "level only. Map the inner lines with a method of the mapper, or "
                    "import them as records of their own."
                )

    def _one2many_hint(self, target: str, line_model: str) -> str:
        """Return which field lines need, or how it is defined."""
        fit = [
            field.name
            for field in self.model_class._fields.values()
            if field.type == "one2many" and field.comodel_name == line_model
        ]
        if fit:
            return did_you_mean(target, fit) or _listed(fit)
        lines = self.pool.get(line_model)
        line_of = getattr(lines, "_line_of", None)
        inverse = line_of[0] if line_of else "…"
        return (
            f" Define it on the binding: {target} = fields.One2many({line_model!r}, "
            f"{inverse!r})."
        )


def named(unit: type) -> str:
    """Return a class as messages name it."""
    return f"{unit.__module__}.{unit.__qualname__}"


def _shown(source) -> str:
    if isinstance(source, str):
        return repr(source)
    inner = list(modifiers_in(source))[-1]
    field = getattr(inner, "field", None)
    return repr(field) if field else "a value"


def _to(field: fields.Field) -> str:
    return f" to {field.comodel_name!r}" if field.relational else ""


def _listed(names: list[str]) -> str:
    return f" There are {', '.join(map(repr, names)) or 'none'}."
