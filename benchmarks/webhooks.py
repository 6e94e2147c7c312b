# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of webhooks beside a webhook rule of Odoo, on one server.

Run it with ``bin/bench webhooks [--events N] [--rounds N]``. A server with two worker
processes takes events from eight clients, for ours and for an automation rule of Odoo
in turn. Ours are stored and answered; in the last row a job process works at the same
time. It ends with 1 when ours takes less than 300 in a second, or p95 is over 50 ms.
"""

import argparse
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

from jobs_side.processor import processor_s
from side_by_side.table import write_lines

from ground import bench_ground, odoo_server
from ground.say import StepFailed, say

SIDE = Path(__file__).parent / "webhooks_side"
CLIENTS = 8
AT_LEAST = 300  # events in a second
AT_MOST_MS = 50.0  # the 95th of 100 answers
WARM_UP = 200
RIGHT = {"ours": "204", "theirs": "200"}
HEADER = (
    *("what", "events/s", "p50", "p95", "most", "processor each"),
    *("must reach", "verdict"),
)


def main() -> int:
    """Measure, print the table, and return 1 when ours falls short."""
    parser = argparse.ArgumentParser("bin/bench webhooks", description=__doc__)
    parser.add_argument("--events", type=int, default=3_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3, metavar="N")
    options = parser.parse_args()
    ours = bench_ground.prepare().ours
    addons = ["connector_test", "base_automation"]
    with (
        bench_ground.database(ours, "webhooks", addons) as name,
        TemporaryDirectory() as folder,
    ):
        script = SIDE / "inside.py"
        paths = json.loads(odoo_server.run_script(ours, name, script))
        log = Path(folder) / "log"
        alone = measure(ours, name, log, paths, options, workers=0)
        ours_alone = {"ours": paths["ours"]}
        worked = measure(ours, name, log, ours_alone, options, workers=1)
    rows = [
        make_row("stored and answered", alone["ours"], is_judged=True),
        make_row("webhook rule of Odoo", alone["theirs"]),
        make_row("ours while jobs work", worked["ours"]),
    ]
    print(write_lines([list(HEADER), *rows]))
    return 0 if is_met(alone["ours"]) else 1


def measure(bench, name, log, paths, options, workers: int) -> dict[str, list[dict]]:
    """Return what each side reached, round by round."""
    found: dict[str, list[dict]] = {side: [] for side in paths}
    arguments = ("--workers=2", "--max-cron-threads=0", "--log-level=warn")
    more = {"log": log, "CONNECTOR_WORKERS": str(workers)}
    with odoo_server.serving(bench, name, *arguments, **more) as server:
        for path in paths.values():
            ask(bench, server.port, path, WARM_UP)
        for number in range(options.rounds):
            for side, path in paths.items():
                say(f"round {number + 1}: {side}")
                before = used_s(name)
                told = ask(bench, server.port, path, options.events)
                told["processor"] = used_s(name) - before
                if told["statuses"] != {RIGHT[side]: options.events}:
                    raise StepFailed(
                        f"send events to {side}",
                        f"the answers were {told['statuses']}; the log ends:\n"
                        f"{odoo_server.read_end(log)}",
                        "Mend what it names, then run the command again.",
                    )
                found[side].append(told)
    return found


def ask(bench, port: int, path: str, count: int) -> dict:
    """Let the clients send events; return what they measured."""
    words = [SIDE / "clients.py", "127.0.0.1", port, path, count, CLIENTS]
    done = subprocess.run(
        [str(word) for word in [bench.python, *words]],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def used_s(name: str) -> float:
    """Return the processor seconds of the server and of PostgreSQL for it so far.

    Their processes have the name of the database in their titles.
    """
    pids = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if name.encode() in path.read_bytes():
                pids.append(int(path.parent.name))
    return processor_s(pids)


def rate(rounds: list[dict]) -> float:
    """Return the events in a second, of the round in the middle."""
    return median(len(one["ms"]) / one["seconds"] for one in rounds)


def percentile(rounds: list[dict], which: int) -> float:
    """Return the milliseconds within which so many of 100 answers came."""
    return median(quantiles(one["ms"], n=100)[which - 1] for one in rounds)


def is_met(rounds: list[dict]) -> bool:
    """Tell whether rate and 95th percentile are reached."""
    return rate(rounds) >= AT_LEAST and percentile(rounds, 95) <= AT_MOST_MS


def make_row(what: str, rounds: list[dict], is_judged: bool = False) -> list[str]:
    """Return a line of the table."""
    demand = f">= {AT_LEAST}/s, p95 <= {AT_MOST_MS:.0f} ms" if is_judged else ""
    verdict = ("met" if is_met(rounds) else "FALLS SHORT") if is_judged else ""
    return [
        what,
        f"{rate(rounds):.0f}",
        f"{percentile(rounds, 50):.1f} ms",
        f"{percentile(rounds, 95):.1f} ms",
        f"{max(max(one['ms']) for one in rounds):.0f} ms",
        f"{1000 * median(one['processor'] / len(one['ms']) for one in rounds):.2f} ms",
        demand,
        verdict,
    ]


if __name__ == "__main__":
    sys.exit(main())
