# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What each demo needs around it: to be the only one, and to end as Ctrl-C does."""

import contextlib
import os
import signal
import socket
from collections.abc import Iterator

from ground import cache
from ground.say import StepFailed

LAST_PORT = 65535


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Make sure that no other demo works on the same database."""
    path = cache.folder("locks") / f"demo-{cache.repository_key()}"
    with open(path, "w") as file:
        if not cache.try_lock(file):
            why = "another one of this repository is running."
            raise StepFailed("run the demo", why, "Stop that one with Ctrl-C first.")
        yield


@contextlib.contextmanager
def interrupted_by_signals() -> Iterator[None]:
    """Let the end of a terminal or a plain ``kill`` stop everything as Ctrl-C does."""
    signals = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, _interrupt) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def check_port(port: int) -> None:
    """Raise StepFailed now rather than after the import."""
    if not 0 < port <= LAST_PORT:
        why = f"expected a number from 1 to {LAST_PORT}."
        raise StepFailed(f"serve Odoo on port {port}", why, "Choose another --port.")
    try:
        with socket.create_server(("127.0.0.1", port)):
            pass
    except OSError as error:
        raise StepFailed(
            f"serve Odoo on port {port}",
            f"{os.strerror(error.errno)}.",
            "Choose another --port, or leave it out to take a free one.",
        ) from error


def _interrupt(_number, _frame) -> None:
    raise KeyboardInterrupt
