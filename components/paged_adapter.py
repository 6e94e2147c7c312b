# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Paged adapters: adapters that read the records of a backend page by page."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from ..exception import IDMissingInBackend, InvalidDataError
from ..text import is_missing
from .backend_adapter import CRUDAdapter
from .changed_since import ChangedSince
from .deletions import Deletions, FullPass, check_deletions
from .list_filter import ListFilter

Record = dict[str, object]
Page = tuple[list[Record], object]


class NotDelivered(Record):
    """A record that the backend lists, and did not give when it was read.

    Args:
        key: that of its external id.
        external_id: its id.
        reason: why it did not come.
    """

    def __init__(self, key: str, external_id: str, reason: str) -> None:
        super().__init__({key: external_id})
        self.reason = reason


class Unreadable(Record):
    """A record whose content cannot be read; an import rejects it with the reason.

    Args:
        key: that of its external id.
        external_id: its id.
        reason: what is wrong with it, for the person who corrects it.
        content: what came, to be kept with the reason.
    """

    def __init__(self, key: str, external_id: str, reason: str, **content: str) -> None:
        super().__init__({key: external_id, **content})
        self.reason = reason


class PagedAdapter(CRUDAdapter):
    """An adapter whose :meth:`read_page` gives records and where the next page is.

    It is the one method that a flow needs of an adapter; the others stand on it,
    and a subclass overrides those which the backend can do better.
    """

    _id = "id"
    """Key of a record under which its external id stands."""

    _version: str | None = None
    """Key of a record under which its version stands: a number, a date or a hash that
    changes with each change of the record. None: the records have none."""

    _weak_versions: Collection[str] = ()
    """Versions that say nothing, such as one that a backend gives to all records."""

    _slice: str | None = None
    """Key of a record under which its slice stands. None: :meth:`begin` finds the
    slice in ``self.list_filter``, or there are none."""

    list_filter = ListFilter()
    """Which records the stream in hand asks for: slice, parameters of its selection,
    start and end. :meth:`begin` and :meth:`read_page` ask the backend for those."""

    _changed_since: ChangedSince | None = None
    """How :meth:`begin` finds what changed since a time; None: each import of a stream
    reads everything."""

    _deletions: Deletions | None = FullPass()
    """How a stream learns what was deleted: ``FullPass()``, ``Listed(…)``, ``Token()``
    or None for not at all."""

    def __init_subclass__(cls, **options: object) -> None:
        """Refuse a declaration of deletions that cannot work."""
        super().__init_subclass__(**options)
        check_deletions(cls)

    def begin(self, since: datetime | None = None) -> object:
        """Return the state of the first page of what changed since a time.

        Args:
            since: in UTC with its zone; None for everything.
        """
        if since is None:
            return None
        raise NotImplementedError(self._undefined("begin"))

    def clock(self) -> datetime | None:
        """Return the time of the backend now, None where it gives none; for overrides.

        In UTC with its zone.
        """
        return None

    def read_page(self, state: object = None) -> Page:
        """Return the records of one page, and the state of the next one.

        Args:
            state: where to read, as this method returned it; None for the first page.
                It is kept as JSON between pages.

        Returns:
            ``(records, next state)``; the next state is None after the last page.

        Raises:
            IDMissingInBackend: there is no such page. After the first one it ends the
                list, which is not complete then: nothing counts as deleted.
        """
        raise NotImplementedError(self._undefined("read_page"))

    def pages(self, state: object = None) -> Iterator[list[Record]]:
        """Return the records page by page, from a state on."""
        while True:
            records, state = self.read_page(state)
            yield self._records(records)
            if state is None:
                return

    def read(self, external_id: str) -> Record:
        """Return one record.

        Raises:
            IDMissingInBackend: there is none with this id.
        """
        for records in self.pages():
            for record in records:
                if self.id_of(record) == str(external_id):
                    return record
        raise IDMissingInBackend(
            f"{self.backend_record.describe()} has no {self.connector_env.model_name} "
            f"with id {external_id!r}."
        )

    @property
    def reads_singly(self) -> bool:
        """Whether one record can be read without reading all of them."""
        return type(self).read is not PagedAdapter.read

    def find_many(self, external_ids: Collection[str]) -> dict[str, Record]:
        """Return records by their ids, without those that the backend does not have.

        All pages are read where one record cannot be read alone; for overrides where
        the backend gives many at once.
        """
        if self.reads_singly:
            return dict(self._read_each(external_ids))
        wanted = set(external_ids)
        return {
            external_id: record
            for records in self.pages()
            for record in records
            if (external_id := self._known_id(record)) in wanted
        }

    def _read_each(self, external_ids: Iterable[str]) -> Iterator[tuple[str, Record]]:
        for external_id in external_ids:
            try:
                record = self.read(external_id)
            except IDMissingInBackend:
                continue
            if record:
                yield external_id, record

    def _known_id(self, record: Record) -> str:
        """Return the id of a record, an empty text where it has none."""
        return "" if is_missing(record.get(self._id)) else self.id_of(record)

    def read_deleted(self, since: datetime | None = None) -> Iterable[str]:
        """Return the ids of the records that were deleted since a time.

        Args:
            since: in UTC with its zone; None for as long as the backend remembers.
        """
        raise NotImplementedError(self._undefined("read_deleted"))

    def not_delivered(self, external_id: str, reason: str) -> Record:
        """Return what stands for a record that was listed, and did not come.

        It is counted as such, and does not stop the others of its page.
        """
        return NotDelivered(self._id, external_id, reason)

    def unreadable(self, external_id: str, reason: str, **content: str) -> Record:
        """Return what stands for a record whose content cannot be read.

        It is rejected, and does not stop the others of its page.
        """
        return Unreadable(self._id, external_id, reason, **content)

    def id_of(self, record: Record) -> str:
        """Return the external id of a record, as text.

        Raises:
            InvalidDataError: the record has none.
        """
        external_id = record.get(self._id)
        if is_missing(external_id):
            raise InvalidDataError(
                f"A record of {self.connector_env.model_name} on "
                f"{self.backend_record.describe()} has no {self._id!r}, which is its "
                f"external id; it has {', '.join(map(repr, record)) or 'no key'}. "
                f"Name the key in {type(self).__qualname__}._id."
            )
        return str(external_id)

    def version_of(self, record: Record) -> str | None:
        """Return the version of a record as text, None where it has none.

        A weak version is none, see :meth:`is_weak_version`.
        """
        version = record.get(self._version) if self._version else None
        if is_missing(version) or self.is_weak_version(str(version)):
            return None
        return str(version)

    def is_weak_version(self, version: str) -> bool:
        """Return whether records with the same version may differ; for overrides.

        By default those that HTTP marks so, etags with ``W/`` in front, and those in
        ``_weak_versions``.
        """
        return version.startswith("W/") or version in self._weak_versions

    def in_slice(self, record: Record) -> bool:
        """Return whether a record is of the slice that is asked for."""
        wanted = self.list_filter.slice
        return not (wanted and self._slice) or str(record.get(self._slice)) == wanted

    def _records(self, page: Iterable[Record]) -> list[Record]:
        """Return the records of a page; for overrides.

        One object of the backend may be several records here, or none.
        """
        return list(page)
