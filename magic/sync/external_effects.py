# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""External effects of a sync: records made elsewhere stay linked after a rollback.

A rollback takes links back, and leaves the records of the other system where they are:
the next sync would make them again. So they are linked in a transaction of their own.
"""

import logging
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from contextvars import ContextVar

import psycopg2
from psycopg2 import errors

from odoo import api, fields

from ...queue.engine.outcome import CONCURRENCY_ERRORS
from ..links.book import LinkBook, existing_ids
from ..links.side import Side, group_by_model
from .description import ODOO, Route
from .events import on_sync_create, tell
from .pending_links import (
    Key,
    KnownLink,
    KnownRef,
    PendingLinks,
    find_links,
    key_of,
)

_logger = logging.getLogger(__name__)

TRIES = 5  # against other transactions that write the same links
# A longer wait is a wait for the transaction that is to end with the error: itself.
SET_PATIENCE = "SET LOCAL lock_timeout = '3s'"

_around: ContextVar["Outside | None"] = ContextVar("connector_outside", default=None)


class Outside:
    """What the callbacks of a sync made outside of Odoo.

    Args:
        env: of the sync.
        route: its way.
    """

    def __init__(self, env: api.Environment, route: Route):
        self._env = env
        self._route = route
        self._made: dict[Key, tuple[KnownRef, Side]] = {}
        self.inner: list[Outside] = []
        """Those of the syncs that callbacks of this one did."""

    def add(self, known: KnownRef, side: Side) -> None:
        """Note that a ref has a target, or another one."""
        if self._route.is_outside:
            self._made[key_of(known.model, known.ref)] = known, side

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Link what is made inside the block, however block or transaction end.

        After an error the transaction is as it was before the block: nothing of it
        stands in the way of the links.
        """
        around, token = _around.get(), _around.set(self)
        try:
            if self._route.is_outside:
                with self._undone_on_error():
                    yield
            else:
                yield
        finally:
            _around.reset(token)
        if around:
            around.inner.append(self)

    @contextmanager
    def _undone_on_error(self) -> Iterator[None]:
        cr = self._env.cr
        savepoint = cr.savepoint()
        try:
            yield
        except BaseException:
            with suppress(psycopg2.Error):  # the connection is gone, and all with it
                savepoint.close(rollback=True)
            for one in (self, *self.inner):
                one.link()
            raise
        savepoint.close(rollback=False)
        if self._made:
            cr.postrollback.add(self.link)

    def link_again(self, start: int) -> None:
        """Link what inner syncs made for an item that was rolled back.

        Args:
            start: how many of them there were before the item.
        """
        for one in self.inner[start:]:
            if one._made:
                one._write(one._env)

    def link(self) -> None:
        """Link what was made, once, in a separate transaction."""
        for _number in range(TRIES if self._made else 0):
            try:
                self._link_in_transaction()
            except errors.LockNotAvailable:
                break
            except CONCURRENCY_ERRORS:
                continue
            except Exception:  # noqa: BLE001 it must not hide why the sync ended
                _logger.exception("%s is not linked", self._describe())
            return self._made.clear()
        if self._made:
            # the caller's own transaction holds the relation or a link
            self._env.cr.postrollback.add(self.link)
            self._env.cr.postcommit.add(self.link)

    def _link_in_transaction(self) -> None:
        with closing(self._env.registry.cursor()) as cr:
            cr.execute(SET_PATIENCE)
            env = self._env(cr=cr)
            linked = self._write(env)
            cr.commit()  # pylint: disable=invalid-commit  # our own cursor
            try:
                tell(env, self._route, on_sync_create, linked)
                cr.commit()  # pylint: disable=invalid-commit  # our own cursor
            except Exception:  # noqa: BLE001 the links are there, and that counts
                _logger.exception("a consumer of %s failed", self._route.relation)

    def _write(self, env: api.Environment) -> list[KnownRef]:
        """Write the missing links; return their refs."""
        route, made = self._route, self._existing(env)
        known_refs = {
            key: KnownRef(known.model, known.ref) for key, (known, _) in made.items()
        }
        book = LinkBook(env, route.relation)
        pending = PendingLinks(book, route.source, route.target, fields.Datetime.now())
        find_links(env, book, route, known_refs.values())
        fresh = [known for known in known_refs.values() if not known.links]
        if fresh:
            pending.reserve(fresh)
        for key, known in known_refs.items():
            side = made[key][1]
            link_id = known.links[0].link_id if known.links else known.reserved_id
            if not any(one.side == side for one in known.links):
                pending.put(known, KnownLink(link_id, side, side.ref))
        for error in pending.write().values():
            _logger.error("%s", error)
        return fresh

    def _existing(self, env: api.Environment) -> dict[Key, tuple[KnownRef, Side]]:
        """Return the links to records that exist outside of the transaction."""
        if self._route.source != ODOO:
            return self._made
        records = group_by_model(known for known, _side in self._made.values())
        existing = {
            model: existing_ids(env, model, [known.ref for known in of_model])
            for model, of_model in records.items()
        }
        gone = [
            key
            for key, (known, _) in self._made.items()
            if known.ref not in existing[known.model]
        ]
        if gone:
            _logger.warning("%s: their records were never committed", gone)
        return {key: made for key, made in self._made.items() if key not in gone}

    def _describe(self) -> str:
        pairs = [f"{known.ref!r} = {side.ref!r}" for known, side in self._made.values()]
        return f"{self._route.relation}: {', '.join(pairs)}"
