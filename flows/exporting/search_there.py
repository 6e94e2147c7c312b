# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Search on the backend for a record by its natural key."""

from collections.abc import Iterable

from ...exception import InvalidDataError
from ...text import is_missing, reference_of
from .sent import Answer, read_answer


class SearchThere:
    """The search for the record in hand of an exporter.

    The adapter declares it: ``_find = {"email": "mail"}`` finds what has the mapped
    value ``mail`` in ``email``, by its method ``find({"email": "ada@example.com"})``.

    Args:
        exporter: the RecordExporter.
    """

    def __init__(self, exporter):
        self.exporter = exporter
        self.adapter = exporter.backend_adapter
        self.keys: dict[str, str] = self.adapter._find or {}

    @property
    def is_possible(self) -> bool:
        """Whether the adapter declares a natural key."""
        return bool(self.keys)

    def can_find(self, data: dict) -> bool:
        """Return whether values have a natural key."""
        return self.is_possible and not any(map(is_missing, self._key(data).values()))

    def find(self, data: dict) -> Answer | None:
        """Return the record there with the natural key of values, None without one.

        Raises:
            InvalidDataError: there are several, or it is bound to another record here.
        """
        if not self.can_find(data):
            return None
        key = self._key(data)
        found = [read_answer(self.adapter, one) for one in _listed(self.adapter, key)]
        known = [one for one in found if one.external_id is not None]
        if not known:
            return None
        what = self.exporter.describe()
        ids = sorted({one.external_id for one in known})
        if len(ids) > 1:
            raise InvalidDataError(
                f"Cannot export {what}: several records there have {key} "
                f"({', '.join(map(repr, ids))}), expected at most one. Merge them "
                "there, or correct the record."
            )
        self._check_free(ids[0], key, what)
        return known[0]

    def _check_free(self, external_id: str, key: dict, what: str) -> None:
        bound = self.exporter.binder.to_internal(external_id)
        if bound and bound != self.exporter.binding:
            raise InvalidDataError(
                f"Cannot export {what}: the record {external_id!r} there has {key} as "
                f"well, and is bound to {reference_of(bound)}. Merge both here, or "
                "correct one of them."
            )

    def _key(self, data: dict) -> dict:
        return {remote: data.get(mapped) for remote, mapped in self.keys.items()}


def _listed(adapter, key: dict) -> Iterable:
    """Return what a search gives: records or ids, one of them, or nothing."""
    found = adapter.find(key)
    if found is None or found is False:
        return []
    return [found] if isinstance(found, dict | str | int) else found
