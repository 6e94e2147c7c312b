# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Misconfigured process: it runs no job, and shows why."""

import logging
from contextlib import suppress

import psycopg2

from ..channel_text import parse_limits
from ..engine.pool import WorkerPool
from ..engine.registration import WorkerRegistration
from ..engine.watcher import WorkerWatcher
from ..settings import Settings

_logger = logging.getLogger(__name__)


def find_settings() -> tuple[Settings, str]:
    """Return the settings of this server, and the error in them, which is logged.

    The error is empty when they are valid.
    """
    try:
        settings = Settings.find()
        parse_limits(settings.channels)
        return settings, ""
    except ValueError as error:
        _logger.error("No job will run in this process: %s", error)
        return Settings(), str(error)


def make_watcher(
    process_type: str, settings: Settings, refusal: str, is_start: bool = True
) -> WorkerWatcher:
    """Return the watcher of this process, or one that shows why it runs no job."""
    if refusal:
        return MisconfiguredWatcher(process_type, refusal)
    return WorkerWatcher(process_type, settings, is_start)


class MisconfiguredPool(WorkerPool):
    """Row in place of workers that shows the error, as long as the process lives.

    It touches nothing else in the database.
    """

    _registration: WorkerRegistration | None = None

    def fill(self) -> None:
        """Insert the row."""
        if not self._registration:
            self._registration = WorkerRegistration(
                self.db_name,
                self.watcher.process_type,
                self.control,
                threads=0,
                refusal=self.watcher.refusal,
            )

    def beat(self) -> None:
        """Give a sign of life of the process."""
        if self._registration and not self._registration.beat():
            self._registration = None

    def recover(self) -> None:
        """Do nothing: recovery is left to processes that run jobs."""

    def stop(self) -> None:
        """Delete the row."""
        registration, self._registration = self._registration, None
        with suppress(psycopg2.Error):  # the connection is lost, and the row with it
            if registration:
                registration.leave()


class MisconfiguredWatcher(WorkerWatcher):
    """Watcher that shows, in every database with the addon, why no job runs here.

    Args:
        process_type: what kind of process this is.
        refusal: what is wrong with the settings.
    """

    pool_class = MisconfiguredPool

    def __init__(self, process_type: str, refusal: str):
        super().__init__(process_type, Settings())
        self.refusal = refusal
