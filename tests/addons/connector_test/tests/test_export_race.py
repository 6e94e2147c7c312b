# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of exports of one record by several transactions (promise 2)."""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.api import CRUDAdapter, ExportMapper, RetryableJobError
from odoo.addons.connector.backend import BACKENDS, Backend
from odoo.addons.connector_test.models.flow import CONTACT

from .worker_case import WorkerCase

RACERS = 3
MEETING_S = 10


class TestSameExport(WorkerCase):
    """All have an open snapshot before one of them exports."""

    def setUp(self):
        super().setUp()
        self.patch(BACKENDS, "backends", set())
        backend = Backend("connector_test", version="1")
        self.meeting = threading.Barrier(RACERS)
        self.sent = sent = []

        @backend
        class RacedAdapter(CRUDAdapter):
            _model_name = CONTACT

            def create(self, data):
                sent.append(data["name"])
                return f"R{len(sent)}"

            def write(self, external_id, data):
                sent.append(data["name"])

        @backend
        class RacedMapper(ExportMapper):
            _model_name = CONTACT
            direct = [("name", "name")]

        env = self.open_env()
        values = {"name": "Race shop", "version": "1"}
        self.shop = env["connector.test.backend"].create(values)
        values = {"name": "Ada", "backend_id": self.shop.id}
        self.contact = env[CONTACT].create(values)
        env.cr.commit()
        self.addCleanup(self.delete_all)

    def delete_all(self):
        env = self.open_env()
        env[CONTACT].browse(self.contact.id).odoo_id.unlink()
        env["connector.test.backend"].browse(self.shop.id).unlink()
        env.cr.commit()

    def race(self) -> list[str]:
        """Export the contact in several transactions at once.

        Each runs again where it has to, as a job does.
        """
        with ThreadPoolExecutor(RACERS) as pool:
            calls = [pool.submit(self.call) for _number in range(RACERS)]
            return sorted(call.result() for call in calls)

    def call(self) -> str:
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT 1")
            self.meeting.wait(MEETING_S)
            return retrying(functools.partial(self.run_once, env), env)

    def run_once(self, env) -> str:
        """Export; what a job runs again later, Odoo does at once."""
        shop = env["connector.test.backend"].browse(self.shop.id)
        try:
            return shop.export_record(CONTACT, self.contact.id)
        except RetryableJobError as error:
            raise ConcurrencyError(str(error)) from error

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_new_record_is_created_there_once(self):
        results = self.race()

        self.assertEqual(results, ["created", *["unchanged"] * (RACERS - 1)])
        self.assertEqual(self.sent, ["Ada"])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_export_with_an_older_view_never_brings_back_old_values(self):
        """It began before the edit, and would send after the one that saw it."""
        self.rename_and_export("Ada")
        self.rename("Ada B.")
        with Registry(get_db_name()).cursor() as cr:
            old = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT 1")
            self.rename_and_export("Ada L.")

            outcome = retrying(functools.partial(self.run_once, old), old)

        self.assertEqual(outcome, "unchanged")
        self.assertEqual(self.sent, ["Ada", "Ada L."])

    def rename(self, name: str) -> None:
        env = self.open_env()
        env[CONTACT].browse(self.contact.id).odoo_id.name = name
        env.cr.commit()

    def rename_and_export(self, name: str) -> None:
        self.rename(name)
        env = self.open_env()
        shop = env["connector.test.backend"].browse(self.shop.id)
        shop.export_record(CONTACT, self.contact.id)
        env.cr.commit()
