# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Console output of the commands: progress and failures."""

import sys
import time
from collections.abc import Callable

LINE_EVERY_S = 10  # progress where nobody watches: a line now and then
REDRAW_EVERY_S = 0.3  # progress on a terminal: the same line again


class StepFailed(Exception):
    """A step of the set-up or of a command cannot be done.

    Args:
        step: what failed, as a verb and its object.
        why: what was seen, and what was expected.
        remedy: what the user can do next.
    """

    def __init__(self, step: str, why: str, remedy: str) -> None:
        super().__init__(f"Cannot {step}: {why.strip()}\n{remedy}")
        self.step = step
        self.why = why
        self.remedy = remedy


def say(line: str) -> None:
    """Print one line for the person who waits; standard output stays clean."""
    print(line, file=sys.stderr, flush=True)


class Progress:
    """Shows that a long step is alive: how long it runs and how far it is."""

    def __init__(self, step: str, measure: Callable[[], str] | None = None) -> None:
        self.step = step
        self.measure = measure
        self.started = time.monotonic()
        self.shown = self.started
        self.on_terminal = sys.stderr.isatty()

    def start(self) -> None:
        """Announce the step."""
        end = "" if self.on_terminal else "\n"
        print(f"- {self.step}", end=end, file=sys.stderr, flush=True)

    def tick(self) -> None:
        """Show how far the step is, when it is time to."""
        pause_s = REDRAW_EVERY_S if self.on_terminal else LINE_EVERY_S
        if time.monotonic() - self.shown < pause_s:
            return
        self.shown = time.monotonic()
        if self.on_terminal:
            print(f"\r\033[K- {self.step} {self._state()}", end="", file=sys.stderr)
            sys.stderr.flush()
        else:
            say(f"  … {self._state()}")

    def end(self) -> None:
        """Leave a whole line behind."""
        if self.on_terminal:
            say(f"\r\033[K- {self.step} {self._state()}")

    def _state(self) -> str:
        """Return the time spent and, where known, the part done."""
        spent = f"({time.monotonic() - self.started:.0f} s"
        part = self.measure() if self.measure else ""
        return f"{spent}, {part})" if part else f"{spent})"
