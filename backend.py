# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Backends: registry of the unit classes per service, version and model.

Connector units are registered on a :class:`Backend`. A lookup takes the class
that fits the question on the backend itself, or else on its parent.
"""

import inspect
from collections.abc import Callable, Container, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any, ClassVar, TypeVar, overload
from weakref import ref

from odoo.modules.registry import Registry

from .addon import addon_of, is_module_installed
from .exception import AmbiguousUnitError, GoneName, NoConnectorUnitError
from .session import ConnectorSession

__all__ = ["Backend"]

Found = TypeVar("Found")
Unit = TypeVar("Unit", bound=type)
Replaced = type | Iterable[type] | None


class BackendRegistry:
    """Registry of all backends, by service and version."""

    def __init__(self) -> None:
        self.backends: set[Backend] = set()

    def register_backend(self, backend: "Backend") -> None:
        """Register a backend; duplicates are not checked."""
        self.backends.add(backend)

    def get_backend(self, service: str, version: str | None = None) -> "Backend":
        """Return the backend of a service in a version.

        Raises:
            ValueError: there is none.
        """
        for backend in self.backends:
            if backend.match(service, version):
                return backend
        raise ValueError(
            f"No backend for service {service!r} in version {version!r}; there are "
            f"{', '.join(sorted(map(repr, self.backends))) or 'none at all'}. "
            "Declare it with Backend(service, version) in an installed addon."
        )


BACKENDS = BackendRegistry()


def get_backend(service: str, version: str | None = None) -> "Backend":
    """Return the backend of a service in a version, or raise ValueError."""
    return BACKENDS.get_backend(service, version)


def registered_classes(
    service: str | None, base_class: type, model_name: str, modules: Container[str]
) -> list[type[Any]]:
    """Return the classes that are registered for a model, in any version of a service.

    Those that another one replaces are left out, and those whose ``match`` alone says
    for which models they are.

    Args:
        service: of the backends.
        base_class: of the classes.
        model_name: of the records that they are for.
        modules: addons whose classes count.
    """

    def answers(entry: ClassEntry) -> bool:
        unit: Any = entry.cls
        return (
            entry.openerp_module in modules
            and issubclass(unit, base_class)
            and unit._model_name is not None
            and model_name in unit.for_model_names
        )

    found = [
        answer.cls
        for backend in sorted(BACKENDS.backends, key=repr)
        if backend.service == service
        for entry in backend._class_entries
        for answer in _stand_ins(entry, answers)
    ]
    return list(dict.fromkeys(found))


@dataclass(eq=False)
class ClassEntry:
    """Registration of a class on a backend, and the classes that it replaces."""

    cls: type
    openerp_module: str
    replaced_by: list["ClassEntry"] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.cls.__module__}.{self.cls.__qualname__} ({_place(self.cls)})"


class Lookups:
    """Cache of one backend's lookups in one database, while they are valid."""

    def __init__(self, registry: Registry) -> None:
        self.answers: dict[tuple[type, str], type[Any]] = {}
        self._registry = ref(registry)  # in a registry, addons are only ever added
        self._module_count = len(registry._init_modules)
        self._generation = Backend._generation

    def hold_in(self, registry: Registry) -> bool:
        """Tell whether the cache is valid: addons and classes are the same."""
        known: Registry = self._registry()
        return (
            known is registry
            and self._module_count == len(registry._init_modules)
            and self._generation == Backend._generation
        )


