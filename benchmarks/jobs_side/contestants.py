# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Contestants that run the jobs: ours, the floor, procrastinate, queue_job."""

import contextlib
import json
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ground import addons, bench_ground, cache, odoo_server, template, workbench
from ground.process import tail
from ground.say import StepFailed
from ground.workbench import Workbench

HERE = Path(__file__).parent
ADDONS = HERE.parent / "addons"
CHANNELS = "root:8"  # of queue_job: more gain nothing, fewer lose
START_WAIT_S = 60
STOP_WAIT_S = 30
POLL_S = 0.1


class Contestant:
    """A process that measures what it is told to."""

    def __init__(self, name: str, process: subprocess.Popen):
        self.name = name
        self._process = process

    def ask(self, method: str, *arguments):
        """Let it do something and return its answer."""
        self.tell(method, *arguments)
        return self.hear()

    def tell(self, method: str, *arguments) -> None:
        """Let it do something; :meth:`hear` returns the answer."""
        line = json.dumps([method, *arguments])
        with self._naming(line), contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()

    def hear(self):
        """Return the answer to what it was told."""
        with self._naming("an answer"):
            return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        """End the process."""
        self._process.communicate()

    @contextlib.contextmanager
    def _naming(self, what: str) -> Iterator[None]:
        try:
            yield
        except ValueError as error:
            _output, errors = self._process.communicate()
            raise StepFailed(
                f"measure {what} in {self.name}",
                f"its process ended:\n{tail(errors)}",
                "Mend what it names, then run the benchmark again.",
            ) from error


@dataclass(frozen=True)
class Ground:
    """Our Odoo with its database."""

    bench: Workbench
    database: str


@contextlib.contextmanager
def open_ours(label: str = "ours", addon: str = "bench_jobs") -> Iterator[Ground]:
    """Give a database with an addon of ours."""
    bench = _bench(bench_ground.prepare().ours, "ours", addons.find_addons_path())
    with bench_ground.database(bench, f"jobs_{label}", [addon]) as database:
        yield Ground(bench, database)


@contextlib.contextmanager
def open_peers(label: str, addon: str) -> Iterator[Ground]:
    """Give a database with an addon of the peers."""
    bench = _peers_bench()
    with bench_ground.database(bench, f"jobs_{label}", [addon]) as database:
        yield Ground(bench, database)


@contextlib.contextmanager
def script(
    ground: Ground, name: str, *arguments: str, folder: Path = HERE
) -> Iterator[Contestant]:
    """Give a process that runs a file of a folder inside an Odoo."""
    process = odoo_server.open_script(
        ground.bench, ground.database, folder / f"{name}.py", *arguments
    )
    with _stopping(Contestant(name, process)) as contestant:
        yield contestant


@contextlib.contextmanager
def workers(
    ground: Ground, ours: Contestant, processes: int, threads: int = 1
) -> Iterator[None]:
    """Let some processes run our jobs, each several at the same time."""
    log = cache.folder("logs") / "bench_jobs_workers.log"
    words = ["-d", ground.database, "--logfile", str(log)]
    words += ["--workers", str(processes), "--threads", str(threads)]
    process = subprocess.Popen(
        ground.bench.command("connector_worker", *words),
        env=ground.bench.environment(),
        cwd="/",
    )
    try:
        _wait_for_workers(ours, processes * threads, log)
        yield
    finally:
        process.terminate()
        process.wait(STOP_WAIT_S)


@contextlib.contextmanager
def open_queue_job() -> Iterator[Contestant]:
    """Give queue_job, with one server that runs its jobs."""
    bench = _peers_bench()
    # the settings of its channels come from the environment
    environment = {**bench.server.environment, "ODOO_QUEUE_JOB_CHANNELS": CHANNELS}
    bench = replace(bench, server=replace(bench.server, environment=environment))
    log = cache.folder("logs") / "bench_jobs_queue_job.log"
    with (
        bench_ground.database(bench, "jobs_peers", ["bench_jobs"]) as database,
        odoo_server.serving(
            bench, database, "--load=base,web,queue_job", log=log
        ) as it,
        script(Ground(bench, database), "queue_job", str(it.process.pid)) as contestant,
    ):
        yield contestant


@contextlib.contextmanager
def open_procrastinate() -> Iterator[Contestant]:
    """Give procrastinate, in a database of its own."""
    ground = bench_ground.prepare()
    label = "bench_jobs_procrastinate"
    with template.database(ground.ours, label, addons.ALWAYS) as database:
        process = subprocess.Popen(
            [ground.procrastinate_python, HERE / "procrastinate_side.py", database],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=ground.ours.server.connection_environment(),
            cwd="/",
        )
        with _stopping(Contestant("procrastinate", process)) as contestant:
            yield contestant


@contextlib.contextmanager
def _stopping(contestant: Contestant) -> Iterator[Contestant]:
    try:
        yield contestant
    finally:
        contestant.stop()


def _peers_bench() -> Workbench:
    peers = bench_ground.prepare().peers
    return _bench(peers, "peers", [peers.extra_packages / "odoo" / "addons"])


def _bench(bench: Workbench, name: str, folders: list[Path]) -> Workbench:
    """Return the workbench with the addons that are measured."""
    path = [*folders, ADDONS / name, ADDONS / "both"]
    config = workbench.write_config(
        f"bench_jobs_{name}", path, bench.odoo, bench.server
    )
    return replace(bench, config=config)


def _wait_for_workers(ours: Contestant, count: int, log: Path) -> None:
    deadline = time.monotonic() + START_WAIT_S
    while ours.ask("workers") != count:
        if time.monotonic() > deadline:
            raise StepFailed(
                f"start {count} job processes",
                f"they are not there after {START_WAIT_S} s:\n"
                f"{odoo_server.read_end(log)}",
                "Mend what the log names, then run the benchmark again.",
            )
        time.sleep(POLL_S)
