# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/test``: run the tests of every addon here, and count them."""

import argparse
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path

from ground import browser, cache, own_tests, peers, postgres_version, template
from ground.addons import Addon, find_addons, find_dependencies
from ground.odoo_server import free_port, read_end
from ground.say import Progress, StepFailed, say
from ground.test_report import Report, count, read_events
from ground.test_tags import choose_tests
from ground.workbench import Workbench, prepare

TOLD = ("started", "figure")  # events that end no test
LAUNCHER = Path(__file__).parent / "inside" / "test_launcher.py"
SILENCE_S = 900  # no news from the tests for so long means that they hang
STOP_WAIT_S = 20
POLL_S = 0.1

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
(connector_carddav), a tag (race, server, attack, chaos, browser), chaos-long (chaos
with 2,000 jobs for each fault), ground (these tools), or any piece of Odoo's
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
    plan = _plan(tags) if tags or not asked else []
    if plan:
        bench = prepare()
        for addon, spec in plan:
            report.add(_test_addon(bench, addon, spec, options.log, more))
    return _tell(report)


def _plan(tags: list[str]) -> list[tuple[Addon, str]]:
    """Return the addons to test, each with its --test-tags."""
    addons = find_addons()
    names = {addon.name for addon in addons}
    try:
        chosen = [(addon, choose_tests(addon, tags, names)) for addon in addons]
    except ValueError as error:
        raise StepFailed("choose tests", str(error), "See bin/test --help.") from error
    return [(addon, spec) for addon, spec in chosen if spec]


def _test_addon(
    bench: Workbench,
    addon: Addon,
    spec: str,
    show_log: bool,
    more: dict[str, str],
) -> Report:
    """Run the tests of one addon in a database of its own."""
    if browser.is_needed(addon):
        browser.ensure_browser()
    modules = find_dependencies(addon)
    if modules & set(peers.BESIDE):
        bench = peers.put_beside(bench)
    with template.database(bench, "test", modules) as database:
        log = cache.folder("logs") / f"{database}_{addon.name}.log"
        events_file = log.with_suffix(".jsonl")
        scope = "all" if spec == choose_tests(addon, [], {addon.name}) else "some"
        command = [
            *(bench.python, LAUNCHER, bench.odoo.parent, events_file, addon.name),
            *(scope, "-d", database, "-i", addon.name, "--test-tags", spec),
            *("--http-port", free_port(), "--stop-after-init"),
        ]
        try:
            environment = bench.environment(**more)
            odoo = _start(environment, map(str, command), None if show_log else log)
            code = _watch(odoo, addon, events_file)
            report = count(read_events(events_file), code, read_end(log))
        finally:
            events_file.unlink(missing_ok=True)
    if report.is_green:
        log.unlink(missing_ok=True)
    elif not show_log:
        say(f"  the log: {log}")
    return report


def _start(
    environment: dict[str, str], command: Iterable[str], log: Path | None
) -> subprocess.Popen:
    """Start Odoo with its log in a file, or where our own output goes."""
    words = list(command)
    if log is None:
        return subprocess.Popen(words, env=environment, cwd="/")
    with open(log, "w") as output:
        return subprocess.Popen(
            words, env=environment, cwd="/", stdout=output, stderr=output
        )


def _watch(odoo: subprocess.Popen, addon: Addon, events_file: Path) -> int:
    """Wait for Odoo's end, showing how far the tests are; return its exit code."""

    def measure() -> str:
        ended = [e for e in read_events(events_file) if e["event"] not in TOLD]
        failed = sum(event["event"] in ("fail", "skip") for event in ended)
        return f"{len(ended)} tests" + (f", {failed} failed" if failed else "")

    progress = Progress(f"test {addon.name}", measure)
    progress.start()
    try:
        while odoo.poll() is None:
            if _silence_s(events_file, progress) > SILENCE_S:
                say(f"  nothing happened for {SILENCE_S} s: Odoo is stopped")
                odoo.kill()
            progress.tick()
            time.sleep(POLL_S)
    finally:
        _end(odoo)
    progress.end()
    return odoo.returncode


def _silence_s(events_file: Path, progress: Progress) -> float:
    """Return for how long no test has begun or ended, in seconds."""
    if events_file.exists():
        return time.time() - events_file.stat().st_mtime
    return time.monotonic() - progress.started


def _end(odoo: subprocess.Popen) -> None:
    """Make sure that Odoo is gone, so that its database can be dropped."""
    if odoo.poll() is None:
        odoo.terminate()
        try:
            odoo.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            odoo.kill()
            odoo.wait()


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
