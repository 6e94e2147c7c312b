# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Chaos tests of exports whose process is killed (promise 2 of the flows)."""

import itertools
from pathlib import Path
from tempfile import TemporaryDirectory

from odoo.tests import tagged

from ..models.flow import MEMBER
from ..models.flow_export import KILL_ANSWERED, KILL_SENT, KILLS
from .chaos_case import PREFORK, ChaosCase
from .export_server import MemberServer

DEATHS = 20  # that a job survives


class KilledExportCase(ChaosCase):
    """A test with a member that goes to a web server."""

    knows_keys = False

    def setUp(self):
        super().setUp()
        self.web = MemberServer(self.knows_keys)
        self.addCleanup(self.web.stop)
        self.folder_there = Path(self.enterContext(TemporaryDirectory()))
        (self.folder_there / "url").write_text(self.web.url)
        env = self.open_env()
        values = {"name": str(self.folder_there), "version": "2"}
        self.backend = env["connector.test.backend"].create(values)
        values = {"name": "Ada", "email": "ada@example.com"}
        values["backend_id"] = self.backend.id
        self.member = env[MEMBER].create(values)
        self.partner_id = self.member.odoo_id.id
        env.cr.commit()
        self.addCleanup(self.delete_all)

    def delete_all(self):
        env = self.open_env()
        env[MEMBER].browse(self.member.id).odoo_id.unlink()
        backend = env["connector.test.backend"].browse(self.backend.id)
        env["connector.checkpoint"].search(
            [("backend_id", "=", backend.reference())]
        ).unlink()
        backend.unlink()
        env.cr.commit()

    def can(self, ability: str) -> None:
        """Let the adapter declare an ability of the web server."""
        (self.folder_there / ability).touch()

    def mark(self, name: str) -> Path:
        """Let the process be killed at a step; return the file that is gone then."""
        path = self.folder_there / name
        path.touch()
        return path

    def export(self) -> None:
        env = self.open_env()
        backend = env["connector.test.backend"].browse(self.backend.id)
        backend.delay_export_record(MEMBER, self.member.id, max_retries=DEATHS)
        env.cr.commit()

    def kill_at_each_step(self, steps) -> None:
        """Export; the process is killed at one step after the other."""
        self.start_server(*PREFORK)
        first = self.mark(steps[0])
        self.export()
        for mark, following in itertools.pairwise([first, *steps[1:], None]):
            path = mark if isinstance(mark, Path) else self.folder_there / mark
            self.wait_for(lambda one=path: not one.exists(), f"not killed: {mark}")
            if following:
                self.mark(following)
        self.wait_for(self.is_settled, "the export is not done")

    def find_binding(self) -> tuple:
        """Return external id, state and requests of the member, as committed."""
        rows = self.query(
            "SELECT external_id, sync_state FROM connector_test_member WHERE id = %s",
            self.member.id,
        )
        states = self.query(
            "SELECT state FROM connector_request WHERE binding_id = %s AND model = %s"
            " ORDER BY id",
            self.member.id,
            MEMBER,
        )
        return (*rows[0], [state for (state,) in states])

    def failures(self) -> list[tuple]:
        return self.query(
            "SELECT func_name, exc_info FROM connector_queue_job WHERE state = 'failed'"
        )


@tagged("chaos")
class TestKilledExport(KilledExportCase):
    knows_keys = True

    def test_backend_that_knows_keys_has_one_record_wherever_we_die(self):
        """The same values and the same key come each time."""
        self.can("takes_key")

        self.kill_at_each_step(KILLS)

        self.assertEqual(self.failures(), [])
        self.assertEqual(self.find_binding(), ("M1", "synced", ["bound"]))
        self.assertEqual(list(self.web.records), ["M1"])
        self.assertEqual(len(set(self.web.posts())), 1)
        self.assertEqual(self.count_deaths(), len(KILLS))
        self.facts.append(f"{len(KILLS)} kills, {len(self.web.posts())} requests")

    def test_edit_after_the_crash_goes_out_as_an_update(self):
        """What was stored is sent again first."""
        self.can("takes_key")
        self.web.on_create = self.rename
        self.start_server(*PREFORK)
        self.mark(KILL_ANSWERED)
        self.export()
        self.wait_for(self.is_settled, "the export is not done")

        self.assertEqual(self.failures(), [])
        methods = [method for method, _body, _key in self.web.requests]
        self.assertEqual(methods, ["POST", "POST", "PATCH"])
        self.assertEqual(len(set(self.web.posts())), 1)
        self.assertEqual(self.web.records["M1"]["name"], "Ada L.")
        self.assertEqual(self.find_binding(), ("M1", "synced", ["bound"]))

    def rename(self):
        """Edit the record while its request is on the way."""
        renamed = "UPDATE res_partner SET name = 'Ada L.' WHERE id = %s"
        self.query(renamed, self.partner_id)


@tagged("chaos")
class TestKilledExportWithSearch(KilledExportCase):
    def test_backend_that_can_be_searched_has_one_record_wherever_we_die(self):
        self.can("searches")

        self.kill_at_each_step(KILLS)

        self.assertEqual(self.failures(), [])
        self.assertEqual(self.find_binding(), ("M1", "synced", ["bound"]))
        self.assertEqual(list(self.web.records), ["M1"])
        self.assertEqual(len(self.web.posts()), 1)
        self.assertEqual(self.count_deaths(), len(KILLS))


@tagged("chaos")
class TestKilledExportWithQuestion(KilledExportCase):
    def test_backend_that_can_do_neither_is_not_asked_twice(self):
        """Whether it has the record nobody knows: a person is asked."""
        self.start_server(*PREFORK)
        for step, posts, begin in [
            (KILL_SENT, 0, self.export),
            (KILL_ANSWERED, 1, lambda: self.decide("action_was_not_created")),
        ]:
            with self.subTest(step=step):
                path = self.mark(step)
                begin()
                self.wait_for(lambda one=path: not one.exists(), "not killed")
                self.wait_for(self.is_settled, "the export is not done")

                external_id, state, requests = self.find_binding()
                self.assertEqual((external_id, state), (None, "error"))
                self.assertEqual(requests[-1], "unknown")
                self.assertEqual(len(self.web.posts()), posts)
                self.assertEqual(len(self.open_questions()), 1)

        self.decide("action_was_created", "M1")
        self.wait_for(self.is_settled, "the export is not done")
        bound = ("M1", "synced", ["dropped", "bound"])
        self.assertEqual(self.find_binding(), bound)
        self.assertEqual(len(self.web.records), 1)

    def decide(self, action: str, external_id: str | None = None) -> None:
        env = self.open_env()
        requests = env["connector.request"]
        request = requests.search([("state", "=", "unknown")])
        request.given_id = external_id
        getattr(request, action)()
        # the next export is to be killed before it runs
        if action == "action_was_not_created":
            self.mark(KILL_ANSWERED)
        env.cr.commit()

    def open_questions(self) -> list[tuple]:
        return self.query(
            "SELECT id FROM connector_checkpoint"
            " WHERE state = 'need_review' AND model = 'connector.request'"
        )
