# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of the screens beside a million jobs and 100,000 checkpoints.

Run it with ``bin/bench screens [--jobs N] [--checkpoints N]``. It calls what the web
client calls, shows how PostgreSQL answers, and ends with 1 when a call takes a second
or reads a whole table.
"""

import argparse
import json
import sys
from pathlib import Path

from ground import bench_ground, odoo_server

INSIDE = Path(__file__).parent / "screens_side" / "inside.py"
AT_MOST_S = 1.0
WIDTH = 88  # of a line of a plan


def main() -> int:
    """Measure, print the table and the plans, and return 1 when one falls short."""
    parser = argparse.ArgumentParser("bin/bench screens", description=__doc__)
    parser.add_argument("--jobs", type=int, default=1_000_000, metavar="N")
    parser.add_argument("--checkpoints", type=int, default=100_000, metavar="N")
    options = parser.parse_args()
    ours = bench_ground.prepare().ours
    counts = [str(options.jobs), str(options.checkpoints)]
    with bench_ground.database(ours, "screens", ["connector_test"]) as name:
        told = json.loads(odoo_server.run_script(ours, name, INSIDE, *counts))
    for one in told:
        print(f"\n{one['what']}:")
        for line in one["plans"]:
            print(f"    {line[:WIDTH]}")
    print(f"\n| screen{'':34} | seconds | queries | whole tables read | verdict     |")
    print(f"| {'-' * 40} | ------- | ------- | ----------------- | ----------- |")
    for one in told:
        whole = ", ".join(one["whole"]) or "none"
        verdict = "met" if is_met(one) else "FALLS SHORT"
        print(
            f"| {one['what']:40} | {one['seconds']:7.3f} | {one['queries']:7}"
            f" | {whole:17} | {verdict:11} |"
        )
    return 0 if all(is_met(one) for one in told) else 1


def is_met(one: dict) -> bool:
    """Tell whether a screen is quick, and answered by indexes."""
    return one["seconds"] < AT_MOST_S and not one["whole"]


if __name__ == "__main__":
    sys.exit(main())
