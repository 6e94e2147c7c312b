# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""What both webhooks need in the database; prints their paths as JSON.

Ours stores the event for a job. That of Odoo runs its action within the request, which
writes one contact: the least that a rule does to be of use.
"""

import json

NAME = "Theirs"

sender = env["connector.test.hook.backend"].create(  # noqa: F821 given by the runner
    {"name": "/nowhere", "flow_user_id": 1}
)
partner = env["res.partner"].create({"name": NAME})  # noqa: F821
model_id = env["ir.model"]._get_id("res.partner")  # noqa: F821
action = {
    "name": NAME,
    "model_id": model_id,
    "state": "code",
    "code": "env['res.partner'].create({'name': payload['data']['name']})",
}
rule = env["base.automation"].create(  # noqa: F821
    {
        "name": NAME,
        "model_id": model_id,
        "trigger": "on_webhook",
        "record_getter": f"model.browse({partner.id})",
        "action_server_ids": [(0, 0, action)],
    }
)
env.cr.commit()  # noqa: F821 the server is another process
print(
    json.dumps(
        {
            "ours": f"/connector/webhook/{sender.webhook_ids.token}",
            "theirs": f"/web/hook/{rule.webhook_uuid}",
        }
    )
)
