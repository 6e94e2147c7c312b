# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Checks of the units that export a binding model, when the addon is loaded.

A field that an export mapper names and does not exist would fail export after export;
a natural key that no mapper makes would find nothing, and nobody would notice.
"""

from collections.abc import Iterable, Iterator, Mapping

from odoo.models import BaseModel

from ...components.backend_adapter import BackendAdapter
from ...components.mapper import ExportMapper
from ...components.mapping import source_field, texts_in
from ...exception import InvalidUsageError
from ...text import did_you_mean
from ..mapper_check import MANUAL, named, registered_units
from .compare_exporter import CompareExporter
from .record_exporter import RecordExporter

NEAR = 0.75  # likeness of a misspelt key, where a method may make others as well
DATA_STEPS = ("_create_data", "_update_data")


def check_export_units(model: BaseModel) -> None:
    """Refuse mappers, adapters and exporters of a binding that name what is not there.

    Only those of addons that are here count.

    Raises:
        InvalidUsageError: a field does not exist, or no mapper makes a key.
    """
    mappers = registered_units(model, ExportMapper)
    for mapper in mappers:
        _check_mapper(model, mapper)
    exporters = registered_units(model, RecordExporter)
    keys = _MappedKeys(mappers, exporters)
    for adapter in registered_units(model, BackendAdapter):
        keys.check(model, adapter, "_find", _texts(adapter, "_find").values())
    for exporter in exporters:
        if issubclass(exporter, CompareExporter):
            keys.check(model, exporter, "_allocated", _texts(exporter, "_allocated"))


def _check_mapper(model: BaseModel, mapper: type[ExportMapper]) -> None:
    """Check the fields of the binding from which a mapper takes values."""
    for part, name in _sources(mapper):
        if name not in model._fields and not name.startswith(MANUAL):
            raise InvalidUsageError(
                f"{named(mapper)} names {name!r} in {part}, which is no field of "
                f"{model._name!r}.{did_you_mean(name, model._fields)} Correct it."
            )


def _sources(mapper: type[ExportMapper]) -> Iterator[tuple[str, str]]:
    for source, _target in mapper.direct:
        name = source_field(source)
        # a modifier may follow a path, as follow_m2o_relations does
        yield "direct", name.partition(".")[0] if callable(source) else name
    for source, _target, _model in mapper.children:
        yield "children", source
    for method, definition in mapper._map_methods.items():
        for name in sorted(definition.changed_by):
            yield f"@changed_by of {method}()", name


class _MappedKeys:
    """The keys that mappers make of a record, as far as their code tells.

    Args:
        mappers: of one binding model.
        exporters: which may add keys.
    """

    def __init__(self, mappers: Iterable[type], exporters: Iterable[type]):
        self.known: set[str] = set()
        self.is_whole = True
        """Whether no method makes keys that cannot be told."""
        self.has_mapper = bool(mappers)
        for mapper in mappers:
            self.known |= {target for _source, target in mapper.direct}
            self.known |= {target for _source, target, _model in mapper.children}
            self._add(mapper, mapper._map_methods)
            self._add(mapper, _own(mapper, ["finalize"], ExportMapper))
        for exporter in exporters:
            self._add(exporter, _own(exporter, DATA_STEPS, RecordExporter))

    def _add(self, unit: type, methods: Iterable[str]) -> None:
        for method in methods:
            self.known |= texts_in(getattr(unit, method))
            self.is_whole = False

    def check(
        self, model: BaseModel, unit: type, attribute: str, keys: Iterable[str]
    ) -> None:
        """Refuse keys that no mapper makes.

        Where methods make keys, only what is much like a known one is refused.
        """
        for key in keys:
            if key in self.known or not self.has_mapper:
                continue
            hint = did_you_mean(key, self.known, 0.6 if self.is_whole else NEAR)
            if self.is_whole or hint:
                raise InvalidUsageError(
                    f"{attribute} of {named(unit)} names {key!r}, which no export "
                    f"mapper of {model._name!r} makes.{hint} Correct it, or map it."
                )


def _own(unit: type, methods: Iterable[str], base: type) -> list[str]:
    """Return the methods that a class has of its own."""
    return [one for one in methods if getattr(unit, one) is not getattr(base, one)]


def _texts(unit: type, attribute: str) -> Mapping[str, str]:
    """Return a declared dictionary; an empty one where it is computed, or none."""
    declared = getattr(unit, attribute, None)
    return declared if isinstance(declared, Mapping) else {}
