# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""A backend that sends webhooks; its contacts are files in a folder.

Servers that a test starts have its units as well. Each import leaves a line in the file
``imported``, in its transaction's order.
"""

import json
import os
from pathlib import Path

from odoo import fields, models

from odoo.addons.connector.api import (
    IDMissingInBackend,
    ImportMapper,
    PagedAdapter,
    RecordImporter,
    Webhook,
)

from .backend import service_2
from .flow_folder import kill_once

HOOKED = "connector.test.hooked"
HOOK_BACKEND = "connector.test.hook.backend"
MAY_DIE = "CONNECTOR_TEST_MAY_DIE"  # environment variable of such a server
KILL_STORED = "kill_when_stored"  # the event is committed, and nobody was woken
KILL_WOKEN = "kill_when_woken"  # the same, and the sender has no answer


class TestHookBackend(models.Model):
    _name = HOOK_BACKEND
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.backend"
    _description = "Test Sender"

    _backend_type = "connector_test"
    _webhooks = [
        Webhook("contact.*", HOOKED, id="data.id", event_id="event_id", occurred="at"),
        Webhook(
            "full.*",
            HOOKED,
            id="data.id",
            event_id="event_id",
            occurred="at",
            record="data",
        ),
    ]

    version = fields.Selection([("1", "1"), ("2", "2")], default="2")


class TestHooked(models.Model):
    _name = HOOKED
    # pylint: disable=consider-merging-classes-inherited
    _inherit = "connector.binding"
    _inherits = {"res.partner": "odoo_id"}
    _description = "Test Hooked Contact"
    _backend_model = HOOK_BACKEND


class WebhookThatMayDie(models.Model):
    _inherit = "connector.webhook"

    def _store(self, found, facts, body, kept):
        if MAY_DIE not in os.environ:
            return super()._store(found, facts, body, kept)
        name, _comma, id_ = found.backend.partition(",")
        folder = Path(self.env[name].sudo().browse(int(id_)).name)
        self.env.cr.postcommit.add(lambda: kill_once(folder, KILL_STORED))
        super()._store(found, facts, body, kept)
        self.env.cr.postcommit.add(lambda: kill_once(folder, KILL_WOKEN))
        return None


@service_2
class HookedAdapter(PagedAdapter):
    _model_name = HOOKED

    @property
    def folder(self):
        return Path(self.backend_record.name)

    def read(self, external_id):
        try:
            text = (self.folder / f"{external_id}.json").read_text()
        except FileNotFoundError as error:
            raise IDMissingInBackend(f"There is no {external_id!r}.") from error
        with (self.folder / "read").open("a") as file:
            file.write(f"{external_id}\n")
        return json.loads(text)


@service_2
class HookedMapper(ImportMapper):
    _model_name = HOOKED
    direct = [("name", "name"), ("mail", "email")]


@service_2
class HookedImporter(RecordImporter):
    _model_name = HOOKED

    def _after_import(self, binding):
        line = f"{self.external_id} {binding.name}\n"
        path = self.backend_adapter.folder / "imported"

        def leave_line():
            with path.open("a") as file:
                file.write(line)

        self.env.cr.postcommit.add(leave_line)
