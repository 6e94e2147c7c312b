# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Classic import path of the channels in memory, see ``queue.channel_manager``."""

from ..exception import ChannelNotFound
from ..queue.classic.channel_queue import (
    ChannelJob,
    ChannelQueue,
    PriorityQueue,
    SafeSet,
)
from ..queue.classic.channels import Channel, ChannelManager
from ..queue.state import DONE, ENQUEUED, FAILED, PENDING, STARTED

__all__ = [
    "DONE",
    "ENQUEUED",
    "FAILED",
    "PENDING",
    "STARTED",
    "Channel",
    "ChannelJob",
    "ChannelManager",
    "ChannelNotFound",
    "ChannelQueue",
    "PriorityQueue",
    "SafeSet",
]
