# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Cursor of a stream: the time up to which all changes are here.

It never passes a record that was not committed. In a sorted stream it moves with each
page; in any other once, after the last page, and at most to the time at which the first
page was read: what was changed later may stand on a page that was read before.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ...exception import FailedJobError


@dataclass(frozen=True)
class Cursor:
    """Where a run of a stream is.

    Args:
        clock: when its first page was read.
        newest: the newest change that it has seen, up to ``clock``.
        last: the last change of a sorted stream, to check the order.
        begun: since when the list that is being read was asked for; None: everything.
    """

    clock: datetime
    newest: datetime | None = None
    last: datetime | None = None
    begun: datetime | None = None

    def pass_page(self, stamps: Iterable[datetime | None]) -> "Cursor":
        """Return the cursor after a page with changes of these times.

        A record without a time does not move it, nor does one from the future: a
        single wrong date would else end the stream.
        """
        known = [one for one in stamps if one is not None and one <= self.clock]
        seen = [*known, *filter(None, [self.newest])]
        last = known[-1] if known else self.last
        return replace(self, newest=max(seen, default=None), last=last)

    def restart(
        self, stamps: Iterable[datetime | None], granularity: timedelta
    ) -> "Cursor | None":
        """Return the cursor of a list that begins at the newest change.

        The next page of a list that is read by numbers lacks records where others left
        an earlier page since. A list that begins where this page ended does not.

        Returns:
            None where the list goes on: the page was full of one time, or the backend
            gives records from before the time that it was asked for.
        """
        if self.newest is None:
            return None
        begun = self.newest - granularity
        if self.begun is not None:
            is_ignored = any(one is not None and one < self.begun for one in stamps)
            if is_ignored or begun <= self.begun:
                return None
        return replace(self, begun=begun, last=None)

    def check_order(self, stamps: Iterable[datetime | None], stream: str) -> None:
        """Refuse a page that is not in the order of its changes.

        Raises:
            FailedJobError: it is not, so a cursor would pass records unseen.
        """
        before = self.last
        for stamp in stamps:
            if stamp is None or stamp > self.clock:
                continue
            if before is not None and stamp < before:
                raise FailedJobError(
                    f"{stream} is declared as sorted, and a record changed at "
                    f"{stamp.isoformat()} came after one changed at "
                    f"{before.isoformat()}. Ask the backend for that order, or drop "
                    "sorted=True from ChangedSince."
                )
            before = stamp
