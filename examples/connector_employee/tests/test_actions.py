# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of syncs in the code of actions."""

import json

from odoo.tests import HttpCase, tagged

from .common import EmployeeCase, make_card

FETCH = """\
cards = list(env["employee.book"].open().read_all())
result = MAGIC.sync_x2odoo(cards, "my_system_and_odoo_employee_rel", create=True)
MAGIC.log(str(result))
"""
HEAR = """\
MAGIC.sync_x2odoo(
    [payload], "my_system_and_odoo_employee_rel", create=True, update=True)
"""
OWN = """\
MAGIC.sync_x2odoo(
    [payload],
    {
        "relation": "shop_and_odoo_partner_rel",
        "x": {"get_ref": lambda x: x["id"]},
        "odoo": {
            "create": lambda x: env["res.partner"].create({"name": x["name"]}),
            "update": lambda partner, x: partner.write({"name": x["name"]}) and partner,
        },
    },
    create=True,
    update=True,
)
"""


@tagged("post_install", "-at_install")
class TestActions(EmployeeCase, HttpCase):
    def values(self, code, model="employee.book"):
        model_id = self.env["ir.model"]._get_id(model)
        return {"name": "Test", "model_id": model_id, "state": "code", "code": code}

    def webhook(self, code):
        """Return the path of a webhook that runs code."""
        rule = self.env["base.automation"].create(
            {
                "name": "Hear",
                "model_id": self.env["ir.model"]._get_id("employee.book"),
                "trigger": "on_webhook",
                "record_getter": "model.search([], limit=1)",
                "action_server_ids": [(0, 0, self.values(code))],
            }
        )
        return f"/web/hook/{rule.webhook_uuid}"

    def tell(self, path, payload):
        """Let the other system call a webhook."""
        answer = self.url_open(
            path, json.dumps(payload), headers={"Content-Type": "application/json"}
        )
        self.assertEqual((answer.status_code, answer.json()), (200, {"status": "ok"}))

    def test_server_action_syncs(self):
        self.book.write("Ada.vcf", make_card("Ada"))

        self.env["ir.actions.server"].create(self.values(FETCH)).run()

        self.assertEqual(self.find("Ada.vcf").name, "Ada")

    def test_scheduled_action_syncs(self):
        self.book.write("Bob.vcf", make_card("Bob"))
        cron = self.env["ir.cron"].create(self.values(FETCH))

        with self.enter_registry_test_mode():
            cron.method_direct_trigger()

        self.assertEqual(self.find("Bob.vcf").name, "Bob")

    def test_webhook_syncs_what_another_system_tells(self):
        path = self.webhook(HEAR)

        self.tell(path, {"ref": "eve.vcf", "text": make_card("Eve")})
        eve = self.find("eve.vcf")
        self.tell(path, {"ref": "eve.vcf", "text": make_card("Eve", "TITLE:Boss")})

        self.assertEqual((eve.name, eve.job_title), ("Eve", "Boss"))
        self.assertEqual(self.find("eve.vcf"), eve)

    def test_webhook_syncs_by_functions_of_its_own_code(self):
        path = self.webhook(OWN)

        for name in ("Ada", "Ada Lovelace"):
            self.tell(path, {"id": 7, "name": name})

        partner = self.env["res.partner"].search([("name", "like", "Ada")])
        self.assertEqual(partner.name, "Ada Lovelace")
        self.assertEqual(
            partner.search_links("shop_and_odoo_partner_rel").external, [7]
        )
