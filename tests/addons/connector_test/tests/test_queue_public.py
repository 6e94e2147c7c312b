# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of jobs that the public user or nobody delays.

The public user is archived in every database, and workers run nothing as an archived
user: a webhook or an order on the web site was answered with 200, and its job failed
for ever.
"""

from odoo import api
from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.connector.event import Event, on_record_write
from odoo.addons.connector.exception import InvalidUsageError
from odoo.addons.connector.magic import Magic
from odoo.addons.connector.queue.classic.job import Job
from odoo.addons.connector.queue.classic.storage import OpenERPJobStorage
from odoo.addons.connector.queue.graph import chain
from odoo.addons.connector.queue.job import job
from odoo.addons.connector.session import ConnectorSession

from ..models.backend_job import export_binding, import_partner
from ..models.job import TRACE, leave_trace
from .test_queue_backend import PARTNER, BackendJobCase

CATEGORY = "res.partner.category"
ROOT = "base.user_root"


@job(public_user=ROOT)
def note_visit(session, model_name, *facts):
    """Leave a trace of what the public user caused."""
    return session.env[TRACE].create({"name": f"{session.uid} {model_name}"}).name


@job(public_user="base.no_such_user")
def note_wrongly(_session, _model_name):
    """Be declared for a user who is none."""


class PublicCase(BackendJobCase):
    def setUp(self):
        super().setUp()
        self.public = self.env.ref("base.public_user")
        self.ada = self.new_user("ada")
        self.shop.flow_user_id = self.ada
        self.nobody = api.Environment(self.env.cr, None, {})
        self.visit = api.Environment(self.env.cr, self.public.id, {})

    def assert_runs_as(self, uuid: str, user, *words: str) -> None:
        """A job has a user, says why, and runs."""
        self.run_jobs()
        found = self.job(uuid)
        self.assertEqual((found.user_id, found.state), (user, "done"), found.exc_info)
        for word in words:
            self.assertIn(word, found.user_reason)

    def doors(self, env) -> dict:
        """Return each way to delay a job of the shop, by what it is called."""
        session = ConnectorSession.from_env(env)
        shop, binding = self.shop.with_env(env), self.binding.with_env(env)
        calls = PARTNER, self.shop.id, "7"
        return {
            "function": lambda: import_partner.delay(session, *calls),
            "bulk": lambda: import_partner.delay_many(session, PARTNER, [calls[1:]])[0],
            "by its binding": lambda: export_binding.delay(
                session, PARTNER, binding.id
            ),
            "method": lambda: shop.sudo().delayed().import_stock(),
            "binding": lambda: binding.sudo().delayed().export_partner(),
            "chain": lambda: chain(shop.sudo().delayable().import_stock()).delay()[0],
            "MAGIC": lambda: Magic(env).add_job(shop.sudo().import_stock)(),
            "storage": lambda: OpenERPJobStorage(session).enqueue(
                import_partner, args=calls
            ),
            "job by hand": lambda: self.store_by_hand(session, calls),
        }

    def store_by_hand(self, session, calls) -> str:
        made = Job(import_partner, args=calls)
        OpenERPJobStorage(session).store(made)
        return made.uuid


class TestPublicUser(PublicCase):
    def test_job_of_the_public_user_runs_as_the_user_of_its_backend(self):
        for name, delay in self.doors(self.visit).items():
            with self.subTest(name):
                self.assert_runs_as(
                    delay(), self.ada, "The public user", "the user of 'Shop'"
                )

    def test_job_of_nobody_runs_as_the_user_of_its_backend(self):
        for name, delay in self.doors(self.nobody).items():
            with self.subTest(name):
                self.assert_runs_as(delay(), self.ada, "Nobody delayed it")

    def test_job_is_refused_at_once_where_its_backend_has_no_user(self):
        self.shop.flow_user_id = False
        for env in (self.visit, self.nobody):
            for name, delay in self.doors(env).items():
                with self.subTest(name), self.assertRaises(InvalidUsageError) as caught:
                    delay()
                self.assertIn("Cannot delay", str(caught.exception))
                self.assertIn("'Shop' (connector.test.backend", str(caught.exception))
                self.assertIn("Set 'Run As'", str(caught.exception))
        self.assertFalse(self.jobs())

    def test_job_is_refused_at_once_where_it_has_no_backend(self):
        session = ConnectorSession.from_env(self.visit)
        with self.assertRaises(InvalidUsageError) as caught:
            leave_trace.delay(session, TRACE)

        self.assertIn("it has no user to run as", str(caught.exception))
        self.assertFalse(self.jobs())

    def test_function_declares_as_whom_it_runs_without_a_backend(self):
        for env in (self.visit, self.nobody):
            with self.subTest(env.uid):
                uuid = note_visit.delay(ConnectorSession.from_env(env), TRACE)
                self.assert_runs_as(uuid, self.env.ref(ROOT), f"as {ROOT}, which is")
        self.assertEqual(self.trace_names(), [f"1 {TRACE}"] * 2)

    def test_call_may_declare_it_too(self):
        session = ConnectorSession.from_env(self.visit)

        uuid = leave_trace.delay(session, TRACE, public_user=ROOT)

        self.assert_runs_as(uuid, self.env.ref(ROOT))

    def test_user_of_the_backend_goes_before_the_declared_one(self):
        shop = self.shop.with_env(self.visit).sudo()

        uuid = shop.delayed(public_user=ROOT).import_stock()

        self.assert_runs_as(uuid, self.ada)

    def test_declaration_gives_others_no_right(self):
        uuid = note_visit.delay(self.session_of(self.ada), TRACE)

        self.assertEqual(self.job(uuid).user_id, self.ada)
        self.assertFalse(self.job(uuid).user_reason)

    def test_declared_user_who_is_none_is_refused_by_name(self):
        with self.assertRaises(InvalidUsageError) as caught:
            note_wrongly.delay(ConnectorSession.from_env(self.visit), TRACE)

        self.assertIn("base.no_such_user", str(caught.exception))

    def test_archived_user_of_a_backend_is_refused_by_name(self):
        self.ada.active = False

        with self.assertRaises(InvalidUsageError) as caught:
            self.shop.with_env(self.visit).sudo().delayed().import_stock()

        self.assertIn("the user of 'Shop'", str(caught.exception))

    def test_other_archived_user_is_refused_at_once(self):
        user = self.new_user("bob")
        user.active = False
        session = self.session_of(user)

        with self.assertRaises(InvalidUsageError) as caught:
            import_partner.delay(session, PARTNER, self.shop.id, "7")

        self.assertIn("'bob'", str(caught.exception))
        self.assertIn("is archived", str(caught.exception))

    def test_public_user_who_is_active_runs_no_jobs_either(self):
        self.public.active = True

        uuid = self.shop.with_env(self.visit).sudo().delayed().import_stock()

        self.assert_runs_as(uuid, self.ada)

    def test_jobs_of_several_backends_run_as_their_own_users(self):
        bob = self.new_user("bob")
        self.other.flow_user_id = bob
        session = ConnectorSession.from_env(self.visit)
        ids = [self.shop.id, self.other.id, self.shop.id]

        uuids = import_partner.delay_many(
            session, PARTNER, [(one, str(place)) for place, one in enumerate(ids)]
        )

        users = [self.job(uuid).user_id for uuid in uuids]
        self.assertEqual(users, [self.ada, bob, self.ada])
        texts = [self.job(uuid).func_string for uuid in uuids]
        self.assertEqual(["'0'" in texts[0], "'2'" in texts[2]], [True, True])

    def test_job_works_in_the_company_of_the_backend_and_in_none_of_others(self):
        own, foreign = self.env["res.company"].create([{"name": "A"}, {"name": "B"}])
        self.ada.company_ids += own
        self.shop.company_id = own
        context = {"allowed_company_ids": foreign.ids, "active_test": False}
        shop = self.shop.with_env(self.visit).with_context(**context).sudo()

        found = self.job(shop.delayed().import_stock())

        self.assertEqual(found.company_id, own)
        self.assertEqual(found.context, {"allowed_company_ids": own.ids})

    def test_waiting_job_that_is_replaced_says_why_it_has_its_user(self):
        shop = self.shop.with_env(self.visit).sudo()
        options = {"identity_key": "stock", "mode": "replace"}
        uuid = self.shop.with_user(self.ada).delayed(**options).import_stock()
        self.assertFalse(self.job(uuid).user_reason)

        self.assertEqual(shop.delayed(**options).import_stock(), uuid)

        self.jobs().invalidate_recordset()
        self.assert_runs_as(uuid, self.ada, "The public user")


class TestPublicEvent(PublicCase):
    def setUp(self):
        super().setUp()
        self.category = self.env[CATEGORY].create({"name": "red"})

    def test_consumer_of_an_event_runs_as_it_declares(self):
        event = Event()
        event.subscribe(note_visit, moment="job")

        event.fire(ConnectorSession.from_env(self.visit), CATEGORY, 7)

        self.assert_runs_as(self.jobs().uuid, self.env.ref(ROOT))

    def test_writes_of_the_public_user_are_told_once(self):
        self.subscribe(on_record_write, note_visit, CATEGORY, moment="job")
        category = self.category.with_env(self.visit).sudo()

        category.write({"color": 1})
        category.write({"color": 2})

        self.assertEqual(len(self.jobs()), 1)
        self.assertIn("'color': 2", self.jobs().func_string)
        self.assert_runs_as(self.jobs().uuid, self.env.ref(ROOT))

    def test_event_without_a_user_is_refused_at_once(self):
        self.subscribe(on_record_write, leave_trace, CATEGORY, moment="job")

        with self.assertRaises(InvalidUsageError):
            self.category.with_env(self.visit).sudo().write({"color": 1})

    def test_action_of_a_webhook_adds_a_job_that_runs(self):
        """A rule's code has the rights to do all, and the public user all the same."""
        action = self.env["ir.actions.server"].create(
            {
                "name": "Webhook",
                "model_id": self.env["ir.model"]._get_id("connector.test.backend"),
                "state": "code",
                "code": f"action = {{'uuid': MAGIC.add_job("
                f"env['connector.test.backend'].browse({self.shop.id}).import_stock)()}}",
            }
        )

        found = action.with_env(self.visit).sudo().run()

        self.assert_runs_as(found["uuid"], self.ada)


