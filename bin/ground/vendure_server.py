# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Vendure: the shop server of the example, its tests and its demo, for Node.js."""

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from ground import cache, debian
from ground.addons import Addon
from ground.odoo_server import free_port, read_end
from ground.process import clean_environment, run
from ground.say import StepFailed

EXAMPLE = "connector_vendure"
VARIABLE = "VENDURE_HOME"  # where the tests of the example find the server
FILES = Path(__file__).parent / "vendure"
SERVER, EMPTY_SHOP = "server.js", "empty.sqlite"
OLDEST_NODE = 20
HOST = "127.0.0.1"
START_WAIT_S = 120
POLL_S = 0.1


def is_needed(addon: Addon) -> bool:
    """Tell whether tests of an addon ask a shop."""
    return addon.name == EXAMPLE


def find_vendure() -> Path:
    """Return the folder with the server and an empty shop, made when it is missing."""
    target = cache.folder("vendure") / _fingerprint()
    if not target.exists():
        with cache.only_one("install Vendure"):
            if not target.exists():
                _build(target)
    return target


def find_node() -> Path:
    """Return the program that runs the server, installed when there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        debian.install_packages(["nodejs", "npm"], "Vendure runs on it")
    node = Path(shutil.which("node") or "node")
    told = subprocess.run([node, "--version"], capture_output=True, text=True)
    found = re.match(r"v(\d+)", told.stdout)
    if not found or int(found[1]) < OLDEST_NODE:
        raise StepFailed(
            "run Vendure",
            f"{node} is of version {told.stdout.strip() or told.stderr.strip()}, "
            f"expected {OLDEST_NODE} or newer.",
            "Install a newer Node.js, then run the command again.",
        )
    return node


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Give the address of an empty shop that runs, and stop it at the end."""
    home, port = find_vendure(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="connector-demo-"))
    try:
        shop, log = folder / "shop.sqlite", folder / "log"
        shutil.copy(home / EMPTY_SHOP, shop)
        with open(log, "w") as output:
            process = subprocess.Popen(
                [find_node(), home / SERVER, shop, str(port)],
                cwd=home,
                env=clean_environment(),
                stdout=output,
                stderr=output,
            )
        try:
            _wait_until_it_answers(process, port, log)
            yield f"http://{HOST}:{port}"
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_it_answers(process: subprocess.Popen, port: int, log: Path) -> None:
    deadline = time.monotonic() + START_WAIT_S
    while not _answers(port):
        if process.poll() is not None or time.monotonic() > deadline:
            raise StepFailed(
                "start the shop",
                f"no answer on port {port} (exit code {process.poll()}), its log ends:"
                f"\n{read_end(log)}",
                "Run the command again.",
            )
        time.sleep(POLL_S)


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/health")
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False


def _build(target: Path) -> None:
    """Install the packages, and make a shop with taxes, shipping and payment."""
    node = find_node()
    with cache.build_folder(target) as folder:
        for file in FILES.iterdir():
            shutil.copy(file, folder)
        run(
            ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"],
            "install Vendure, which takes a minute or two",
            cwd=folder,
            env=_npm_environment(node),
            measure=lambda: f"{_count_packages(folder)} packages",
            remedy="Check the network and npm's configuration, then run it again.",
        )
        run(
            [node, SERVER, folder / EMPTY_SHOP, "populate"],
            "make an empty shop",
            cwd=folder,
        )


def _npm_environment(node: Path) -> dict[str, str]:
    """Return the environment of npm: the database library is compiled where it must.

    The headers beside Node.js are those that it was made with; without them npm would
    fetch them from elsewhere.
    """
    prefix = node.resolve().parent.parent
    if not (prefix / "include/node/node.h").exists():
        return clean_environment()
    return clean_environment(npm_config_nodedir=str(prefix))


def _fingerprint() -> str:
    """Return a short name for the packages, the server and the Node.js they are for."""
    files = sorted(FILES.iterdir())
    made_of = b"".join(file.read_bytes() for file in files)
    node = os.path.realpath(find_node())
    version = subprocess.check_output([node, "--version"])
    return hashlib.sha256(made_of + version).hexdigest()[:12]


def _count_packages(folder: Path) -> int:
    """Return how many packages npm has put in place."""
    return len(list(folder.glob("node_modules/*/package.json")))
