# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How much time and how many queries does a sync need, besides its callbacks?"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from side_by_side.stopwatch import Stopwatch

SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")


class SyncWatch(Stopwatch):
    """Adds up time and queries while it is on; those about savepoints apart.

    Args:
        cr: cursor of the sync.
    """

    def __init__(self, cr):
        super().__init__()
        self.queries = self.savepoints = 0
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

    def outside(self, callback: Callable) -> Callable:
        """Return a callback whose time and queries do not count."""
        return self.around(callback, on=False)

    def _counting(self, execute: Callable) -> Callable:
        def counted(query, *args, **kwargs):
            if self._is_on:
                is_savepoint = isinstance(query, str) and query.startswith(SAVEPOINTS)
                self.savepoints += is_savepoint
                self.queries += not is_savepoint
            return execute(query, *args, **kwargs)

        return counted
