# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""How soon does a job process work that follows one that died?"""

from unittest import mock

from odoo.tests import BaseCase, tagged

from ..queue import hooks
from ..queue.hooks import RESPAWN_S, STABLE_S, Respawn
from ..queue.settings import Settings

SOON_S = STABLE_S / 2


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
