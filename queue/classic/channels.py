# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Simulation of channels in memory, without a database.

The workers do not use it: they claim in the database, so that limits hold for all of
them together. It serves to try a configuration out, and for connectors that test
theirs with it.
"""

import logging

from ...exception import ChannelNotFound
from ..channel_text import (
    ROOT,
    complete_name,
    parse_sequential,
    parse_simple_config,
    parse_throttle_s,
)
from ..state import CANCELLED, DONE, ENQUEUED, FAILED, PENDING, STARTED, WAITING
from .channel_queue import ChannelJob, ChannelQueue, SafeSet

_logger = logging.getLogger(__name__)

ELSEWHERE = (DONE, CANCELLED, WAITING)  # states of jobs that are in no channel


class Channel:
    """A channel with its waiting, running and failed jobs.

    A running job counts in its own channel and in those above it. A job that this
    channel lets run waits in the channel above, and counts as running here.

    Args:
        name: without those of the channels above.
        parent: the channel above, None for the root.
        capacity: jobs that run at the same time; None or 0 for any number.
        sequential: a failed job stops the others; their order is kept.
        throttle: seconds between two starts.
    """

    def __init__(
        self,
        name: str,
        parent: "Channel | None",
        capacity: int | None = None,
        sequential: bool = False,
        throttle: float = 0,
    ):
        self.name = name
        self.parent = parent
        self.children: dict[str, Channel] = {}
        self.capacity = capacity
        self.throttle = throttle
        self._queue = ChannelQueue(sequential)
        self._running = SafeSet()
        self._failed = SafeSet()
        self._pause_until = 0.0
        if parent:
            parent.children[name] = self

    def __str__(self) -> str:
        counts = len(self._queue), len(self._running), len(self._failed)
        capacity = self.capacity or "∞"
        return "{}(C:{},Q:{},R:{},F:{})".format(self.fullname, capacity, *counts)

    @property
    def sequential(self) -> bool:
        """Whether the order of the jobs is kept."""
        return self._queue.is_sequential

    @property
    def fullname(self) -> str:
        """Its complete name, with those of the channels above."""
        return f"{self.parent.fullname}.{self.name}" if self.parent else self.name

    def configure(self, config: dict) -> None:
        """Set the limits in an entry of a configuration.

        Raises:
            ValueError: one of them is invalid.
        """
        self.capacity = config.get("capacity") or None
        entry = {"capacity": 0, **config, "name": self.fullname}
        self._queue.is_sequential = parse_sequential(entry)
        self.throttle = parse_throttle_s(entry)

    def get_subchannel_by_name(self, name: str) -> "Channel | None":
        """Return the channel right below with a name, None when there is none."""
        return self.children.get(name)

    # === JOBS === #

    def set_pending(self, job: ChannelJob) -> None:
        """Add a waiting job."""
        self.remove(job)
        self._queue.add(job)

    def set_running(self, job: ChannelJob) -> None:
        """Count a job as running, here and above."""
        self._queue.remove(job)
        self._failed.remove(job)
        self._running.add(job)
        if self.parent:
            self.parent.set_running(job)

    def set_failed(self, job: ChannelJob) -> None:
        """Count a job as failed; the channels above forget it."""
        self.remove(job)
        self._failed.add(job)

    def set_done(self, job: ChannelJob) -> None:
        """Forget a job."""
        self.remove(job)

    def remove(self, job: ChannelJob) -> None:
        """Forget a job, here and above."""
        for place in (self._queue, self._running, self._failed):
            place.remove(job)
        if self.parent:
            self.parent.remove(job)

    def has_capacity(self) -> bool:
        """Return whether this channel lets another job start."""
        if self.sequential and self._failed:
            return False
        return not self.capacity or len(self._running) < self.capacity

    def get_jobs_to_run(self, now: float) -> list[ChannelJob]:
        """Return the jobs that are to start now, and count them as running.

        Args:
            now: seconds since the epoch.
        """
        for child in self.children.values():
            for job in child.get_jobs_to_run(now):
                self._queue.add(job)
        jobs = []
        while self.has_capacity() and now >= self._pause_until:
            job = self._queue.pop(now)
            if job is None:
                break
            self._running.add(job)
            jobs.append(job)
            if self.throttle:
                self._pause_until = now + self.throttle
        return jobs

    def get_wakeup_time(self) -> float:
        """Return when to call again, in seconds since the epoch; 0 for no need."""
        times = [child.get_wakeup_time() for child in self.children.values()]
        if self.has_capacity():
            times.append(self._queue.get_wakeup_time())
            if self._queue and self.throttle:
                times.append(self._pause_until)
        return min(filter(None, times), default=0)


class ChannelManager:
    """Channels and jobs of several databases."""

    def __init__(self):
        self._jobs_by_uuid: dict[str, ChannelJob] = {}
        self._root_channel = Channel(ROOT, None, capacity=1)

    # === CONFIGURING === #

    @staticmethod
    def parse_simple_config(config_string: str) -> list[dict]:
        """Return what each entry of a configuration says; see ``channel_text``."""
        return parse_simple_config(config_string)

    def simple_configure(self, config_string: str) -> None:
        """Create the channels of a configuration, with their limits.

        Raises:
            ValueError: it cannot be read.
        """
        for config in parse_simple_config(config_string):
            self.get_channel_by_name(config["name"], autocreate=True).configure(config)

    def get_channel_by_name(
        self, channel_name: str, autocreate: bool = False
    ) -> Channel:
        """Return a channel; ``root.`` may be left out, no name is the root.

        Args:
            autocreate: create missing channels on its path, without limits.

        Raises:
            ChannelNotFound: there is none.
        """
        channel = self._root_channel
        for name in complete_name(channel_name or ROOT).split(".")[1:]:
            found = channel.get_subchannel_by_name(name)
            if found is None and not autocreate:
                raise ChannelNotFound(
                    f"Cannot find channel {channel_name!r}: there is no {name!r} below "
                    f"{channel.fullname!r}. Configure it."
                )
            channel = found or Channel(name, channel)
        return channel

    # === JOBS === #

    def notify(  # noqa: PLR0913 the classic signature
        self,
        db_name: str,
        channel_name: str,
        uuid: str,
        seq: int,
        date_created,
        priority: int,
        eta: float | None,
        state: str,
    ) -> None:
        """Record the state of a job; a job of an unknown channel goes to root."""
        channel = self._find_channel(channel_name, uuid)
        known = self._jobs_by_uuid.get(uuid)
        job = ChannelJob(db_name, channel, uuid, seq, date_created, priority, eta)
        if known and vars(known) == vars(job):
            job = known
        elif known:
            self.remove_job(uuid)
        self._jobs_by_uuid[uuid] = job
        moves = {
            PENDING: channel.set_pending,
            ENQUEUED: channel.set_running,
            STARTED: channel.set_running,
            FAILED: channel.set_failed,
        }
        if state in moves:
            moves[state](job)
        elif state in ELSEWHERE or state is None:
            self.remove_job(uuid)
        else:
            raise ValueError(
                f"Cannot take note of job {uuid}: its state is {state!r}, expected one "
                f"of {', '.join([*moves, *ELSEWHERE])}."
            )

    def remove_job(self, uuid: str) -> None:
        """Forget a job, if it is known."""
        job = self._jobs_by_uuid.pop(uuid, None)
        if job:
            job.channel.remove(job)

    def remove_db(self, db_name: str) -> None:
        """Forget the jobs of a database."""
        jobs = [one for one in self._jobs_by_uuid.values() if one.db_name == db_name]
        for job in jobs:
            self.remove_job(job.uuid)

    def get_jobs_to_run(self, now: float) -> list[ChannelJob]:
        """Return the jobs that are to start now, and count them as running.

        Args:
            now: seconds since the epoch.
        """
        return self._root_channel.get_jobs_to_run(now)

    def get_wakeup_time(self) -> float:
        """Return when to call again, in seconds since the epoch; 0 for no need."""
        return self._root_channel.get_wakeup_time()

    def _find_channel(self, name: str, uuid: str) -> Channel:
        try:
            return self.get_channel_by_name(name)
        except ChannelNotFound as error:
            _logger.warning("job %s goes to root: %s", uuid, error)
            return self._root_channel
