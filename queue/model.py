# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the queue's models, see ``models``."""

from ..models.queue_channel import QueueChannel
from ..models.queue_function import QueueFunction
from ..models.queue_job import QueueJob
from ..models.queue_worker import QueueWorker

__all__ = ["QueueChannel", "QueueFunction", "QueueJob", "QueueWorker"]
