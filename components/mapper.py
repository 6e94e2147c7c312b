# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How does a record there become a record here, and the other way round?"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from odoo import models

from ..exception import InvalidUsageError, NoConnectorUnitError
from .binder import is_missing
from .core import ConnectorUnit
from .map_child import ExportMapChild, ImportMapChild, MapChild
from .map_record import MapOptions, MapRecord
from .mapping import MappingDefinition, MetaMapper, source_field
from .modifier import Modifier, backend_to_m2o, m2o_to_backend, source_value

DirectMapping = tuple[str | Modifier, str]


class DirectStep(NamedTuple):
    """One direct mapping, with what can be known before any record is seen."""

    field: str  # the source field, also where a modifier is in front of it
    source: str | Modifier
    target: str
    is_copy: bool  # the value is taken over as it is


class DirectPlan(NamedTuple):
    """The direct mappings of a mapper class for one model, compiled."""

    declared: list[DirectMapping]
    steps: tuple[DirectStep, ...]

    def holds_for(self, direct: list[DirectMapping]) -> bool:
        """Tell whether the plan is of this list, as long as it is now."""
        return self.declared is direct and len(self.steps) == len(direct)


class Mapper(ConnectorUnit, metaclass=MetaMapper):
    """Translates records from one system to the other.

    The values come, in this order, from ``direct``, from the methods with
    ``@mapping`` in the order of their definition, from ``children`` and from
    :meth:`finalize`; values forced on the MapRecord win over all of them.
    """

    direct: list[DirectMapping] = []
    """Pairs of source field (or modifier) and target field."""

    children: list[tuple[str, str, str]] = []
    """Triples of source field, target field and model of the lines."""

    _map_child_class: type[MapChild] | None = None
    """The class of the unit that maps lines."""

    _options = MapOptions()
    _plan: DirectPlan | None = None

    @property
    def options(self) -> MapOptions:
        """The options of the mapping that runs; only of use in mapping methods."""
        return self._options

    @property
    def map_methods(self) -> Iterator[tuple[Callable, MappingDefinition]]:
        """Each mapping method, bound, with its definition."""
        for name, definition in self._map_methods.items():
            yield getattr(self, name), definition

    def map_record(self, record, parent: MapRecord | None = None) -> MapRecord:
        """Return a record that can be mapped.

        Args:
            record: dictionary of an import, or recordset of an export.
            parent: the MapRecord of which the record is a line.
        """
        return MapRecord(self, record, parent)

    def finalize(self, map_record: MapRecord, values: dict) -> dict:
        """Return the values after a last change; for overrides."""
        return values

    # === STEPS === #

    def _apply(self, map_record: MapRecord, options: MapOptions | None = None) -> dict:
        before = self._options
        self._options = MapOptions() if options is None else options
        try:
            return self._apply_with_options(map_record)
        finally:
            self._options = before

    def _apply_with_options(self, map_record: MapRecord) -> dict:
        values: dict[str, object] = {}
        fields = self.options.fields
        self._apply_direct(map_record.source, values, fields)
        self._apply_methods(map_record.source, values, fields)
        self._apply_children(map_record, values, fields)
        return self.finalize(map_record, values)

    def _apply_direct(self, record, values: dict, fields) -> None:
        for field, source, target, _is_copy in self._direct_steps():
            if not fields or field in fields:
                values[target] = self._map_direct(record, source, target)

    def _apply_methods(self, record, values: dict, fields) -> None:
        is_create = self.options.for_create
        for name, (changed_by, only_create) in self._map_methods.items():
            if only_create and not is_create:
                continue
            if fields and changed_by and changed_by.isdisjoint(fields):
                continue
            found = getattr(self, name)(record)
            if found:
                if not isinstance(found, dict):
                    raise ValueError(_not_a_dict(self, name, found))
                values.update(found)

    def _apply_children(self, map_record: MapRecord, values: dict, fields) -> None:
        for source, target, model_name in self.children:
            if not fields or source in fields:
                items = self._map_child(map_record, source, target, model_name)
                values[target] = items

    def _direct_steps(self) -> tuple[DirectStep, ...]:
        plan = self._plan
        if plan is None or not plan.holds_for(self.direct):
            plan = self._plan = self._find_plan()
        return plan.steps

    def _find_plan(self) -> DirectPlan:
        """Return the plan of this class for the model, compiled only once."""
        registry = self.env.registry
        # a pseudo model has no class: take one that lives as long as the registry
        model_class = registry.models.get(self.connector_env.model_name)
        owner = model_class or registry["base"]
        plan = self._plans.get(owner)
        if plan is None or not plan.holds_for(self.direct):
            plan = DirectPlan(self.direct, tuple(self._compile_direct(model_class)))
            self._plans[owner] = plan
        return plan

    def _compile_direct(self, model_class: type | None) -> Iterator[DirectStep]:
        for source, target in self.direct:
            is_copy = self._is_copy(source, target, model_class)
            yield DirectStep(source_field(source), source, target, is_copy)

    def _is_copy(self, source, target: str, model_class: type | None) -> bool:
        """Tell whether a direct mapping takes the value over as it is."""
        return False

    def _map_direct(self, record, from_attr: str | Modifier, to_attr: str):
        """Return the value of one direct mapping."""
        raise NotImplementedError

    def _map_child(
        self, map_record: MapRecord, from_attr: str, to_attr: str, model_name: str
    ) -> list:
        """Return the lines found in one field, in the form the target takes."""
        if self._map_child_class is None:
            raise InvalidUsageError(
                f"Cannot map the lines {from_attr!r}: {type(self).__qualname__} has no "
                "_map_child_class, expected a MapChild class. Inherit ImportMapper "
                "or ExportMapper."
            )
        items = map_record.source[from_attr]
        unit = self._get_map_child_unit(model_name)
        return unit.get_items(items, map_record, to_attr, options=self.options)

    def _get_map_child_unit(self, model_name: str) -> MapChild:
        """Return the registered unit for the lines, or the default one."""
        try:
            return self.unit_for(self._map_child_class, model_name)
        except NoConnectorUnitError:
            scope = self.connector_env.create_environment(
                self.backend_record,
                self.session,
                model_name,
                connector_env=self.connector_env,
            )
            return self._map_child_class(scope)


