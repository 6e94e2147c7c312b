# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""``bin/mutate``: break each promise once and see its test fail."""

import argparse
import contextlib
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ground import cache
from ground.mutations import LISTS, Change, Mutation, Product, read_mutations
from ground.process import tail
from ground.say import StepFailed, say

NOT_COPIED = shutil.ignore_patterns(".git", "__pycache__", ".*_cache")
LONG_S = 300  # no test takes as long
LAST_LINE = re.compile(r"^(\d+) passed, (\d+) failed$", re.MULTILINE)

DESCRIPTION = """\
Applies the changes listed in tests/mutations/ one by one to a copy of this repository
and runs the test that guards the broken promise. The test must fail; a test that
passes guards nothing. Before that, all these tests pass in the unchanged copy. Ends
with 0 when every change was seen.
"""


def main(arguments: list[str]) -> int:
    """Apply the mutations that were asked for; return 0 when all were seen."""
    parser = argparse.ArgumentParser("bin/mutate", description=DESCRIPTION)
    parser.add_argument(
        "words",
        nargs="*",
        metavar="WORD",
        help="narrows the run to the list of that name; where there is none, to the "
        "mutations whose promise, definition or test contains the WORD",
    )
    mutations = _choose(parser.parse_args(arguments).words)
    with cache.only_one("break the promises"):
        copy = _copy_repository()
        product = Product(copy)
        changes = [(one, product.change(one)) for one in mutations]
        _expect_green(copy, mutations)
        unseen = [one for one, change in changes if not _is_seen(copy, one, change)]
        shutil.rmtree(copy)
    print(f"{len(mutations) - len(unseen)} seen, {len(unseen)} not seen")
    return 1 if unseen else 0


def _choose(words: list[str]) -> list[Mutation]:
    """Return the mutations that any of the words means; all without words."""
    found = read_mutations(cache.REPOSITORY)
    if words:
        lists = {one.list_name for one in found} & set(words)
        others = set(words) - lists
        found = [
            one
            for one in found
            if one.list_name in lists
            or any(word.lower() in _described(one) for word in others)
        ]
    if not found:
        remedy = f"Name a word of one in {LISTS}."
        raise StepFailed("choose mutations", f"none contains {words}.", remedy)
    return found


def _described(mutation: Mutation) -> str:
    """Return the text in which a word is looked for."""
    return f"{mutation.promise} {mutation.target} {mutation.test}".lower()


def _copy_repository() -> Path:
    """Return a fresh copy of the repository, at the same place each time."""
    copy = cache.folder("mutations", cache.repository_key()) / "repository"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(cache.REPOSITORY, copy, ignore=NOT_COPIED, symlinks=True)
    return copy


def _expect_green(copy: Path, mutations: list[Mutation]) -> None:
    """Run the guarding tests unharmed; raise StepFailed when one fails."""
    say("- run the tests on the unchanged copy")
    tests = sorted({one.test for one in mutations})
    passed, failed, output = _test(copy, *tests)
    if failed or passed < len(tests):
        why = f"{passed} of {len(tests)} passed:\n{tail(output, 40)}"
        raise StepFailed("run the tests on the unchanged copy", why, "Mend them first.")


def _is_seen(copy: Path, mutation: Mutation, change: Change) -> bool:
    """Tell whether the test fails when the promise is broken."""
    with _changed(change):
        _passed, failed, output = _test(copy, mutation.test)
    is_seen = bool(failed) and f".{mutation.test}" in output
    print(f"{'seen    ' if is_seen else 'NOT SEEN'} {mutation.promise}", flush=True)
    if not is_seen:
        print(f"         {mutation.target}, {mutation.test}\n{tail(output)}")
    return is_seen


@contextlib.contextmanager
def _changed(change: Change) -> Iterator[None]:
    """Break the promise inside the block."""
    change.file.write_text(change.after)
    try:
        yield
    finally:
        change.file.write_text(change.before)


def _test(copy: Path, *tests: str) -> tuple[int, int, str]:
    """Run tests of the copy; return how many passed and failed, and the output.

    What is broken may wait for ever: a test that takes too long is ended, and fails.
    """
    run = subprocess.Popen(
        [copy / "bin" / "test", *tests],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    )
    try:
        output, _errors = run.communicate(timeout=LONG_S * len(tests))
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGTERM)
        run.communicate()
        return 0, len(tests), "\n".join(f"It did not end: tests.{one}" for one in tests)
    counts = LAST_LINE.findall(output)
    passed, failed = map(int, counts[-1]) if counts else (0, 0)
    return passed, failed, output
