# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of elevated rights in code, and of its use of values from others."""

from odoo import api
from odoo.exceptions import AccessError
from odoo.tools import mute_logger

from odoo.addons.connector.event import on_record_create
from odoo.addons.connector.queue.testing import run_jobs

from ..models.job import TRACE, end
from .checkpoint_case import CheckpointCase
from .queue_case import RUNNER_LOG, QueueCase

CHANNEL = "connector.queue.channel"
CHECKPOINT = "connector.checkpoint"
MAIL = """From: eve@evil.example
To: guarded@mine.example
Subject: root.forged
Message-Id: <forged@evil.example>

Make it.
"""


class GuardCase(CheckpointCase, QueueCase):
    def setUp(self):
        super().setUp()
        self.users = {
            "public": self.env.ref("base.public_user"),
            "portal": QueueCase.new_user(self, "a_portal", "base.group_portal"),
            "employee": self.new_user("an_employee"),
            "user": self.new_user("a_user", "group_connector_user"),
            "reviewer": self.new_user("a_reviewer", "group_connector_reviewer"),
        }
        self.boss = self.new_user("a_boss", "group_connector_manager")
        root = self.env.ref("connector.channel_root").id
        self.env[CHANNEL].create({"name": "zoo", "parent_id": root})
        self.makings = {
            CHECKPOINT: {"message": "a", "backend_id": self.backend_record.reference()},
            "connector.checkpoint.reason": {"name": "A", "code": "a"},
            "connector.checkpoint.repeat": {"checkpoint_id": self.add().id},
            CHANNEL: {"name": "a", "parent_id": root, "is_paused": True},
            "connector.queue.function": {"name": "a.b", "channel_id": root},
            "connector.relation": {"name": "a"},
            **self.make_link_values(),
            "connector.log": {
                "date": "2026-01-31 12:00:00",
                "kind": "message",
                "level": "info",
                "message": "a",
                "user_id": 1,
            },
        }

    def make_link_values(self) -> dict:
        """Return what a link and one of its sides are made of."""
        self.partner.set_link("guarded", 7)
        link = self.env["connector.link"].search([("relation_id.name", "=", "guarded")])
        relation = {"relation_id": link.relation_id.id}
        side = {"link_id": link.id, "system": "a", "model": "", "ref": "a"}
        return {
            "connector.link": relation,
            "connector.link.side": {
                **relation,
                **side,
                "ref_type": "str",
                "is_sole": True,
            },
        }

    def borrow(self, user, **context):
        """Return an environment of a user with all rights."""
        return self.env(user=user.id, su=True, context=context)


class TestBorrowedRights(GuardCase):
    @mute_logger("odoo.sql_db")
    def test_who_may_not_make_a_row_makes_none_by_borrowed_rights(self):
        for who, user in self.users.items():
            env = self.borrow(user)
            for model, values in self.makings.items():
                rows = env[model]
                known = rows.search([])
                names = list(values)
                texts = [str(values[name]) for name in names]
                ways = {
                    "create": lambda r=rows, v=values: r.create(v),
                    "defaults": lambda r=rows, v=values: r.with_context(
                        **{f"default_{name}": value for name, value in v.items()}
                    ).create({}),
                    "copy": lambda k=known: k[-1:].copy(),
                    "load": lambda r=rows, n=names, t=texts: self.load(r, n, t),
                    "mail": lambda r=rows, v=values: r.message_new({}, v),
                    "write": lambda k=known, v=values: k[-1:].write(v),
                }
                for way, make in ways.items():
                    with self.subTest(who, model=model, way=way):
                        self.assertRefused(make)
                        self.assertEqual(rows.search([]), known)

    def load(self, rows, names, texts):
        """Import a row as a person does a file; Odoo tells what went wrong."""
        answer = rows.load(names, [texts])
        if not answer["ids"]:
            raise AccessError(str(answer["messages"]))

    def assertRefused(self, make):
        """Somebody may not do that."""
        with self.assertRaises(AccessError), self.env.cr.savepoint():
            make()

    def test_who_may_make_a_row_makes_it_by_borrowed_rights(self):
        for model in (CHECKPOINT, "connector.checkpoint.reason", CHANNEL):
            with self.subTest(model):
                made = self.borrow(self.boss)[model].create(self.makings[model])
                self.assertTrue(made.exists())

    def test_row_of_another_company_is_refused_with_borrowed_rights(self):
        there = self.env["res.company"].create({"name": "Elsewhere"})
        backend = self.backend_record.copy({"company_id": there.id})
        values = {"message": "a", "backend_id": backend.reference()}

        self.assertRefused(lambda: self.borrow(self.boss)[CHECKPOINT].create(values))

    def test_user_changes_no_fact_of_an_own_checkpoint_by_borrowed_rights(self):
        user = self.users["user"]
        mine = self.add_other(user_id=user.id)

        theirs = mine.with_env(self.borrow(user))
        theirs.state = "reviewed"

        self.assertRefused(lambda: theirs.write({"message": "forged"}))

    def test_nobody_writes_by_borrowed_rights_without_a_user(self):
        env = api.Environment(self.env.cr, None, {}, su=True)

        self.assertRefused(lambda: env[CHANNEL].create(self.makings[CHANNEL]))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_mail_makes_no_channel_and_no_checkpoint(self):
        """The gateway creates as root for senders that nobody knows."""
        domain = self.env["mail.alias.domain"].create({"name": "mine.example"})
        for model in (CHANNEL, CHECKPOINT):
            known = self.env[model].search([])
            alias = self.env["mail.alias"].create(
                {
                    "alias_name": "guarded",
                    "alias_domain_id": domain.id,
                    "alias_model_id": self.env["ir.model"]._get_id(model),
                    "alias_defaults": repr(self.makings[model]),
                    "alias_contact": "everyone",
                }
            )
            with self.subTest(model), self.enter_registry_test_mode():
                self.assertRefused(
                    lambda: self.env["mail.thread"].message_process(None, MAIL)
                )
                self.assertEqual(self.env[model].search([]), known)
            alias.unlink()

    def test_reply_to_a_checkpoint_goes_into_its_chatter(self):
        checkpoint = self.add()

        checkpoint.message_update({"subject": "a"}, {"message": "forged"})

        self.assertFalse(checkpoint.message)


