# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/bench``: run a benchmark in a prepared environment."""

import argparse
import subprocess
from pathlib import Path

from ground import bench_ground, cache
from ground.process import clean_environment
from ground.say import StepFailed

BENCHMARKS = cache.REPOSITORY / "benchmarks"

DESCRIPTION = """\
Runs benchmarks/NAME.py with Odoo's Python, once everything it measures is set up:
Odoo with this addon, Odoo with the peers (queue_job, component, component_event,
connector of the same series), procrastinate. What a benchmark can use is told in
bin/ground/bench_ground.py. Ends with the benchmark's exit code, which is not 0 when
a row falls short. Arguments after NAME are the benchmark's own.
"""


def main(arguments: list[str]) -> int:
    """Run the benchmark that was named; return its exit code."""
    names = _find_names()
    parser = argparse.ArgumentParser("bin/bench", description=DESCRIPTION)
    parser.add_argument("name", metavar="NAME", help=f"one of: {', '.join(names)}")
    parser.add_argument("rest", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.name not in names:
        raise StepFailed(
            f"run the benchmark {options.name!r}",
            f"there is no {BENCHMARKS / options.name}.py.",
            f"Name one of: {', '.join(names) or '(none is written yet)'}.",
        )
    python = bench_ground.prepare().ours.python
    path = str(Path(__file__).resolve().parent.parent)
    command = [python, BENCHMARKS / f"{options.name}.py", *options.rest]
    environment = clean_environment(PYTHONPATH=path, PYTHONDONTWRITEBYTECODE="1")
    return subprocess.run(command, env=environment, check=False).returncode


def _find_names() -> list[str]:
    """Return the benchmarks there are."""
    files = sorted(BENCHMARKS.glob("*.py"))
    return [file.stem for file in files if not file.name.startswith("_")]
