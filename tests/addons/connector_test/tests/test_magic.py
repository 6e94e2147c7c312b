# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of MAGIC: its content, and the jobs that it adds."""

import inspect

from odoo.exceptions import UserError, ValidationError

from odoo.addons.connector.exception import (
    FailedJobError,
    InvalidUsageError,
    NothingToDoJob,
    RetryableJobError,
)
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.tests.test_download import CONTENT, Server
from odoo.addons.connector.wire.address import ALLOWED_PARAMETER

from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase


class TestMagic(QueueCase):
    def setUp(self):
        super().setUp()
        self.magic = Magic(self.env)

    def test_it_is_bound_to_its_environment(self):
        user = self.new_user("ada")

        magic = Magic(self.env(user=user.id))

        self.assertEqual(magic.env.uid, user.id)
        self.assertEqual(magic.user, user)

    def test_exceptions_are_those_of_odoo_and_the_queue(self):
        for error in (UserError, ValidationError, RetryableJobError, NothingToDoJob):
            with self.subTest(error=error):
                self.assertIs(getattr(self.magic, error.__name__), error)
        self.assertIs(self.magic.OSError, OSError)

    def test_signatures_of_the_sync_helpers_name_all_options(self):
        options = {"create": False, "update": False, "on_error": "raise", "delay": None}
        given = {
            "sync_odoo2x": ["src_list", "sync_info"],
            "sync_x2odoo": ["src_list", "sync_info"],
            "sync_external": ["src_list", "relation", "src_info", "dst_info"],
        }
        for helper, names in given.items():
            with self.subTest(helper=helper):
                parameters = inspect.signature(getattr(self.magic, helper)).parameters
                self.assertEqual([*parameters], [*names, *options])
                for name, default in options.items():
                    self.assertEqual(parameters[name].default, default)

    def test_tools_work(self):
        magic = self.magic

        self.assertEqual(magic.json.loads('{"a": [1]}'), {"a": [1]})
        self.assertEqual(magic.datetime.date(2026, 1, 2).isoformat(), "2026-01-02")
        self.assertEqual(magic.dateutil.parser.parse("2026-01-02").year, 2026)
        self.assertGreater(magic.time.time(), 0)
        self.assertEqual(str(magic.timezone("Europe/Brussels")), "Europe/Brussels")
        self.assertEqual(magic.b64decode(magic.b64encode(b"ab")), b"ab")
        self.assertEqual(magic.html2plaintext("<p>a</p>"), "a")
        self.assertEqual(magic.get_lang(self.env).code, "en_US")
        self.assertEqual(magic.AttrDict({"a": {"b": 1}}).a.b, 1)

    def test_url_of_the_own_network_is_read_once_a_manager_allowed_it(self):
        server = Server()
        self.addCleanup(server.stop)
        server.thread.start()
        url = f"http://127.0.0.1:{server.server_port}/file"
        magic = Magic(self.env(user=self.new_user("ada").id))

        with self.assertRaises(FailedJobError):
            magic.url2bin(url)
        self.env["ir.config_parameter"].set_param(ALLOWED_PARAMETER, "127.0.0.0/8")

        self.assertEqual(magic.url2bin(url), CONTENT)
        self.assertEqual(magic.b64decode(magic.url2base64(url)), CONTENT)
        with self.assertRaises(FailedJobError):
            magic.url2base64(url, max_bytes=10)


class TestAddJob(QueueCase):
    def setUp(self):
        super().setUp()
        self.magic = Magic(self.env)

    def test_function_becomes_a_job_with_its_options(self):
        uuid = self.magic.add_job(leave_trace, priority=3)("res.partner", name="a")
        self.run_jobs()

        self.assertEqual(self.job(uuid).priority, 3)
        self.assertEqual(self.trace_names(), ["a"])

    def test_bound_method_becomes_a_job_of_its_records(self):
        traces = self.traces.create([{"name": "a"}, {"name": "b"}])

        uuid = self.magic.add_job(traces.copy_as, description="Copy")("c")
        self.run_jobs()

        self.assertEqual(self.job(uuid).name, "Copy")
        self.assertEqual(self.trace_names(), ["a", "b", "c", "c"])

    def test_method_that_an_addon_overrides_becomes_a_job(self):
        trace = self.traces.create({"name": "a"})

        self.magic.add_job(trace.rename)("b")
        self.run_jobs()

        self.assertEqual(trace.name, "B")

    def test_job_runs_as_the_user_of_magic(self):
        user = self.new_user("ada", "base.group_user,base.group_system")

        uuid = Magic(self.env(user=user.id)).add_job(leave_trace)("res.partner")

        self.assertEqual(self.job(uuid).user_id, user)

    def test_what_is_no_job_is_refused_at_the_call(self):
        trace = self.traces.create({"name": "a"})
        cases = {
            "method without @job": trace.archive_quietly,
            "function without @job": len,
            "method that is not bound": type(trace).copy_as,
            "lambda": lambda session, model_name: None,
            "name": "leave_trace",
            "call that was made": trace.name,
            "nothing": None,
        }
        for name, func in cases.items():
            with self.subTest(name), self.assertRaises(InvalidUsageError):
                self.magic.add_job(func)

    def test_refusal_says_how_it_is_meant(self):
        expected = "is a str, expected a function or a method of records that is decl"
        with self.assertRaisesRegex(InvalidUsageError, expected):
            self.magic.add_job("leave_trace")

    def test_unknown_option_is_refused_at_the_call(self):
        for func in (leave_trace, self.env[TRACE].copy_as):
            with self.subTest(func=func):
                with self.assertRaisesRegex(InvalidUsageError, "unknown options 'prio"):
                    self.magic.add_job(func, prio=1)
