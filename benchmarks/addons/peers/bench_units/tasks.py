# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measured tasks, written as users of the peers would."""

from contextlib import nullcontext


class Tasks:
    """Each method does its work ``count`` times, or once for each item."""

    hooks = "odoo.addons.component"

    def __init__(self, env):
        self.backend = env["bench.backend"].create({"name": "Bench"})
        with self.backend.work_on("res.partner") as work:
            self.unit = work.component(usage="import.mapper")
        self.binder = self.unit.binder_for("bench.partner")

    def listener(self):
        """Let one listener hear of partners: it is there all the time."""
        return nullcontext()

    def map_records(self, records):
        """Map dictionaries."""
        mapper = self.unit
        return [mapper.map_record(record).values() for record in records]

    def find_unit(self, count):
        """Look up a component for the model at hand."""
        unit = self.unit
        for _time in range(count):
            unit.component(usage="backend.adapter")

    def find_unit_by_name(self, count):
        """Look up a component by its name."""
        unit = self.unit
        for _time in range(count):
            unit.component_by_name("bench.res.partner.adapter")

    def find_unit_of_other_model(self, count):
        """Look up a component for another model."""
        unit = self.unit
        for _time in range(count):
            unit.component(usage="backend.adapter", model_name="bench.partner")

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
