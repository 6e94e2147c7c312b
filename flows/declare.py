# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declarations of flows on model classes, merged over the addons that extend them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..exception import InvalidUsageError
from ..text import did_you_mean

IMPORT = "import"
EXPORT = "export"


@dataclass(frozen=True)
class Stream:
    """A flow of records of one model, which runs by itself.

    It brings them from a backend to Odoo. With ``direction="export"``, it exports all
    records that are bound instead: a comparison, for what nobody noticed.

    Args:
        name: unique among the streams of a backend.
        model: binding model of the records.
        every: time between two imports of what changed; None for none by itself.
        full_every: time between two imports of everything, which also find what was
            deleted on the backend; None for none by itself.
        after: names of the streams that have to be done before.
        slices: parts that are imported each for itself, with a cursor of its own, such
            as the shops of a system; or the name of a method of the backend that
            returns them.
        selection: parameters for the adapter, by name: which records are wanted.
        stale_after: time without a success after which a warning is shown; None for
            three times ``every``.
        direction: ``"import"``, or ``"export"``, which has no full run, no slices and
            no selection.
    """

    name: str
    model: str
    every: timedelta | None = None
    full_every: timedelta | None = None
    after: Sequence[str] = ()
    slices: Sequence[str] | str = ()
    selection: Mapping[str, Any] | None = None
    stale_after: timedelta | None = None
    direction: str = IMPORT

    def slices_of(self, backend: Any) -> Sequence[str]:
        """Return the slices for a backend; an empty text where there are none."""
        if isinstance(self.slices, str):
            return [str(one) for one in getattr(backend, self.slices)()]
        return self.slices or ("",)


def declared_streams(model_class: type) -> dict[str, Stream]:
    """Return the streams of a backend model, by name.

    Each addon that extends the model may add streams, and replace one by its name;
    none takes another away.
    """
    return declared_by_name(model_class, "_streams")


def declared_by_name(model_class: type, attribute: str) -> dict[str, Any]:
    """Return the declarations in an attribute of a model and of its bases, by name.

    Args:
        model_class: of the model.
        attribute: list of declarations, each with a ``name``.
    """
    found = {}
    for cls in reversed(model_class.mro()):
        for one in vars(cls).get(attribute, ()):
            found[one.name] = one
    return found


def bound_models(model_class: type) -> list[str]:
    """Return the binding models of a backend model."""
    return [
        name
        for name, model in model_class.pool.items()
        if getattr(model, "_backend_model", None) == model_class._name
    ]


def check_streams(model_class: type) -> None:
    """Refuse the streams of a backend model that name what does not exist.

    Raises:
        InvalidUsageError: a model or a stream is not there.
    """
    streams = declared_streams(model_class)
    bindings = bound_models(model_class) if streams else []
    for stream in streams.values():
        where = f"Stream {stream.name!r} of {model_class._name!r}"
        if stream.model not in bindings:
            raise InvalidUsageError(
                f"{where} is for model {stream.model!r}, expected a binding with "
                f"_backend_model = {model_class._name!r}."
                f"{_hint(stream.model, bindings)}"
            )
        _check_direction(stream, where)
        if isinstance(stream.slices, str) and not hasattr(model_class, stream.slices):
            raise InvalidUsageError(
                f"{where} takes its slices from {stream.slices!r}, which is no method "
                f"of that model. Define it, or give a list of slices."
            )
        for name in stream.after:
            if name not in streams:
                raise InvalidUsageError(
                    f"{where} runs after {name!r}, which is no stream of that model."
                    f"{_hint(name, streams)}"
                )


def _check_direction(stream: Stream, where: str) -> None:
    if stream.direction not in (IMPORT, EXPORT):
        raise InvalidUsageError(
            f"{where} has direction {stream.direction!r}, expected 'import' or "
            f"'export'.{did_you_mean(stream.direction, (IMPORT, EXPORT))}"
        )
    of_imports = [
        name for name in ("full_every", "slices", "selection") if getattr(stream, name)
    ]
    if stream.direction == EXPORT and of_imports:
        raise InvalidUsageError(
            f"{where} exports, but has {', '.join(of_imports)}: an export takes all "
            "records that are bound. Leave it out."
        )


def _hint(name: str, known: Iterable[str]) -> str:
    listed = ", ".join(map(repr, known)) or "none"
    return did_you_mean(name, known) or f" There are {listed}."
