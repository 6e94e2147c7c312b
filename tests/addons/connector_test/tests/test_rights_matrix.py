# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the rights of each group on each model, over the network."""

from contextlib import suppress
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.service.model import get_public_method
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .queue_case import JOB, insert_row
from .rights_case import BACKEND, RightsCase
from .rights_matrix import ACCESS, GROUPS, METHODS

SECRET = "swordfish"
FILE = "tests/addons/connector_test/tests/rights_matrix.py"
RANKS = {group: rank for rank, group in enumerate(GROUPS)}
QUIET = ("odoo.http", "odoo.sql_db", "odoo.models", "odoo.addons.base.models.ir_rule")


@tagged("post_install", "-at_install")
class TestMatrix(RightsCase):
    maxDiff = None

    def test_each_model_has_a_line(self):
        ours = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "connector" and not model._abstract
        }

        self.assertEqual(
            sorted(ours - ACCESS.keys()),
            [],
            f"Say in ACCESS of {FILE} what each group may do with these models, and "
            "in rights_case.py how a record of each is made.",
        )
        self.assertEqual(sorted(ACCESS.keys() - ours), [], "There are no such models.")

    def test_each_public_method_has_a_line(self):
        found = {
            name: methods
            for name in self.env.registry
            if (methods := find_public_methods(self.env[name]))
        }

        self.assertEqual(
            found,
            {name: set(methods) for name, methods in METHODS.items()},
            f"Say in METHODS of {FILE} who may call these methods over the network, "
            "or put @api.private on them.",
        )

    @mute_logger(*QUIET)
    def test_each_group_may_do_what_the_table_says_and_no_more(self):
        for group, user in self.users.items():
            self.log_in(group)
            for model, allowed in ACCESS.items():
                with self.subTest(group, model=model):
                    own, other = self.make(model, user), self.make(model, self.env.user)
                    seen = (
                        self.find_allowed(own, "rwcd"),
                        self.find_allowed(other, "rwd"),
                    )
                    expected = allowed.get(group, ("", ""))
                    self.assertEqual(seen, (expected[0], expected[1].replace("c", "")))

    def find_allowed(self, record, letters: str) -> str:
        """Return what the user may do with a record, of r, w, c and d."""
        calls = {
            "r": ("read", record.ids, ["display_name"]),
            "w": ("write", record.ids, {}),
            "c": ("create", [{}]),
            "d": ("unlink", record.ids),
        }
        return "".join(
            letter
            for letter in letters
            if not self.is_refused(record._name, *calls[letter])
        )

    @mute_logger(*QUIET)
    def test_each_public_method_is_refused_to_lesser_groups(self):
        for group, user in self.users.items():
            self.log_in(group)
            for model, methods in METHODS.items():
                for method, least in methods.items():
                    with self.subTest(group, model=model, method=method):
                        own = self.make(model, user)
                        refused = self.is_method_refused(own, method)
                        self.assertEqual(refused, RANKS[group] < RANKS[least])

    @mute_logger(*QUIET)
    def test_no_public_method_answers_lesser_groups_without_records(self):
        """A button pressed on nothing has nothing whose rights are looked at."""
        for group, user in self.users.items():
            self.log_in(group)
            for model, method in self.find_beyond(group):
                with self.subTest(group, model=model, method=method):
                    own = self.make(model, user)
                    self.assertFalse(self.is_method_answered(own, method))

    def find_beyond(self, group: str) -> list[tuple[str, str]]:
        """Return the public methods, with their models, that need more than a group."""
        return [
            (model, method)
            for model, methods in METHODS.items()
            for method, least in methods.items()
            if RANKS[group] < RANKS[least]
        ]

    @mute_logger(*QUIET)
    def test_who_may_not_write_channels_and_functions_empties_no_cache(self):
        """Whoever could call them over the network slowed all users down."""
        for group in ("portal", "employee", "user", "reviewer"):
            self.log_in(group)
            for model in ("connector.queue.channel", "connector.queue.function"):
                for call in (("write", [], {"name": "x"}), ("create", [{"name": "x"}])):
                    with (
                        self.subTest(group, model=model, call=call),
                        patch.object(type(self.env.registry), "clear_cache") as clear,
                    ):
                        self.is_refused(model, *call)
                        clear.assert_not_called()

    @mute_logger(*QUIET)
    def test_public_methods_are_refused_on_records_that_are_not_seen(self):
        self.log_in("user")
        for model in ("connector.checkpoint", JOB):
            other = self.make(model, self.env.user)
            for method in self.find_guarded(other):
                with self.subTest(model, method=method):
                    self.assertTrue(self.is_method_refused(other, method))


