# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Runs of other programs, with their output watched and failures reported."""

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from ground import cache
from ground.say import Progress, StepFailed

POLL_S = 0.05
TAIL_LINES = 15  # how much of a failed program's output is shown

TRY_AGAIN = "Mend what it names, then run the command again; it goes on from there."


def run(
    command: Sequence[str | Path],
    step: str,
    *,
    measure: Callable[[], str] | None = None,
    silent: bool = False,
    stays: bool = False,
    remedy: str = TRY_AGAIN,
    **options,
) -> str:
    """Run a program to its end and return what it printed.

    Args:
        command: program and arguments.
        step: what this does, as a verb and its object, shown to the user.
        measure: returns how far the step is, for the progress line.
        silent: do not announce the step (for the short ones).
        stays: the program leaves a server behind, which must not hold our locks.
        remedy: what the user can do when it fails.
        options: handed to ``subprocess.Popen``.

    Raises:
        StepFailed: the program is missing or ended with an error.
    """
    if not stays:
        options["pass_fds"] = (*options.get("pass_fds", ()), *cache.held_locks())
    progress = Progress(step, measure)
    if not silent:
        progress.start()
    with tempfile.TemporaryFile() as output:
        code = _watch(command, step, output, None if silent else progress, options)
        output.seek(0)
        text = output.read().decode(errors="replace")
    if code:
        why = f"{Path(command[0]).name} ended with {code}:\n{tail(text)}"
        raise StepFailed(step, why, remedy)
    return text


def tail(text: str, lines: int = TAIL_LINES) -> str:
    """Return the last lines of a program's output, without empty ones."""
    filled = [line.rstrip() for line in text.splitlines() if line.strip()]
    return "\n".join(filled[-lines:])


def is_alive(pid: int) -> bool:
    """Tell whether a process of that number runs (a zombie does not)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def clean_environment(**more: str) -> dict[str, str]:
    """Return the user's environment without what bends Python's imports."""
    bent = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "VIRTUAL_ENV")
    kept = {name: value for name, value in os.environ.items() if name not in bent}
    return {**kept, **more}


def _watch(command, step, output, progress, options) -> int:
    """Run the program until it ends, showing progress; return its exit code."""
    options.setdefault("env", clean_environment())
    # A working directory the program may surely read, whoever it runs as.
    options.setdefault("cwd", "/")
    try:
        child = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            **options,
        )
    except OSError as error:
        remedy = f"Install the program {command[0]}, then run the command again."
        raise StepFailed(step, str(error), remedy) from error
    try:
        while child.poll() is None:
            time.sleep(POLL_S)
            if progress:
                progress.tick()
    except BaseException:
        child.terminate()
        child.wait()
        raise
    if progress:
        progress.end()
    return child.returncode
