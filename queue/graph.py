# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Graphs of dependent jobs: chains, groups and conditions."""

from collections import defaultdict
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise, product
from typing import Any

from ..exception import InvalidUsageError
from . import store
from .delay.call import Declared, Task
from .delay.delayed import Delayed
from .delay.insert import delay_tasks
from .delay.options import JobOptions
from .state import DONE, FAILED, PENDING, WAITING

ALWAYS = "always"  # the condition of an edge whose parent may end in any state


def chain(*members: "Delayable") -> "Delayable":
    """Return a chain: each job runs when the job before it is done.

    Args:
        members: jobs made by ``delayable``, chains and groups. After a group, the next
            member runs when all its jobs are done.

    Raises:
        InvalidUsageError: one of them is something else, or has been delayed.
    """
    together = _Several("chain", members)
    for one, following in pairwise(members):
        _connect(one.last_jobs, following.first_jobs, DONE)
    together.first_jobs = members[0].first_jobs
    together.last_jobs = members[-1].last_jobs
    return together


def group(*members: "Delayable") -> "Delayable":
    """Return a group: its jobs run in any order, also at the same time.

    Args:
        members: jobs made by ``delayable``, chains and groups.

    Raises:
        InvalidUsageError: one of them is something else, or has been delayed.
    """
    together = _Several("group", members)
    together.first_jobs = [job for one in members for job in one.first_jobs]
    together.last_jobs = [job for one in members for job in one.last_jobs]
    return together


class Delayable:
    """A job, a chain or a group that is not stored yet."""

    jobs: list["DelayableJob"]
    """All of it, in the order in which they were given."""
    first_jobs: list["DelayableJob"]
    """Those that wait for none of the others."""
    last_jobs: list["DelayableJob"]
    """Those for which none of the others waits."""

    def on_done(self, following: "Delayable") -> "Delayable":
        """Run another job when this job, or all of its last jobs, are done."""
        return self._let(following, self.last_jobs, DONE)

    def on_fail(self, following: "Delayable") -> "Delayable":
        """Run another job as soon as this job, or any job of it, has failed."""
        return self._let(following, self.jobs, FAILED)

    def always(self, following: "Delayable") -> "Delayable":
        """Run another job when this job has ended, in whatever state."""
        return self._let(following, self.last_jobs, ALWAYS)

    def delay(self) -> str | list[str]:
        """Store this and everything connected with it, in one transaction.

        Returns:
            The uuid of a job; those of a chain or a group in the order in which they
            were given.

        Raises:
            InvalidUsageError: it was delayed before, contains a cycle, or has jobs of
            another transaction or with an identity key.
        """
        self.jobs[0].graph.delay()
        return [job.uuid for job in self.jobs]

    def _let(
        self, following: "Delayable", parents: list["DelayableJob"], condition: str
    ) -> "Delayable":
        _check_members(f"connect {self}", [self, following])
        _connect(parents, following.first_jobs, condition)
        return self


class DelayableJob(Delayable):
    """A job that is not stored yet.

    Args:
        env: of the user as whom it will run.
        task: what is called.
        options: of the job.
    """

    def __init__(self, env, task: Task, options: JobOptions):
        self.env = env
        self.task = task
        self.options = options
        self.uuid: str | None = None  # of the stored job
        self.graph = Graph(self)
        self.jobs = self.first_jobs = self.last_jobs = [self]

    def delay(self) -> str:
        """Store this job and everything connected with it; return its uuid."""
        return super().delay()[0]

    def __str__(self) -> str:
        return str(self.task)


class _Several(Delayable):
    """A chain or a group."""

    def __init__(self, name: str, members: tuple[Delayable, ...]):
        if not members:
            raise InvalidUsageError(
                f"Cannot make a {name}: there is no job in it. Leave it out."
            )
        _check_members(f"make a {name}", members)
        self._name = name
        self.jobs = [job for one in members for job in one.jobs]
        for job in self.jobs:
            self.jobs[0].graph.merge(job.graph)

    def __str__(self) -> str:
        return f"{self._name}({', '.join(map(str, self.jobs))})"


