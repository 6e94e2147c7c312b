# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Export triggers: which change of which model makes which binding due.

A field of a binding is followed to the models that store it, and a computed one to the
stored fields that it is computed from.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from odoo import api
from odoo.fields import Domain, Field
from odoo.models import MAGIC_COLUMNS, BaseModel
from odoo.modules.registry import Registry

from ..binding_declare import record_field, wrapped_model
from ..line_declaration import lines_of
from .change import Change
from .export_on import ExportOn, Watch, declared_export

BINDING = "connector.binding"
ITSELF = "id"  # the path from a record to itself
DEPTH = 4  # points in a path: computed fields may depend on those of their parents
MIXINS = ("mail",)  # addons whose fields are no content of a record

_KEY = "_connector_export_triggers"  # of the registry
_NOTHING: Mapping[str, "Watched"] = {}


class Trigger(NamedTuple):
    """A change of one model that makes bindings due, or new records of their model.

    Args:
        binding: model of the bindings.
        root: the binding model; or the wrapped one, whose records get a binding.
        model: whose records are watched.
        path: from the root to the watched records, or to what ``back`` leads to.
        back: from the watched records to the end of the path; empty where it ends at
            the watched records.
        fields: whose change counts; None for all fields.
        on_create: a new record counts.
        on_unlink: a deleted record counts.
        links: fields whose old value leads to records that are due as well.
    """

    binding: str
    root: str
    model: str
    path: str
    back: str = ""
    fields: frozenset[str] | None = frozenset()
    on_create: bool = False
    on_unlink: bool = False
    links: frozenset[str] = frozenset()

    def change(self, ids: Collection[int]) -> Change:
        """Return the change of watched records."""
        # a new binding with an id there came from there
        is_unbound = self.model == self.binding and self.on_create
        return Change(self.model, self.path, self.back, is_unbound, ids)


class Cascade(NamedTuple):
    """A way from the bindings of a model to the record that takes them along."""

    binding: str
    path: str  # of many2one fields


class Watched:
    """The triggers of one model, by what they listen to.

    Args:
        triggers: of the model.
        cascades: to the bindings that are deleted with its records, and there as well.
    """

    def __init__(self, triggers: Iterable[Trigger], cascades: Iterable[Cascade]):
        triggers = list(triggers)
        self.cascades = tuple(cascades)
        self.of_any = tuple(one for one in triggers if one.fields is None)
        self.on_create = tuple(one for one in triggers if one.on_create)
        self.on_unlink = tuple(one for one in triggers if one.on_unlink)
        self._by_field: defaultdict[str, list[Trigger]] = defaultdict(list)
        self._links: defaultdict[str, list[Trigger]] = defaultdict(list)
        for one in triggers:
            for name in one.fields or ():
                self._by_field[name].append(one)
            for name in one.links:
                self._links[name].append(one)

    def hears(self, names: Iterable[str]) -> bool:
        """Return whether a change of one of the fields counts."""
        if self.of_any:
            return True
        return any(name in self._by_field for name in names)

    def of_fields(self, names: Iterable[str]) -> list[Trigger]:
        """Return the triggers of the fields that changed."""
        found = dict.fromkeys(self.of_any)
        for name in names:
            if name in self._by_field:
                found.update(dict.fromkeys(self._by_field[name]))
        return list(found)

    def of_links(self, names: Iterable[str]) -> list[Trigger]:
        """Return the triggers of fields that led elsewhere before they change."""
        if not self._links:
            return []
        found = (one for name in names for one in self._links.get(name, ()))
        return list(dict.fromkeys(found))


def watched_models(records: BaseModel) -> Mapping[str, Watched]:
    """Return the triggers of the database, by the model that they watch.

    There are none while its registry loads: an upgrade writes to every record.
    """
    registry = records.pool
    found = registry.__dict__.get(_KEY)
    if found is None:
        if not registry.ready:
            return _NOTHING
        found = registry.__dict__[_KEY] = _build(records.env)
    return found


def forget_triggers(registry: Registry) -> None:
    """Let the triggers be looked up again: the models of the database change."""
    registry.__dict__.pop(_KEY, None)


