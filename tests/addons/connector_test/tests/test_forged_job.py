# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of forged jobs, made by another way than delaying a call."""

from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from ..models.job import TRACE, leave_trace
from .queue_case import JOB, QueueCase

FUNCTION = "odoo.addons.connector_test.models.job.leave_trace"
MAIL = """From: eve@evil.example
To: {to}
Subject: A job
Message-Id: <forged@evil.example>

Run it.
"""


class TestForgedJob(QueueCase):
    """Who has all rights, and values of somebody else, makes none."""

    def setUp(self):
        super().setUp()
        self.values = {
            "uuid": "forged",
            "func_name": FUNCTION,
            "model_name": TRACE,
            "payload": [[], []],
            "payload_version": 1,
            "user_id": 1,
            "channel_id": self.env.ref("connector.channel_root").id,
        }

    def forgers(self) -> dict:
        """Return an environment with all rights for each kind of user."""
        users = {
            "public": self.env.ref("base.public_user"),
            "portal": self.new_user("portal_forger", "base.group_portal"),
            "employee": self.new_user("employee_forger"),
            "user": self.new_user("user_forger", "connector.group_connector_user"),
            "manager": self.new_user("boss", "connector.group_connector_manager"),
            "root": self.env.ref("base.user_root"),
        }
        return {who: self.env(user=user.id, su=True) for who, user in users.items()}

    def ways(self, env, job):
        """Give the ways in which code makes records, by name."""
        jobs, values = env[JOB], self.values
        names, texts = zip(*[(k, str(v)) for k, v in values.items()], strict=True)
        data = {"xml_id": "connector.forged", "values": values, "noupdate": False}
        worker = env["connector.queue.worker"]
        yield "create", lambda: jobs.create(values)
        yield (
            "create by defaults",
            lambda: jobs.with_context(
                **{f"default_{name}": value for name, value in values.items()}
            ).create([{}]),
        )
        yield "copy", lambda: env[JOB].browse(job.id).copy({"uuid": "forged"})
        yield "name_create", lambda: jobs.name_create("forged")
        yield "data", lambda: jobs._load_records([data])
        yield "web_save", lambda: jobs.web_save(values, {})
        yield "mail", lambda: jobs.message_new({"subject": "a"}, values)
        yield "line", lambda: worker.create({"uuid": "w", "job_ids": [(0, 0, values)]})
        yield "import", lambda: self.load(jobs, names, texts)

    def load(self, jobs, names, texts):
        """Import a job as a person does a file; Odoo tells what went wrong."""
        answer = jobs.load(list(names), [list(texts)])
        if not answer["ids"]:
            raise AccessError(str(answer["messages"]))

    @mute_logger("odoo.sql_db")
    def test_nobody_makes_a_job_whatever_the_rights(self):
        known = self.job(leave_trace.delay(self.session, TRACE))
        for who, env in self.forgers().items():
            for name, make in self.ways(env, known):
                with self.subTest(who, way=name), self.assertRaises(AccessError):
                    with self.env.cr.savepoint():
                        make()
                self.assertEqual(self.jobs(), known)

    def test_refusal_says_what_to_do(self):
        with self.assertRaises(AccessError) as caught:
            self.env[JOB].create(self.values)

        self.assertIn("Delay one: records.delayed()", str(caught.exception))

    def test_nobody_makes_a_job_when_an_access_line_is_opened(self):
        eve = self.new_user("eve", "connector.group_connector_user")
        self.env["ir.model.access"].create(
            {
                "name": "open",
                "model_id": self.env["ir.model"]._get_id(JOB),
                **dict.fromkeys(
                    ("perm_create", "perm_read", "perm_write", "perm_unlink"), True
                ),
            }
        )
        known = self.job(leave_trace.delay(self.session_of(eve), TRACE))
        for name, make in self.ways(self.env(user=eve.id), known):
            with self.subTest(way=name), self.assertRaises(AccessError):
                with self.env.cr.savepoint():
                    make()
            self.assertEqual(self.jobs(), known)

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_mail_makes_no_job(self):
        """The gateway creates as root, with the values of the alias."""
        domain = self.env["mail.alias.domain"].create({"name": "mine.example"})
        self.env["mail.alias"].create(
            {
                "alias_name": "jobs",
                "alias_domain_id": domain.id,
                "alias_model_id": self.env["ir.model"]._get_id(JOB),
                "alias_defaults": repr(self.values),
                "alias_contact": "everyone",
            }
        )

        with self.enter_registry_test_mode(), self.assertRaises(AccessError):
            self.env["mail.thread"].message_process(
                None, MAIL.format(to="jobs@mine.example")
            )

        self.assertFalse(self.jobs())

    def test_server_action_makes_no_job(self):
        action = self.env["ir.actions.server"].create(
            {
                "name": "forge",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "state": "object_create",
                "crud_model_id": self.env["ir.model"]._get_id(JOB),
                "value": "forged",
            }
        )
        partner = self.env.user.partner_id

        with self.assertRaises(AccessError):
            action.with_context(active_model="res.partner", active_id=partner.id).run()

    def test_nobody_makes_or_alters_what_the_queue_writes_beside_jobs(self):
        for name in ("attempt", "edge", "progress", "cancel", "worker"):
            rows = self.env[f"connector.queue.{name}"]
            with self.subTest(name), self.assertRaises(AccessError):
                rows.create({})
            with self.subTest(name), self.assertRaises(AccessError):
                rows.browse(1).write({"job_id": 1})

    def test_borrowed_rights_alter_no_job_of_others(self):
        job = self.job(leave_trace.delay(self.session, TRACE))
        forgers = self.forgers()
        for who in ("public", "portal", "employee", "user"):
            theirs = job.with_env(forgers[who])
            for change in (
                lambda one=theirs: one.write({"priority": 1}),
                theirs.unlink,
            ):
                with self.subTest(who), self.assertRaises(AccessError):
                    change()

    def test_who_delayed_a_job_alters_it_by_borrowed_rights(self):
        ada = self.new_user("ada")
        job = self.job(leave_trace.delay(self.session_of(ada), TRACE))

        job.with_env(self.env(user=ada.id, su=True)).write({"priority": 1})

        self.assertEqual(job.priority, 1)