class Graph:
    """A graph of jobs that are delayed together, with the edges between them.

    Args:
        job: the first one.
    """

    def __init__(self, job: DelayableJob):
        self.jobs = [job]
        self.edges: dict[tuple[DelayableJob, DelayableJob, str], None] = {}  # ordered
        self.is_delayed = False

    def merge(self, other: "Graph") -> None:
        """Merge two graphs, the smaller into the larger: many merges stay quick."""
        if other is self:
            return
        large, small = sorted([self, other], key=lambda one: -len(one.jobs))
        for job in small.jobs:
            job.graph = large
        large.jobs += small.jobs
        large.edges.update(small.edges)

    def delay(self) -> None:
        """Store the jobs and the edges; each job has its uuid then."""
        self._check_not_delayed()
        self._check_transaction()
        self._check_keys()
        self.jobs = self._sorted()
        self._insert()
        self.is_delayed = True

    def _check_not_delayed(self) -> None:
        if self.is_delayed:
            raise InvalidUsageError(
                f"Cannot delay {self.jobs[0]}: it was delayed already, as job "
                f"{self.jobs[0].uuid}. Make a new one with delayable()."
            )

    def _check_transaction(self) -> None:
        for job in self.jobs:
            if job.env.cr is not self.jobs[0].env.cr:
                raise InvalidUsageError(
                    f"Cannot delay {self.jobs[0]} together with {job}: they belong to "
                    "different transactions, expected one cursor. Make all jobs with "
                    "records or sessions of the same environment."
                )

    def _check_keys(self) -> None:
        for job in self.jobs:
            if self.edges and job.options.identity_key is not None:
                raise InvalidUsageError(
                    f"Cannot delay {job} in a chain: it has the identity_key "
                    f"{job.options.identity_key!r}, and another job that waits could "
                    "take its place. Leave the key out, or delay the job alone."
                )

    def _sorted(self) -> list[DelayableJob]:
        """Return the jobs in topological order, parents first."""
        sorter = TopologicalSorter({job: () for job in self.jobs})
        for parent, child, _condition in self.edges:
            sorter.add(child, parent)
        try:
            return list(sorter.static_order())
        except CycleError as error:
            circle = " → ".join(map(str, error.args[1]))
            raise InvalidUsageError(
                f"Cannot delay {self.jobs[0]}: jobs wait for each other in a circle, "
                f"{circle}. Leave one of these edges out."
            ) from error

    def _insert(self) -> None:
        """Insert similar jobs in one statement, and the edges; all or nothing."""
        parents = {parent for parent, _child, _condition in self.edges}
        children = {child for _parent, child, _condition in self.edges}
        batches = defaultdict(list)
        for job in self.jobs:
            batches[_what_is_alike(job), job in children, job in parents].append(job)
        cr = self.jobs[0].env.cr
        with cr.savepoint(flush=False):
            for (_alike, is_child, is_parent), jobs in batches.items():
                _insert_alike(jobs, _place(is_child, is_parent))
            if self.edges:
                store.insert_edges(cr, _edge_values(self.edges))


class DelayableCalls(Delayed[DelayableJob]):
    """Proxy of records whose method calls return jobs that are not stored yet."""

    def _delay_one(
        self, method: Declared, /, *args: Any, **kwargs: Any
    ) -> DelayableJob:
        task = self._task(method, args, kwargs)
        return DelayableJob(self._records.env, task, self._options)


def _connect(
    parents: list[DelayableJob], children: list[DelayableJob], condition: str
) -> None:
    graph = parents[0].graph
    for job in children:
        graph.merge(job.graph)
        graph = job.graph
    graph.edges.update(
        dict.fromkeys(
            (parent, child, condition) for parent, child in product(parents, children)
        )
    )


def _check_members(what: str, members: Iterable) -> None:
    for one in members:
        if not isinstance(one, Delayable):
            raise InvalidUsageError(
                f"Cannot {what}: got {one!r}, expected a job made by "
                "records.delayable(…).method(…) or func.delayable(…), a chain or a "
                "group. What delay and delayed store cannot be connected any more."
            )
        one.jobs[0].graph._check_not_delayed()


# === INSERTING === #


def _what_is_alike(job: DelayableJob) -> tuple:
    """Return the key of jobs that one statement can insert."""
    task = job.task
    return job.env, task.func, task.model_name, task.has_model, repr(job.options)


def _place(is_child: bool, is_parent: bool) -> dict:
    """Return the columns of a job with its position in the graph."""
    return {"has_edges": is_parent, "state": WAITING if is_child else PENDING}


def _insert_alike(jobs: list[DelayableJob], place: dict) -> None:
    tasks = [job.task for job in jobs]
    uuids = delay_tasks(jobs[0].env, tasks, jobs[0].options, **place)
    for job, uuid in zip(jobs, uuids, strict=True):
        job.uuid = uuid


def _edge_values(edges: Iterable[tuple]) -> list[tuple[str, str, str]]:
    return [(parent.uuid, child.uuid, condition) for parent, child, condition in edges]
