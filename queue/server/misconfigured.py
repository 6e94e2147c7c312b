# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What does a process do whose settings are wrong? It runs no job, and says why."""

import logging
from contextlib import suppress

import psycopg2

from ..channel_text import read_limits
from ..engine.pool import Crew
from ..engine.registration import Presence
from ..engine.watcher import WorkerWatcher
from ..settings import Settings

_logger = logging.getLogger(__name__)


def find_settings() -> tuple[Settings, str]:
    """Return the settings of this server, and why it runs no job: what is wrong.

    That is logged, and empty when they are right.
    """
    try:
        settings = Settings.find()
        read_limits(settings.channels)
        return settings, ""
    except ValueError as error:
        _logger.error("No job will run in this process: %s", error)
        return Settings(), str(error)


def make_watcher(
    process_type: str, settings: Settings, refusal: str, is_start: bool = True
) -> WorkerWatcher:
    """Return who keeps the workers of this process, or who says why there are none."""
    if refusal:
        return RefusingWatcher(process_type, refusal)
    return WorkerWatcher(process_type, settings, is_start)


class RefusingCrew(Crew):
    """A row in place of workers, as long as the process lives: it says what is wrong.

    Nothing of the database is touched besides.
    """

    _presence: Presence | None = None

    def fill(self) -> None:
        """Show the row."""
        if not self._presence:
            self._presence = Presence(
                self.db_name,
                self.watcher.process_type,
                self.line,
                threads=0,
                refusal=self.watcher.refusal,
            )

    def beat(self) -> None:
        """Say that the process still refuses."""
        if self._presence and not self._presence.beat():
            self._presence = None

    def recover(self) -> None:
        """Leave that to those who know how."""

    def stop(self) -> None:
        """Take the row away."""
        presence, self._presence = self._presence, None
        with suppress(psycopg2.Error):  # the line is lost, and the row with it
            if presence:
                presence.leave()


class RefusingWatcher(WorkerWatcher):
    """Shows in every database that has the addon why this process runs no job.

    Args:
        process_type: what kind of process this is.
        refusal: what is wrong with the settings.
    """

    crew_class = RefusingCrew

    def __init__(self, process_type: str, refusal: str):
        super().__init__(process_type, Settings())
        self.refusal = refusal
