# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of workers and their watcher."""

from .classic.process_watcher import start_service, watcher
from .engine.watcher import WorkerWatcher
from .engine.worker import Worker

__all__ = ["Worker", "WorkerWatcher", "start_service", "watcher"]
