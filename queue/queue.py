# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the queue in memory, see ``queue.classic.jobs_queue``."""

from .classic.jobs_queue import JobsQueue

__all__ = ["JobsQueue"]
