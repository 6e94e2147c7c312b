# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the delay before a dead job process is replaced."""

import os
from types import SimpleNamespace
from unittest import mock

from odoo.tests import BaseCase, tagged
from odoo.tools import mute_logger

from ..queue.server import hooks
from ..queue.server.hooks import RESPAWN_S, STABLE_S, Respawn
from ..queue.settings import Settings

SOON_S = STABLE_S / 2
HOOKS_LOG = "odoo.addons.connector.queue.server.hooks"


@tagged("post_install", "-at_install")
class TestRespawn(BaseCase):
    def setUp(self):
        super().setUp()
        self.now = 0.0
        clock = mock.Mock(monotonic=lambda: self.now)
        self.enterContext(mock.patch.object(hooks, "time", clock))
        self.respawn = Respawn(Settings(workers=1))

    def live(self, seconds: float) -> float:
        """Let a process work that long and die; return the pause of the next one."""
        self.respawn.workers[7] = None
        self.respawn.note_birth(7)
        self.now += self.respawn.pause_s + seconds
        self.respawn.note_death(7)
        return self.respawn.pause_s

    def test_process_is_missing_when_it_died(self):
        missing = [self.respawn.is_missing()]
        self.respawn.workers[7] = None
        missing.append(self.respawn.is_missing())
        self.respawn.note_death(7)
        missing.append(self.respawn.is_missing())

        self.assertEqual(missing, [True, False, True])

    def test_no_process_is_missing_when_there_shall_be_none(self):
        self.assertFalse(Respawn(Settings(workers=0)).is_missing())

    def test_next_one_works_at_once_after_one_that_worked_for_long(self):
        self.assertEqual(self.live(STABLE_S), 0)

    def test_pause_doubles_while_processes_die_soon(self):
        first_s, longest_s = RESPAWN_S

        pauses = [self.live(SOON_S) for _death in range(4)]

        self.assertEqual(pauses, [first_s, first_s * 2, first_s * 4, first_s * 8])

    def test_pause_never_exceeds_the_longest(self):
        pauses = [self.live(SOON_S) for _death in range(40)]

        self.assertEqual(max(pauses), RESPAWN_S[1])

    def test_pause_is_no_work(self):
        """Else the longest pause would pass for a long life."""
        self.respawn.pause_s = STABLE_S * 2

        self.assertEqual(self.live(SOON_S), STABLE_S * 4)

    def test_pause_ends_with_a_process_that_works_for_long(self):
        self.live(SOON_S)

        self.assertEqual(self.live(STABLE_S), 0)

    def test_death_of_another_process_changes_nothing(self):
        self.live(SOON_S)
        pause_s = self.respawn.pause_s

        self.respawn.note_death(8)

        self.assertEqual(self.respawn.pause_s, pause_s)


class Master:
    """A master of processes, as far as their ends matter."""

    def __init__(self):
        self.connector_respawn = Respawn(Settings(workers=1))
        self.popped = []

    def worker_pop(self, pid: int) -> None:
        """Forget a process."""
        self.popped.append(pid)
        hooks._forget_worker(self, pid)

    def fork(self, status: int, is_ours: bool = True) -> int:
        """Make a process that has ended with a status; return its id."""
        pid = os.fork()
        if not pid:
            os._exit(status)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
        if is_ours:
            self.connector_respawn.workers[pid] = SimpleNamespace()
            self.connector_respawn.note_birth(pid)
        return pid


@tagged("post_install", "-at_install")
class TestReap(BaseCase):
    """A status that Odoo takes as critical, of a process of ours and of another."""

    CRITICAL = 3

    def setUp(self):
        super().setUp()
        self.master = Master()
        self.late: list[int] = []  # processes that only Odoo sees

    def reap(self) -> None:
        """Do as Odoo does, which is not told whose process it is."""
        for pid in [self.late.pop(0)] if self.late else []:
            _pid, status = os.waitpid(pid, 0)
            if os.waitstatus_to_exitcode(status) == self.CRITICAL:
                raise ArithmeticError(pid)
            self.master.worker_pop(pid)

    def look(self) -> None:
        """Look which processes have ended."""
        with mute_logger(HOOKS_LOG):
            hooks._reap(lambda _master: self.reap(), self.master)

    def test_ours_may_end_with_any_status(self):
        pid = self.master.fork(self.CRITICAL)

        self.look()

        self.assertEqual(self.master.popped, [pid])
        self.assertEqual(self.master.connector_respawn.unreaped, set())

    def test_ours_may_end_while_odoo_looks(self):
        pid = self.master.fork(self.CRITICAL, is_ours=False)
        self.late = [pid]

        def see_it_first(_master):
            """See a process that has ended since we looked."""
            for one in self.late:
                self.master.connector_respawn.note_birth(one)
            self.reap()

        hooks._reap(see_it_first, self.master)

        self.assertEqual(self.master.popped, [pid])

    def test_others_are_left_to_odoo(self):
        self.late = [self.master.fork(self.CRITICAL, is_ours=False)]

        with self.assertRaises(ArithmeticError):
            self.look()

    def test_end_of_ours_that_odoo_saw_excuses_no_other(self):
        """It was seen, and forgotten, in the same turn."""
        ours = self.master.fork(0, is_ours=False)
        other = self.master.fork(self.CRITICAL, is_ours=False)

        self.late, births = [ours, other], [ours]

        def see_both(_master):
            """See the end of both since we looked."""
            while births:
                self.master.connector_respawn.note_birth(births.pop())
            self.reap()
            self.reap()

        with self.assertRaises(ArithmeticError):
            hooks._reap(see_both, self.master)

    def test_processes_of_the_master_before_a_reload_are_ours(self):
        with mock.patch.dict(os.environ, {hooks.OUTLIVED: "7 8"}):
            first, second = Respawn(Settings()), Respawn(Settings())

        self.assertEqual((first.unreaped, second.unreaped), ({7, 8}, set()))
