# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Helpers that test jobs in one transaction, with the code that runs them for real."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import NamedTuple
from unittest import mock

from odoo import api
from odoo.tools import SQL

from . import store
from .delay import codec
from .delay.options import JobOptions
from .delay.registry import JOB_REGISTRY
from .engine.dependencies import sweep
from .engine.outcome import AttemptLost
from .engine.runner import Fence, Runner

TEST_WORKER_ID = 0  # the id of no real worker


def run_jobs(env: api.Environment) -> int:
    """Run every job that is ready, on the cursor of the test; return how many.

    The code of the worker claims, runs and settles them; each job has a savepoint in
    place of a transaction. Jobs that they delay run as well; those with a future eta
    stay. What is done before a commit is done first, such as to delay exports. What a
    job commits in a transaction of its own, in the registry's test mode, stays although
    the job fails.
    """
    env.cr.flush()
    runner = Runner(env.cr, TEST_WORKER_ID, lambda is_ours: _savepoint(env, is_ours))
    count = 0
    sweep(env.cr)  # the test may have ended parents of waiting jobs
    while jobs := runner.claim():
        for job in jobs:
            runner.run_job(job)
            count += 1
    env.invalidate_all()
    return count


@contextmanager
def _savepoint(env: api.Environment, is_ours: Fence) -> Iterator:
    """Open a savepoint in place of a transaction; a commit keeps the work so far."""
    cr = env.cr

    def commit() -> None:
        cr.flush()
        if not is_ours(cr):
            raise AttemptLost("another worker has it; the commit is refused")
        nonlocal savepoint
        savepoint.close(rollback=False)
        savepoint = cr.savepoint()
        keeper.savepoints.clear()  # those of before are gone

    savepoint = cr.savepoint()
    keeper = _Keeper(env, lambda: savepoint.name)
    with mock.patch.object(cr, "commit", commit), keeper.patches():
        try:
            yield cr
        except BaseException:
            savepoint.close(rollback=True)
            raise
        savepoint.close(rollback=False)


class _Keeper:
    """Keeps what transactions of their own commit, whatever becomes of the job.

    In the registry's test mode these are savepoints inside of that of the job, which
    would take them back. What the job itself wrote until then is kept along. Inside of
    another savepoint of the job, nothing is kept.

    Args:
        env: of the test.
        savepoint_name: returns the name of the savepoint of the job.
    """

    def __init__(self, env: api.Environment, savepoint_name: Callable[[], str]):
        self.cr = env.cr
        self.registry = env.registry
        self.savepoint_name = savepoint_name
        self.has_news = False
        self.savepoints: list = []

    @contextmanager
    def patches(self) -> Iterator[None]:
        """Watch the cursors and savepoints that are opened inside the block."""
        open_cursor, open_savepoint = self.registry.cursor, self.cr.savepoint

        def cursor(*args, **kwargs):
            opened = open_cursor(*args, **kwargs)
            if hasattr(opened, "_cursors_stack"):  # of the test mode
                self.watch(opened)
            return opened

        def savepoint(*args, **kwargs):
            self.savepoints.append(open_savepoint(*args, **kwargs))
            return self.savepoints[-1]

        with (
            mock.patch.object(self.registry, "cursor", cursor),
            mock.patch.object(self.cr, "savepoint", savepoint),
        ):
            yield

    def watch(self, opened) -> None:
        """Note a commit on a cursor, and keep it when the cursor is closed."""
        commit, close = opened.commit, opened.close

        def commit_and_note():
            commit()
            self.has_news = True

        def close_and_keep():
            close()
            self.keep(opened._cursors_stack)

        opened.commit, opened.close = commit_and_note, close_and_keep

    def keep(self, open_cursors: list) -> None:
        """Begin the savepoint of the job anew, unless others are inside of it."""
        is_inside = any(not one.closed for one in self.savepoints)
        if self.has_news and not open_cursors and not is_inside:
            name = SQL.identifier(self.savepoint_name())
            self.cr.execute(SQL("RELEASE SAVEPOINT %s", name))
            self.cr.execute(SQL("SAVEPOINT %s", name))
            self.has_news = False


class TrappedCall(NamedTuple):
    """A call that would have become a job."""

    func_name: str
    model_name: str | None
    args: tuple
    kwargs: dict
    values: dict
    """The columns of the row, such as ``priority`` and ``channel_id``."""
    uuid: str


class JobTrap:
    """The jobs that were delayed inside a block, and not stored."""

    def __init__(self):
        self._inserts: list[dict] = []
        self.edges: list[tuple[str, str, str]] = []
        """Those of graphs: uuid of the parent, uuid of the child, condition."""

    def insert(self, _cr, values: dict) -> store.Inserted:
        """Keep the rows in place of the database."""
        self._inserts.append(values)
        return store.Inserted(values["uuids"])

    def insert_edges(self, _cr, edges: list[tuple[str, str, str]]) -> None:
        """Keep the edges in place of the database."""
        self.edges += edges

    def calls(self, env: api.Environment) -> list[TrappedCall]:
        """Return the calls in their order, with records in an environment."""
        return [
            TrappedCall(
                values["func_name"],
                values["model_name"],
                *codec.decode(payload, env),
                values,
                uuid,
            )
            for values in self._inserts
            for uuid, payload in zip(values["uuids"], values["payloads"], strict=True)
        ]


@contextmanager
def trap_jobs() -> Iterator[JobTrap]:
    """Collect the jobs delayed inside the block instead of storing them."""
    trap = JobTrap()
    with (
        mock.patch.object(store, "insert_jobs", trap.insert),
        mock.patch.object(store, "insert_edges", trap.insert_edges),
    ):
        yield trap


@contextmanager
def mock_job_delay_to_direct(job_path: str) -> Iterator[mock.Mock]:
    """Run a job function at once where it would be delayed, inside the block.

    Args:
        job_path: dotted path of the function.

    Raises:
        AssertionError: there is no job with that path.
    """
    module_name, _dot, name = job_path.rpartition(".")
    try:
        function = getattr(import_module(module_name), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise AssertionError(f"No job {job_path!r}: {error}") from error
    if function not in JOB_REGISTRY:
        raise AssertionError(f"{job_path!r} is no job; decorate it with @job.")

    def run_now(session, model_name, *args, **kwargs):
        _options, rest = JobOptions.split(kwargs, function)
        return function(session, model_name, *args, **rest)

    with mock.patch.object(function, "delay", side_effect=run_now) as delay:
        yield delay
