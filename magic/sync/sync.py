# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Bulk synchronization of two systems, chunk by chunk.

The three helpers of MAGIC. Each takes its source chunk by chunk, and the description
of the sync is checked before the first item.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, overload

from odoo import api

from ...exception import InvalidUsageError
from ..sync_job import (
    KEPT_BY_CALLER,
    KEPT_OUTSIDE,
    Way,
    delay_chunks,
    keep_failures,
)
from .chunk import Chunk, Sync
from .declared import ROUTES, DeclaredSync, declared_route
from .description import (
    COLLECT,
    EXTERNAL_TO_EXTERNAL,
    ODOO2X,
    RAISE,
    X2ODOO,
    Flags,
    Route,
    external_route,
    refusal,
)
from .external_effects import Outside
from .result import SyncResult, sync_error

Now = Literal[False] | None
Later = Literal[True] | dict[str, Any]
SyncInfo = Mapping[str, Any] | str | DeclaredSync

CHUNK = 500  # items: what a job of a slow system does in some minutes


@dataclass(frozen=True)
class Call:
    """A call of a sync helper.

    Args:
        env: in whose name, and of whose company the links are.
        src_list: any iterable of items.
        on_error: ``"raise"`` ends the sync after the chunk with failed items,
            ``"collect"`` goes on and returns them.
        delay: None or False to do it now; True, or a dictionary of job options, to
            have a job for each chunk.
    """

    env: api.Environment
    helper: str
    src_list: Iterable[Any]
    flags: Flags
    on_error: str
    delay: bool | dict[str, Any] | None

    def __post_init__(self) -> None:
        if self.on_error not in (RAISE, COLLECT):
            expected = f"{RAISE!r} or {COLLECT!r}"
            raise refusal(self.helper, "on_error", self.on_error, expected)
        if not isinstance(self.delay, (bool, dict, type(None))):
            expected = "True, or a dictionary of job options"
            raise refusal(self.helper, "delay", self.delay, expected)
        is_one = isinstance(self.src_list, (str, bytes, Mapping))
        if is_one or not isinstance(self.src_list, Iterable):
            expected = "an iterable of items; put one item into a list"
            raise refusal(self.helper, "src_list", self.src_list, expected)

    def start_declared(self, sync: str | DeclaredSync) -> SyncResult | list[str]:
        """Run a declared sync, now or by jobs."""
        route = declared_route(self.env, self.helper, sync, self.flags)
        way = self.helper, route.relation, self.flags
        return self._delay(way) if self._is_delayed else self._run(route, way)

    def start_described(self, sync_info: SyncInfo) -> SyncResult | list[str]:
        """Run the sync of a ``sync_info``, or a declared one."""
        if isinstance(sync_info, (str, DeclaredSync)):
            return self.start_declared(sync_info)
        return self.start(ROUTES[self.helper](sync_info, self.flags))

    def start(self, route: Route) -> SyncResult:
        """Run a sync now, with the callbacks given by the caller."""
        if self._is_delayed:
            raise InvalidUsageError(
                f"Cannot delay {self.helper}: its callbacks are functions, which no "
                "job can keep. Return them from a function of your addon that is "
                "declared with @declare_sync(relation), and pass the relation instead."
            )
        return self._run(route)

    @property
    def _is_delayed(self) -> bool:
        return self.delay not in (None, False)  # options may be empty

    def _run(self, route: Route, way: Way | None = None) -> SyncResult:
        """Run a sync now; ``way`` is that of a declared one."""
        result, outside = SyncResult(route.relation), Outside(self.env, route)
        sync = Sync(self.env, route, outside, result, self.on_error == RAISE)
        with outside.kept():
            for items in chunks(self.src_list):
                chunk = Chunk(sync, items)
                chunk.perform()
                if chunk.retry_error:
                    raise chunk.retry_error
                if self.on_error == COLLECT:
                    keep_failures(self.env, way, chunk.failures, result)
                elif result.failed:
                    kept = KEPT_OUTSIDE if route.is_outside else KEPT_BY_CALLER
                    raise sync_error(result, kept) from result.first_error
        return result

    def _delay(self, way: Way) -> list[str]:
        options = self.delay if isinstance(self.delay, dict) else {}
        return delay_chunks(
            self.env, way, self.on_error, chunks(self.src_list), options
        )


