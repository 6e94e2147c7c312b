# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Admission of a database: whether this process may run its jobs.

A copy or a restored database has the jobs of its original, and they would do their work
twice. So a database that our workers have not recorded is new: its jobs wait until it
has been idle for a while, or until a person accepts it. In a neutralized database they
wait for good. See ``docs/decisions/0004-copies.md``.
"""

import logging
from collections.abc import Callable

from .. import store
from ..store.admission import Standing

_logger = logging.getLogger(__name__)


class Admission:
    """Whether jobs may run in a database.

    Args:
        db_name: the database, for messages.
        run: calls a function of the store and returns its result.
        wait_s: how long a new database must be idle.
    """

    def __init__(self, db_name: str, run: Callable, wait_s: float):
        self._db_name = db_name
        self._run = run
        self._wait_s = wait_s
        self._identity = run(store.find_identity)
        self._logged = ""
        self.is_open = False
        """Whether jobs may run, as it was seen last."""

    def check(self) -> Standing:
        """Read the state of the addon, and whether jobs may run."""
        standing = self._run(store.read_standing, self._identity)
        if standing.is_neutralized:
            self.is_open = False
            self._log("no job of %s runs: the database is neutralized")
        elif standing.is_admitted or not standing.addon.is_installed:
            self.is_open = standing.is_admitted
        else:
            self.is_open = self._judge()
        return standing

    def _judge(self) -> bool:
        """Admit a new database that has been idle for long enough; log what is new."""
        is_admitted = self._run(store.judge, self._identity, self._wait_s)
        if not is_admitted:
            self._log(
                "jobs of %s wait: the database is new here, perhaps a copy. They "
                f"begin when it has been at rest for {self._wait_s:g} s, or at once by "
                "the button in Connectors > Overview"
            )
        elif self._wait_s:
            self._log(
                "jobs of %s begin: the new database has been at rest for "
                f"{self._wait_s:g} s"
            )
        return is_admitted

    def _log(self, message: str) -> None:
        """Log a message, unless it is the same as the last one."""
        if message != self._logged:
            self._logged = message
            _logger.info(message, self._db_name)
