# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of workers that import the same records (promise 1 of the flows)."""

import functools
import threading
from concurrent.futures import ThreadPoolExecutor

from odoo import SUPERUSER_ID, api
from odoo.exceptions import ConcurrencyError
from odoo.modules.registry import Registry
from odoo.service.model import retrying
from odoo.tests.common import get_db_name
from odoo.tools import mute_logger

from odoo.addons.connector.api import (
    ImportMapper,
    ListAdapter,
    RetryableJobError,
)
from odoo.addons.connector.backend import BACKENDS, Backend
from odoo.addons.connector_test.models.flow import CONTACT

from .worker_case import WorkerCase

RACERS = 3
RECORDS = 40
MEETING_S = 10


class TestSamePage(WorkerCase):
    """All have an open snapshot before one of them creates."""

    def setUp(self):
        super().setUp()
        self.patch(BACKENDS, "backends", set())
        backend = Backend("connector_test", version="1")
        self.meeting = threading.Barrier(RACERS)

        @backend
        class RacedAdapter(ListAdapter):
            _model_name = CONTACT

            def list_records(self):
                return [
                    {"id": f"C{number}", "name": f"Contact {number}"}
                    for number in range(RECORDS)
                ]

        @backend
        class RacedMapper(ImportMapper):
            _model_name = CONTACT
            direct = [("name", "name")]

        env = self.open_env()
        values = {"name": "Race shop", "version": "1"}
        self.shop = env["connector.test.backend"].create(values)
        env.cr.commit()
        self.addCleanup(self.delete_contacts)

    def delete_contacts(self):
        env = self.open_env()
        contacts = env[CONTACT].search([("backend_id", "=", self.shop.id)])
        contacts.odoo_id.unlink()
        env["connector.test.backend"].browse(self.shop.id).unlink()
        env.cr.commit()

    def race(self, method: str, *args) -> list[str]:
        """Call a method of the backend in several transactions at once.

        Each runs again where it has to, as a job or a request does.
        """
        with ThreadPoolExecutor(RACERS) as pool:
            calls = [pool.submit(self.call, method, *args) for _n in range(RACERS)]
            return sorted(call.result() for call in calls)

    def call(self, method: str, *args) -> str:
        with Registry(get_db_name()).cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            cr.execute("SELECT 1")
            self.meeting.wait(MEETING_S)
            return retrying(functools.partial(self.run_once, env, method, *args), env)

    def run_once(self, env, method: str, *args) -> str:
        """Call a method; what a job runs again later, Odoo does at once."""
        shop = env["connector.test.backend"].browse(self.shop.id)
        try:
            return getattr(shop, method)(*args)
        except RetryableJobError as error:
            raise ConcurrencyError(str(error)) from error

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_page_of_many_transactions_is_in_once(self):
        results = self.race("import_page", CONTACT)

        self.assertEqual(self.count_contacts(), (RECORDS, RECORDS))
        unchanged = [f"{RECORDS} unchanged"] * (RACERS - 1)
        self.assertEqual(results, [f"{RECORDS} created", *unchanged])

    @mute_logger("odoo.sql_db", "odoo.service.model")
    def test_one_record_of_many_transactions_is_in_once(self):
        results = self.race("import_record", CONTACT, "C7")

        self.assertEqual(self.count_contacts(), (1, 1))
        self.assertEqual(results, ["created", *["unchanged"] * (RACERS - 1)])

    def count_contacts(self):
        """Return how many bindings there are, and how many contacts they have."""
        (row,) = self.query(
            "SELECT count(*), count(DISTINCT odoo_id) FROM connector_test_contact"
            " WHERE backend_id = %s",
            self.shop.id,
        )
        return row
