# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Page of a stream with a token: what changed is listed first, then read by its ids.

The token is the cursor. It is kept with the run and becomes that of the stream once all
that was listed with it is here. A token that the backend does not know is a full
refresh.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

from ...components.backend_adapter import BackendAdapter
from ...components.core import ConnectorEnvironment
from ...components.deletions import Token
from ...components.paged_adapter import Record
from ...exception import FailedJobError
from ..importing.adapter_fault import reading_by
from ..importing.reading import read_clock
from ..importing.record_importer import RecordImporter
from ..importing.result import UNCHANGED, ImportResult
from .cursor import Cursor
from .deletion import find_bound
from .stream_page import StreamPage


@dataclass
class Listing:
    """What is still to be read of an answer, kept with the run from page to page."""

    ids: list[str] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    token: str | None = None
    has_more: bool = False


class TokenPage(StreamPage):
    """One page of a run of a stream whose cursor is a token.

    Its state is ``{"token": token}`` where changes are listed with a token, and
    ``{"start": n}`` where it goes on in the listing.

    Args:
        listing: that of the run, as :meth:`listing_values` gave it; None at first.
    """

    def __init__(
        self,
        scope: ConnectorEnvironment,
        stream: str,
        cursor: dict[str, Any],
        listing: dict[str, Any] | None,
    ) -> None:
        super().__init__(scope, stream, cursor)
        self.listing = Listing(**(listing or {}))
        self.is_full = False
        """Whether all records of the backend were listed for this page."""

    @property
    def is_sorted(self) -> bool:
        """Whether the cursor moves with each page: never."""
        return False

    def run(self, state: Any) -> tuple[ImportResult, object]:
        """Import the page, and return what came of it and where the next one is."""
        result = ImportResult()
        if "token" in state:
            self._list(state["token"], result)
        start, size = state.get("start", 0), self.adapter._page_size
        ids, deleted = self.listing.ids, self.listing.deleted
        if start < len(ids):
            result.merge(self._import(ids[start : start + size]))
        else:  # after the others: a record may have got another id
            start_deleted = start - len(ids)
            gone = deleted[start_deleted : start_deleted + size]
            result.merge(self.delete(find_bound(self.scope, gone)))
        return result, self._next_state(start, size)

    def cursor_values(self) -> dict[str, Any]:
        """Return the token as the text of a cursor, to be kept until the next page."""
        clock = self.cursor.clock.isoformat()
        return {"clock": clock, "newest": self.listing.token or False, "last": False}

    def listing_values(self) -> dict[str, Any]:
        """Return the listing, to be kept until the next page."""
        return asdict(self.listing)

    # === STEPS === #

    def _list(self, token: str | None, result: ImportResult) -> None:
        """List what changed since a token, without what is here already."""
        with reading_by(self.adapter, "read_changes"):
            changes = self.adapter.read_changes(token)
        if changes.has_more and changes.token == token:
            raise FailedJobError(
                f"{self.stream} cannot go on: the backend cut off its list of changes "
                f"at token {token!r}, and that is the one it was asked with. Press "
                "Full Refresh to begin anew."
            )
        same = self._find_same(changes.versions)
        for external_id in same:
            result.note(UNCHANGED, external_id)
        self.read_count += len(same)
        self.is_full = changes.is_full
        self.external_ids = list(changes.versions)
        self.listing = Listing(
            [one for one in changes.versions if one not in same],
            list(changes.deleted),
            changes.token,
            changes.has_more,
        )

    def _find_same(self, versions: dict[str, str | None]) -> set[str]:
        """Return the ids of the records which are here in this version."""
        model = self.scope.model.with_context(active_test=False)
        found = model.search_fetch(
            [
                ("backend_id", "=", self.scope.backend_record.id),
                ("external_id", "in", list(versions)),
            ],
            ["external_id", "external_version", "import_hash"],
        )
        mapped_by = self.scope.get_connector_unit(RecordImporter).fingerprint()
        return {
            one.external_id
            for one in found
            if (version := versions[one.external_id])
            and not self.adapter.is_weak_version(version)
            and one.external_version == version
            and (one.import_hash or "").startswith(mapped_by)
        }

    def _import(self, ids: list[str]) -> ImportResult:
        """Read records by their ids and import them; what does not come is noted."""
        read_at = read_clock(self.scope.env)
        with reading_by(self.adapter, "read_many"):
            listed = self.adapter.read_many(ids)
        came = set(self._ids(listed))
        listed += [self._missing(one) for one in ids if one not in came]
        records = self.adapter._records(listed)
        self.read_count += len(records)
        self.external_ids += self._ids(records)
        return self.importer._import_page(records, False, read_at)

    def _missing(self, external_id: str) -> Record:
        return self.adapter.not_delivered(
            external_id, "It was listed, and was not in the answer that should have it."
        )

    def _next_state(self, start: int, size: int) -> object:
        listing = self.listing
        count = len(listing.ids)
        # no page has both: deletions begin with a page of their own
        end = min(start + size, count) if start < count else start + size
        if end < count + len(listing.deleted):
            return {"start": end}
        return {"token": listing.token} if listing.has_more else None

    def _read_cursor(self, clock, newest, last, begun=None) -> Cursor:
        return super()._read_cursor(clock, None, None)


def uses_token(scope: ConnectorEnvironment) -> bool:
    """Return whether the cursor of a stream is a token."""
    adapter = scope.get_connector_unit(BackendAdapter)
    return isinstance(getattr(adapter, "_deletions", None), Token)
