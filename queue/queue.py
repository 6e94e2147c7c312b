# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the jobs that a worker has claimed."""

from .engine.worker import JobsQueue

__all__ = ["JobsQueue"]
