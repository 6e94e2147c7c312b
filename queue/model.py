# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the queue's models, see ``models``."""

from ..models.queue.channel import QueueChannel
from ..models.queue.function import QueueFunction
from ..models.queue.worker import QueueWorker
from ..models.queue_job.queue_job import QueueJob

__all__ = ["QueueChannel", "QueueFunction", "QueueJob", "QueueWorker"]
