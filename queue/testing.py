# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Helpers that test jobs in one transaction, with the code that runs them for real."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import NamedTuple
from unittest import mock

from odoo import api

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
    stay. What is done before a commit is done first, such as to delay exports.
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

    savepoint = cr.savepoint()
    with mock.patch.object(cr, "commit", commit):
        try:
            yield cr
        except BaseException:
            savepoint.close(rollback=True)
            raise
        savepoint.close(rollback=False)


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
