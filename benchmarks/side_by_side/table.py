# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Table of the results, with the verdict of each row.

Two Odoos take turns, so that what else the machine does disturbs both alike. A
ratio is the median of the ratios of the rounds. It is judged by processor time
where that was measured, which other programs disturb less than wall time.
"""

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

Answers = list[dict[str, float]]  # what one side measured, round by round
Round = dict[tuple[str, str], dict[str, float]]  # an answer for each side and task

HEADER = (
    *("what", "ours", "theirs", "times as quick", "by processor"),
    *("must reach", "verdict"),
)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Args:
        what: what is measured, in words.
        task: what ours is told to do.
        show: writes seconds in the unit of the row.
        their_task: what the peers are told, None for the same task, empty for none.
        quicker: we must be that many times as quick.
        at_most_s: seconds that ours may need.
        queries: database queries that ours may need.
    """

    what: str
    task: str
    show: Callable[[float], str]
    their_task: str | None = None
    quicker: float | None = None
    at_most_s: float | None = None
    queries: int | None = None

    @property
    def peer_task(self) -> str:
        """Return what the peers are told to do."""
        return self.task if self.their_task is None else self.their_task

    def must_reach(self) -> str:
        """Return the demand in words, empty when the row only informs."""
        if self.quicker:
            return f">= {self.quicker} times"
        if self.at_most_s:
            return f"<= {self.show(self.at_most_s)}"
        if self.queries:
            return "1 query" if self.queries == 1 else f"<= {self.queries} queries"
        return ""


@dataclass(frozen=True)
class Result:
    """A row with its figures."""

    row: Row
    ours: Answers
    theirs: Answers

    @classmethod
    def of(cls, row: Row, rounds: list[Round]) -> "Result":
        """Return a row with what was measured for it."""
        ours = [answers["ours", row.task] for answers in rounds]
        if not row.peer_task:
            return cls(row, ours, [])
        return cls(
            row, ours, [measured["theirs", row.peer_task] for measured in rounds]
        )

    def ratio(self, clock: str) -> float | None:
        """Return how many times as quick we are, by a clock; None if it is blind."""
        if not self.theirs or clock not in self.ours[0]:
            return None
        pairs = zip(self.ours, self.theirs, strict=True)
        # some machines count processor time in ticks, which a short task may miss
        ratios = [theirs[clock] / ours[clock] for ours, theirs in pairs if ours[clock]]
        return median(ratios) if ratios else None

    def is_met(self) -> bool:
        """Tell whether the row reaches what it must."""
        row = self.row
        if row.quicker:
            ratio = self.ratio("cpu") or self.ratio("wall")
            return ratio >= row.quicker
        if row.at_most_s:
            return self._seconds(self.ours) <= row.at_most_s
        if row.queries:
            return median(answer["queries"] for answer in self.ours) <= row.queries
        return True

    def cells(self) -> list[str]:
        """Return the line of the table."""
        verdict = "met" if self.is_met() else "FALLS SHORT"
        demand = self.row.must_reach()
        return [
            self.row.what,
            self._figure(self.ours),
            self._figure(self.theirs),
            self._times("wall"),
            self._times("cpu"),
            demand,
            verdict if demand else "",
        ]

    def _seconds(self, answers: Answers) -> float:
        """Return wall time, but processor time where that is judged."""
        is_judged_by_cpu = self.row.at_most_s and "cpu" in answers[0]
        clock = "cpu" if is_judged_by_cpu else "wall"
        return median(answer[clock] for answer in answers)

    def _times(self, clock: str) -> str:
        if self.row.at_most_s:
            return ""  # a difference may be nothing, and nothing has no ratio
        ratio = self.ratio(clock)
        return "" if ratio is None else f"{ratio:.2f}"

    def _figure(self, answers: Answers) -> str:
        if not answers:
            return ""
        figure = self.row.show(self._seconds(answers))
        if "queries" in answers[0]:
            count = median(answer["queries"] for answer in answers)
            figure += f", {count:,.0f} {'query' if count == 1 else 'queries'}"
        return figure


def per_second(count: int) -> Callable[[float], str]:
    """Return how to write the seconds of ``count`` items as items per second."""
    return lambda seconds: f"{count / seconds:,.0f}/s"


def per_call(count: int) -> Callable[[float], str]:
    """Return how to write the seconds of ``count`` calls as microseconds of one."""
    return lambda seconds: f"{seconds / count * 1e6:.2f} µs"


def in_total(seconds: float) -> str:
    """Write seconds as milliseconds."""
    return f"{seconds * 1e3:.1f} ms"


def write_table(results: list[Result]) -> str:
    """Return the table in Markdown."""
    return write_lines([list(HEADER), *(result.cells() for result in results)])


def write_lines(lines: list[list[str]]) -> str:
    """Return lines of cells, the first with the names of the columns, in Markdown."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    lines = [lines[0], ["-" * width for width in widths], *lines[1:]]
    return "\n".join(
        "| " + " | ".join(map(str.ljust, line, widths)) + " |" for line in lines
    )
