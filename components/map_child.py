# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How do the lines of a record become lines of its counterpart?"""

from collections.abc import Iterable

from odoo.fields import Command

from ..exception import NoConnectorUnitError
from .binder import Binder, is_missing
from .core import ConnectorUnit
from .map_record import MapOptions, MapRecord

MappedItem = tuple[MapRecord, dict]


class MapChild(ConnectorUnit):
    """Maps the lines of a record, one by one, with the mapper of their model.

    It need not be registered: without one for the model of the lines, the default
    class of the mapper is taken.
    """

    def get_items(
        self, items: Iterable, parent: MapRecord, to_attr: str, options: MapOptions
    ) -> list:
        """Return the mapped lines in the form the target takes.

        Args:
            items: source lines.
            parent: MapRecord of the record they belong to.
            to_attr: target field.
            options: options of the parent's mapping; the lines inherit them.
        """
        mapped = self._map_items(items, parent, to_attr, options)
        return self.format_items([values for _record, values in mapped])

    def _map_items(self, items, parent, to_attr, options) -> list[MappedItem]:
        mapper = self._child_mapper()
        records = (mapper.map_record(item, parent=parent) for item in items or ())
        mapped = (
            (record, self.get_item_values(record, to_attr, options))
            for record in records
            if not self.skip_item(record)
        )
        return [item for item in mapped if not self.skip_add_item(item[1])]

    def _child_mapper(self):
        """Return the mapper of one line."""
        raise NotImplementedError

    def skip_item(self, map_record: MapRecord) -> bool:
        """Tell whether a source line is left out; for overrides."""
        return False

    def skip_add_item(self, values: dict) -> bool:
        """Tell whether a mapped line is left out; for overrides."""
        return False

    def get_item_values(
        self, map_record: MapRecord, to_attr: str, options: MapOptions
    ) -> dict:
        """Return the values of one line; for overrides."""
        return map_record.values(**options)

    def format_items(self, items_values: list[dict]) -> list:
        """Return the mapped lines in the form the target takes; for overrides."""
        return items_values


class ImportMapChild(MapChild):
    """Maps the lines of an import into commands for a one2many.

    A line whose external id is bound already becomes an update, another one a
    create. With the options ``binding`` (the record the lines belong to) and
    ``delete_missing``, its lines which did not come are deleted.
    """

    _binding_lines = None

    def get_items(self, items, parent, to_attr, options):
        """Return one command for each line, see :class:`ImportMapChild`."""
        if options.binding and to_attr in options.binding._fields:
            self._binding_lines = options.binding[to_attr]
        # the record is not the one that the lines of a line belong to
        options = MapOptions(options, binding=None)
        commands = super().get_items(items, parent, to_attr, options)
        if options.delete_missing and self._binding_lines is not None:
            commands += self._delete_missing(commands)
        return commands

    def _map_items(self, items, parent, to_attr, options):
        mapped = super()._map_items(items, parent, to_attr, options)
        if options.for_create:
            return mapped
        # lines which are new while their record is not want the only_create mappings
        known = self._find_known([values for _record, values in mapped])
        for_create = MapOptions(options, for_create=True)
        return [
            (record, values)
            if self._line_key(values) in known
            else (record, self.get_item_values(record, to_attr, for_create))
            for record, values in mapped
        ]

    def format_items(self, items_values: list[dict]) -> list:
        """Return a command to create or to update for each line."""
        known = self._find_known(items_values)
        commands = []
        for values in items_values:
            line = known.get(self._line_key(values))
            commands += self._write_line(line, values)
        return commands

    def _child_mapper(self):
        from .mapper import ImportMapper  # noqa: PLC0415 each maps with the other

        return self.unit_for(ImportMapper)

    def _write_line(self, line, values: dict) -> list:
        if not line:
            return [Command.create(values)]
        is_ours = self._binding_lines is None or line in self._binding_lines
        move = [] if is_ours else [Command.link(line.id)]
        return [*move, Command.update(line.id, values)]

    def _delete_missing(self, commands: list) -> list:
        kept = {command[1] for command in commands if command[0] == Command.UPDATE}
        return [
            Command.delete(line.id)
            for line in self._binding_lines
            if line.id not in kept
        ]

    def _find_known(self, items_values: list[dict]) -> dict:
        """Return the bound lines by their external id, in one query."""
        keys = [self._line_key(values) for values in items_values]
        keys = [key for key in keys if key is not None]
        return self._line_binder().to_internal_many(keys) if keys else {}

    def _line_key(self, values: dict) -> str | None:
        """Return the external id among the values of a line, as text."""
        binder = self._line_binder()
        key = values.get(binder._external_field) if binder else None
        return None if is_missing(key) else str(key)

    def _line_binder(self) -> Binder | None:
        try:
            return self.binder_for()
        except NoConnectorUnitError:
            return None


class ExportMapChild(MapChild):
    """Maps the lines of an export into a list of dictionaries."""

    def _child_mapper(self):
        from .mapper import ExportMapper  # noqa: PLC0415 each maps with the other

        return self.unit_for(ExportMapper)
