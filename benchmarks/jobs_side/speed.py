# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows in which the contestants run jobs, in turns."""

from statistics import median, quantiles

from ground.say import Progress
from jobs_side.contestants import Contestant
from jobs_side.row import OURS, Contest, Row, milliseconds

NOTHING = Contest(
    "no-op jobs, one process",
    times={"floor": 0.6, "procrastinate": 1.5, "queue_job": 20},
)
NOTHING_TOGETHER = Contest(
    "no-op jobs, one process, 8 at the same time",
    times={"queue_job": 20},
    is_by_wall=True,
)
FIELD = Contest("jobs that write one field", times={"floor": 0.6})
WAIT = Contest("20 ms I/O jobs, 8 in parallel", at_least=350)
BULK = Contest("bulk delay of 20,000 jobs", at_least=25_000, queries=3)
COUNTS = {  # jobs of one turn: some seconds for each
    OURS: 5_000,
    "floor": 5_000,
    "procrastinate": 2_000,
    "queue_job": 300,
}
WAIT_COUNTS = {OURS: 4_000, "floor": 4_000, "procrastinate": 1_000, "queue_job": 300}
BY_NUMBER = ("floor", "procrastinate")  # are told how many to run at the same time
BULK_COUNTS = {OURS: 20_000, "procrastinate": 20_000, "queue_job": 1_000}
SAMPLES = 200  # of latency, in all rounds together
PAUSE_S = 0.05  # after which the system is idle again
MEDIAN_S = 0.003
P95_S = 0.020

Field = dict[str, Contestant]


def measure_nothing(field: Field, rounds: int) -> Row:
    """Let all run jobs that do nothing."""
    return NOTHING.judge(_take_turns(field, rounds, COUNTS, "run", "do_nothing"))


def measure_nothing_together(field: Field, rounds: int) -> Row:
    """Let ours run eight jobs at the same time, as queue_job's channel does."""
    counts = {name: COUNTS[name] for name in (OURS, "queue_job")}
    return NOTHING_TOGETHER.judge(
        _take_turns(field, rounds, counts, "run", "do_nothing")
    )


def measure_field(field: Field, rounds: int) -> Row:
    """Let those with an ORM run jobs that write one field."""
    counts = {name: count for name, count in COUNTS.items() if name != "procrastinate"}
    return FIELD.judge(_take_turns(field, rounds, counts, "run", "write_field"))


def measure_wait(field: Field, rounds: int) -> Row:
    """Let all run jobs that wait, eight at the same time."""
    return WAIT.judge(_take_turns(field, rounds, WAIT_COUNTS, "run", "wait"))


def measure_bulk(field: Field, rounds: int) -> Row:
    """Let all put many jobs in."""
    return BULK.judge(_take_turns(field, rounds, BULK_COUNTS, "delay_many"))


def measure_latency(field: Field, rounds: int) -> Row:
    """Measure how long jobs wait on an idle system."""
    samples: dict[str, list[float]] = {OURS: [], "queue_job": []}
    for _round in range(rounds):
        for name, seconds in samples.items():
            seconds += field[name].ask("latency", SAMPLES // rounds, PAUSE_S)
    middle_s, p95_s = _percentiles(samples[OURS])
    return Row(
        "commit to first line of the job, idle",
        {name: _write_latency(seconds) for name, seconds in samples.items()},
        f"{milliseconds(MEDIAN_S)}, p95 {milliseconds(P95_S)}",
        middle_s <= MEDIAN_S and p95_s <= P95_S,
    )


def _take_turns(field: Field, rounds: int, counts: dict, method: str, *words) -> dict:
    """Let each contestant do its part in each round, in a changing order."""
    answers = {name: [] for name in counts}
    for number in range(rounds):
        progress = Progress(f"{' '.join([method, *words])}, round {number + 1}")
        progress.start()
        names = list(counts) if number % 2 == 0 else list(reversed(counts))
        for name in names:
            more = [8] if "wait" in words and name in BY_NUMBER else []
            answers[name].append(field[name].ask(method, *words, counts[name], *more))
        progress.end()
    return answers


def _percentiles(seconds: list[float]) -> tuple[float, float]:
    return median(seconds), quantiles(seconds, n=20)[-1]


def _write_latency(seconds: list[float]) -> str:
    middle_s, p95_s = _percentiles(seconds)
    return f"{milliseconds(middle_s)}, p95 {milliseconds(p95_s)}"
