# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Lines of the records of a page: their keys, their look-up, and which vanished.

The mapping of lines finds :class:`PageLines` among its options: it looks the lines of
many records up in one query, and knows the key of lines that have no id.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property

from odoo import api, fields, models
from odoo.fields import Command

from ...components.map_child import ImportMapChild, WithRecord
from ...components.map_record import MapOptions, MapRecord
from ...exception import IDMissingInBackend, MappingError
from ...text import is_missing
from ..line_declaration import PLACE, find_frozen, key_fields
from ..values.relations import Related
from .item import ImportItem

Key = tuple[str, str]  # model of a line, and its external id


class PageLines:
    """The lines of the records of one page.

    Args:
        importer: the RecordImporter of the records.
    """

    def __init__(self, importer):
        self.importer = importer
        self.mapper = importer.mapper
        self.items: list[ImportItem] = []  # all of the page
        self._record_id = ""  # of the record whose lines are mapped
        self._owners: dict[Key, str] = {}
        self._elsewhere: dict[str, set[Key]] = {}  # lines of records of other pages
        self._found: dict[str, dict[str, models.BaseModel | None]] = {}
        self._units: dict[str, ImportMapChild] = {}

    def look_up(self, items: Iterable[ImportItem]) -> None:
        """Find the bindings of the lines of some records, in one query per model."""
        for source, _target, model_name in self.mapper.children:
            with_lines = [item for item in items if item.record.get(source)]
            if not with_lines:
                continue
            unit = self._unit(model_name)
            keys = [
                key for item in with_lines for key in self._keys(item, source, unit)
            ]
            found = unit._line_binder.to_internal_many(keys) if keys else {}
            self._found[model_name] = {**dict.fromkeys(keys), **found}

    def forget(self) -> None:
        """Look all lines up anew: those of a renamed record may have new ids."""
        self._found.clear()

    def related_sources(
        self, items: list[ImportItem]
    ) -> Iterator[tuple[Related, list[tuple[ImportItem, dict]]]]:
        """Return the relations of records and of their lines.

        Returns:
            Each relation, with the items and what is mapped for them: the records
            themselves, or their lines.
        """
        for relation in _relations(self.mapper):
            yield relation, [(item, item.record) for item in items]
        for source, _target, model_name in self.mapper.children:
            pairs = [
                (item, line) for item in items for line in item.record.get(source) or ()
            ]
            if pairs:
                mapper = self._unit(model_name)._line_mapper
                for relation in _relations(mapper):
                    yield relation, pairs

    def has_lines(self, record: dict) -> bool:
        """Return whether a record brings lines, of which its version may not know."""
        return any(source in record for source, _target, _name in self.mapper.children)

    def options_of(self, item: ImportItem) -> dict[str, object]:
        """Return the options by which the mapping of a record finds this object."""
        self._record_id = item.external_id
        return {"page_lines": self, "external_id": item.external_id}

    # === FOR THE MAPPING OF LINES === #

    def key_of(
        self, unit: ImportMapChild, line: MapRecord, place: int, options: MapOptions
    ) -> str | None:
        """Return the external id that a declared key gives to a line, or None.

        Args:
            unit: maps the line.
            line: as the backend sent it.
            place: of the line among those of its record, 1 for the first.
            options: of the mapping.

        Raises:
            MappingError: a key is declared, and the line has none.
        """
        if _declared_key(unit) is None:
            return None
        mapper = unit._line_mapper
        key = _compute_key(
            unit,
            line.source,
            place,
            lambda name: mapper.find_early(line, name, options),
        )
        if key is None:
            declared = _declared_key(unit)
            raise MappingError(_keyless(unit, f"its _line_key {declared!r} is empty"))
        return f"{options.external_id}/{key}"

    def find(self, unit: ImportMapChild, keys: Iterable[str]) -> dict:
        """Return those of some lines that are here, by their external id."""
        known = self._found.setdefault(unit.model._name, {})
        new = [key for key in keys if key not in known]
        if new:
            found = unit._line_binder.to_internal_many(new)
            known.update({**dict.fromkeys(new), **found})
        return {key: known[key] for key in keys if known[key]}

    def find_kept(
        self, unit: ImportMapChild, keys: list[str], own_lines: models.BaseModel
    ) -> dict:
        """Return lines of a record that go on under another external id, by that.

        They have the key of before, where their record was renamed. Or their key varies
        with what they say: then a line goes on as the next one that has no counterpart
        any more, if their keys are equal up to the last slash.
        """
        start = f"{self._record_id}/"
        name, kept = unit._key_field, {}
        ends = {key: key.removeprefix(start) for key in keys}
        known = self._found[unit.model._name]
        new = [key for key in keys if not known.get(key)]
        depth = max((ends[key].count("/") for key in new), default=0)
        stay = [one for one in own_lines if one[name] not in ends]
        free = {_end_of(one[name], depth): one for one in stay}
        for key in [key for key in new if ends[key] in free]:
            kept[key] = free.pop(ends[key])
        if not unit.model._key_varies:
            return kept
        for key in [key for key in new if key not in kept]:
            kin = _kin_of(ends[key])
            end = next((one for one in free if _kin_of(one) == kin), None)
            if end is not None:
                kept[key] = free.pop(end)
        return kept

    def keyed(self, item: ImportItem, source: str, model_name: str) -> dict[str, dict]:
        """Return the lines of a record by their external id.

        Args:
            source: key of the record with its lines.
            model_name: binding model of the lines.
        """
        return dict(self._keyed(item, source, self._unit(model_name)))

    def check(self, unit: ImportMapChild, keys: Iterable[str | None]) -> None:
        """Refuse lines that have no key, or belong to another record of the page.

        Raises:
            MappingError: there is such a line.
        """
        name = unit.model._name
        if not getattr(unit.model, "_line_of", None):
            return
        for key in keys:
            if key is None:
                raise MappingError(_keyless(unit, "it has no external id"))
            owner = self._owners.setdefault((name, key), self._record_id)
            if owner == self._record_id:
                owner = self._find_owner(unit, key)
            if owner != self._record_id:
                raise MappingError(
                    f"Line {key!r} of {name!r} is in record {owner!r} and in record "
                    f"{self._record_id!r} at once, expected it in one of them. If "
                    "the id of a line is unique inside of its record only, set "
                    "_line_key of the binding model."
                )

    def _find_owner(self, unit: ImportMapChild, key: str) -> str:
        """Return the record that has a line on the backend: a move, or a clash of ids.

        Where the line is known in another record, which is not on this page, that one
        is read again: a line that moved is not in it any more.
        """
        line = self.find(unit, [key]).get(key)
        parent = line[unit.model._line_of[0]] if line else None
        other = parent and self.importer.binder.to_external(parent)
        page = {self._record_id, *(item.external_id for item in self.items)}
        if not other or other in page:
            return self._record_id
        if other not in self._elsewhere:
            self._elsewhere[other] = self._read_lines(other)
        is_clash = (unit.model._name, key) in self._elsewhere[other]
        return other if is_clash else self._record_id

    def _read_lines(self, external_id: str) -> set[Key]:
        """Return the lines of a record as it is on the backend now."""
        try:
            record = self.importer.backend_adapter.read(external_id)
        except (IDMissingInBackend, NotImplementedError):
            return set()
        return self._keys_of([ImportItem(external_id, record)]) if record else set()

    def own_lines(self, binding: models.BaseModel, field: str) -> models.BaseModel:
        """Return the lines of a record, archived ones too."""
        return binding.with_env(self._with_archived)[field].with_env(binding.env)

    @cached_property
    def _with_archived(self) -> api.Environment:
        """The environment of the import in which archived records are found."""
        return self.importer.model.with_context(active_test=False).env

    # === LINES THAT VANISHED === #

    def sort_out(self, item: ImportItem) -> None:
        """Keep the lines of a record that may not go, or are in another record now."""
        item.frozen = []
        for _source, target, model_name in self.mapper.children:
            commands = item.data.get(target) or []
            gone = [one[1] for one in commands if _deletes(one)]
            if gone:
                lines = self.importer.env[model_name].browse(map(int, gone))
                moved = lines.filtered(self._is_elsewhere)
                frozen = _frozen(lines - moved, item.binding)
                item.frozen.append(frozen)
                stay = (moved | frozen)._ids
                item.data[target] = [
                    one for one in commands if not _deletes(one) or one[1] not in stay
                ]

    def has_vanished(self, item: ImportItem) -> bool:
        """Return whether a mapped record deletes lines, equal as it may be else."""
        return any(
            _deletes(command)
            for _source, target, _name in self.mapper.children
            for command in item.data.get(target) or []
        )

    def report(self, item: ImportItem) -> None:
        """Note which lines of a frozen document vanished, and which came back."""
        if not item.known:
            return
        for _source, target, model_name in self.mapper.children:
            if "missing_since" not in self.importer.env[model_name]._fields:
                continue
            vanished = [one for one in item.frozen if one._name == model_name]
            vanished = self.importer.env[model_name].union(*vanished)
            lines = self.own_lines(item.binding, target)
            noted = lines.filtered("missing_since")
            if back := noted - vanished:
                self.importer._silent(back).missing_since = False
                back.set_sync_state("synced")
            if new := self.importer._silent((lines & vanished) - noted):
                new.missing_since = fields.Datetime.now()
                new.set_sync_state("gone")
                new._on_frozen(item.binding)

    def _is_elsewhere(self, line: models.BaseModel) -> bool:
        """Return whether another record of the page has a line."""
        name = self._unit(line._name)._key_field
        return (line._name, line[name]) in self._listed

    @cached_property
    def _listed(self) -> set[Key]:
        """All lines of the page, computed where one vanished from a record."""
        return self._keys_of(self.items)

    # === HELPERS === #

    def _keys_of(self, items: Iterable[ImportItem]) -> set[Key]:
        return {
            (model_name, key)
            for source, _target, model_name in self.mapper.children
            for item in items
            for key in self._keys(item, source, self._unit(model_name))
        }

    def _unit(self, model_name: str) -> ImportMapChild:
        """Return the unit for lines of a model, made once for the page."""
        if model_name not in self._units:
            self._units[model_name] = self.mapper._get_map_child_unit(model_name)
        return self._units[model_name]

    def _keys(
        self, item: ImportItem, source: str, unit: ImportMapChild
    ) -> Iterator[str]:
        """Return the external ids of lines, where no mapping method has to run."""
        return (key for key, _line in self._keyed(item, source, unit))

    def _keyed(
        self, item: ImportItem, source: str, unit: ImportMapChild
    ) -> Iterator[tuple[str, dict]]:
        lines = item.record.get(source)
        if not lines or unit._line_binder is None:
            return
        mapper, parent = unit._line_mapper, self.mapper.map_record(item.record)
        name = unit._key_field
        is_declared = _declared_key(unit) is not None
        records = (mapper.map_record(line, parent=parent) for line in lines)
        kept = [one.source for one in records if not unit.skip_item(one)]
        for place, line in enumerate(kept, start=1):
            value_of = _DirectValues(mapper, line)
            if is_declared:
                key = _compute_key(unit, line, place, value_of)
                key = key and f"{item.external_id}/{key}"
            else:
                key = unit._line_key({name: value_of(name)})
            if key is not None:
                yield key, line