class TestOwnCode(GuardCase):
    """The framework writes for whoever works, as before."""

    def test_employee_adds_a_checkpoint_and_its_repeat(self):
        env = self.env(user=self.users["employee"].id)
        backend = self.backend_record.with_env(env)

        added = backend.sudo().add_checkpoint(message="Look!")
        self.env.flush_all()
        self.cr.precommit.data.clear()
        backend.sudo().add_checkpoint(message="Look!")

        self.env["connector.checkpoint.repeat"]._count()
        self.assertEqual(added.with_env(self.env).seen_count, 2)

    def test_defaults_of_a_client_make_no_channel_paused(self):
        """Odoo takes them out where rights are borrowed, not where they were before."""
        defaults = {"default_is_paused": True, "default_capacity": 1}
        env = self.borrow(self.users["portal"], **defaults)

        env[CHANNEL]._id_of("root.new.channel")

        channels = self.env[CHANNEL].search([("complete_name", "like", "root.new")])
        self.assertEqual(channels.mapped("is_paused"), [False] * 2)
        self.assertEqual(channels.mapped("capacity"), [0] * 2)

    def test_defaults_of_a_client_do_not_review_a_checkpoint(self):
        backend = self.backend_record.with_context(default_state="reviewed")

        checkpoint = backend.add_checkpoint(message="Look!")

        self.assertEqual(checkpoint.state, "need_review")

    def test_consumer_of_an_event_borrows_nothing_of_it(self):
        """It runs inside the create of the framework, with values of anybody."""
        seen = []

        def forge(session, _model_name, _record_id, _vals):
            try:
                session.env[CHANNEL].sudo().create(self.makings[CHANNEL])
            except AccessError as error:
                seen.append(error)

        on_record_create.subscribe(forge, model_names=CHECKPOINT)
        self.addCleanup(on_record_create.unsubscribe, forge, model_names=CHECKPOINT)
        env = self.env(user=self.users["employee"].id)

        self.backend_record.with_env(env).sudo().add_checkpoint(message="Look!")

        self.assertEqual(len(seen), 1)


class TestForgedRetry(GuardCase):
    """Resolve and retry: for a job that a connector linked, and nobody else."""

    def setUp(self):
        super().setUp()
        session = self.session_of(self.users["employee"])
        self.failed = self.job(end.delay(session, TRACE, "late", error="No tax"))
        with mute_logger(RUNNER_LOG):
            run_jobs(self.env)

    def test_nobody_links_a_job_to_a_checkpoint(self):
        """A manager of one company had the jobs of another run again."""
        values = {**self.makings[CHECKPOINT], "job_id": self.failed.id}
        for who, user in {**self.users, "manager": self.boss}.items():
            for env in (self.borrow(user), self.env(user=user.id)):
                checkpoints = env[CHECKPOINT]
                own = self.add_other(user_id=user.id).with_env(env)
                by_default = checkpoints.with_context(default_job_id=self.failed.id)
                for make in (
                    lambda one=checkpoints: one.create(values),
                    lambda one=by_default: one.create(self.makings[CHECKPOINT]),
                    lambda one=own: one.write({"job_id": self.failed.id}),
                ):
                    with self.subTest(who, su=env.su), self.assertRaises(AccessError):
                        make()

    def test_copy_has_no_job(self):
        checkpoint = self.add(job=self.failed.uuid)

        copy = checkpoint.with_user(self.boss).copy({"message": "another"})

        self.assertFalse(copy.job_id)

    def test_who_does_not_see_a_checkpoint_retries_nothing_by_borrowed_rights(self):
        checkpoint = self.add(job=self.failed.uuid)
        for who in ("public", "portal", "employee", "user"):
            theirs = checkpoint.with_env(self.borrow(self.users[who]))
            with self.subTest(who), self.assertRaises(AccessError):
                theirs.action_resolve_and_retry()
        self.assertEqual(self.failed.state, "failed")