@tagged("post_install", "-at_install")
class TestJobIsSafe(RightsCase):
    """What a job does, as whom, and what became of it, is nobody's to write."""

    @mute_logger(*QUIET)
    def test_nobody_alters_a_job(self):
        for group, user in self.users.items():
            self.log_in(group)
            job = self.make(JOB, user)
            before = self.read_row(job)
            for method, *args in self.find_ways(job):
                with self.subTest(group, method=method, args=args):
                    self.try_to(method, *args)
                    self.assertEqual(self.read_row(job), before)

    def find_ways(self, job):
        """Give the calls by which somebody might alter a job."""
        for values in (
            {"payload": "[[], []]"},
            {"user_id": 1},
            {"func_name": "os.system"},
            {"model_name": "res.users"},
            {"method_name": "unlink"},
            {"state": "done"},
            {"company_id": False},
            {"context": {}},
        ):
            yield "write", JOB, job.ids, values
            yield "web_save", JOB, job.ids, values, {}
            for model in ("connector.queue.requeue", "connector.queue.reschedule"):
                yield "create", model, [{"job_ids": [(1, job.id, values)]}]
        yield "unlink", JOB, job.ids
        yield "load", JOB, [".id", "func_name"], [[str(job.id), "os.system"]]
        yield "create", "connector.queue.requeue", [{"job_ids": [(2, job.id)]}]

    @mute_logger(*QUIET)
    def test_nobody_makes_a_job(self):
        values = {"uuid": "x", "func_name": "os.system", "payload": "[[], []]"}
        values |= {"user_id": 1, "payload_version": 1, "channel_id": 1}
        for group in self.users:
            self.log_in(group)
            for method, *args in (
                ("create", JOB, [values]),
                ("copy", JOB, self.make(JOB, self.users[group]).ids),
                ("web_save", JOB, [], values, {}),
                ("create", "connector.queue.requeue", [{"job_ids": [(0, 0, values)]}]),
            ):
                with self.subTest(group, method=method, args=args):
                    before = self.env[JOB].search_count([])
                    self.try_to(method, *args)
                    self.assertEqual(self.env[JOB].search_count([]), before)

    @mute_logger(*QUIET)
    def test_key_of_json2_opens_no_more_than_a_session(self):
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        for group, user in self.users.items():
            self.log_in(group)
            job = self.make(JOB, user)
            is_reader = not self.is_refused(JOB, "read", job.ids, ["state"])
            keys = self.env["res.users.apikeys"].with_user(user).sudo()
            headers = {"Authorization": f"bearer {keys._generate('rpc', '', tomorrow)}"}
            before = self.read_row(job)
            for method, values, code in (
                ("read", {"fields": ["state"]}, 200 if is_reader else 403),
                ("write", {"vals": {"payload": "[[], []]"}}, 403),
                ("unlink", {}, 403),
            ):
                with self.subTest(group, method=method):
                    answer = self.url_open(
                        f"/json/2/{JOB}/{method}",
                        json={"ids": job.ids, **values},
                        headers=headers,
                    )
                    self.assertEqual(answer.status_code, code)
                    self.assertEqual(self.read_row(job), before)

    def try_to(self, method, model, *args):
        """Call a method; what counts is that nothing came of it."""
        with suppress(JsonRpcException):
            self.call(model, method, *args)

    def read_row(self, job):
        """Return the row of a job as the database has it."""
        self.env.cr.execute(
            "SELECT to_jsonb(job) FROM connector_queue_job AS job WHERE id = %s",
            [job.id],
        )
        return self.env.cr.fetchall()


