# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chunk of a sync: links in bulk, callbacks and failures item by item.

Links are looked up, reserved and written for all of them at once. What a callback does
is one item's: where it fails, the others are not touched.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from odoo import api, fields
from odoo.models import BaseModel

from ...exception import (
    InvalidDataError,
    NothingToDoJob,
    RetryableJobError,
    TransactionLostError,
    message_of,
)
from ...queue.engine.outcome import CONCURRENCY_ERRORS
from ...queue.engine.retry import real_error
from ..links.book import LinkBook
from ..links.side import Side, is_ref
from ..log.line import log_about
from .description import ODOO, Route
from .echo import writing
from .events import on_sync_create, on_sync_update, tell
from .external_effects import Outside
from .pending_links import (
    Key,
    KnownLink,
    KnownRef,
    PendingLinks,
    check_record,
    find_links,
    key_of,
    side_of,
)
from .result import CREATED, FAILED, SKIPPED, UPDATED, Detail, SyncResult, reason_of
from .savepoints import ItemSavepoints

_logger = logging.getLogger(__name__)

NOTHING_TO_DO = "there is nothing to do"
LOST = (*CONCURRENCY_ERRORS, TransactionLostError)  # with all of the transaction
IS_KNOWN = "it is linked already, and update is off"
IS_UNKNOWN = "it is not linked yet, and create is off"


@dataclass(frozen=True)
class Sync:
    """The common parts of all chunks of a sync.

    Args:
        outside: keeps what callbacks make outside of Odoo.
        result: what became of the items so far.
        stops_to_retry: an item that may succeed later ends the chunk.
        tell_progress: called with the number of items that had their turn.
    """

    env: api.Environment
    route: Route
    outside: Outside
    result: SyncResult
    stops_to_retry: bool
    tell_progress: Callable[[int], None] = lambda done: None


class Outcome:
    """An item, its known ref, and what was done for it.

    Args:
        source: the item itself, until its ref is known.
    """

    __slots__ = ("action", "error", "known", "reason", "source", "target")

    def __init__(self, source: Any):
        self.source = source
        self.known: KnownRef | None = None
        self.target: Any = None
        self.action = SKIPPED
        self.reason = ""
        self.error: Exception | None = None

    def fail(self, error: Exception) -> None:
        """Mark the item as failed."""
        self.action, self.error, self.reason = FAILED, error, reason_of(error)

    def detail(self) -> Detail:
        """Return the outcome for the result."""
        return Detail(self.action, self.source, self.target, self.reason)


