# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Race tests of triggers: transactions of users that touch the same bindings."""

import threading
from concurrent.futures import ThreadPoolExecutor

import psycopg2.errors

from odoo.tools import mute_logger

from odoo.addons.connector.api import ExportOn

from ..models.flow import CONTACT
from ..models.ware import OFFER, SIZE, WARE
from .queue_case import QueueRaceCase
from .trigger_case import TriggerCase

DEADLINE_S = 10
POLL_S = 0.02


class OfferRaceCase(QueueRaceCase):
    """A test with a backend that is committed; its wares go with it."""

    def setUp(self):
        super().setUp()
        self.env = self.quiet_env()
        values = {"name": "Race shop", "version": "1"}
        self.shop = self.env["connector.test.backend"].create(values)
        self.commit()
        self.addCleanup(self.delete_all)

    def commit(self):
        env = self.env
        env.cr.commit()

    def quiet_env(self):
        return self.open_env(connector_no_export=True)

    def delete_all(self):
        env = self.quiet_env()
        env[WARE].with_context(active_test=False).search([]).unlink()
        env["connector.test.backend"].browse(self.shop.id).unlink()
        env.cr.commit()


class TestLockOrder(OfferRaceCase):
    """Two transactions that lock bindings never wait for each other both ways."""

    def setUp(self):
        super().setUp()
        values = {"backend_id": self.shop.id, "name": "Shirt"}
        offers = self.env[OFFER].create(
            [{**values, "external_id": f"O{number}"} for number in range(2)]
        )
        self.low, self.high = offers.ids
        self.commit()
        # its row is the last one of the table from now on
        offers[0].headline = "New"
        self.commit()

    def lock(self, id_, wait=""):
        """Lock an offer in a transaction of its own, and return that."""
        env = self.open_env()
        env.cr.execute(
            f"SELECT FROM connector_test_offer WHERE id = %s FOR UPDATE {wait}", [id_]
        )
        return env.cr

    def wait_until_blocked(self, pid):
        for _time in range(int(DEADLINE_S / POLL_S)):
            if self.query("SELECT FROM pg_locks WHERE pid = %s AND NOT granted", pid):
                return
            threading.Event().wait(POLL_S)
        self.fail("the second transaction did not wait for the first one")

    @mute_logger("odoo.sql_db")
    def test_bindings_are_locked_in_the_order_of_their_ids(self):
        """It locked them as they lay in the table: what waited held others."""
        holder = self.lock(self.low)
        env = self.open_env()
        env.cr.execute("SELECT pg_backend_pid()")
        (pid,) = env.cr.fetchone()
        with ThreadPoolExecutor(1) as pool:
            offers = env[OFFER]
            call = pool.submit(offers._set_due, [self.high, self.low], True)
            try:
                self.wait_until_blocked(pid)
                self.lock(self.high, "NOWAIT").rollback()
            except psycopg2.errors.LockNotAvailable:
                self.fail("it holds the second one, and waits for the first one")
            finally:
                holder.rollback()
            call.result(DEADLINE_S)
        env.cr.rollback()


class TestDueOrder(TriggerCase):
    """What a transaction makes due is locked in one order, whatever came first."""

    def setUp(self):
        super().setUp()
        self.spread = []
        backends = self.env.registry["connector.backend"]
        delay_due = backends._delay_due

        def note(backend, model_name, ids):
            self.spread.append((backend.id, model_name))
            return delay_due(backend, model_name, ids)

        self.patch(backends, "_delay_due", note)
        self.other = self.make_backend("A shop before the other one in the alphabet")
        self.twin = self.bind(self.size, self.other, "X1")
        self.contact = self.make_contact()
        self.take()
        self.spread.clear()

    def make_contact(self):
        self.declare(CONTACT, ExportOn(write=["city"]))
        values = {"name": "Ada", "backend_id": self.backend_record.id}
        return self.env[CONTACT].create({**values, "external_id": "C1"})

    def test_bindings_become_due_by_model_and_backend(self):
        for first, second in (
            ((self.contact, "city"), (self.offer, "headline")),
            ((self.offer, "headline"), (self.contact, "city")),
        ):
            with self.subTest(first=first[0]):
                for record, name in (first, second):
                    record[name] = f"New of {first[0]}"
                self.ware.price += 1

                self.take()

                due, self.spread = self.spread, []
                self.assertEqual(due, sorted(due, key=lambda one: (one[1], one[0])))
                self.assertEqual(len(due), 3)

    def test_deletions_are_delayed_by_model_backend_and_id(self):
        offers = [self.make_offer(one) for one in ("Z1", "B1", "M1")]
        for offer in offers:
            offer.odoo_id.unlink()

        gone = [external_id for *_who, external_id, _version in self.take_deleted()]

        self.assertEqual(gone, ["B1", "M1", "Z1"])


class TestNewcomerRace(OfferRaceCase):
    """Two transactions make one record new to a backend."""

    def setUp(self):
        super().setUp()
        values = {"name": "Hat", "is_sold": False}
        self.ware, self.sold = self.env[WARE].create([values, {"name": "Hats"}])
        self.size = self.env[SIZE].create({"ware_id": self.ware.id})
        self.commit()

    def transaction(self):
        """Return an environment with a snapshot of now."""
        env = self.open_env()
        env.cr.execute("SELECT 1")
        return env

    @mute_logger("odoo.sql_db")
    def race(self):
        first, second = self.transaction(), self.transaction()
        first[WARE].browse(self.ware.id).is_sold = True
        first.cr.commit()

        size = second[SIZE].browse(self.size.id)
        size.write({"ware_id": self.sold.id, "code": "H2"})
        second.cr.commit()

    def test_second_one_does_not_fail_the_write_of_its_user(self):
        """Promise 1: one record, one binding, whatever races."""
        self.race()

        env = self.quiet_env()
        self.assertEqual(env[SIZE].browse(self.size.id).code, "H2")
        bindings = env[OFFER].search([("odoo_id", "=", self.size.id)])
        ours = bindings.filtered(lambda one: one.backend_id.id == self.shop.id)
        self.assertEqual(len(ours), 1)

    def test_change_of_the_second_one_is_exported_as_well(self):
        """The first one may have been sent before the second one was committed."""
        self.race()

        rows = self.query(
            "SELECT id FROM connector_queue_job WHERE method_name = 'export_changed'"
            " AND backend_id = %s",
            f"connector.test.backend,{self.shop.id}",
        )
        self.assertEqual(len(rows), 1)
