# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Old path of the demo job: jobs that were delayed before store it."""

from .demo_job import try_queue

__all__ = ["try_queue"]