class Backend:
    """A service in a version, with the connector units that speak to it.

    ::

        shop = Backend("shop")
        shop_2 = Backend(parent=shop, version="2.0")

        @shop
        class OrderAdapter(CRUDAdapter):
            _model_name = "shop.sale.order"

    Args:
        service: name of the external service; None takes the parent's.
        version: version of the service; None stands for no version.
        parent: backend that is searched when this backend has no match.
        registry: where the backend registers itself.

    Raises:
        ValueError: neither service nor parent is given.
    """

    registered_classes = GoneName("backend.get_class(base_class, session, model)")
    unregister_class = GoneName("@backend(replacing=OldClass) above the new class")

    _generation = 0  # counts registrations on all backends; a new one voids the caches

    defaults: ClassVar[dict[type, type]] = {}
    """The unit class that answers to a role where none is registered. It does so only
    for models with a ``_backend_model``: the others are of connectors that know no
    defaults."""

    def __init__(
        self,
        service: str | None = None,
        version: str | None = None,
        parent: "Backend | None" = None,
        registry: BackendRegistry | None = None,
    ) -> None:
        if service is None and parent is None:
            raise ValueError(
                "Cannot declare a backend without service and parent; "
                "give it one of them."
            )
        self._service = service
        self.version = version
        self.parent = parent
        self._class_entries: list[ClassEntry] = []
        self._lookups: dict[str, Lookups] = {}  # by database
        (BACKENDS if registry is None else registry).register_backend(self)

    @property
    def service(self) -> str:
        """Name of the external service."""
        return self._service or (self.parent.service if self.parent else "")

    def match(self, service: str, version: str | None) -> bool:
        """Tell whether this is the backend of a service and a version."""
        return self.service == service and self.version == version

    def __str__(self) -> str:
        return f"Backend({self._names()})"

    def __repr__(self) -> str:
        return f"<Backend {self._names()}>"

    def _names(self) -> str:
        names = [self.service] if self.version is None else [self.service, self.version]
        return ", ".join(map(repr, names))

    # === REGISTRATION === #

    @overload
    def __call__(self, cls: Unit, replacing: Replaced = None) -> Unit: ...

    @overload
    def __call__(
        self, cls: None = None, replacing: Replaced = None
    ) -> Callable[[Unit], Unit]: ...

    def __call__(self, cls: type | None = None, replacing: Replaced = None) -> Any:
        """Register the decorated class; it is returned unchanged."""

        def register(unit_class: type) -> type:
            self.register_class(unit_class, replacing)
            return unit_class

        return register if cls is None else register(cls)

    def register_class(self, cls: type, replacing: Replaced = None) -> None:
        """Register a class, which may replace others.

        Args:
            cls: a subclass of ConnectorUnit.
            replacing: classes of this very backend. Where the addon of ``cls``
                is installed and ``cls`` fits the question, it is found
                instead of them.

        Raises:
            ValueError: a class to replace is not registered on this backend, or
                is ``cls`` itself.
        """
        replaced = self._entries_of(cls, replacing)
        entry = ClassEntry(cls, addon_of(cls))
        self._class_entries.append(entry)
        for old in replaced:
            old.replaced_by.append(entry)
        Backend._generation += 1

    def _entries_of(self, cls: type, replacing: Replaced) -> list[ClassEntry]:
        if replacing is None:
            return []
        classes = [replacing] if isinstance(replacing, type) else list(replacing)
        if cls in classes:
            raise ValueError(
                f"{cls!r} cannot replace itself on {self}. Name the class it stands "
                "in for."
            )
        for old in classes:
            if all(entry.cls is not old for entry in self._class_entries):
                raise ValueError(
                    f"{cls!r} cannot replace {old!r} on {self}: that class is not "
                    "registered there. Register the replacement on the backend "
                    "of the class it replaces."
                )
        return [entry for entry in self._class_entries if entry.cls in classes]

    # === LOOKUP === #

    def get_class(
        self, base_class: type[Found], session: ConnectorSession, model_name: str
    ) -> type[Found]:
        """Return the registered class for a base class and a model.

        Answers are kept per question and set of installed addons.

        Raises:
            NoConnectorUnitError: neither this backend nor its parents have one.
            AmbiguousUnitError: more than one class answers.
        """
        answers = self._answers_in(session.env.registry)
        question = base_class, model_name
        found = answers.get(question)
        if found is None:
            found = self._find_class(base_class, session, model_name)
            answers[question] = found
        return found

    def has_class(
        self, base_class: type, session: ConnectorSession, model_name: str
    ) -> bool:
        """Return whether a class is registered here or on a parent; no defaults."""
        return any(
            backend._candidates(base_class, session, model_name)
            for backend in self._lineage()
        )

    def _answers_in(self, registry: Registry) -> dict[tuple[type, str], type[Any]]:
        """Return the cached lookups for the installed addons."""
        lookups = self._lookups.get(registry.db_name)
        if lookups is None or not lookups.hold_in(registry):
            lookups = self._lookups[registry.db_name] = Lookups(registry)
        return lookups.answers

    def _find_class(
        self, base_class: type, session: ConnectorSession, model_name: str
    ) -> type[Any]:
        backend: Backend | None = self
        while backend is not None:
            candidates = backend._candidates(base_class, session, model_name)
            if len(candidates) > 1:
                raise AmbiguousUnitError(
                    _ambiguous(backend, base_class, model_name, candidates)
                )
            if candidates:
                return candidates[0].cls
            backend = backend.parent
        default = self.defaults.get(base_class)
        if default and _takes_defaults(session, model_name):
            return default
        raise NoConnectorUnitError(_not_found(self, base_class, session, model_name))

    def _candidates(
        self, base_class: type, session: ConnectorSession, model_name: str
    ) -> list[ClassEntry]:
        """Return the matching entries, one for each distinct class."""

        def answers(entry: ClassEntry) -> bool:
            unit: Any = entry.cls  # this file cannot import their class
            return (
                is_module_installed(session.env, entry.openerp_module)
                and issubclass(unit, base_class)
                and unit.match(session, model_name)
            )

        found: dict[type, ClassEntry] = {}
        for entry in self._class_entries:
            for answer in _stand_ins(entry, answers):
                found.setdefault(answer.cls, answer)
        return list(found.values())

    def _lineage(self) -> Iterator["Backend"]:
        backend: Backend | None = self
        while backend is not None:
            yield backend
            backend = backend.parent


