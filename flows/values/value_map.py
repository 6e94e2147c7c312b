# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Value maps: what a value of the backend is here, as people fill it in.

A connector declares which maps a backend has, and its mappers use them::

    _maps = [ValueMap("carrier", "delivery.carrier")]

    direct = [(mapped("shipping_code"), "carrier_id")]
"""

from collections.abc import Iterable
from dataclasses import dataclass

from odoo import api, fields
from odoo.fields import Command

from ...components.mapping import source_field
from ...components.modifier import LEAVE, Modifier, source_value
from ...exception import InvalidUsageError, UnmappedValueError
from ...text import did_you_mean
from ..declare import declared_by_name
from .converter import RECORD, check_on_bad

MAP_MODEL = "connector.value.map"
_IN_CACHE = "connector_value_maps"


@dataclass(frozen=True)
class ValueMap:
    """A table of values of the backend and what they are here, edited by people.

    Args:
        name: unique among the maps of a backend, such as ``"carrier"``.
        model: of the records to which values are mapped; None where they are mapped
            to texts, such as the values of a selection.
        key: field of the model. A value that is new is mapped by itself to the one
            record which has it in this field, if there is one.
        default: XML id of the record, or the text, that a value has which nobody
            mapped. None: such a value rejects its record until somebody fills it in.
    """

    name: str
    model: str | None = None
    key: str | None = None
    default: str | None = None


def declared_maps(model_class: type) -> dict[str, ValueMap]:
    """Return the value maps of a backend model, by name; see ``declared_streams``."""
    return declared_by_name(model_class, "_maps")


def check_maps(model_class: type) -> None:
    """Refuse value maps of a backend model that name what does not exist.

    Raises:
        InvalidUsageError: a model or a field is not there.
    """
    for value_map in declared_maps(model_class).values():
        where = f"Value map {value_map.name!r} of {model_class._name!r}"
        if value_map.model is None:
            if value_map.key is not None:
                raise InvalidUsageError(
                    f"{where} has the key {value_map.key!r} and no model. Name the "
                    "model that has the field, or drop the key."
                )
            continue
        if value_map.model not in model_class.pool:
            raise InvalidUsageError(
                f"{where} is for model {value_map.model!r}, which does not exist."
                f"{did_you_mean(value_map.model, model_class.pool.models)}"
            )
        known = model_class.pool[value_map.model]._fields
        if value_map.key is not None and value_map.key not in known:
            raise InvalidUsageError(
                f"{where} has the key {value_map.key!r}, which is no field of "
                f"{value_map.model!r}.{did_you_mean(value_map.key, known)}"
            )


def map_for(
    maps: dict[str, ValueMap], backend_model: str, name: str, field: fields.Field
) -> ValueMap:
    """Return the map of a name, made for the field that it is to fill.

    Args:
        maps: those of the backend, by name.
        backend_model: model that declares them.
        name: of the map.
        field: that gets what a value is here.

    Raises:
        InvalidUsageError: the backend has no such map, or not for this field.
    """
    where = f"Cannot map {field.name!r} of {field.model_name!r} by value map {name!r}: "
    value_map = maps.get(name)
    if value_map is None:
        listed = ", ".join(map(repr, maps)) or "none"
        hint = did_you_mean(name, maps) or f" There are {listed}."
        raise InvalidUsageError(
            f"{where}{backend_model!r} declares no such map.{hint} Add it to _maps."
        )
    is_link = field.type in ("many2one", "many2many")
    if is_link and field.comodel_name != value_map.model:
        raise InvalidUsageError(
            f"{where}the map is for {value_map.model!r}, expected "
            f"{field.comodel_name!r}. Correct one of them."
        )
    return value_map


@dataclass(frozen=True)
class MapNote:
    """A value that a mapping met and that is in no row of its map.

    Args:
        map_name: name of the map.
        value: of the backend.
        target: id or text that was found by the key; None where nothing was.
    """

    map_name: str
    value: str
    target: int | str | None = None


def mapped(
    field: str | Modifier, name: str | None = None, on_bad: str = RECORD
) -> Modifier:
    """Return what people filled in for a value of the backend in a value map.

    Args:
        field: key of the source.
        name: of the map; None for that of the field.
        on_bad: ``"record"``: a value that is not filled in rejects its record;
            ``"part"``: it costs its field only.
    """
    check_on_bad("mapped", field, on_bad)
    map_name = name or source_field(field)

    def modifier(self, record, to_attr):
        value = source_value(self, record, field, to_attr)
        is_list = self.model._fields[to_attr].type == "many2many"
        if value is None:
            return [Command.set([])] if is_list else False
        try:
            target = _find(self, map_name, str(value), to_attr)
            return [Command.set([target])] if is_list else target
        except UnmappedValueError as error:
            if on_bad == RECORD:
                raise
            _note(self, MapNote(error.map_name, error.value))
            if self.options.dropped is not None:
                self.options.dropped.append(str(error))
            return LEAVE

    modifier.value_map = map_name  # for the check when the addon is loaded
    return modifier


def keep_notes(env: api.Environment, backend, model: str, items: Iterable) -> None:
    """Keep the values that the import of some records met, and what waits for them.

    Args:
        env: of the import.
        backend: that sent the records.
        model: binding model of the records.
        items: of the import, with the notes that the mapping made.
    """
    notes = [(item.external_id, note) for item in items for note in item.map_notes]
    if notes:
        env[MAP_MODEL].sudo()._keep(backend, model, notes)  # for every user


class ValueBook:
    """The value maps of one backend, read once per transaction."""

    def __init__(self, env: api.Environment, backend):
        self.maps = declared_maps(type(backend))
        self.known = env[MAP_MODEL].sudo()._read_targets(backend)  # for every user

    @classmethod
    def of(cls, env: api.Environment, backend) -> "ValueBook":
        """Return that of the transaction."""
        maps = env.cr.cache.setdefault(_IN_CACHE, {})
        key = backend.reference()
        if key not in maps:
            maps[key] = cls(env, backend)
        return maps[key]

    @staticmethod
    def forget(env: api.Environment) -> None:
        """Read the maps again: rows of them changed."""
        env.cr.cache.pop(_IN_CACHE, None)


def _find(mapper, name: str, value: str, to_attr: str) -> int | str:
    """Return what a value is here.

    Raises:
        UnmappedValueError: nobody has filled it in.
        InvalidUsageError: the backend has no such map, or not for this field.
    """
    book = ValueBook.of(mapper.env, mapper.backend_record)
    field = mapper.model._fields[to_attr]
    value_map = map_for(book.maps, mapper.backend_record._name, name, field)
    target = book.known.get((name, value))
    if target is None:
        target = _target_by_key(mapper.env, value_map, value)
        if target is not None:
            _note(mapper, MapNote(name, value, target))
    if target is None:
        target = _default(mapper.env, value_map)
    if target is None:
        raise UnmappedValueError(
            f"Value {value!r} of map {name!r} is not filled in for "
            f"{mapper.backend_record.describe()}, so that {to_attr!r} of "
            f"{mapper.model._name!r} is unknown. Fill it in under Value Maps, then "
            "press Retry there.",
            name,
            value,
        )
    return target


def _target_by_key(env: api.Environment, value_map: ValueMap, value: str) -> int | None:
    """Return the one record that has the value in the key of its map, if there is."""
    if value_map.key is None:
        return None
    found = env[value_map.model].search([(value_map.key, "=", value)], limit=2)
    return found.id if len(found) == 1 else None


def _default(env: api.Environment, value_map: ValueMap) -> int | str | None:
    if value_map.model is None or value_map.default is None:
        return value_map.default
    record = env.ref(value_map.default, raise_if_not_found=False)
    return record.id if record else None


def _note(mapper, note: MapNote) -> None:
    """Let the import keep a value that its map has no row for."""
    if mapper.options.map_notes is not None:
        mapper.options.map_notes.append(note)