class Chunk:
    """A few items that are synchronized together.

    Args:
        sync: they belong to.
        items: a list of them.
    """

    def __init__(self, sync: Sync, items: list):
        self._sync = sync
        self._route = sync.route
        self._items = items
        self._outcomes: list[Outcome] = []
        self._known: dict[Key, KnownRef] = {}
        self._taken: dict[Key, KnownRef] = {}  # by what this chunk made of it
        self._guard = ItemSavepoints(sync.env.cr)
        self._book = LinkBook(sync.env, sync.route.relation)
        # the date of now, before any callback: what changes meanwhile is newer
        self._links = PendingLinks(
            self._book, sync.route.source, sync.route.target, fields.Datetime.now()
        )
        self.retry_error: RetryableJobError | None = None
        """Why the items that are left have to wait, if any are."""
        self.left: list = []

    def perform(self) -> None:
        """Process each item, until an item has to wait."""
        with log_about(relation=self._route.relation):
            self._perform()

    def _perform(self) -> None:
        with self._guard.watching():
            self._outcomes = [self._begin(item) for item in self._items]
        find_links(self._sync.env, self._book, self._route, self._known.values())
        if self._route.create:
            unknown = [known for known in self._known.values() if not known.links]
            self._links.reserve(unknown)
        with self._guard.watching(), writing(self._route.relation):
            done = self._call_all()
        self.left = self._items[done:]
        del self._outcomes[done:]
        self._write_links()
        self._tell()

    @property
    def failures(self) -> list[tuple[Any, Detail]]:
        """The items that failed, each with its outcome."""
        pairs = zip(self._items, self._outcomes, strict=False)
        return [(item, one.detail()) for item, one in pairs if one.action == FAILED]

    # === REFS === #

    def _begin(self, item: Any) -> Outcome:
        """Return the planned outcome of an item; its error is raised in its turn."""
        outcome = Outcome(item)
        try:
            if self._route.get_ref:
                model, ref = "", self._guard.call(self._route.get_ref, item)
                outcome.source = ref
            else:
                model, ref = check_record(item)
            if is_ref(ref):
                outcome.known = self._known_of(model, ref)
            else:
                outcome.reason = "it has no ref"
        except Exception as error:  # noqa: BLE001 it is the item's
            outcome.error = error
        return outcome

    def _known_of(self, model: str, ref) -> KnownRef:
        key = key_of(model, ref)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = KnownRef(model, ref)
        return known

    # === CALLBACKS === #

    def _call_all(self) -> int:
        """Run the callbacks of each item; return the number of processed items."""
        for place, item in enumerate(self._items):
            outcome = self._outcomes[place]
            try:
                if outcome.error:
                    raise outcome.error
                if outcome.known:
                    self._call(outcome, item)
            except Exception as error:  # noqa: BLE001 it is the item's
                self._settle(outcome, real_error(error))
                if self.retry_error:
                    return place
            self._sync.tell_progress(place + 1)
        return len(self._items)

    def _call(self, outcome: Outcome, item: Any) -> None:
        known, route = outcome.known, self._route
        if known.links:
            if not route.update:
                outcome.reason = IS_KNOWN
                return
            self._keep(known, self._update, item)
            self._links.touch(known)
            outcome.action = UPDATED
        else:
            if not route.create:
                outcome.reason = IS_UNKNOWN
                return
            self._keep(known, self._create, item)
            outcome.action = CREATED
        outcome.target = known.links[0].target

    def _keep(self, known: KnownRef, callback: Callable, item: Any) -> None:
        """Run the callback of an item, and keep the links of its result.

        What was made outside is there, also when the item fails after that.
        """
        made: list[KnownLink] = []
        outside = self._sync.outside
        inner_count = len(outside.inner)
        try:
            with log_about(record=self._record_of(known, item)):
                self._guard.call(callback, known, item, made)
        except Exception:
            if self._route.is_outside:
                self._put(known, made)
            outside.link_again(inner_count)
            raise
        self._put(known, made)

    def _record_of(self, known: KnownRef, item: Any) -> BaseModel | None:
        """Return the synchronized record, if it exists already."""
        if self._route.source == ODOO:
            return item
        is_there = self._route.target == ODOO and known.links
        return known.links[0].target if is_there else None

    def _create(self, known: KnownRef, item: Any, made: list[KnownLink]) -> None:
        target = self._route.create(item)
        side = side_of(self._route, target, "create")
        self._check_free(known, side)
        made.append(KnownLink(known.reserved_id, side, target))

    def _update(self, known: KnownRef, item: Any, made: list[KnownLink]) -> None:
        for link in known.links:
            target = self._route.update(link.target, item)
            if target is None or target == link.target:
                continue
            side = side_of(self._route, target, "update")
            if key_of(*side) != key_of(*link.side):
                self._check_free(known, side)
                made.append(KnownLink(link.link_id, side, target))

    def _check_free(self, known: KnownRef, side: Side) -> None:
        """Refuse a target that another item of this chunk is linked with."""
        other = self._taken.get(key_of(*side), known)
        if other is not known:
            raise InvalidDataError(
                f"Cannot link {known.ref!r} with {side.ref!r}: {other.ref!r} is linked "
                "with it. Return another one for each item."
            )

    def _put(self, known: KnownRef, made: list[KnownLink]) -> None:
        for link in made:
            self._links.put(known, link)
            self._taken[key_of(*link.side)] = known
            self._sync.outside.add(known, link.side)

    def _settle(self, outcome: Outcome, error: Exception) -> None:
        """Record an error of an item; raise it where it concerns more than the item."""
        if self._sync.env.cr.closed or isinstance(error, LOST):
            raise error
        if isinstance(error, NothingToDoJob):
            outcome.reason = message_of(error, NOTHING_TO_DO)
        elif isinstance(error, RetryableJobError) and self._sync.stops_to_retry:
            self.retry_error = error
        else:
            _logger.info("%r of %s failed", outcome.source, self._route, exc_info=error)
            outcome.fail(error)

    # === END === #

    def _write_links(self) -> None:
        refused = self._links.write()
        for outcome in self._outcomes if refused else ():
            for link in outcome.known.links if outcome.known else ():
                if link.link_id in refused:
                    outcome.fail(refused[link.link_id])

    def _tell(self) -> None:
        for outcome in self._outcomes:
            self._sync.result.add(outcome.detail(), outcome.error)
        for event, action in ((on_sync_create, CREATED), (on_sync_update, UPDATED)):
            known = [one.known for one in self._outcomes if one.action == action]
            tell(self._sync.env, self._route, event, known)
