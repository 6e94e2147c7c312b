# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Benchmark of the rate limit: job processes ask a server that takes so many a second.

Run it with ``bin/bench rate [--rate N] [--size N] [--processes N] [--seconds N]``. The
processes know nothing of the limit before: they learn it from its answers with 429.
"""

import argparse
import os
import sys
import time
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import rate_side
from jobs_side import contestants
from jobs_side.contestants import Ground
from rate_side.limited_server import LimitedServer

from ground.say import say

MINUTE_S = 60
SHARE = 0.9  # of the rate of the server that must be reached after the first minute
ALLOWED = {"CONNECTOR_PRIVATE_NETWORKS": "127.0.0.1"}


def measure(options: argparse.Namespace, limited: LimitedServer) -> float:
    """Let the processes work; return when they began."""
    with ExitStack() as stack:
        ground = stack.enter_context(contestants.open_ours("rate", "bench_rate"))
        ground = _allow_local(ground)
        folder = Path(rate_side.__file__).parent
        asking = stack.enter_context(
            contestants.script(ground, "asking", folder=folder)
        )
        count = int(options.rate * options.seconds * 2)
        asking.ask("delay", limited.url, count)
        stack.enter_context(contestants.workers(ground, asking, options.processes))
        while not limited.taken:
            time.sleep(0.01)
        begun = min(limited.taken)
        time.sleep(options.seconds)
        say(f"  jobs: {asking.ask('stop')}")
        return begun


def _allow_local(ground: Ground) -> Ground:
    """Let the processes ask a server on this machine."""
    server = ground.bench.server
    server = replace(server, environment={**server.environment, **ALLOWED})
    return replace(ground, bench=replace(ground.bench, server=server))


def tell(options: argparse.Namespace, limited: LimitedServer, begun: float) -> bool:
    """Print what the server took and refused by minute; return whether it is well."""
    print("| minute | answered | refused |")
    print("| ------ | -------- | ------- |")
    is_met = True
    for minute in range(options.seconds // MINUTE_S):
        start = begun + minute * MINUTE_S
        taken, refused = (
            sum(start <= one < start + MINUTE_S for one in times)
            for times in (limited.taken, limited.refused)
        )
        reached = taken / MINUTE_S
        print(f"| {minute + 1:>6} | {reached:>6.2f}/s | {refused:>7} |")
        if minute:
            is_met &= not refused and reached >= SHARE * options.rate
    demand = f"no refusal and >= {SHARE * options.rate:g}/s after the first minute"
    print(f"{demand}: {'met' if is_met else 'FALLS SHORT'}")
    print("Load of the machine: {:.1f}, {:.1f}, {:.1f}.".format(*os.getloadavg()))
    return is_met


def main() -> int:
    """Measure, print the table, and return 1 when it falls short."""
    parser = argparse.ArgumentParser("bin/bench rate", description=__doc__)
    parser.add_argument("--rate", type=float, default=10, help="of the server (10/s)")
    parser.add_argument("--size", type=float, default=10, help="of its bucket (10)")
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--seconds", type=int, default=180)
    options = parser.parse_args()
    limited = LimitedServer(options.rate, options.size)
    try:
        begun = measure(options, limited)
    finally:
        limited.stop()
    return 0 if tell(options, limited, begun) else 1


if __name__ == "__main__":
    sys.exit(main())
