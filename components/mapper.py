# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mappers: translate records between a backend and Odoo."""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

from odoo import models

from ..exception import GoneName, InvalidUsageError, NoConnectorUnitError
from ..text import is_missing
from .core import ConnectorEnvironment, ConnectorUnit
from .find_or_create import FindsOrCreates
from .map_child import ExportMapChild, ImportMapChild, MapChild
from .map_record import MapOptions, MapRecord
from .mapping import MappingDefinition, MetaMapper, texts_in
from .mapping_plan import DirectMapping, DirectPlan, DirectStep
from .modifier import (
    LEAVE,
    Modifier,
    backend_to_m2o,
    is_empty,
    m2o_to_backend,
    source_value,
)
from .nested import ABSENT, find_value


class Mapper(ConnectorUnit, metaclass=MetaMapper):
    """Translates records from one system to the other.

    The values come, in this order, from ``direct``, from the methods with
    ``@mapping`` in the order of their definition, from ``children`` and from
    :meth:`finalize`; values forced on the MapRecord win over all of them.
    """

    direct: list[DirectMapping] = []
    """Pairs of source field (or modifier) and target field; in an import with dots for
    keys in keys, such as ``address.city``."""

    children: list[tuple[str, str, str]] = []
    """Triples of source field, target field and model of the lines."""

    _map_child_class: type[MapChild] | None = None
    """The class of the unit that maps lines."""

    _plan: DirectPlan | None = None

    _changed_by_fields: ClassVar[set[str]]
    _map_methods: ClassVar[dict[str, MappingDefinition]]
    _method_steps: ClassVar[list[tuple[str, set[str], bool]]]
    _plans: "ClassVar[WeakKeyDictionary[type, DirectPlan]]"

    data = GoneName("self.map_record(record).values()")
    data_for_create = GoneName("self.map_record(record).values(for_create=True)")
    convert = GoneName("values = self.map_record(record).values()")
    convert_child = GoneName("children = [(source, target, model)]")
    skip_convert_child = GoneName("skip_item(map_record) of a MapChild")
    _after_mapping = GoneName("finalize(map_record, values)")

    def __init__(self, connector_env: ConnectorEnvironment) -> None:
        super().__init__(connector_env)
        self._options = MapOptions()
        self._child_units: dict[str, MapChild] = {}

    @classmethod
    def source_fields(cls) -> list[str]:
        """Return the source fields that it names: of pairs, ``changed_by`` and lines.

        Of an export mapper, these are the fields whose changes are to be exported.
        """
        lines = (source for source, _target, _model in cls.children)
        return sorted({*cls._changed_by_fields, *lines})

    @property
    def options(self) -> MapOptions:
        """Options of the running mapping; only useful in mapping methods."""
        return self._options

    @property
    def map_methods(self) -> Iterator[tuple[Callable[..., Any], MappingDefinition]]:
        """Each mapping method, bound, with its definition."""
        for name, definition in self._map_methods.items():
            yield getattr(self, name), definition

    def map_record(self, record: Any, parent: MapRecord | None = None) -> MapRecord:
        """Return a record that can be mapped.

        With the option ``leave_missing``, which flows set, a key that a dictionary
        lacks leaves its field alone; without, it empties the field, as None does.

        Args:
            record: dictionary of an import, or recordset of an export.
            parent: the MapRecord of which the record is a line.
        """
        return MapRecord(self, record, parent)

    def finalize(self, map_record: MapRecord, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values after a last change; for overrides."""
        return values

    def find_early(
        self, map_record: MapRecord, target: str, options: MapOptions
    ) -> Any:
        """Return what a target field gets before the record is mapped, or None.

        Only the mappings that name the field run for it. What its methods return is
        kept for the mapping, so that none runs twice.
        """
        before, self._options = self._options, options
        try:
            return self._find_early(map_record, target)
        finally:
            self._options = before

    # === STEPS === #

    def _find_early(self, map_record: MapRecord, target: str) -> Any:
        record, value, fields = map_record.source, None, self._options["fields"]
        for field, source, to_attr in self._direct_plan().steps:
            if to_attr == target and (not fields or _is_among(field, fields)):
                value = self._map_direct(record, source, target)
        for name, changed_by, only_create in self._method_steps:
            is_left_out = fields and changed_by and changed_by.isdisjoint(fields)
            if only_create or is_left_out:
                continue
            if target in texts_in(getattr(type(self), name)):
                found = map_record.early[name] = getattr(self, name)(record)
                value = found.get(target, value) if isinstance(found, dict) else value
        return value

    def _apply(
        self, map_record: MapRecord, options: MapOptions | None = None
    ) -> dict[str, Any]:
        before = self._options
        self._options = MapOptions() if options is None else options
        try:
            return self._apply_with_options(map_record)
        finally:
            self._options = before

    def _apply_with_options(self, map_record: MapRecord) -> dict[str, Any]:
        values: dict[str, object] = {}
        fields = self._options["fields"]
        self._apply_direct(map_record.source, values, fields)
        self._apply_methods(map_record, values, fields)
        if self.children:
            lines = self._map_children(map_record, fields)
            # first: Odoo forgets the tags that a write gives to the record behind a
            # binding, where the same write deletes a line after them
            values = {**lines, **values, **lines}
        return self.finalize(map_record, values)

    def _apply_direct(
        self, record: Any, values: dict[str, Any], fields: Collection[str] | None
    ) -> None:
        steps = self._direct_plan().steps
        self._apply_steps(steps, record, values, fields)

    def _apply_steps(
        self,
        steps: list[DirectStep],
        record: Any,
        values: dict[str, Any],
        fields: Collection[str] | None,
    ) -> None:
        leaves_missing = self._options["leave_missing"]
        for field, source, target in steps:
            if leaves_missing and _lacks(record, field):
                continue
            if not fields or _is_among(field, fields):
                value = self._map_direct(record, source, target)
                if value is not LEAVE:
                    values[target] = value

    def _apply_methods(
        self,
        map_record: MapRecord,
        values: dict[str, Any],
        fields: Collection[str] | None,
    ) -> None:
        record, is_create = map_record.source, self._options["for_create"]
        early, map_record.early = map_record.early, {}
        for name, changed_by, only_create in self._method_steps:
            if only_create and not is_create:
                continue
            if fields and changed_by and changed_by.isdisjoint(fields):
                continue
            found = early[name] if name in early else getattr(self, name)(record)
            if found:
                if not isinstance(found, dict):
                    raise ValueError(_not_a_dict(self, name, found))
                values |= found
                if only_create and self._options["created_only"] is not None:
                    model_name = self.connector_env.model_name
                    targets = {(model_name, target) for target in found}
                    self._options["created_only"] |= targets

    def _map_children(
        self, map_record: MapRecord, fields: Collection[str] | None
    ) -> dict[str, Any]:
        leaves_missing = self._options["leave_missing"]
        return {
            target: self._map_child(map_record, source, target, model_name)
            for source, target, model_name in self.children
            if (not fields or source in fields)
            and not (leaves_missing and source not in map_record.source)
        }

    def _direct_plan(self) -> DirectPlan:
        plan = self._plan
        if plan is None or not plan.holds_for(self.direct):
            plan = self._plan = self._compiled_plan()
        return plan

    def _compiled_plan(self) -> DirectPlan:
        """Return the plan of this class for the model, compiled only once."""
        registry = self.env.registry
        # a pseudo model has no class: take one that lives as long as the registry
        owner = registry.get(self.connector_env.model_name) or registry["base"]
        plan = self._plans.get(owner)
        if plan is None or not plan.holds_for(self.direct):
            plan = self._plans[owner] = DirectPlan(self.direct, self._is_copy)
        return plan

    def _is_copy(self, source: str | Modifier, target: str) -> bool:
        """Tell whether a direct mapping takes the value over as it is."""
        return False

    def _map_direct(self, record: Any, from_attr: str | Modifier, to_attr: str) -> Any:
        """Return the value of one direct mapping."""
        raise NotImplementedError(
            f"{type(self).__qualname__} does not say how to map {from_attr!r} to "
            f"{to_attr!r}. Inherit ImportMapper or ExportMapper, or define its "
            "_map_direct()."
        )

    def _map_child(
        self, map_record: MapRecord, from_attr: str, to_attr: str, model_name: str
    ) -> list[Any]:
        """Return the lines found in one field, in the form the target takes."""
        if self._map_child_class is None:
            raise InvalidUsageError(
                f"Cannot map the lines {from_attr!r}: {type(self).__qualname__} has no "
                "_map_child_class, expected a MapChild class. Inherit ImportMapper "
                "or ExportMapper."
            )
        items = map_record.source[from_attr]
        unit = self._child_units.get(model_name)
        if unit is None:
            unit = self._child_units[model_name] = self._get_map_child_unit(model_name)
        return unit.get_items(items, map_record, to_attr, options=self.options)

    def _get_map_child_unit(self, model_name: str) -> MapChild:
        """Return the registered unit for the lines, or the default one."""
        default = self._map_child_class or MapChild
        try:
            return self.unit_for(default, model_name)
        except NoConnectorUnitError:
            scope = self.connector_env.create_environment(
                self.backend_record,
                self.session,
                model_name,
                connector_env=self.connector_env,
            )
            return default(scope)


class ImportMapper(FindsOrCreates, Mapper):
    """Translates records of the backend, dictionaries, into values for Odoo."""

    defaults: Mapping[str, Any] = {}
    """Values of a new record, by field, that no mapping gives; an update leaves them
    alone: ``{"is_storable": True}``."""

    _map_child_class = ImportMapChild

    def _apply_methods(
        self,
        map_record: MapRecord,
        values: dict[str, Any],
        fields: Collection[str] | None,
    ) -> None:
        super()._apply_methods(map_record, values, fields)
        if not self.defaults or not self._options["for_create"]:
            return
        missing = {name: x for name, x in self.defaults.items() if name not in values}
        values |= missing
        if self._options["created_only"] is not None:
            model_name = self.connector_env.model_name
            self._options["created_only"] |= {(model_name, name) for name in missing}

    def _map_direct(self, record: Any, from_attr: str | Modifier, to_attr: str) -> Any:
        """Return the value for a field here; False where the source has none.

        A many2one takes the binding with the external id in the source field.
        """
        if callable(from_attr):
            return from_attr(self, record, to_attr)
        value = source_value(self, record, from_attr, to_attr)
        if value is None:
            return False
        if self._is_many2one(to_attr):
            return backend_to_m2o(from_attr)(self, record, to_attr)
        return value

    def _apply_direct(
        self, record: Any, values: dict[str, Any], fields: Collection[str] | None
    ) -> None:
        plan = self._direct_plan()
        if fields:
            self._apply_steps(plan.steps, record, values, fields)
            return
        if plan.copies:  # an object that only modifiers read need not be a dictionary
            self._copy(plan.copies, record, values)
        if plan.others:
            self._apply_steps(plan.others, record, values, fields)

    def _copy(
        self, copies: list[tuple[Any, str]], record: Any, values: dict[str, Any]
    ) -> None:
        """Set the same values as _map_direct, without a call for each."""
        get = record.get
        leaves_missing = self._options["leave_missing"]
        for source, target in copies:
            if leaves_missing and source not in record:
                continue
            value = get(source)
            values[target] = value if value or not is_missing(value) else False

    def _is_copy(self, source: str | Modifier, target: str) -> bool:
        is_overridden = type(self)._map_direct is not ImportMapper._map_direct
        is_plain = not callable(source) and "." not in source
        return is_plain and not (is_overridden or self._is_many2one(target))

    def _is_many2one(self, target: str) -> bool:
        model_class = self.env.registry.get(self.connector_env.model_name)
        return model_class is not None and _has_many2one(model_class, target)


class ExportMapper(Mapper):
    """Translates records of Odoo into values for the backend.

    With the option ``missing_as_none``, which flows set, an empty field that is no
    boolean gives None in place of False.
    """

    _map_child_class = ExportMapChild

    def _apply_direct(
        self, record: Any, values: dict[str, Any], fields: Collection[str] | None
    ) -> None:
        super()._apply_direct(record, values, fields)
        if not self._options["missing_as_none"]:
            return
        for field, _source, target in self._direct_plan().steps:
            value = values.get(target)
            is_none = value is False or (
                isinstance(value, models.BaseModel) and not value
            )
            if is_none and not _is_boolean(record, field):
                values[target] = None

    def _map_direct(self, record: Any, from_attr: str | Modifier, to_attr: str) -> Any:
        """Return the value for a field there; False where the record has none.

        A many2one gives the external id of the binding it points to.
        """
        if callable(from_attr):
            return from_attr(self, record, to_attr)
        value = record[from_attr]
        if is_empty(value):
            return False
        if isinstance(record, models.BaseModel) and _has_many2one(record, from_attr):
            return m2o_to_backend(from_attr)(self, record, to_attr)
        return value


def _lacks(record: Any, key: str) -> bool:
    """Return whether a record that came in lacks a key, with dots for keys in keys."""
    return key not in record and find_value(record, key) is ABSENT


def _has_many2one(model: Any, name: str) -> bool:
    field = model._fields.get(name)
    return field is not None and field.type == "many2one"


def _is_among(field: str, fields: Collection[str]) -> bool:
    """Return whether a source field is one of some, or its path begins with one."""
    return field in fields or field.partition(".")[0] in fields


def _is_boolean(record: Any, path: str) -> bool:
    """Return whether a field holds True and False; so may one that is unknown."""
    field = _field_at(record, path)
    return field is None or field.type == "boolean"


def _field_at(record: Any, path: str) -> Any:
    """Return the field at the end of a dotted path, None where it is not known."""
    *links, leaf = path.split(".")
    for name in links:
        field = getattr(record, "_fields", {}).get(name)
        if field is None or not field.relational:
            return None
        record = record.env[field.comodel_name]
    return getattr(record, "_fields", {}).get(leaf)


def _not_a_dict(mapper: Mapper, name: str, found: object) -> str:
    return (
        f"Mapping {name!r} of {type(mapper).__qualname__} returned {found!r}, expected "
        "a dictionary of target fields and values, or nothing."
    )


# that module cannot import this one
ImportMapChild._mapper_class = ImportMapper
ExportMapChild._mapper_class = ExportMapper