class _DirectValues:
    """Values of a line by the field, as far as a direct mapping gives them."""

    def __init__(self, mapper, line: dict):
        self.mapper = mapper
        self.line = line

    def __call__(self, name: str) -> object:
        value = None
        for _field, source, target in self.mapper._direct_plan().steps:
            if target == name:
                value = self.mapper._map_direct(self.line, source, target)
        return value


def _relations(mapper) -> list[Related]:
    return [one for one, _target in mapper.direct if isinstance(one, Related)]


def _declared_key(unit: ImportMapChild) -> object:
    """Return the ``_line_key`` of the model of lines, None where it has none."""
    return getattr(unit.model, "_line_key", None)


def _compute_key(
    unit: ImportMapChild, line: dict, place: int, value_of: Callable[[str], object]
) -> str | None:
    """Return the declared key of a line as text, None where it is empty."""
    declared = _declared_key(unit)
    if declared == PLACE:
        return str(place)
    if callable(declared):
        key = declared(line)
        return None if is_missing(key) else str(key)
    found = [value_of(name) for name in key_fields(declared)]
    return None if all(map(is_missing, found)) else _joined(found)


def _end_of(external_id: str, depth: int) -> str:
    """Return the key at the end of an external id, with so many slashes in it."""
    return "/".join((external_id or "").split("/")[-depth - 1 :])


def _kin_of(key: str) -> str:
    """Return what a key has in common with those that it may become."""
    return key.rpartition("/")[0]


def _joined(values: Iterable[object]) -> str:
    return "/".join("" if is_missing(one) else str(one) for one in values)


def _keyless(unit: ImportMapChild, why: str) -> str:
    return (
        f"Cannot map a line of {unit.model._name!r} of {unit.backend_record}: {why}, "
        "and lines are not told from each other by their place. Map its 'external_id', "
        "or set _line_key of the binding model to the fields that tell lines apart."
    )


def _deletes(command) -> bool:
    """Return whether a command deletes a line that did not come."""
    return command[0] == Command.DELETE and isinstance(command[1], WithRecord)


def _frozen(lines: models.BaseModel, document: models.BaseModel) -> models.BaseModel:
    """Return the lines that stay, since they or their document are frozen."""
    return lines if find_frozen(document) else find_frozen(lines)
