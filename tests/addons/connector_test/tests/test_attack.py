# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Attack tests: no public method of a model gives away what is not the caller's."""

import json
from datetime import timedelta
from xmlrpc.client import Fault

from odoo import fields
from odoo.tests import tagged
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from .attack_calls import Call, is_added, mark_of
from .attack_case import AttackCase, Crash, Refusal, is_of_model, split_arguments
from .attack_matrix import AIMS, NEAR

QUIET = (
    *("odoo.sql_db", "odoo.models", "odoo.addons.base.models.ir_rule", "odoo.orm"),
    *("odoo.http", "odoo.addons.rpc.controllers.xmlrpc", "py.warnings"),
)
INTERNAL_ERROR = 500
# Odoo's XML-RPC says so of a call that went well and returns nothing.
WELL = "cannot marshal None"
APPLICATION_ERROR = 1


@tagged("post_install", "-at_install", "attack")
class TestAttack(AttackCase):
    maxDiff = None

    @mute_logger(*QUIET)
    def test_no_method_reads_or_changes_what_is_not_the_callers(self):
        calls = {name: forger.find_calls() for name, forger in self.forgers.items()}
        strikes = [(who, call) for who, scope in AIMS for call in calls[scope]]

        self.assertNothing(self.find_faults(strikes))

    @mute_logger(*QUIET)
    def test_no_field_is_read_or_changed_by_who_may_not(self):
        calls = {
            name: forger.find_field_calls() for name, forger in self.forgers.items()
        }
        strikes = [(who, call) for who, scope in AIMS for call in calls[scope]]

        self.assertNothing(self.find_faults(strikes))


@tagged("post_install", "-at_install", "attack")
class TestJudge(AttackCase):
    """Show that the attack can hit."""

    def test_change_by_a_line_that_is_too_wide_is_seen(self):
        self.open_to_all("connector.checkpoint.reason", perm_write=True)
        (id_, *_far) = self.ids_of["connector.checkpoint.reason"]
        vals = {"vals": {"sequence": 7}}
        call = Call("connector.checkpoint.reason", "write", [id_], vals)

        (fault,) = self.strike("employee", call, self.ask)

        self.assertIn(f"wrote connector_checkpoint_reason,{id_} [", fault)

    def test_mark_in_an_answer_is_seen(self):
        self.open_to_all("connector.queue.progress", perm_read=True)
        near, far = self.ids_of["connector.queue.progress"]
        call = Call("connector.queue.progress", "read", [near], {"fields": ["message"]})

        (fault,) = self.strike("employee", call, self.ask)
        refused = self.strike("employee", call._replace(ids=[far]), self.ask)

        self.assertIn("read zqnear-connector.queue.progress", fault)
        self.assertEqual(refused, [])  # there is a rule for companies

    def test_search_that_finds_a_mark_is_seen(self):
        self.open_to_all("connector.queue.progress", perm_read=True)
        mark = mark_of(NEAR, "connector.queue.progress")
        domain = {"domain": [["message", "ilike", mark]]}
        call = Call("connector.queue.progress", "search_count", [], domain, mark)

        (fault,) = self.strike("employee", call, self.ask)

        self.assertIn(f"found {mark}", fault)

    def open_to_all(self, model, **rights):
        """Give every employee a right on a model."""
        model_id = self.env["ir.model"]._get_id(model)
        group = self.env.ref("base.group_user")
        values = {"name": "wide", "model_id": model_id, "group_id": group.id}
        self.env["ir.model.access"].create({**values, **rights})
        self.env.flush_all()
        self._find_touched()
        self.env.cr.execute("SAVEPOINT attack")


@tagged("post_install", "-at_install", "attack")
class TestProtocols(AttackCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        tomorrow = fields.Datetime.now() + timedelta(days=1)
        keys = cls.env["res.users.apikeys"]
        cls.keys = {
            who: keys.with_user(user).sudo()._generate("rpc", "", tomorrow)
            for who, user in cls.users.items()
        }

    @mute_logger(*QUIET)
    def test_json2_gives_no_more_than_the_methods(self):
        self.assertNothing(self.find_faults(self.find_strikes(0), self.ask_json2))

    @mute_logger(*QUIET)
    def test_xmlrpc_gives_no_more_than_the_methods(self):
        self.assertNothing(self.find_faults(self.find_strikes(1), self.ask_xmlrpc))

    def find_strikes(self, start: int):
        """Give each method of the addon for each attacker, and of Odoo's every other.

        These are for the attackers in turn; the other protocol takes those between.
        """
        calls = {name: forger.find_calls() for name, forger in self.forgers.items()}
        turn = 0
        for call, other in zip(*calls.values(), strict=True):
            of_scope = dict(zip(calls, (call, other), strict=True))
            aims = AIMS
            if not is_added(self.env[call.model], call.method):
                turn += 1
                aims = [AIMS[turn // 2 % len(AIMS)]] if turn % 2 == start else []
            yield from ((who, of_scope[scope]) for who, scope in aims)

    def ask_json2(self, who, call):
        """Make a call by JSON-2; return the answer."""
        ids = {"ids": call.ids}
        if is_of_model(self.env[call.model], call.method):
            ids = {}
        answer = self.url_open(
            f"/json/2/{call.model}/{call.method}",
            data=json.dumps({**ids, **call.kwargs}),
            headers={
                "Authorization": f"bearer {self.keys[who]}",
                "Content-Type": "application/json",
            },
        )
        if answer.status_code == INTERNAL_ERROR:
            raise Crash(answer.text)
        if not answer.ok:
            raise Refusal(answer.text)
        return answer.text

    def ask_xmlrpc(self, who, call):
        """Make a call by XML-RPC; return the answer."""
        args, kwargs = split_arguments(self.env, call)
        caller = get_db_name(), self.users[who].id, self.keys[who]
        try:
            return repr(
                self.xmlrpc_object.execute_kw(
                    *caller, call.model, call.method, args, kwargs
                )
            )
        except Fault as fault:
            if WELL in fault.faultString:
                return ""
            if fault.faultCode == APPLICATION_ERROR:
                raise Crash(fault.faultString) from fault
            raise Refusal(fault.faultString) from fault
