# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Tests of the backend of a job, and of its channel."""

import psycopg2

from odoo.tools import mute_logger

from ..models.backend_job import export_binding, import_partner
from ..models.job import TRACE, leave_trace
from .queue_case import QueueCase, make_channel

PARTNER = "connector.test.partner"
CHANNEL = "connector.queue.channel"


class BackendJobCase(QueueCase):
    def setUp(self):
        super().setUp()
        backends = self.env["connector.test.backend"]
        self.shop, self.other = backends.create(
            [{"name": "Shop", "version": "1"}, {"name": "Other", "version": "1"}]
        )
        self.binding = self.new_binding(self.shop)

    def new_binding(self, backend):
        """Return the binding of a new partner."""
        return self.env[PARTNER].create({"name": "Ada", "backend_id": backend.id})

    def backends_of(self, *uuids):
        """Return the backends of jobs."""
        return [self.job(uuid).backend_id for uuid in uuids]


class TestBackendOfJob(BackendJobCase):
    def test_job_of_a_backends_method_is_of_that_backend(self):
        uuid = self.shop.delayed().import_stock()

        self.assertEqual(self.backends_of(uuid), [self.shop])

    def test_job_of_bindings_is_of_their_backend(self):
        bindings = self.binding + self.new_binding(self.shop)

        self.assertEqual(
            self.backends_of(bindings.delayed().export_partner()), [self.shop]
        )

    def test_job_of_several_backends_is_of_none(self):
        bindings = self.binding + self.new_binding(self.other)
        uuids = [
            bindings.delayed().export_partner(),
            (self.shop + self.other).delayed().import_stock(),
        ]

        self.assertEqual(self.backends_of(*uuids), [None, None])

    def test_function_says_its_backend_by_a_parameter(self):
        session = self.session
        uuids = [
            import_partner.delay(session, PARTNER, self.shop.id, "7"),
            import_partner.delay(
                session, PARTNER, external_id="7", backend_id=self.other.id
            ),
            export_binding.delay(session, PARTNER, self.binding.id, fields=["name"]),
        ]

        expected = [self.shop, self.other, self.shop]
        self.assertEqual(self.backends_of(*uuids), expected)

    def test_many_jobs_of_one_function_are_each_of_their_own_backend(self):
        other = self.new_binding(self.other)
        uuids = export_binding.delay_many(
            self.session, PARTNER, [(self.binding.id,), (other.id,), (0,)]
        )

        self.assertEqual(self.backends_of(*uuids), [self.shop, self.other, None])

    def test_bindings_of_many_jobs_are_read_together(self):
        ids = [self.new_binding(self.shop).id for _each in range(20)]
        export_binding.delay(self.session, PARTNER, ids[0])  # what is kept in memory
        self.env.flush_all()
        self.env.invalidate_all()

        with self.assertQueryCount(4):
            export_binding.delay_many(self.session, PARTNER, [(i,) for i in ids])

    def test_job_of_a_deleted_binding_is_of_none(self):
        self.binding.unlink()

        uuid = export_binding.delay(self.session, PARTNER, self.binding.id)

        self.assertEqual(self.backends_of(uuid), [None])

    def test_other_jobs_are_of_none(self):
        trace = self.traces.create({"name": "a"})
        uuids = [
            leave_trace.delay(self.session, TRACE),
            trace.delayed().rename("b"),
            import_partner.delay(self.session, TRACE, self.shop.id, "7"),
            import_partner.delay(self.session, "no.such.model", self.shop.id, "7"),
        ]

        self.assertEqual(self.backends_of(*uuids), [None] * 4)

    def test_caller_need_not_see_the_backend(self):
        self.env["ir.model.access"].search([("model_id.model", "=", PARTNER)]).unlink()
        session = self.session_of(self.new_user("ada"))

        uuid = export_binding.delay(session, PARTNER, self.binding.id)

        self.assertEqual(self.backends_of(uuid), [self.shop])

    def test_job_that_takes_the_place_of_another_is_of_its_own_backend(self):
        options = {"identity_key": "same", "mode": "replace"}
        first = self.shop.delayed(**options).import_stock()
        second = self.other.delayed(**options).import_stock()

        self.assertEqual(first, second)
        self.assertEqual(self.backends_of(first), [self.other])


class TestOwnChannel(BackendJobCase):
    def setUp(self):
        super().setUp()
        root = self.env[CHANNEL].search([("complete_name", "=", "root")])
        self.own = self.env[CHANNEL].create(
            {
                "name": "own",
                "parent_id": root.id,
                "backend_id": f"{self.shop._name},{self.shop.id}",
            }
        )

    def channels_of(self, *uuids):
        """Return the names of the channels of jobs."""
        return [self.job(uuid).channel for uuid in uuids]

    def test_jobs_wait_in_the_own_channel_of_their_backend(self):
        uuids = [
            self.shop.delayed().import_stock(),
            import_partner.delay(self.session, PARTNER, self.shop.id, "7"),
            self.other.delayed().import_stock(),
        ]

        self.assertEqual(self.channels_of(*uuids), ["root.own"] * 2 + ["root.shop"])

    def test_channel_that_is_named_where_the_job_is_delayed_is_right(self):
        make_channel(self.env, "root.fast")

        uuid = self.shop.delayed(channel="root.fast").import_stock()

        self.assertEqual(self.channels_of(uuid), ["root.fast"])

    def test_job_that_takes_the_place_of_another_changes_channels(self):
        options = {"identity_key": "same", "mode": "replace"}
        uuid = self.other.delayed(**options).import_stock()
        self.shop.delayed(**options).import_stock()

        self.assertEqual(self.channels_of(uuid), ["root.own"])

    def test_channel_that_is_given_away_gets_no_more_jobs(self):
        before = self.shop.delayed().import_stock()
        self.own.backend_id = False
        after = self.shop.delayed().import_stock()

        self.assertEqual(self.channels_of(before, after), ["root.own", "root.shop"])

    def test_backend_has_one_channel_of_its_own(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(psycopg2.IntegrityError):
            self.own.copy({"name": "second", "complete_name": "root.second"})