def _takes_defaults(session: ConnectorSession, model_name: str) -> bool:
    """Return whether a model is a binding that names the model of its backends."""
    model_class = session.env.registry.get(model_name)
    return bool(getattr(model_class, "_backend_model", None))


def _stand_ins(
    entry: ClassEntry, answers: Callable[[ClassEntry], bool]
) -> list[ClassEntry]:
    """Return the matching replacements of an entry, or else the entry itself."""
    replacers = [
        found for other in entry.replaced_by for found in _stand_ins(other, answers)
    ]
    if replacers:
        return replacers
    return [entry] if answers(entry) else []


def _not_found(
    backend: Backend, base_class: type, session: ConnectorSession, model_name: str
) -> str:
    lines = [
        f"No {base_class.__name__} is registered on {backend} for model "
        f"{model_name!r}. Registered there and on its parents for that model:"
    ]
    for level in backend._lineage():
        for entry in level._class_entries:
            unit: Any = entry.cls
            if unit._model_name is None or model_name in unit.for_model_names:
                note = ""
                if not is_module_installed(session.env, entry.openerp_module):
                    note = f"; addon {entry.openerp_module!r} is not installed"
                lines.append(f"  {level}: {entry}{note}")
    if len(lines) == 1:
        lines.append("  nothing")
    lines.append(
        f"Register a subclass of {base_class.__name__} with _model_name = "
        f"{model_name!r} on one of these backends, in an installed addon."
    )
    return "\n".join(lines)


def _ambiguous(
    backend: Backend, base_class: type, model_name: str, candidates: list[ClassEntry]
) -> str:
    lines = [
        f"Several classes answer to {base_class.__name__} on {backend} for model "
        f"{model_name!r}, expected one:"
    ]
    lines += [f"  {entry}" for entry in candidates]
    lines.append(
        "Ask for a more precise class, or register one with replacing=<the other>."
    )
    return "\n".join(lines)


@cache  # a class is searched for in its parsed file, which takes a millisecond
def _place(cls: type) -> str:
    """Return the file and line of a class, or else its addon."""
    try:
        return f"{inspect.getsourcefile(cls)}:{inspect.getsourcelines(cls)[1]}"
    except (OSError, TypeError):
        return f"addon {addon_of(cls)}"