class ImportMapper(Mapper):
    """Translates records of the backend, dictionaries, into values for Odoo."""

    _map_child_class = ImportMapChild

    def _map_direct(self, record, from_attr: str | Modifier, to_attr: str):
        """Return the value for a field here; False where the source has none.

        A many2one takes the binding with the external id in the source field.
        """
        if callable(from_attr):
            return from_attr(self, record, to_attr)
        value = record.get(from_attr)
        if is_missing(value):
            return False
        if _has_many2one(self.env.registry.get(self.connector_env.model_name), to_attr):
            return backend_to_m2o(from_attr)(self, record, to_attr)
        return value

    def _apply_direct(self, record, values: dict, fields) -> None:
        # the same values as from _map_direct; most are copied and need no call
        for field, source, target, is_copy in self._direct_steps():
            if fields and field not in fields:
                continue
            if is_copy:
                value = record.get(source)
                values[target] = value if value or not is_missing(value) else False
            else:
                values[target] = self._map_direct(record, source, target)

    def _is_copy(self, source, target: str, model_class: type | None) -> bool:
        is_overridden = type(self)._map_direct is not ImportMapper._map_direct
        return not (
            is_overridden or callable(source) or _has_many2one(model_class, target)
        )


class ExportMapper(Mapper):
    """Translates records of Odoo into values for the backend."""

    _map_child_class = ExportMapChild

    def _map_direct(self, record, from_attr: str | Modifier, to_attr: str):
        """Return the value for a field there; False where the record has none.

        A many2one gives the external id of the binding it points to.
        """
        if callable(from_attr):
            return from_attr(self, record, to_attr)
        value = source_value(self, record, from_attr, to_attr)
        if value is None:
            return False
        if isinstance(record, models.BaseModel) and _has_many2one(record, from_attr):
            return m2o_to_backend(from_attr)(self, record, to_attr)
        return value


def _has_many2one(model, name: str) -> bool:
    field = model is not None and model._fields.get(name)
    return bool(field) and field.type == "many2one"


def _not_a_dict(mapper: Mapper, name: str, found: object) -> str:
    return (
        f"Mapping {name!r} of {type(mapper).__qualname__} returned {found!r}, expected "
        "a dictionary of target fields and values, or nothing."
    )
