# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Queue of a channel's waiting jobs, in memory."""

import heapq
from collections.abc import Callable, Hashable, Iterator
from itertools import count


class SafeSet(set):
    """A set whose ``remove`` ignores missing items."""

    def remove(self, item) -> None:
        """Take an item out, if it is there."""
        self.discard(item)


class PriorityQueue:
    """Priority queue, smallest item first; any item can be removed.

    Args:
        key: sort key of an item; the item itself when None.
    """

    def __init__(self, key: Callable | None = None):
        self._key = key or (lambda item: item)
        self._heap: list[tuple] = []
        self._known: dict[Hashable, int] = {}  # items and the number of their entry
        self._number = count()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, item) -> bool:
        return item in self._known

    def __iter__(self) -> Iterator:
        return iter(list(self._known))

    def __getitem__(self, place: int):
        """Return the first item, for place 0 only.

        Raises:
            IndexError: it is empty, or the place is not 0.
        """
        self._forget_removed()
        if place != 0 or not self._heap:
            raise IndexError(f"no item at {place}: {len(self)} items, only 0 is asked")
        return self._heap[0][2]

    def add(self, item) -> None:
        """Add an item; an item that is there already keeps its place."""
        if item not in self._known:
            self._known[item] = next(self._number)
            heapq.heappush(self._heap, (self._key(item), self._known[item], item))

    def remove(self, item) -> None:
        """Take an item out, if it is there."""
        self._known.pop(item, None)

    def pop(self):
        """Remove and return the smallest item; None when there is none."""
        self._forget_removed()
        if not self._heap:
            return None
        _key, _number, item = heapq.heappop(self._heap)
        del self._known[item]
        return item

    def _forget_removed(self) -> None:
        heap = self._heap
        while heap and self._known.get(heap[0][2]) != heap[0][1]:
            heapq.heappop(heap)


class ChannelJob:
    """A job, as its channel knows it.

    Args:
        db_name: database of the job.
        channel: in which it is.
        seq: number that grows with each job.
        date_created: compared with those of other jobs only.
        priority: smaller first.
        eta: seconds since the epoch before which it does not start, or None.
    """

    def __init__(  # noqa: PLR0913 the classic signature
        self,
        db_name: str,
        channel,
        uuid: str,
        seq: int,
        date_created,
        priority: int,
        eta: float | None,
    ):
        self.db_name = db_name
        self.channel = channel
        self.uuid = uuid
        self.seq = seq
        self.date_created = date_created
        self.priority = priority
        self.eta = eta

    def __repr__(self) -> str:
        return f"<ChannelJob {self.uuid}>"

    @property
    def place(self) -> tuple:
        """Its sort key among jobs that may start."""
        return self.priority, self.date_created, self.seq

    def __lt__(self, other: "ChannelJob") -> bool:
        """Order by eta, those without one last; then by place."""
        return self._eta_place() < other._eta_place()

    def _eta_place(self) -> tuple:
        has_none = self.eta is None
        return has_none, 0 if has_none else self.eta, *self.place


class ChannelQueue:
    """Waiting jobs of a channel: those that may start, and those with an eta."""

    def __init__(self, is_sequential: bool = False):
        self.is_sequential = is_sequential
        self._ready = PriorityQueue(key=lambda job: job.place)
        self._held = PriorityQueue(key=lambda job: (job.eta, *job.place))

    def __len__(self) -> int:
        return len(self._ready) + len(self._held)

    def __contains__(self, job: ChannelJob) -> bool:
        return job in self._ready or job in self._held

    def add(self, job: ChannelJob) -> None:
        """Add a waiting job."""
        (self._ready if job.eta is None else self._held).add(job)

    def remove(self, job: ChannelJob) -> None:
        """Remove a job, if it is there."""
        self._ready.remove(job)
        self._held.remove(job)

    def pop(self, now: float) -> ChannelJob | None:
        """Remove and return the job that is to start now; None when there is none.

        A job whose eta has come competes with the others. Where the order counts, a
        job with an eta to come holds up those behind it.
        """
        while self._held and self._held[0].eta <= now:
            self._ready.add(self._held.pop())
        if not self._ready:
            return None
        first = self._ready[0]
        if self.is_sequential and any(job.place < first.place for job in self._held):
            return None
        return self._ready.pop()

    def get_wakeup_time(self) -> float:
        """Return when the next eta comes, in seconds since the epoch; 0 for never."""
        return self._held[0].eta if self._held else 0
