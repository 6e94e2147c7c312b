# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Source record and options of a mapping."""

from collections.abc import Collection
from typing import Any, Protocol


class MapOptions(dict[str, Any]):
    """Options of a mapping; ``options.x`` is ``options["x"]``, None when absent."""

    def __missing__(self, key: str) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # protocols such as copy and pickle read these
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


class MapsRecords(Protocol):
    """A mapper, as far as its records know it."""

    def _apply(
        self, map_record: "MapRecord", options: MapOptions | None = None
    ) -> dict[str, Any]:
        """Return the values of a record."""


class MapRecord:
    """A source record, ready to be mapped.

    Args:
        mapper: the mapper to run.
        source: the record to read: a dictionary for imports, a recordset for
            exports.
        parent: MapRecord of the record this one is a line of.
    """

    __slots__ = ("_forced_values", "_mapper", "early", "parent", "source")

    def __init__(
        self, mapper: "MapsRecords", source: Any, parent: "MapRecord | None" = None
    ) -> None:
        self._mapper = mapper
        self.source = source
        self.parent = parent
        self._forced_values: dict[str, object] = {}
        self.early: dict[str, object] = {}
        """What mapping methods returned that ran already, for the next ``values()``."""

    def update(self, *args: Any, **kwargs: Any) -> None:
        """Force values, with the arguments of ``dict.update``; they always win."""
        self._forced_values.update(*args, **kwargs)

    def values(
        self,
        for_create: bool | None = None,
        fields: Collection[str] | None = None,
        **options: Any,
    ) -> dict[str, object]:
        """Return the mapped values.

        Args:
            for_create: the values are for a new record: run also the
                ``only_create`` mappings.
            fields: source fields to restrict the mapping to; none means all.
            options: whatever the mapping methods read from ``self.options``.
        """
        options["for_create"] = for_create
        options["fields"] = fields
        values = self._mapper._apply(self, MapOptions(options))
        if self._forced_values:
            values.update(self._forced_values)
        return values
