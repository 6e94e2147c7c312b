# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of export triggers: offers, and the exports that become due."""

from unittest import mock

from odoo.addons.connector.flows.exporting.trigger import forget_triggers
from odoo.addons.connector.tests.common import UnitCase

from ..models.ware import OFFER, SIZE, STOCK


class TriggerCase(UnitCase):
    """A test with an offer on a backend; its exports are noted, not delayed."""

    def setUp(self):
        super().setUp()
        self.exported, self.deleted = [], []
        backends = self.env.registry["connector.backend"]
        for name in ("delay_export_records", "delay_export_deletes"):
            double = getattr(self, f"_{name}")
            patch = mock.patch.object(backends, name, self._double(double))
            self.startPatcher(patch)
        self.offer = self.make_offer("O1")
        self.size = self.offer.odoo_id
        self.ware = self.size.ware_id
        self.take()

    def _double(self, note):
        return lambda backend, *args, **options: note(backend, *args)

    def _delay_export_records(self, backend, model_name, binding_ids):
        who = backend.name, model_name
        self.exported += [(*who, id_, backend.env.user) for id_ in binding_ids]

    def _delay_export_deletes(self, backend, model_name, gone):
        self.deleted += [(backend.name, model_name, *one) for one in gone]

    # === ACT === #

    def declare(self, model_name, declared):
        """Let a binding model have these triggers until the end of the test."""
        model_class = self.env.registry[model_name]
        declaring = [one for one in model_class.mro() if vars(one).get("_export_on")]
        for one in declaring:
            self.patch(one, "_export_on", None)
        self.patch(model_class, "_export_on", declared)
        forget_triggers(self.env.registry)
        self.addCleanup(forget_triggers, self.env.registry)

    def make_offer(self, external_id, backend=None, **values):
        """Return a new offer that is bound, and synchronized."""
        values = {"name": "Shirt", "size": "M", "price": 10, **values}
        quiet = self.env[OFFER].with_context(connector_no_export=True)
        offer = quiet.create(
            {
                "backend_id": (backend or self.backend_record).id,
                "external_id": external_id,
                "external_version": "7",
                "sync_state": "synced",
                **values,
            }
        )
        return offer.with_env(self.env)

    def make_backend(self, name="Other", **values):
        """Return another backend of the same model."""
        return self.env["connector.test.backend"].create({"name": name, **values})

    def bind(self, size, backend, external_id, **values):
        """Return a binding of a size that is there already on a backend."""
        return self.make_offer(
            external_id, backend, odoo_id=size.id, name=size.name, **values
        )

    def add_stock(self, **values):
        values = {"size_id": self.size.id, "quantity": 3, **values}
        return self.env[STOCK].create(values)

    # === ASSERT === #

    def take(self):
        """Do what is done before a commit; return the exports, and forget them."""
        self.env.cr.flush()
        due, self.exported = self.exported, []
        return [(backend, id_) for backend, _model, id_, _user in due]

    def take_deleted(self):
        """Do what is done before a commit; return the deletions, and forget them."""
        self.env.cr.flush()
        due, self.deleted = self.deleted, []
        return due

    def assert_due(self, *bindings):
        """Check that the exports of these bindings are due, once each."""
        wanted = [(one.backend_id.name, one.id) for one in bindings]
        self.assertCountEqual(self.take(), wanted)

    def new_size(self, **values):
        return self.env[SIZE].create({"name": "Hat", "size": "L", **values})
