# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Rows: our own time of an export, beyond that of the request and of Odoo's reading."""

from collections.abc import Iterator
from statistics import median

from jobs_side.contestants import Contestant
from jobs_side.row import OURS, Row, milliseconds

from ground.say import Progress

FLOOR = "floor"
AT_MOST_S = 0.001
KINDS = {
    "bench.parcel": "export of 1,000 changed records to a local server, own time",
    "bench.letter": "… of a model that goes both ways, on condition (If-Match)",
}


def measure_exports(ours: Contestant, rounds: int) -> Iterator[Row]:
    """Yield a row for each kind of model.

    Both send the same number of requests in turns; the difference of their processor
    times, that of the database included, is ours.
    """
    for model, what in KINDS.items():
        progress = Progress(what)
        progress.start()
        exported, sent = [], []
        for number in range(rounds):
            turns = [(exported, "export"), (sent, "send")]
            for answers, task in turns if number % 2 else reversed(turns):
                answers.append(ours.ask(task, model))
                progress.tick()
        progress.end()
        yield _row(what, exported, sent)


def _row(what: str, exported: list[dict], sent: list[dict]) -> Row:
    own = {
        clock: median(
            one[clock] - floor[clock] for one, floor in zip(exported, sent, strict=True)
        )
        for clock in ("wall", "cpu")
    }
    queries = median(one["queries"] for one in exported) / 1_000
    return Row(
        what,
        {
            OURS: f"{milliseconds(own['cpu'])}, {queries:.1f} queries each",
            FLOOR: milliseconds(median(one["cpu"] for one in sent)),
        },
        f"<= {milliseconds(AT_MOST_S)} by processor",
        own["cpu"] <= AT_MOST_S,
        f"{milliseconds(own['wall'])} more than {FLOOR}",
        f"{milliseconds(own['cpu'])} more than {FLOOR}",
    )
