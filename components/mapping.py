# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declaration of a mapping: decorators of methods, and their collection."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar
from weakref import WeakKeyDictionary

from ..exception import InvalidUsageError
from .core import MetaConnectorUnit

Method = TypeVar("Method", bound=Callable[..., Any])


def mapping(method: Method) -> Method:
    """Make a method ``(self, record)`` contribute the dictionary it returns."""
    marked: Any = method
    marked.is_mapping = True
    return method


def changed_by(*field_names: str) -> Callable[[Method], Method]:
    """Run the mapping only when one of these source fields is synchronized."""

    def decorate(method: Method) -> Method:
        marked: Any = method
        marked.changed_by = field_names
        return method

    return decorate


def only_create(method: Method) -> Method:
    """Run the mapping only when the values are for a new record."""
    marked: Any = method
    marked.only_create = True
    return method


class MappingDefinition(NamedTuple):
    """Conditions under which a mapping method runs."""

    changed_by: set[str]
    only_create: bool


class MetaMapper(MetaConnectorUnit):
    """Metaclass that collects mapping methods and source fields of a mapper.

    ``_map_methods`` holds a :class:`MappingDefinition` for each method name, in the
    order of their definition, inherited ones first. ``_changed_by_fields`` holds
    the name of every source field that is mentioned; of a path, its first field.
    """

    def __init__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any]
    ) -> None:
        super().__init__(name, bases, namespace)
        cls._map_methods = _inherited_definitions(bases)
        for member_name, member in namespace.items():
            if getattr(member, "is_mapping", False):
                known = cls._map_methods.get(member_name)
                cls._map_methods[member_name] = _own_definition(member, known)
        cls._method_steps = [(key, *rule) for key, rule in cls._map_methods.items()]
        names = _source_fields(cls, bases)
        cls._changed_by_fields = {one.partition(".")[0] for one in names}
        cls._plans: WeakKeyDictionary[type, Any] = WeakKeyDictionary()


def source_field(source: str | Callable[..., Any]) -> str:
    """Return the name of the field inside a source, which may be a modifier.

    A modifier is a function inside a function whose argument ``field`` holds the
    name of the field or another modifier.

    Raises:
        InvalidUsageError: the modifier does not use an argument called ``field``.
    """
    found: Any = source
    while callable(found):
        found = _closure_of(found).get("field")
    if found is None:
        raise InvalidUsageError(
            "Cannot read which field a modifier is for: it uses no variable 'field' "
            "of the function around it. Name that function's argument 'field'."
        )
    name: str = found
    return name


def modifiers_in(source: str | Callable[..., Any]) -> Iterator[Callable[..., Any]]:
    """Return the modifiers of a source, the outer one first; none for a field."""
    found: Any = source
    while callable(found):
        yield found
        found = _closure_of(found).get("field")


def texts_in(function: Callable[..., Any]) -> set[str]:
    """Return the texts that the code of a function names, such as keys of a dict."""
    code = getattr(function, "__code__", None)
    return set(_texts_of(code.co_consts)) if code else set()


def _texts_of(constants: Iterable[Any]) -> Iterator[str]:
    for one in constants:
        if isinstance(one, str):
            yield one
        elif isinstance(one, tuple | frozenset):
            yield from _texts_of(one)


def _closure_of(modifier: Callable[..., Any]) -> dict[str, object]:
    code = getattr(modifier, "__code__", None)
    if code is None or not modifier.__closure__:
        return vars(modifier) if hasattr(modifier, "__dict__") else {}
    cells = (cell.cell_contents for cell in modifier.__closure__)
    return dict(zip(code.co_freevars, cells, strict=True))


def _inherited_definitions(bases: Iterable[type]) -> dict[str, MappingDefinition]:
    definitions: dict[str, MappingDefinition] = {}
    for base in bases:
        for name, definition in getattr(base, "_map_methods", {}).items():
            first = definitions.get(name, definition)
            definitions[name] = MappingDefinition(
                first.changed_by | definition.changed_by, first.only_create
            )
    return definitions


def _own_definition(
    method: Callable[..., Any], inherited: MappingDefinition | None
) -> MappingDefinition:
    fields = set(getattr(method, "changed_by", ()))
    if inherited:
        fields |= inherited.changed_by
    return MappingDefinition(fields, getattr(method, "only_create", False))


def _source_fields(cls: "MetaMapper", bases: Iterable[type]) -> Iterator[str]:
    for base in bases:
        yield from getattr(base, "_changed_by_fields", ())
    for definition in cls._map_methods.values():
        yield from definition.changed_by
    for source, _target in getattr(cls, "direct", ()):
        yield source_field(source)