class SyncHelpers:
    """The three sync helpers of MAGIC.

    Called directly they return what became of the items; with ``delay`` the uuids of
    the jobs, one for each chunk.
    """

    __slots__ = ()

    env: api.Environment

    @overload
    def sync_odoo2x(
        self,
        src_list: Iterable[Any],
        sync_info: SyncInfo,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        delay: Now = None,
    ) -> SyncResult: ...
    @overload
    def sync_odoo2x(
        self,
        src_list: Iterable[Any],
        sync_info: SyncInfo,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        *,
        delay: Later,
    ) -> list[str]: ...
    def sync_odoo2x(
        self,
        src_list: Iterable[Any],
        sync_info: SyncInfo,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        delay: bool | dict[str, Any] | None = None,
    ) -> SyncResult | list[str]:
        """Sync records of Odoo to another system.

        Args:
            src_list: records, or anything that gives one after the other.
            sync_info: ``relation``, ``x`` with ``create(record) -> ref`` and
                ``update(ref, record)``; or the relation of a declared sync.
            create: create what is not linked yet.
            update: update what is.
            on_error: ``"raise"`` ends the sync after the chunk with failed items,
                ``"collect"`` goes on and returns them.
            delay: True, or a dictionary of job options, to have a job for each chunk.

        Returns:
            What became of the items; the uuids of jobs when it is delayed.

        Raises:
            InvalidUsageError: an argument is wrong; nothing was done.
            SyncError: items failed; what was created outside is linked.
            RetryableJobError: an item may succeed later.
        """
        flags = Flags(bool(create), bool(update))
        call = Call(self.env, ODOO2X, src_list, flags, on_error, delay)
        return call.start_described(sync_info)

    @overload
    def sync_x2odoo(
        self,
        src_list: Iterable[Any],
        sync_info: SyncInfo,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        delay: Now = None,
    ) -> SyncResult: ...
    @overload
    def sync_x2odoo(
        self,
        src_list: Iterable[Any],
        sync_info: SyncInfo,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        *,
        delay: Later,
    ) -> list[str]: ...
    def sync_x2odoo(
        self,
        src_list: Iterable[Any],
        sync_info: SyncInfo,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        delay: bool | dict[str, Any] | None = None,
    ) -> SyncResult | list[str]:
        """Sync records of another system to Odoo; see also :meth:`sync_odoo2x`.

        Args:
            src_list: data of the other system, item by item.
            sync_info: ``relation``, ``x`` with ``get_ref(item)``, ``odoo`` with
                ``create(item) -> record`` and ``update(record, item)``.
        """
        flags = Flags(bool(create), bool(update))
        call = Call(self.env, X2ODOO, src_list, flags, on_error, delay)
        return call.start_described(sync_info)

    @overload
    def sync_external(
        self,
        src_list: Iterable[Any],
        relation: str,
        src_info: Mapping[str, Any] | None = None,
        dst_info: Mapping[str, Any] | None = None,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        delay: Now = None,
    ) -> SyncResult: ...
    @overload
    def sync_external(
        self,
        src_list: Iterable[Any],
        relation: str,
        src_info: Mapping[str, Any] | None = None,
        dst_info: Mapping[str, Any] | None = None,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        *,
        delay: Later,
    ) -> list[str]: ...
    def sync_external(  # noqa: PLR0913 the signature of the helper
        self,
        src_list: Iterable[Any],
        relation: str,
        src_info: Mapping[str, Any] | None = None,
        dst_info: Mapping[str, Any] | None = None,
        create: bool = False,
        update: bool = False,
        on_error: str = RAISE,
        delay: bool | dict[str, Any] | None = None,
    ) -> SyncResult | list[str]:
        """Sync records between two other systems; see also :meth:`sync_odoo2x`.

        Args:
            src_list: data of the first system, item by item.
            relation: of the links; of a declared sync when there is no ``src_info``.
            src_info: ``system``, ``get_ref(item)``, ``create(item) -> ref`` and
                ``update(ref, item)``.
            dst_info: ``system``.
        """
        flags = Flags(bool(create), bool(update))
        call = Call(self.env, EXTERNAL_TO_EXTERNAL, src_list, flags, on_error, delay)
        if src_info is None and dst_info is None:
            return call.start_declared(relation)
        return call.start(external_route(relation, src_info, dst_info, flags))


def chunks(src_list: Iterable[Any]) -> Iterator[list[Any]]:
    """Yield the items of a source in chunks, without reading ahead."""
    iterator = iter(src_list)
    while items := list(islice(iterator, CHUNK)):
        yield items