def _build(env: api.Environment) -> dict[str, Watched]:
    by_model: defaultdict[str, list[Trigger]] = defaultdict(list)
    exported = exported_models(env.registry)
    for name in exported:
        for trigger in find_triggers(env, name):
            by_model[trigger.model].append(trigger)
    deleted = {name for name, declared in exported.items() if declared.unlink}
    cascades = _find_cascades(env, deleted) if deleted else {}
    return {
        name: Watched(by_model.get(name, ()), cascades.get(name, ()))
        for name in {*by_model, *cascades}
    }


def _find_cascades(env: api.Environment, bindings: set[str]) -> dict[str, list]:
    """Return the cascades into bindings, by the model whose deletion begins them."""
    known = env["connector.tombstone"]._cascades()
    found = {
        name: [Cascade(*one) for one in cascades if one.binding in bindings]
        for name, cascades in known.items()
    }
    return {name: cascades for name, cascades in found.items() if cascades}


def exported_models(registry: Registry) -> dict[str, ExportOn]:
    """Return the binding models that declare triggers, with what they declare."""
    return {
        name: declared
        for name in registry.descendants([BINDING], "_inherit")
        if not registry[name]._abstract
        and registry[name]._auto
        and (declared := declared_export(registry[name]))
    }


def find_triggers(env: api.Environment, binding: str) -> list[Trigger]:
    """Return the triggers that a binding model declares."""
    model_class = env.registry[binding]
    declared = declared_export(model_class) or ExportOn()
    wrapped = wrapped_model(model_class) or ""
    following = Following(env, binding, binding)
    names = written_fields(model_class, declared.write)
    for name in names:
        following.follow(binding, name, ITSELF)
    if declared.archive and (name := env[wrapped]._active_name):
        following.follow(wrapped, name, record_field(model_class))
    found = following.triggers()
    for watch in (*declared.watch, *line_watches(env, binding, names)):
        found += watch_triggers(env, binding, watch)
    if declared.create:
        found.append(Trigger(binding, binding, binding, ITSELF, on_create=True))
        found += _newcomers(env, binding, wrapped, declared)
    return found


def _newcomers(
    env: api.Environment, binding: str, wrapped: str, declared: ExportOn
) -> list[Trigger]:
    """Return the triggers of records that get a binding."""
    following = Following(env, binding, wrapped)
    for name in domain_fields(declared.domain):
        following.follow(wrapped, name, ITSELF)
    return [
        Trigger(binding, wrapped, wrapped, ITSELF, on_create=True),
        *following.triggers(),
    ]


def domain_fields(domain: Iterable[Any] | None) -> list[str]:
    """Return the fields of a domain, each up to its first point."""
    conditions = Domain(list(domain or ())).iter_conditions()
    return [condition.field_expr.partition(".")[0] for condition in conditions]


def written_fields(model_class: type[BaseModel], write: Iterable[str] | bool):
    """Return the fields that ``write`` names; for True those with content."""
    if write is not True:
        return list(write or ())
    known = {*model_class.pool[BINDING]._fields, *MAGIC_COLUMNS}
    return [
        name
        for name, field in model_class._fields.items()
        if name not in known
        and field.base_field.store
        and field.type != "one2many"
        and field.base_field._module not in MIXINS
        and field.base_field.name not in (*MAGIC_COLUMNS, "parent_path")
    ]


# === WATCHES === #


def watch_triggers(
    env: api.Environment, binding: str, watch: Watch
) -> Iterator[Trigger]:
    """Return the triggers of a watch: of its model, and of each link of its path."""
    steps = list(watch_steps(env, watch))
    path = paths_to(env.registry[binding]).get(steps[-1][2], ITSELF)
    names = watch.path.split(".")
    fields = None if watch.fields is None else frozenset({*watch.fields, names[0]})
    for number, (model_name, name, _comodel) in enumerate(steps):
        yield Trigger(
            binding,
            binding,
            model_name,
            path,
            back=".".join(names[number:]),
            fields=frozenset({name}) if number else fields,
            on_create=not number,
            on_unlink=not number,
            links=frozenset({name}),
        )


