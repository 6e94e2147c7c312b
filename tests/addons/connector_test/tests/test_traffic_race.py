# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of processes that ask one server: its token, its rate, its outage."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from threading import Event

import requests

import odoo
from odoo.modules.registry import DummyRLock, Registry
from odoo.tests.common import _super_send, get_db_name

from odoo.addons.connector.tests.answering_server import AnsweringServer
from odoo.addons.connector.tests.common import RaceCase

from .http_case import ALLOWED, SWORDFISH, HttpBackendCase
from .test_oauth import LOGIN, TokenServer
from .test_oauth import MODEL as OAUTH
from .traffic_case import commit

RACER = Path(__file__).with_name("traffic_racer.py")
MODEL = "connector.test.http.backend"
DEADLINE_S = 60
RATE = 20
COUNT = 20  # requests of each process


class RacerCase(RaceCase):
    """A test with processes that ask the server of one backend."""

    def setUp(self):
        super().setUp()
        self.patch(Registry, "_lock", DummyRLock())  # Odoo holds it while tests run
        self.patch(requests.Session, "send", _super_send)
        HttpBackendCase.patch_environment(self, **{ALLOWED: "127.0.0.1"})
        self.env = self.open_env()

    def make_backend(self, model_name, server, **values):
        self.server = server
        self.addCleanup(server.stop)
        values = {"name": "Race", "url": f"{server.url}/shop", **values}
        backend = self.env[model_name].create(values)
        commit(self.env)
        self.addCleanup(self.env.cr.commit)
        self.addCleanup(backend.unlink)
        return backend

    def start(self, way, backend):
        """Return a process that has read the backend, and waits."""
        parent = str(Path(odoo.__path__[0]).parent)
        words = [sys.executable, str(RACER), way, backend.reference(), str(COUNT)]
        racer = subprocess.Popen(
            [*words, "-d", get_db_name()],
            env={**os.environ, "PYTHONPATH": parent},
            cwd="/",
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(racer.wait)
        self.addCleanup(racer.kill)
        self.assertEqual(racer.stdout.readline(), "ready: Race\n")
        return racer

    def go(self, racer):
        racer.stdin.write("go\n")
        racer.stdin.flush()

    def race(self, way, backend):
        """Let two processes begin at the same time; return what came of both."""
        racers = [self.start(way, backend), self.start(way, backend)]
        for racer in racers:
            self.go(racer)
        answers = [racer.communicate(timeout=DEADLINE_S)[0] for racer in racers]
        return [json.loads(answer) for answer in answers]

    def wait_for(self, is_true, what):
        deadline = time.monotonic() + DEADLINE_S
        while not is_true():
            self.assertLess(time.monotonic(), deadline, what)
            Event().wait(0.02)


class TestTokenOfProcesses(RacerCase):
    def test_two_processes_renew_a_token_once(self):
        """A second token would end the first one: both would throw out the other."""
        backend = self.make_backend(OAUTH, TokenServer(), **LOGIN)

        answers = self.race("ask", backend)

        self.assertEqual(answers, [[200] * COUNT] * 2)
        self.assertEqual(self.server.count, 1)


class TestRateOfProcesses(RacerCase):
    def test_two_processes_keep_one_rate_together(self):
        moments = []

        def answer(_asked):
            moments.append(time.monotonic())
            return {"ok": True}

        server = AnsweringServer()
        server.replies["/shop/a"] = answer
        backend = self.make_backend(
            MODEL, server, organizer="acme", token=SWORDFISH, rate=RATE
        )

        answers = self.race("ask", backend)

        self.assertEqual(answers, [[200] * COUNT] * 2)
        seconds = max(moments) - min(moments)
        self.assertGreater(seconds, 0.9 * (2 * COUNT - 1) / RATE)
        in_a_second = max(
            sum(start <= one < start + 1 for one in moments) for start in moments
        )
        self.assertLessEqual(in_a_second, RATE + 2)  # whose network was quicker


class TestProbeOfProcesses(RacerCase):
    def state(self):
        commit(self.env)
        self.env.cr.execute(
            "SELECT state FROM connector_traffic WHERE backend_id = %s",
            [self.backend.reference()],
        )
        return self.env.cr.fetchone()

    def test_probe_of_a_killed_process_is_taken_over(self):
        is_over = Event()
        self.addCleanup(is_over.set)
        server = AnsweringServer()
        server.replies["/shop/api/v1/acme/"] = lambda _asked: is_over.wait(DEADLINE_S)
        values = {"organizer": "acme", "token": SWORDFISH}
        self.backend = self.make_backend(MODEL, server, **values)
        self.env.cr.execute(
            "INSERT INTO connector_traffic (backend_id, state, opened_at, probe_count)"
            " VALUES (%s, 'open', now() AT TIME ZONE 'UTC', 0)",
            [self.backend.reference()],
        )
        commit(self.env)

        racer = self.start("probe", self.backend)
        self.go(racer)
        self.wait_for(lambda: server.asked, "no probe came")
        racer.kill()
        racer.wait()
        self.assertEqual(self.state(), ("half_open",))
        self.assertGreater(self.backend._probe(), 0)  # nobody else, for a while
        self.env.cr.execute(
            "UPDATE connector_traffic SET probe_until = probe_until - %s * interval"
            " '1 second' WHERE backend_id = %s",
            [DEADLINE_S * 10, self.backend.reference()],
        )
        commit(self.env)
        is_over.set()
        self.assertIsNone(self.backend._probe())

        self.assertEqual(self.state(), ("closed",))
