# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/test``: run the tests of every addon here, and count them."""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Mapping

from ground import (
    browser,
    own_tests,
    peers,
    postgres_version,
    template,
    vendure_server,
)
from ground.addons import find_addons, find_dependencies
from ground.part_run import PartRun
from ground.say import Progress, StepFailed, say
from ground.test_report import Report
from ground.test_tags import Part, choose_parts
from ground.workbench import Workbench, prepare

POLL_S = 0.1
LANES = 2  # parts that run at the same time, where there are processors for them

# The tests tagged chaos, with more jobs for each fault.
LONG, SHORT = "chaos-long", "chaos"
LONG_JOBS = {"CHAOS_JOBS": "2000"}

DESCRIPTION = """\
Runs the tests of this addon and of every addon in examples/ in databases of their
own, at install and after it. What is missing is set up first. The last line is
"N passed, N failed"; a skipped test counts as failed, and nothing run is a failure.
"""
TAGS = """\
narrows the run: TestClass, TestClass.test_method, test_method, test_file.py, an addon
(connector_carddav), a tag (race, server, attack, chaos, browser, vendure), chaos-long
(chaos with 2,000 jobs for each fault), ground (these tools), or any piece of Odoo's
--test-tags ([-][tag][/addon][:Class][.method])
"""


def main(arguments: list[str]) -> int:
    """Run the tests that were asked for; return 0 when all of them passed."""
    parser = argparse.ArgumentParser("bin/test", description=DESCRIPTION)
    parser.add_argument("tags", nargs="*", metavar="TAG", help=TAGS)
    parser.add_argument("--log", action="store_true", help="show Odoo's log as it runs")
    parser.add_argument(
        "--postgres",
        metavar="N",
        help=f"major version of PostgreSQL ({', '.join(postgres_version.SUITES)}), "
        f"else that of {postgres_version.VARIABLE}, else the newest installed",
    )
    # A tag may begin with "-", which excludes it.
    options, others = parser.parse_known_args(arguments)
    postgres_version.choose_version(options.postgres)
    asked = [*options.tags, *others]
    tags = [SHORT if tag == LONG else tag for tag in asked if tag != own_tests.TAG]
    more = LONG_JOBS if LONG in asked else {}
    report = Report()
    if tags == [] or own_tests.TAG in asked:
        say("- test the tools")
        report.add(own_tests.run())
    parts = _plan(tags) if tags or not asked else []
    if parts:
        report.add(_run(parts, options.log, more))
    return _tell(report)


def _plan(tags: list[str]) -> list[Part]:
    """Return the parts to run, those of the addons with most tests first."""
    addons = sorted(find_addons(), key=lambda addon: -len(addon.test_files))
    names = {addon.name for addon in addons}
    try:
        return [part for addon in addons for part in choose_parts(addon, tags, names)]
    except ValueError as error:
        raise StepFailed("choose tests", str(error), "See bin/test --help.") from error


def _run(parts: list[Part], show_log: bool, more: Mapping[str, str]) -> Report:
    """Run the parts side by side, showing how far they are."""
    bench = prepare()
    more = {**more, **_set_up(bench, parts)}
    waiting, running, report = list(parts), [], Report()
    tests = {}  # part: how many have ended, how many of these failed

    def measure() -> str:
        tests.update({run.part: run.count_tests() for run in running})
        done, failed = map(sum, zip(*tests.values(), strict=True))
        return f"{done} tests" + (f", {failed} failed" if failed else "")

    progress = Progress(f"test {', '.join(part.name for part in parts)}", measure)
    progress.start()
    with contextlib.ExitStack() as left:
        left.callback(lambda: [run.close() for run in running])
        while waiting or running:
            while waiting and len(running) < min(LANES, os.cpu_count() or 1):
                run = PartRun(bench, waiting.pop(0), show_log)
                running.append(run)
                run.start(more)
            for run in [run for run in running if run.is_over()]:
                measure()
                report.add(run.report())
                running.remove(run)
                run.close()
            progress.tick()
            time.sleep(POLL_S)
    progress.end()
    report.fail_silent()
    return report


def _set_up(bench: Workbench, parts: list[Part]) -> dict[str, str]:
    """Set up what several parts need; return the variables that say where it is."""
    found = {}
    for addon in dict.fromkeys(part.addon for part in parts):
        modules = find_dependencies(addon)
        if browser.is_needed(addon):
            browser.ensure_browser()
        if vendure_server.is_needed(addon):
            found[vendure_server.VARIABLE] = str(vendure_server.find_vendure())
        beside = modules & set(peers.BESIDE)
        template.find_template(peers.put_beside(bench) if beside else bench, modules)
    return found


def _tell(report: Report) -> int:
    """Print figures, every failure and the last line; return the exit code."""
    for figure in report.figures:
        print(figure)
    for failure in report.failures:
        print(f"\n{failure.rstrip()}")
    if not report.passed and not report.failures:
        print("\nNo test was run. Name one that exists, see bin/test --help.")
    sys.stderr.flush()
    print(f"\n{report.last_line()}" if report.failures else report.last_line())
    return 0 if report.is_green else 1
