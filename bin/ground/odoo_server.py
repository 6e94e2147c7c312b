# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Odoo server process: start, wait, request and stop."""

import contextlib
import http.client
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ground.process import run, tail
from ground.say import StepFailed
from ground.workbench import Workbench

RUNNER = Path(__file__).parent / "inside" / "script_runner.py"
START_WAIT_S = 120
STOP_WAIT_S = 30
POLL_S = 0.1


@dataclass
class OdooServer:
    """A running Odoo."""

    process: subprocess.Popen
    port: int
    log: Path

    @property
    def url(self) -> str:
        """Return where a browser finds it."""
        return f"http://127.0.0.1:{self.port}"

    def answers(self) -> bool:
        """Tell whether it serves HTTP."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/web/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()

    def wait_until_it_answers(self) -> None:
        """Return when it serves HTTP; raise StepFailed when it died or hangs."""
        deadline = time.monotonic() + START_WAIT_S
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                state = self.process.poll()
                self.stop()
                raise StepFailed(
                    "start Odoo",
                    f"no answer on {self.url} (exit code {state}), its log ends:\n"
                    f"{read_end(self.log)}",
                    f"Read {self.log}, then run the command again.",
                )
            time.sleep(POLL_S)

    def stop(self) -> None:
        """Stop it as an admin would; kill it when it does not go."""
        self.process.terminate()
        try:
            self.process.wait(STOP_WAIT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(
    bench: Workbench,
    database: str,
    *arguments: str,
    log: Path,
    port: int | None = None,
    **variables: str,
) -> OdooServer:
    """Start Odoo on a database and return when it answers.

    ``variables`` become environment variables.
    """
    port = port or free_port()
    words = ["-d", database, "--http-port", str(port), "--logfile", str(log)]
    process = subprocess.Popen(
        bench.command(*words, *arguments),
        env=bench.environment(**variables),
        cwd="/",
    )
    server = OdooServer(process, port, log)
    server.wait_until_it_answers()
    return server


@contextlib.contextmanager
def serving(bench: Workbench, database: str, *arguments: str, **options) -> Iterator:
    """Give a running Odoo and stop it at the end."""
    server = start(bench, database, *arguments, **options)
    try:
        yield server
    finally:
        server.stop()


def install_addons(bench: Workbench, database: str, names: list[str]) -> None:
    """Install addons in a database."""
    words = ["-d", database, "-i", ",".join(names), "--stop-after-init", "--no-http"]
    step = f"install {', '.join(names)}"
    run(bench.command(*words), step, env=bench.environment())


def run_script(
    bench: Workbench, database: str, script: Path, *arguments: str, **variables: str
) -> str:
    """Run a Python file inside Odoo and return what it printed.

    The file is run as ``__main__`` with the names ``env`` (the superuser's, not
    committed unless the file does it) and ``sys.argv``. Odoo's log goes to standard
    error. ``variables`` become environment variables.
    """
    process = open_script(bench, database, script, *arguments, **variables)
    output, errors = process.communicate()
    if process.returncode:
        raise StepFailed(
            f"run {script.name} inside Odoo",
            f"it ended with {process.returncode}:\n{tail(errors)}",
            "Mend what it names, then run the command again.",
        )
    return output


def open_script(
    bench: Workbench, database: str, script: Path, *arguments: str, **variables: str
) -> subprocess.Popen:
    """Start a Python file inside Odoo, with pipes to talk to it line by line."""
    words = [bench.python, RUNNER, bench.odoo.parent, database, script, *arguments]
    return subprocess.Popen(
        [str(word) for word in words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=bench.environment(**variables),
        cwd="/",
    )


def free_port() -> int:
    """Return a TCP port on 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read_end(log: Path) -> str:
    """Return the last lines of a log."""
    return tail(log.read_text(errors="replace")) if log.exists() else "(no log)"
