# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measured tasks, written as our users would."""

from contextlib import contextmanager

from odoo.addons.connector.event import on_record_create, on_record_write
from odoo.addons.connector.unit.backend_adapter import BackendAdapter
from odoo.addons.connector.unit.mapper import ImportMapper

from .units import note_create, note_write


class Tasks:
    """Each method does its work ``count`` times, or once for each item."""

    hooks = "odoo.addons.connector."

    def __init__(self, env):
        self.backend = env["bench.backend"].create({"name": "Bench"})
        scope = self.backend.get_environment("res.partner")
        self.unit = scope.get_connector_unit(ImportMapper)
        self.binder = self.unit.binder_for("bench.partner")

    @contextmanager
    def listener(self):
        """Let one consumer listen to partners."""
        on_record_create.subscribe(note_create, "res.partner")
        on_record_write.subscribe(note_write, "res.partner")
        yield
        on_record_create.unsubscribe(note_create, "res.partner")
        on_record_write.unsubscribe(note_write, "res.partner")

    def map_records(self, records):
        """Map dictionaries."""
        mapper = self.unit
        return [mapper.map_record(record).values() for record in records]

    def find_unit(self, count):
        """Look up a unit for the model at hand."""
        unit = self.unit
        for _time in range(count):
            unit.unit_for(BackendAdapter)

    find_unit_by_name = find_unit

    def find_unit_of_other_model(self, count):
        """Look up a unit for another model."""
        unit = self.unit
        for _time in range(count):
            unit.unit_for(BackendAdapter, "bench.partner")

    def find_binder(self, count):
        """Look up the binder of another model."""
        unit = self.unit
        for _time in range(count):
            unit.binder_for("bench.partner")

    def find_each(self, external_ids):
        """Find bindings one by one."""
        for external_id in external_ids:
            self.binder.to_internal(external_id)

    def find_each_external(self, bindings):
        """Find the external ids of normal records one by one."""
        for record in bindings.odoo_id:
            self.binder.to_external(record, wrap=True)

    def bind_each(self, pairs):
        """Bind one by one."""
        for external_id, binding in pairs:
            self.binder.bind(external_id, binding)

    def find_many(self, external_ids):
        """Find bindings together."""
        return self.binder.to_internal_many(external_ids)

    def find_many_external(self, bindings):
        """Find the external ids of normal records together."""
        return self.binder.to_external_many(bindings.odoo_id, wrap=True)

    def bind_many(self, pairs):
        """Bind together."""
        self.binder.bind_many(pairs)
