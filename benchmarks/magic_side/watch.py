# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Time and queries of a sync, without its callbacks.

A savepoint that goes along with a statement of a callback is paid for as well: with
what it adds to a statement, measured on the same cursor after each sync.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

from side_by_side.stopwatch import Stopwatch

SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")
PROBES = 100  # of what a savepoint adds


class SyncWatch(Stopwatch):
    """Adds up time and queries while it is on; those about savepoints apart.

    Args:
        cr: cursor of the sync.
    """

    def __init__(self, cr):
        super().__init__()
        self.queries = self.savepoints = 0
        self.riding = 0
        """Savepoints that went along with a statement."""
        self._cr = cr

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Watch a sync; what callbacks wrote is flushed while the watch is off."""
        cr = self._cr
        cr.execute = self._counting(cr.execute)
        cr.flush = self.around(cr.flush, on=False)
        before = self.switch(True)
        try:
            yield
        finally:
            self.switch(before)
            del cr.execute, cr.flush
        if self.riding:
            self.seconds += self.riding * self._savepoint_s()

    def _savepoint_s(self) -> float:
        """Return the seconds that a savepoint adds to a statement that writes."""
        write, again = "INSERT INTO probe VALUES (1)", "RELEASE SAVEPOINT probe; "
        self._cr.execute("CREATE TEMPORARY TABLE probe (number integer)")
        self._cr.execute("SAVEPOINT probe")
        alone, riding = [], []
        for _number in range(PROBES):
            alone.append(self._time(write))
            riding.append(self._time(f"{again}SAVEPOINT probe; {write}"))
        self._cr.execute(f"{again}DROP TABLE probe")
        return max(0.0, median(riding) - median(alone))

    def _time(self, query: str) -> float:
        start = time.perf_counter()
        self._cr.execute(query)
        return time.perf_counter() - start

    def outside(self, callback: Callable) -> Callable:
        """Return a callback whose time and queries do not count."""
        return self.around(callback, on=False)

    def _counting(self, execute: Callable) -> Callable:
        def counted(query, *args, **kwargs):
            is_savepoint = isinstance(query, str) and query.startswith(SAVEPOINTS)
            self.savepoints += is_savepoint
            self.riding += is_savepoint and not self._is_on
            if self._is_on:
                self.queries += not is_savepoint
            return execute(query, *args, **kwargs)

        return counted
