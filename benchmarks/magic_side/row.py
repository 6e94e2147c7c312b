# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Row of results, with its verdict.

Figures are medians of the rounds; a ratio is the median of the ratios of the rounds.
"""

from dataclasses import dataclass
from statistics import median

ITEMS = 1_000
QUERIES = 0.05  # for each item, at the most
SHARE = 0.7  # of the speed with few links, with many
COLUMNS = ["what", "ours", "peer", "times as quick", "must reach", "verdict"]


@dataclass(frozen=True)
class Result:
    """A line of the table."""

    cells: list[str]
    is_met: bool


@dataclass(frozen=True)
class Row:
    """A task that ours and the peer do.

    Args:
        what: what is measured, in words.
        task: what they are told to do.
        at_least: items in a second that ours must reach.
    """

    what: str
    task: str
    at_least: int

    def judge(self, measured: list[dict], many: int) -> list[Result]:
        """Return the lines for what was measured, with few links and with many."""
        ours, peer, large = (
            [answers[name, self.task] for answers in measured]
            for name in ("ours", "peer", "many")
        )
        rate, queries = _rate(ours), median(one["queries"] for one in ours)
        is_met = rate >= self.at_least and queries <= QUERIES
        demand = f"{self.at_least:,}/s, <= {QUERIES} queries"
        quick = f"{_ratio(peer, ours):.1f}"
        share = _ratio(ours, large)
        return [
            _result([self.what, _figure(ours), _figure(peer), quick, demand], is_met),
            _result(
                [
                    f"… with {many:,} links",
                    _figure(large),
                    "",
                    f"{share:.2f} of few links",
                    f">= {SHARE} of few links",
                ],
                share >= SHARE,
            ),
        ]


def _result(cells: list[str], is_met: bool) -> Result:
    return Result([*cells, "met" if is_met else "FALLS SHORT"], is_met)


def _rate(answers: list[dict]) -> float:
    return ITEMS / median(one["wall"] for one in answers)


def _ratio(slower: list[dict], quicker: list[dict]) -> float:
    pairs = zip(slower, quicker, strict=True)
    return median(one["wall"] / other["wall"] for one, other in pairs)


def _figure(answers: list[dict]) -> str:
    queries = median(one["queries"] for one in answers)
    savepoints = median(one["savepoints"] for one in answers)
    return (
        f"{_rate(answers):,.0f}/s, {queries:.3g} queries, {savepoints:.3g} savepoints"
    )
