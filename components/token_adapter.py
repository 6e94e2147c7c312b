# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Token adapters: the backend says what changed since a sync token that it gave.

Such a backend keeps account of the changes: of which records there are, and not of what
is in them. So an adapter lists ids first, and reads records by their ids then.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..exception import IDMissingInBackend
from .deletions import Token
from .paged_adapter import Page, PagedAdapter, Record


@dataclass(frozen=True)
class Changes:
    """What changed on a backend since a sync token.

    Args:
        versions: by the id of each record that is new or changed, its version; None
            where it is not known before the record is read.
        deleted: ids of records that are gone.
        token: what to ask with the next time; None where the backend has none, then
            everything is listed each time.
        is_full: these are all records that the backend has. Others are gone.
        has_more: the answer was cut off; the rest is listed with ``token``.
    """

    versions: Mapping[str, str | None]
    deleted: Iterable[str] = field(default=())
    token: str | None = None
    is_full: bool = False
    has_more: bool = False


class TokenAdapter(PagedAdapter):
    """An adapter of a backend that tells what changed since a sync token.

    It defines :meth:`read_changes`, and :meth:`read`, or better :meth:`read_many`.
    """

    _deletions = Token()

    _page_size = 100
    """Number of records that are read at once."""

    def read_changes(self, token: str | None = None) -> Changes:
        """Return what changed since a token.

        Where the backend does not know the token, or answers with everything and says
        so, these are all records, and ``is_full`` is set. That is no error.

        Args:
            token: as it was returned the last time; None for all records.
        """
        raise NotImplementedError(self._undefined("read_changes"))

    def read_many(self, external_ids: list[str]) -> list[Record]:
        """Return some records; for overrides.

        What is listed and does not come is a record of :meth:`not_delivered`.
        """
        return [self._read_listed(external_id) for external_id in external_ids]

    def read_page(self, state: Any = None) -> Page:
        """Return the records of one page, and the state of the next one."""
        ids = state["ids"] if state else list(self.read_changes().versions)
        rest = ids[self._page_size :]
        return self.read_many(ids[: self._page_size]), {"ids": rest} if rest else None

    def _read_listed(self, external_id: str) -> Record:
        try:
            return self.read(external_id)
        except IDMissingInBackend as error:
            return self.not_delivered(external_id, str(error))
