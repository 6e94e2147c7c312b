# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from unittest import TestCase

from ground import cluster
from ground.process import is_alive

DEADLINE_S = 30

# Starts a server with a watchdog, tells its process, and waits for its own end.
OWNER = """\
import subprocess, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from ground import cluster, postgres
from ground.watchdog import Watchdog
folder = Path(sys.argv[2])
dog = Watchdog(folder)
own = cluster.Cluster(folder / "postgres", postgres.find_programs("initdb"))
own.create()
own.start()
sleeper = subprocess.Popen(["sleep", "1000"], start_new_session=True)
dog.watch(sleeper.pid)
print(own.pid(), sleeper.pid, flush=True)
sys.stdin.read()
"""


class TestWatchdog(TestCase):
    def setUp(self):
        self.folder = Path(tempfile.mkdtemp(prefix="connector_chaos_"))
        cluster.find_server()  # the user PostgreSQL runs as is there then
        self.owner = subprocess.Popen(
            [sys.executable, "-c", OWNER, Path(__file__).parents[2], self.folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd="/",
        )
        self.addCleanup(self.owner.communicate)
        line = self.owner.stdout.readline()
        self.server, self.sleeper = map(int, line.split())

    def test_nothing_outlives_a_process_that_was_killed(self):
        self.assertTrue(is_alive(self.server) and is_alive(self.sleeper))

        self.owner.kill()

        deadline = time.monotonic() + DEADLINE_S
        while self.folder.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertFalse(is_alive(self.server) or is_alive(self.sleeper))
        self.assertFalse(self.folder.exists())
