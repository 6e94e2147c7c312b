# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Mapping of the lines of a record."""

from collections.abc import Iterable
from functools import cached_property, partial
from typing import Any

from odoo import models
from odoo.fields import Command

from ..exception import MappingError, NoConnectorUnitError
from .binder import Binder
from .core import ConnectorUnit
from .map_record import MapOptions, MapRecord

MappedItem = tuple[MapRecord, dict[str, Any]]


class WithRecord(int):
    """Id of a line in a command that deletes it along with the record it wraps.

    Odoo passes the ids of such commands on as they are. A plain id deletes the
    binding alone, as users do who only want to unbind.
    """


class MapChild(ConnectorUnit):
    """Maps the lines of a record, one by one, with the mapper of their model.

    It need not be registered: without one for the model of the lines, the default
    class of the mapper is taken.
    """

    _mapper_class: type[ConnectorUnit] | None = None
    """The class of the mapper of a line, which the module of mappers sets."""

    def get_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> list[Any]:
        """Return the mapped lines in the form the target takes.

        Args:
            items: source lines.
            parent: MapRecord of the record they belong to.
            to_attr: target field.
            options: options of the parent's mapping; the lines inherit them.
        """
        mapped = self._map_items(items, parent, to_attr, options)
        items_values = [values for _record, values in mapped]
        kept = [values for values in items_values if not self.skip_add_item(values)]
        return self.format_items(self._join_repeated(kept))

    def _join_repeated(
        self, items_values: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the mapped lines, each once."""
        return items_values

    def _map_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> list[MappedItem]:
        mapper = self._child_mapper()
        records = (mapper.map_record(item, parent=parent) for item in items or ())
        return [
            (record, self.get_item_values(record, to_attr, options))
            for record in records
            if not self.skip_item(record)
        ]

    def _child_mapper(self) -> Any:
        """Return the mapper of one line."""
        if self._mapper_class is None:
            raise NotImplementedError(
                f"{type(self).__qualname__} does not say which mapper maps a line. "
                "Inherit ImportMapChild or ExportMapChild, or define its "
                "_child_mapper()."
            )
        return self.unit_for(self._mapper_class)

    def skip_item(self, map_record: MapRecord) -> bool:
        """Tell whether a source line is left out; for overrides."""
        return False

    def skip_add_item(self, values: dict[str, Any]) -> bool:
        """Tell whether a mapped line is left out; for overrides."""
        return False

    def get_item_values(
        self, map_record: MapRecord, to_attr: str, options: MapOptions
    ) -> dict[str, Any]:
        """Return the values of one line; for overrides."""
        return map_record.values(**options)

    def format_items(self, items_values: list[dict[str, Any]]) -> list[Any]:
        """Return the mapped lines in the form the target takes; for overrides."""
        return items_values


class ImportMapChild(MapChild):
    """Maps the lines of an import into commands for a one2many.

    Where a binder is registered for the model of the lines, a line whose external
    id is bound already becomes an update, another one a create, and each is mapped
    as what it is. With the options ``binding`` (the record the lines belong to) and
    ``delete_missing``, its lines which did not come are deleted, and so are the
    records that they wrap. A line that came twice is one line.

    Raises:
        MappingError: (when mapping) a line came twice, with different values.
    """

    _own_lines: models.Model | tuple[Any, ...] | None = None  # None where nobody knows
    _page_lines: Any = None  # what a flow knows of the lines of a whole page
    _declares_key = False  # whether the model says, for a flow, what tells lines apart

    def get_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> list[Any]:
        """Return one command for each line, see :class:`ImportMapChild`."""
        self._page_lines = options.page_lines
        if self._page_lines:
            self._declares_key = getattr(self.model, "_line_key", None) is not None
        self._own_lines = self._find_own_lines(to_attr, options)
        line_options = options
        if isinstance(options.binding, models.BaseModel):
            # the record is not the one that the lines of a line belong to
            line_options = MapOptions(options, binding=None)
        commands = super().get_items(items, parent, to_attr, line_options)
        if options.delete_missing and self._own_lines is not None:
            commands += self._delete_missing(commands)
        return commands

    def _find_own_lines(
        self, to_attr: str, options: MapOptions
    ) -> models.BaseModel | tuple[()] | None:
        binding = options.binding  # may be something else in connectors of old
        if isinstance(binding, models.BaseModel) and to_attr in binding._fields:
            if self._page_lines:
                return self._page_lines.own_lines(binding, to_attr)
            lines = binding.with_context(active_test=False)[to_attr]
            return lines.with_env(binding.env)
        return () if options.for_create else None

    def _map_items(
        self, items: Iterable[Any], parent: MapRecord, to_attr: str, options: MapOptions
    ) -> list[MappedItem]:
        if self._line_binder is None:
            return super()._map_items(items, parent, to_attr, options)
        mapper = self._line_mapper
        lines = (mapper.map_record(item, parent=parent) for item in items or ())
        records = [record for record in lines if not self.skip_item(record)]
        early = self._early_keys(mapper, records, options)
        map_line = partial(self._map_line, to_attr, options, bool(mapper.children))
        known = self._find_lines(early)
        mapped = [
            (record, map_line(record, known.get(key), key))
            for record, key in zip(records, early, strict=True)
        ]
        # an external id that no mapping names, such as one of finalize()
        keys = [self._line_key(values) for _record, values in mapped]
        late = {place: key for place, key in enumerate(keys) if key != early[place]}
        known = self._find_lines(list(late.values())) if late else {}
        for place, key in late.items():
            record, line = records[place], known.get(key)
            if bool(line) or early[place] is not None:
                mapped[place] = record, map_line(record, line, key)
        if self._page_lines:
            self._page_lines.check(self, keys)
        return mapped

    def _early_keys(
        self, mapper: Any, records: list[MapRecord], options: MapOptions
    ) -> list[str | None]:
        """Return the external ids of lines, as far as known before the mapping."""
        if self._declares_key:
            return [
                self._page_lines.key_of(self, record, place, options)
                for place, record in enumerate(records, start=1)
            ]
        name = self._key_field
        return [
            self._line_key({name: mapper.find_early(record, name, options)})
            for record in records
        ]

    def _map_line(
        self,
        to_attr: str,
        options: MapOptions,
        has_lines: bool,
        record: MapRecord,
        line: models.BaseModel | None,
        key: str | None,
    ) -> dict[str, Any]:
        """Return the values of a line, mapped as what it is: new or known."""
        if has_lines:
            options = MapOptions(options, external_id=key)
        values = self._map_as(to_attr, options, has_lines, record, line)
        if self._declares_key:
            values = {**values, self._key_field: key}
        return values

    def _map_as(
        self,
        to_attr: str,
        options: MapOptions,
        has_lines: bool,
        record: MapRecord,
        line: models.BaseModel | None,
    ) -> dict[str, Any]:
        if bool(line) != bool(options.for_create) and not (line and has_lines):
            return self.get_item_values(record, to_attr, options)
        # an old record may have new lines, and a new one known lines
        settled = MapOptions(options, for_create=not line)
        if line:
            settled.binding = line
        return self.get_item_values(record, to_attr, settled)

    def format_items(self, items_values: list[dict[str, Any]]) -> list[Any]:
        """Return a command to create or to update for each line."""
        keys = [self._line_key(values) for values in items_values]
        known = self._find_lines(keys)
        commands = []
        for key, values in zip(keys, items_values, strict=True):
            commands += self._write_line(known.get(key), values)
        return commands

    def _write_line(
        self, line: models.BaseModel | None, values: dict[str, Any]
    ) -> list[Any]:
        if not line:
            return [Command.create(values)]
        is_ours = self._own_lines is None or line in self._own_lines
        move = [] if is_ours else [Command.link(line.id)]
        return [*move, Command.update(line.id, values)]

    def _join_repeated(
        self, items_values: list[dict[str, Any]]
    ) -> list[dict[str, Any]]:
        """Return the mapped lines; one whose external id came again is one line."""
        joined, by_key = [], {}
        for values in items_values:
            key = self._line_key(values)
            if key is None or key not in by_key:
                by_key[key] = values
                joined.append(values)
            elif values != by_key[key]:
                raise MappingError(self._twice(key, by_key[key], values))
        return joined

    def _twice(self, key: str, first: dict[str, Any], second: dict[str, Any]) -> str:
        names = sorted(first.keys() | second.keys())
        changed = [
            f"{name!r} is {first.get(name)!r} and {second.get(name)!r}"
            for name in names
            if first.get(name) != second.get(name)
        ]
        return (
            f"Cannot map the lines of {self.model._name!r} of {self.backend_record}: "
            f"external id {key!r} came twice, with different values "
            f"({', '.join(changed)}), expected it once. Correct the record over "
            "there, or give each line an external id of its own in the mapper."
        )

    def _delete_missing(self, commands: list[Any]) -> list[Any]:
        ours = (Command.UPDATE, Command.LINK)
        kept = {command[1] for command in commands if command[0] in ours}
        return [
            Command.delete(WithRecord(line.id))
            for line in self._own_lines or ()
            if line.id not in kept
        ]

    def _find_known(self, items_values: list[dict[str, Any]]) -> dict[Any, Any]:
        """Return the bound lines by their external id, in one query."""
        return self._find_lines([self._line_key(values) for values in items_values])

    def _find_lines(self, keys: list[str | None]) -> dict[Any, Any]:
        """Return the bound lines by their external id, in one query."""
        given, binder = [key for key in keys if key is not None], self._line_binder
        if given and self._page_lines:
            found: dict[Any, Any] = self._page_lines.find(self, given)
            if self._declares_key and self._own_lines and len(found) < len(set(given)):
                found |= self._page_lines.find_kept(self, given, self._own_lines)
            return found
        return binder.to_internal_many(given) if given and binder else {}

    def _line_key(self, values: dict[str, Any]) -> str | None:
        """Return the external id among the values of a line, as text."""
        if (binder := self._line_binder) is None:
            return None
        key = values.get(self._key_field)
        return None if binder._is_missing(key) else str(key)

    @cached_property
    def _line_mapper(self) -> Any:
        """The mapper of the lines."""
        return self._child_mapper()

    @cached_property
    def _key_field(self) -> str:
        """The field of a line with its external id, empty where it has no binder."""
        return self._line_binder._external_field if self._line_binder else ""

    @cached_property
    def _line_binder(self) -> Binder | None:
        """The binder of the lines, None where there is none."""
        try:
            return self.binder_for()
        except NoConnectorUnitError:
            return None


class ExportMapChild(MapChild):
    """Maps the lines of an export into a list of dictionaries."""
