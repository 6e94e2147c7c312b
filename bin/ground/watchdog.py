# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Watchdog: ends the children of a process when that process is gone.

It reads a pipe whose last writer is the process: the pipe ends however that dies.
"""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path


class Watchdog:
    """Waits in a process of its own, and ends what was left when we are gone.

    Args:
        folder: removed then; a private cluster in its ``postgres`` is stopped before.
    """

    def __init__(self, folder: Path):
        self._process = subprocess.Popen(
            [sys.executable, __file__, folder],
            stdin=subprocess.PIPE,
            text=True,
            cwd="/",
            start_new_session=True,  # it outlives the group of who started it
        )

    def watch(self, group: int) -> None:
        """See that the processes of a group do not outlive us."""
        self._tell(f"+{group}")

    def forget(self, group: int) -> None:
        """Leave a group alone from now on: its processes have ended."""
        self._tell(f"-{group}")

    def dismiss(self) -> None:
        """Let it do its work now, and wait for it."""
        self._process.communicate()

    def _tell(self, line: str) -> None:
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


def main(folder: Path) -> None:
    """Wait for the end of the pipe, then end what was not forgotten."""
    groups = set()
    for line in sys.stdin:
        change = groups.add if line[0] == "+" else groups.discard
        change(int(line[1:]))
    for group in groups:
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
    _stop_cluster(folder / "postgres")
    shutil.rmtree(folder, ignore_errors=True)


def _stop_cluster(home: Path) -> None:
    sys.path[0] = str(Path(__file__).resolve().parent.parent)
    from ground.cache import partial_of
    from ground.cluster import Cluster

    for place in (home, partial_of(home)):
        Cluster(place, programs=Path()).stop("immediate")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