@tagged("post_install", "-at_install")
class TestSecretIsSafe(RightsCase):
    READS = (
        ("read", ["api_key"]),
        ("web_read", {"api_key": {}}),
        ("export_data", ["api_key"]),
        ("copy_data",),
    )
    SEARCHES = (
        ("search_read", [], ["api_key"]),
        ("search", [("api_key", "=like", "s%")]),
        ("formatted_read_group", [], ["api_key"], []),
        ("web_search_read", [], {"api_key": {}}),
    )

    @mute_logger(*QUIET)
    def test_only_managers_read_a_secret(self):
        calls = [(name, self.backend.ids, *args) for name, *args in self.READS]
        for group in self.users:
            self.log_in(group)
            for call in (*calls, *self.SEARCHES):
                with self.subTest(group, call=call):
                    self.assertEqual(self.tells(*call), self.may_tell(group, call))

    def may_tell(self, group, call):
        """Tell whether a call tells its caller the secret, or whether it is right."""
        return group == "manager" and call[0] not in ("export_data", "copy_data")

    def tells(self, method, *args) -> bool:
        """Tell whether a call betrays the secret, in its answer or by having one."""
        try:
            answer = self.call(BACKEND, method, *args)
        except JsonRpcException:
            return False
        return SECRET in f"{answer}" or (method == "search" and bool(answer))


@tagged("post_install", "-at_install")
class TestCompanies(RightsCase):
    def setUp(self):
        super().setUp()
        there = self.env["res.company"].create({"name": "Elsewhere"})
        self.backend.company_id = there
        self.checkpoint = self.add_checkpoint(user_id=self.users["user"].id)
        self.job = self.make(JOB, self.users["user"])
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE connector_queue_job SET company_id = %s WHERE id = %s",
            [there.id, self.job.id],
        )
        about = {"job_id": self.job.id}
        start = {**about, "attempt": 1}
        self.of_job = [
            insert_row(self.env, "connector.queue.attempt", **start, state="failed"),
            insert_row(self.env, "connector.queue.progress", **about),
            insert_row(self.env, "connector.queue.cancel", **start),
        ]
        self.env.invalidate_all()

    @mute_logger(*QUIET)
    def test_nobody_reaches_jobs_and_checkpoints_of_another_company(self):
        for group in self.users:
            self.log_in(group)
            for record in (self.checkpoint, self.job, *self.of_job):
                with self.subTest(group, record=record):
                    self.assertEqual(self.find_reach(record), [])

    def find_reach(self, record) -> list[str]:
        """Return the calls that are not refused."""
        methods = [
            name
            for name in self.find_guarded(record)
            if not self.is_method_refused(record, name)
        ]
        is_read = not self.is_refused(record._name, "read", record.ids, ["id"])
        return methods + ["read"] * is_read


def find_public_methods(model) -> set[str]:
    """Return the methods that this addon adds to a model and RPC reaches."""
    package = "odoo.addons.connector."
    ours = [
        cls
        for cls in type(model).mro()
        if cls.__dict__.get("_module") == "connector"
        and cls.__dict__.get("_name") == model._name
        and cls.__module__.startswith(package)
    ]
    others = [
        cls for cls in type(model).mro() if not cls.__module__.startswith(package)
    ]
    known = {name for cls in others for name in vars(cls)}  # Odoo's, overridden or not
    names = {name for cls in ours for name in vars(cls)} - known
    return {name for name in names if _is_public(model, name)}


def _is_public(model, name: str) -> bool:
    try:
        get_public_method(model, name)
    except (AccessError, AttributeError):
        return False
    return True
