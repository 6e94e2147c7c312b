# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Units of version 2 of the test backend: members that go to a web server.

Servers that a test starts have them as well. The folder that is the name of the backend
has a file ``url``, and files ``takes_key`` and ``searches`` for what the web server can
do. A file ``kill_…`` kills the process that exports, once, as soon as it is there.
"""

from pathlib import Path

import requests

from odoo.addons.connector.api import (
    Binder,
    ExportMapper,
    PagedAdapter,
    RecordExporter,
)

from .backend import service_2
from .flow import MEMBER
from .flow_folder import kill_once

KILL_OPEN = "kill_open"  # the request is stored
KILL_SENT = "kill_sent"  # it is stored as sent, and was not sent
KILL_ANSWERED = "kill_answered"  # the answer has come
KILL_KNOWN = "kill_known"  # the answer is stored
KILL_BINDING = "kill_binding"  # the record is bound, not committed
KILL_BOUND = "kill_bound"  # that is committed, the job has not ended
KILLS = (KILL_OPEN, KILL_SENT, KILL_ANSWERED, KILL_KNOWN, KILL_BINDING, KILL_BOUND)
ANSWER_S = 20


def folder_of(unit) -> Path:
    return Path(unit.backend_record.name)


@service_2
class MemberAdapter(PagedAdapter):
    _model_name = MEMBER
    _find_after_s = 1

    @property
    def url(self):
        return (folder_of(self) / "url").read_text()

    @property
    def _takes_key(self):
        return (folder_of(self) / "takes_key").exists()

    @property
    def _find(self):
        return {"mail": "mail"} if (folder_of(self) / "searches").exists() else None

    @property
    def idempotency_key(self):
        return self.key

    @idempotency_key.setter
    def idempotency_key(self, key):
        """Take the key of a request that is stored, and about to be sent."""
        self.key = key
        kill_once(folder_of(self), KILL_OPEN)

    def create(self, data):
        kill_once(folder_of(self), KILL_SENT)
        headers = {"Idempotency-Key": self.key} if self.key else {}
        record = self.send("POST", json=data, headers=headers)
        kill_once(folder_of(self), KILL_ANSWERED)
        return record

    def write(self, external_id, data):
        return self.send("PATCH", external_id, json=data)

    def find(self, key):
        return self.send("GET", params=key)

    def send(self, method, path="", **options):
        url = f"{self.url}{path}"
        response = requests.request(method, url, timeout=ANSWER_S, **options)
        response.raise_for_status()
        return response.json()


@service_2
class MemberMapper(ExportMapper):
    _model_name = MEMBER
    direct = [("name", "name"), ("email", "mail")]


@service_2
class MemberBinder(Binder):
    _model_name = MEMBER

    def bind(self, external_id, binding_id):
        kill_once(folder_of(self), KILL_KNOWN)
        super().bind(external_id, binding_id)


@service_2
class MemberExporter(RecordExporter):
    _model_name = MEMBER

    def _after_export(self):
        folder = folder_of(self)
        kill_once(folder, KILL_BINDING)
        self.env.cr.postcommit.add(lambda: kill_once(folder, KILL_BOUND))
