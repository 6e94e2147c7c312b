# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Row of results, with its verdict.

The contestants take turns, so that what else the machine does disturbs all alike. A
ratio is the median of the ratios of the rounds. It is judged by processor time, that
of PostgreSQL included, which other programs disturb less than wall time; but by wall
time where ours and theirs run as many jobs at the same time in one process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from side_by_side.table import write_lines

OURS = "ours"
PEERS = ("floor", "procrastinate", "queue_job")
RESULTS = ("times as quick", "by processor", "must reach", "verdict")
Answers = dict[str, list[dict[str, float]]]  # of each contestant, round by round


@dataclass(frozen=True)
class Row:
    """A line of the table.

    Args:
        what: what is measured, in words.
        figures: what each contestant reached, in words.
        must_reach: the demand in words, empty when the row only informs.
        is_met: whether ours reaches it.
        ratios: how many times as quick as each we are, in words.
        cpu_ratios: the same by processor time.
    """

    what: str
    figures: dict[str, str]
    must_reach: str = ""
    is_met: bool = True
    ratios: str = ""
    cpu_ratios: str = ""

    def cells(self, names: Sequence[str]) -> list[str]:
        """Return the line of the table, with the figures of these contestants."""
        verdict = "met" if self.is_met else "FALLS SHORT"
        return [
            self.what,
            *(self.figures.get(name, "") for name in names),
            self.ratios,
            self.cpu_ratios,
            self.must_reach,
            verdict if self.must_reach else "",
        ]


@dataclass(frozen=True)
class Contest:
    """A row in which contestants run the same jobs.

    Args:
        what: what is measured, in words.
        times: we must be so many times as quick as some of the others.
        at_least: jobs in a second that ours must reach.
        queries: that ours may need.
        is_by_wall: the ratios are judged by wall time, not by that of the processors.
        is_alone: one process and its database backend do the work, one after the
            other: ``at_least`` is judged by the time of the processors as well, which
            is that on the wall of a machine that does nothing else.
    """

    what: str
    times: dict[str, float] = field(default_factory=dict)
    at_least: int = 0
    queries: int = 0
    is_by_wall: bool = False
    is_alone: bool = False

    def judge(self, answers: Answers) -> Row:
        """Return the line of the table for what was measured."""
        ratios = _ratios(answers, "wall")
        cpu_ratios = _ratios(answers, "cpu")
        judged = ratios if self.is_by_wall else {**ratios, **cpu_ratios}
        ours = answers[OURS]
        met = [judged[name] >= times for name, times in self.times.items()]
        met.append(self._rate_of(ours) >= self.at_least)
        if self.queries:
            met.append(median(one["queries"] for one in ours) <= self.queries)
        return Row(
            self.what,
            {name: _figure(rounds) for name, rounds in answers.items()},
            self._must_reach(),
            all(met),
            _write_ratios(ratios),
            _write_ratios(cpu_ratios, self._rate_of(ours) if self.is_alone else 0),
        )

    def _rate_of(self, ours: list[dict]) -> float:
        return _rate(ours, "cpu" if self.is_alone and _has(ours, "cpu") else "wall")

    def _must_reach(self) -> str:
        clock = " by the wall" if self.is_by_wall else ""
        words = [f"{times:g} x {name}{clock}" for name, times in self.times.items()]
        if self.at_least:
            words.append(f"{self.at_least:,}/s")
        if self.queries:
            words.append(f"<= {self.queries} queries")
        return ", ".join(words)


def write_table(rows: list[Row], peers: Sequence[str] = PEERS) -> str:
    """Return the table in Markdown, with a column for each peer."""
    names = [OURS, *peers]
    header = ["what", *names, *RESULTS]
    return write_lines([header, *(row.cells(names) for row in rows)])


def milliseconds(seconds: float) -> str:
    """Write seconds as milliseconds."""
    return f"{seconds * 1e3:.2f} ms"


def _ratios(answers: Answers, clock: str) -> dict[str, float]:
    """Return how many times as quick as each we are, by a clock that ran for all."""
    return {
        name: median(
            theirs[clock] / ours[clock]
            for ours, theirs in zip(answers[OURS], rounds, strict=True)
        )
        for name, rounds in answers.items()
        if name != OURS and _has(answers[OURS], clock) and _has(rounds, clock)
    }


def _has(rounds: list[dict], clock: str) -> bool:
    # the database server may be on another machine, whose processors we cannot see
    return all(one.get(clock) for one in rounds)


def _rate(rounds: list[dict], clock: str = "wall") -> float:
    return 1 / median(one[clock] for one in rounds)


def _figure(rounds: list[dict]) -> str:
    text = f"{_rate(rounds):,.0f}/s"
    if "queries" in rounds[0]:
        count = median(one["queries"] for one in rounds)
        text += f", {count:,.0f} {'query' if count == 1 else 'queries'}"
    return text


def _write_ratios(ratios: dict[str, float], rate: float = 0) -> str:
    words = [f"{ratio:.2f} {name}" for name, ratio in ratios.items()]
    return ", ".join([*words, f"{rate:,.0f}/s"] if rate else words)
