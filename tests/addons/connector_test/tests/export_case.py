# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of exports: contacts that go to a shop in memory."""

from itertools import count

from odoo.addons.connector.api import (
    ConnectorException,
    ExportMapper,
    ExportOn,
    IDMissingInBackend,
    PagedAdapter,
    RecordExporter,
    mapping,
    only_create,
    run_jobs,
)
from odoo.addons.connector.components.synchronizer import Exporter
from odoo.addons.connector.flows.exporting.trigger import forget_triggers
from odoo.addons.connector.tests.common import UnitCase
from odoo.addons.connector_test.models.flow import CONTACT


class Shop:
    """A shop in memory; ``requests`` is what it was asked, in order."""

    def __init__(self):
        self.records = {}
        self.requests = []
        self.numbers = count(1)
        self.error = None  # raised by the next request, before it does anything
        self.late_error = None  # raised by the next request, after it was done
        self.keys = {}  # external id by idempotency key

    def ask(self, verb, external_id, data=None):
        """Note a request."""
        self.requests.append((verb, external_id, data))
        error, self.error = self.error, None
        if error:
            raise error
        if external_id is not None and external_id not in self.records:
            raise IDMissingInBackend(f"There is no {external_id}.")

    def answer(self, external_id):
        """Return a record, as it is answered."""
        error, self.late_error = self.late_error, None
        if error:
            raise error
        return {**self.records[external_id], "id": external_id}

    def create(self, data, key=None):
        """Create a record, once for each key."""
        external_id = self.keys.get(key) or f"R{next(self.numbers)}"
        if key:
            self.keys[key] = external_id
        self.records.setdefault(external_id, {**data, "version": 1})
        return self.answer(external_id)

    def find(self, key):
        return [
            {**record, "id": external_id}
            for external_id, record in self.records.items()
            if all(record[name] == value for name, value in key.items())
        ]

    def write(self, external_id, data):
        record = self.records[external_id]
        record.update(data, version=record["version"] + 1)
        return self.answer(external_id)


class ExportCase(UnitCase):
    """A test with contacts that are exported to ``self.shop``."""

    def setUp(self):
        super().setUp()
        self.shop = Shop()
        self.backend(self.adapter_class())
        self.backend(self.mapper_class())
        # exports commit on cursors of their own: here they are this test's transaction
        self.registry_enter_test_mode()

    def adapter_class(self, **members):
        shop = self.shop

        class ContactAdapter(PagedAdapter):
            _model_name = CONTACT
            _version = "version"

            def create(self, data):
                shop.ask("create", None, data)
                return shop.create(data, self.idempotency_key)

            def find(self, key):
                shop.ask("find", None, key)
                return shop.find(key)

            def write(self, external_id, data):
                shop.ask("write", external_id, data)
                return shop.write(external_id, data)

            def delete(self, external_id):
                shop.ask("delete", external_id)
                del shop.records[external_id]

            def read(self, external_id):
                shop.ask("read", external_id)
                return shop.answer(external_id)

        return type(PagedAdapter)("ContactAdapter", (ContactAdapter,), members)

    def mapper_class(self):
        class ContactMapper(ExportMapper):
            _model_name = CONTACT
            direct = [("name", "name"), ("email", "mail"), ("active", "is_active")]

            @mapping
            @only_create
            def origin(self, record):
                return {"origin": "odoo"}

        return ContactMapper

    def contact(self, name="Ada", **values):
        """Return the binding of a new contact."""
        backend = {"backend_id": self.backend_record.id}
        return self.env[CONTACT].create({"name": name, **backend, **values})

    def exporter(self):
        return self.scope().get_connector_unit(Exporter)

    def export(self, binding, fields=None):
        """Export a contact with the exporter that answers."""
        self.env.flush_all()
        outcome = self.exporter().run(binding.id, fields)
        self.env.invalidate_all()
        return outcome

    def export_in_vain(self, binding):
        """Return the error of an export; what its own transactions keep is kept.

        Odoo's assertRaises would roll that back.
        """
        try:
            outcome = self.exporter().run(binding.id)
        except ConnectorException as error:
            self.env.invalidate_all()
            return error
        return self.fail(f"expected an error, it was {outcome}")

    def register_exporter(self, **members):
        """Register an exporter with hooks."""
        members["_model_name"] = CONTACT
        return self.backend(
            type(RecordExporter)("ContactExporter", (RecordExporter,), members)
        )

    def scope(self, model_name=CONTACT):
        return self.backend_record.get_environment(model_name, self.session)

    def verbs(self):
        """Return the verbs of the requests so far."""
        return [verb for verb, _external_id, _data in self.shop.requests]

    def requests(self):
        """Return the outbound requests, the first first."""
        self.env.invalidate_all()
        return self.env["connector.request"].search([], order="id")

    def checkpoints(self):
        return self.env["connector.checkpoint"].search([("state", "=", "need_review")])


class TriggeredExportCase(ExportCase):
    """A test with partners that get bindings, whose changes are exported."""

    _export_on = ExportOn(
        create=True,
        write=["name"],
        unlink=True,
        domain=[("ref", "=like", "T-%")],
    )

    def setUp(self):
        super().setUp()
        model_class = self.env.registry[CONTACT]
        self.patch(model_class, "_export_on", self._export_on)
        self.patch(model_class, "_export_run_above", 3)
        forget_triggers(self.env.registry)
        self.addCleanup(forget_triggers, self.env.registry)

    def make_partners(self, count, first=0):
        return self.env["res.partner"].create(
            [{"name": f"Ada {n}", "ref": f"T-{n}"} for n in range(first, first + count)]
        )

    def names_there(self):
        return sorted(one["name"] for one in self.shop.records.values())

    def commit(self):
        """Do what a commit does, and run the jobs."""
        self.env.cr.flush()
        run_jobs(self.env)

    def job_names(self, method):
        jobs = self.env["connector.queue.job"].search(
            [("method_name", "=", method)], order="id"
        )
        return jobs.mapped("name")
