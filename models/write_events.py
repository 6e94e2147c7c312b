# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Write events of a transaction, collected until its outermost write is done.

Odoo writes inherited and related fields one by one: n of them are n writes of the
record behind. It computes stored fields long after the write that changed them, as
whoever happens to flush; and it writes one side of a many2many and says nothing of the
other. Here, each record has one event for all that.
"""

from collections.abc import Iterable
from typing import Any

from odoo import api, models
from odoo.orm.fields import Field

from ..event import on_record_write
from ..magic.sync.echo import is_echo, no_echo
from ..session import ConnectorSession

KEY = "connector.write_events"  # in the cache of the cursor

Group = tuple[api.Environment, str]  # the writer and the model
Written = tuple[api.Environment, str, int]  # and the record


class WriteEvents:
    """The write events of one transaction that were not fired yet.

    Odoo clears the cache of the cursor, and this with it, together with the list of
    fields to compute: when the transaction ends or goes back to a savepoint.
    """

    def __init__(self):
        self.depth = 0  # of writes inside of writes
        self._waiting: dict[Group, dict[int, dict]] = {}
        self._other_sides: dict[Group, dict[int, set[str]]] = {}
        self._computed: dict[str, dict[Written, set[str]]] = {}
        self._causes: dict[Field, dict[int, api.Environment]] = {}
        self._caused: set[Written] = set()

    @classmethod
    def of(cls, env: api.Environment) -> "WriteEvents":
        """Return those of the transaction."""
        cache = env.cr.cache
        events = cache.get(KEY)
        if events is None:
            events = cache[KEY] = cls()
        return events

    def is_due(self, env: api.Environment) -> bool:
        """Return whether the outermost write has anything to settle."""
        if self.depth:
            return False
        return bool(self._waiting or self._other_sides or env.transaction.tocompute)

    # === WRITES === #

    def add_written(self, records: models.BaseModel, vals: dict) -> None:
        """Add a write that ended, and fire what is due.

        Most writes are alone, with nothing to compute: theirs need not wait.
        """
        env = records.env
        if not (self.depth or env.transaction.tocompute or self._is_waiting()):
            self._causes.clear()  # of fields that are computed by now
            session = ConnectorSession.from_env(env)
            ids = dict.fromkeys(records._ids)
            on_record_write.fire_each(session, records._name, ids, vals)
            return
        if on_record_write.has_consumer_in(env.registry, records._name):
            self.add(records, vals)
        if self.is_due(env):
            self.settle(env)

    def _is_waiting(self) -> bool:
        """Return whether anything is known of other writes."""
        return bool(
            self._waiting or self._other_sides or self._computed or self._caused
        )

    def add(self, records: models.BaseModel, vals: dict) -> None:
        """Add a write; that of a record which waits already is merged."""
        if self.depth:
            vals = dict(vals)  # the writer may use its dictionary again
        waiting = self._waiting.setdefault((records.env, records._name), {})
        for id_ in records._ids:
            known = waiting.get(id_)
            waiting[id_] = {**known, **vals} if known else vals

    def add_other_side(self, records: models.BaseModel, names: set[str]) -> None:
        """Add many2many fields that were changed by a write of their other side."""
        sides = self._other_sides.setdefault((records.env, records._name), {})
        for id_ in filter(None, records._ids):
            sides.setdefault(id_, set()).update(names)

    # === COMPUTED FIELDS === #

    def compare(self, records: models.BaseModel, before: dict[int, dict]) -> None:
        """Add the stored fields whose computation changed them."""
        computed: dict[Written, set[str]] = {}
        is_at_once = False
        for record in records.browse(before):
            cause = self._pop_cause(record, before[record.id])
            for name in _changed(record, before[record.id]):
                key = cause or records.env, records._name, record.id
                if cause:
                    self._caused.add(key)
                computed.setdefault(key, set()).add(name)
                field = record._fields[name]
                is_at_once |= field.column_type is None  # nobody will flush it
        for key, names in computed.items():
            waiting = self._computed.setdefault(records._name, {})
            waiting.setdefault(key, set()).update(names)
        if is_at_once:
            self.release(records)

    def _pop_cause(self, record: models.BaseModel, names) -> api.Environment | None:
        """Return whose write fields are computed for, None for the one that runs."""
        causes = [
            self._causes[field].pop(record.id, None)
            for field in map(record._fields.get, names)
            if field in self._causes
        ]
        return next(filter(None, causes), None)

    def release(self, records: models.BaseModel) -> None:
        """Let the computed fields of a model become events: they are stored now."""
        self._collect_computed(records._name)
        if not self.depth:
            self.settle(records.env)

    def has_computed(self, model_name: str) -> bool:
        """Return whether a model has computed fields that changed."""
        return bool(self._computed.get(model_name))

    # === THE OUTERMOST WRITE === #

    def settle(self, env: api.Environment) -> None:
        """Fire what waits, at the end of the outermost write.

        Fields that are to be computed keep whose write it is: that decides about their
        events, not who flushes. What is not to be exported is computed at once.
        """
        is_quiet = env.context.get("connector_no_export") or is_echo()
        if self._causes:
            self._forget_written(env)
        if not is_quiet and env.transaction.tocompute:
            self._note_causes(env)
        self._fire_waiting()
        if is_quiet:
            self._compute_quietly(env)
            self._fire_waiting()

    def _fire_waiting(self) -> None:
        while self._waiting or self._other_sides:
            waiting, self._waiting = self._waiting, {}
            sides, self._other_sides = self._other_sides, {}
            for group, names in sides.items():
                _add_values(group, waiting.setdefault(group, {}), names)
            for group, values in waiting.items():
                self._fire(group, values)

    def fire_of(self, records: models.BaseModel) -> None:
        """Fire what waits of records, which are deleted next."""
        for group in dict.fromkeys([*self._waiting, *self._other_sides]):
            if group[1] == records._name:
                waiting = _pop_ids(self._waiting.get(group, {}), records._ids)
                sides = _pop_ids(self._other_sides.get(group, {}), records._ids)
                _add_values(group, waiting, sides)
                self._fire(group, waiting)

    def _fire(self, group: Group, values: dict[int, dict]) -> None:
        env, name = group
        session = ConnectorSession.from_env(env)
        for id_, vals in values.items():
            key = env, name, id_
            if self._caused and key in self._caused:  # by a write outside of the sync
                self._caused.discard(key)  # that flushes it
                with no_echo():
                    on_record_write.fire(session, name, id_, vals)
            else:
                on_record_write.fire(session, name, id_, vals)

    def _forget_written(self, env: api.Environment) -> None:
        """Forget the causes of fields that were written instead of being computed."""
        for field, causes in self._causes.items():
            ids = env.transaction.tocompute.get(field, ())
            if len(ids) < len(causes):
                self._causes[field] = {id_: causes[id_] for id_ in ids if id_ in causes}

    def _note_causes(self, env: api.Environment) -> None:
        for field, ids in _fields_to_compute(env):
            causes = self._causes.get(field, {})
            if len(causes) != len(ids):
                self._causes[field] = {id_: causes.get(id_, env) for id_ in ids}

    def _compute_quietly(self, env: api.Environment) -> None:
        for field, ids in _fields_to_compute(env):
            causes = self._causes.get(field, {})
            if len(causes) != len(ids):
                new = [id_ for id_ in ids if id_ not in causes]
                env[field.model_name]._recompute_field(field, new)
        for name in list(self._computed):
            self._collect_computed(name)

    def _collect_computed(self, model_name: str) -> None:
        for key, names in self._computed.pop(model_name, {}).items():
            env, name, id_ = key
            self.add(env[name].browse(id_), _values(key, names))


def _fields_to_compute(env: api.Environment) -> list[tuple[Field, Iterable[int]]]:
    """Return the fields to compute of models that somebody listens to."""
    return [
        (field, ids)
        for field, ids in env.transaction.tocompute.items()
        if ids and on_record_write.has_consumer_in(env.registry, field.model_name)
    ]


def stored_values(records: models.BaseModel, field: Field) -> dict[int, dict]:
    """Return the stored values of records that are computed together with a field.

    Binary ones are left out: to read pictures only to compare them is too dear. So is
    all while a registry loads: an upgrade computes the fields of each record there is.
    """
    together = records.pool.field_computed[field] if records.pool.ready else ()
    names = [one.name for one in together if one.store and one.type != "binary"]
    if not names:
        return {}
    return {
        record.id: {name: record[name] for name in names}
        for record in records
        if record.id
    }


def is_many2many(records: models.BaseModel, names: Iterable[str]) -> set[str]:
    """Return which of the fields are stored many2many ones."""
    fields = records._fields
    return {
        name
        for name in names
        if fields[name].type == "many2many" and fields[name].store
    }


def _changed(record: models.BaseModel, before: dict) -> list[str]:
    """Return the fields that a computation changed.

    The first computation of a new record changes nothing: it belongs to its creation.
    """
    names = [name for name, old in before.items() if record[name] != old]
    if names and not any(before.values()) and _is_new(record):
        return []
    return names


def _is_new(record: models.BaseModel) -> bool:
    """Return whether this transaction created a record."""
    return record._log_access and record.create_date == record.env.cr.now()


def _pop_ids(values: dict[int, Any], ids: Iterable[int]) -> dict[int, Any]:
    return {id_: values.pop(id_) for id_ in ids if id_ in values}


def _add_values(
    group: Group, waiting: dict[int, dict], sides: dict[int, set[str]]
) -> None:
    """Add the values of fields that were changed by a write of their other side."""
    for id_, names in sides.items():
        vals = waiting.get(id_, {})
        if names := names - vals.keys():
            waiting[id_] = {**_values((*group, id_), names), **vals}


def _values(key: Written, names: Iterable[str]) -> dict:
    """Return the values of fields as a write takes them."""
    env, model_name, id_ = key
    record = env[model_name].browse(id_)
    return {
        name: record._fields[name].convert_to_write(record[name], record)
        for name in names
    }