class TestJobUser(BackendJobCase):
    """Who may let jobs run as whom."""

    def setUp(self):
        super().setUp()
        self.root = self.env.ref(ROOT)
        groups = "base.group_user,connector.group_connector_manager,"
        self.boss = self.new_user("boss", groups + "base.group_system")
        self.boss.group_ids -= self.env.ref("base.group_erp_manager")
        self.ada = self.new_user("ada", groups.rstrip(","))

    def test_user_takes_oneself_and_nobody_else(self):
        shop = self.shop.with_user(self.ada).sudo()
        shop.flow_user_id = self.ada
        for user in (self.root, self.boss):
            with self.subTest(user.login), self.assertRaises(AccessError) as caught:
                shop.flow_user_id = user
            self.assertIn(f"user {user.id}", str(caught.exception))
        self.assertEqual(self.shop.flow_user_id, self.ada)
        shop.flow_user_id = False

    def test_new_backend_has_no_other_user(self):
        backends = self.shop.with_user(self.ada).sudo().browse()
        vals = {"name": "New", "version": "1"}
        default = backends.with_context(default_flow_user_id=self.root.id)
        for given, extra in (
            (backends, {"flow_user_id": self.root.id}),
            (default, {}),
        ):
            with self.subTest(extra), self.assertRaises(AccessError):
                given.create({**vals, **extra})

    def test_copy_has_no_user(self):
        self.shop.flow_user_id = self.root

        self.assertFalse(self.shop.with_user(self.ada).sudo().copy().flow_user_id)

    def test_administrator_of_access_rights_takes_anybody(self):
        self.ada.group_ids += self.env.ref("base.group_erp_manager")

        self.shop.with_user(self.ada).sudo().flow_user_id = self.root

        self.assertEqual(self.shop.flow_user_id, self.root)


@tagged("post_install", "-at_install")
class TestPublicController(PublicCase, HttpCase):
    def test_job_of_a_request_without_login_runs_as_the_user_of_its_backend(self):
        for door in ("public", "none"):
            with self.subTest(door):
                answer = self.url_open(f"/connector_test/{door}/{self.shop.id}")

                self.assertEqual(answer.status_code, 200, answer.text)
                self.assert_runs_as(answer.text, self.ada)

    def test_request_without_login_fails_where_its_backend_has_no_user(self):
        self.shop.flow_user_id = False
        for door in ("public", "none"):
            with self.subTest(door), mute_logger("odoo.http"):
                answer = self.url_open(f"/connector_test/{door}/{self.shop.id}")

                self.assertEqual(answer.status_code, 500)
        self.assertFalse(self.jobs())