def line_watches(
    env: api.Environment, binding: str, names: Iterable[str]
) -> Iterator[Watch]:
    """Return the watches of lines that are made here, and have no binding yet.

    Args:
        env: of the database.
        binding: model of the bindings.
        names: written fields, those of lines among them.
    """
    for name in names:
        lines = lines_of(env[binding]._fields.get(name), env.registry)
        if lines is not None:
            # which lines there are counts; what is in them is watched by name
            yield Watch(wrapped_model(lines) or "", lines._line_of[1], fields=())


def watch_steps(
    env: api.Environment, watch: Watch
) -> Iterator[tuple[str, str, str | None]]:
    """Return model, field and comodel of each link of a watch's path."""
    model_name: str | None = watch.model
    for name in watch.path.split("."):
        field = env[model_name]._fields.get(name) if model_name in env else None
        comodel = field.comodel_name if field and field.type == "many2one" else None
        yield model_name or "", name, comodel
        model_name = comodel


def paths_to(model_class: type[BaseModel]) -> dict[str, str]:
    """Return the paths from a binding to itself, its record, and what that inherits."""
    found = {model_class._name: ITSELF}
    todo = [(wrapped_model(model_class), record_field(model_class))]
    while todo:
        name, path = todo.pop(0)
        if name in model_class.pool and name not in found:
            found[name] = path
            inherits = model_class.pool[name]._inherits
            todo += [(other, f"{path}.{own}") for other, own in inherits.items()]
    return found


# === FIELDS === #


class Following:
    """Fields of a model on the way to what stores them.

    Args:
        env: of the database.
        binding: model of the bindings.
        root: model where the paths begin.
    """

    def __init__(self, env: api.Environment, binding: str, root: str):
        self.env = env
        self.binding, self.root = binding, root
        self._fields: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
        self._lines: dict[tuple[str, str], str] = {}
        self._seen: set[tuple[str, str, str]] = set()

    def triggers(self) -> list[Trigger]:
        """Return the triggers found, one for each model and path."""
        return [
            Trigger(
                self.binding,
                self.root,
                model_name,
                path,
                fields=frozenset(names),
                on_create=(model_name, path) in self._lines,
                on_unlink=(model_name, path) in self._lines,
                links=frozenset({self._lines.get((model_name, path))} - {None}),
            )
            for (model_name, path), names in self._fields.items()
        ]

    def follow(self, model_name: str, name: str, path: str) -> bool:
        """Follow a field to the stored ones from which its value comes.

        Args:
            model_name: of the field.
            name: of the field.
            path: from the root to the records with the field.

        Returns:
            Whether there are any, besides those that lead to it.
        """
        field = self.env[model_name]._fields.get(name)
        if field is None or (model_name, name, path) in self._seen:
            return False
        self._seen.add((model_name, name, path))
        if field.store:
            self._fields[model_name, path].add(name)
            if field.type == "one2many" and field.inverse_name:
                self._follow_lines(field, _join(path, name))
            return True
        if path.count(".") >= DEPTH:
            return False
        sources = field.get_depends(self.env[model_name])[0]
        found = [self._follow_dotted(model_name, one, path) for one in sources]
        return any(found)

    def _follow_lines(self, field: Field, path: str) -> None:
        """Watch lines: new ones, deleted ones, and those that are moved."""
        key = field.comodel_name, path
        self._lines[key] = field.inverse_name
        self._fields[key].add(field.inverse_name)

    def _follow_dotted(self, model_name: str, dotted: str, path: str) -> bool:
        *links, leaf = dotted.split(".")
        for link in links:
            field = self.env[model_name]._fields.get(link)
            if field is None or not field.relational:
                return False
            self.follow(model_name, link, path)
            if not (field.store or field.search):
                return False  # nobody could search by such a path
            model_name, path = field.comodel_name, _join(path, link)
        return self.follow(model_name, leaf, path)


def _join(path: str, name: str) -> str:
    return name if path == ITSELF else f"{path}.{name}"
