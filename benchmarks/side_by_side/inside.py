# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of one task; runs inside an Odoo.

It reads the name of a method of :class:`Clockwork` on each line of its standard
input and answers with a line of JSON. Nothing is committed.
"""

import gc
import itertools
import json
import statistics
import sys
import time
from contextlib import closing
from pathlib import Path

from odoo.addons.bench_units.tasks import Tasks

sys.path.append(str(Path(__file__).parents[1]))

from side_by_side import floors  # noqa: E402 found there
from side_by_side.contacts import make_contacts, make_external_ids  # noqa: E402
from side_by_side.stopwatch import watching, without  # noqa: E402 found there

RECORDS = 10_000  # dictionaries to map in one round
LOOKUPS = 100_000
EMPTY_CALLS = 20_000
MANY = 1_000  # records in one call, external ids in one query
UNWATCHED = "res.partner.category"  # nobody listens to this model


class Clockwork:
    """Measures the tasks of one side.

    Every answer is a dictionary of ``wall`` and ``cpu``, in seconds for the whole
    task; ``queries`` where a database works.
    """

    def __init__(self, env):
        self.env = env
        self.tasks = Tasks(env)
        self.bindings = self._make_bindings()
        # nothing but the record event shall happen beside the write itself
        quiet = env(context={"tracking_disable": True})
        self.partners = self.bindings.odoo_id.with_env(quiet)
        self.records = make_contacts(RECORDS)

    def map_records(self):
        """Map 10,000 dictionaries."""
        return self._timed(self.tasks.map_records, self.records)

    def map_by_table(self):
        """Map them in a loop without a framework."""
        return self._timed(floors.map_by_table, self.records)

    def map_plainly(self):
        """Map them in hand-written Python."""
        return self._timed(floors.map_plainly, self.records)

    def find_unit(self):
        """Look up a unit for the same model."""
        return self._timed(self.tasks.find_unit, LOOKUPS)

    def find_unit_by_name(self):
        """Look up a unit for the same model, in the peers' quickest way."""
        return self._timed(self.tasks.find_unit_by_name, LOOKUPS)

    def find_unit_of_other_model(self):
        """Look up a unit for another model."""
        return self._timed(self.tasks.find_unit_of_other_model, LOOKUPS)

    def find_binder(self):
        """Look up the binder of another model."""
        return self._timed(self.tasks.find_binder, LOOKUPS)

    # === RECORD EVENTS: THE COST ABOVE PLAIN ODOO === #

    def create_nothing(self):
        """Call create for no record of a model nobody listens to."""
        model = self.env[UNWATCHED]
        return self._above_plain(model, lambda: model.create([]))

    def write_nothing(self):
        """Call write for no record of a model nobody listens to."""
        model = self.env[UNWATCHED]
        return self._above_plain(model, lambda: model.write({}))

    def create_unwatched(self):
        """Create records of a model nobody listens to, one by one."""
        model = self.env[UNWATCHED]
        vals_list = [{"name": f"Category {number}"} for number in range(MANY)]
        return self._inside_hooks_of_each(
            model, vals_list, lambda vals: model.create(vals)
        )

    def write_unwatched(self):
        """Write records of a model nobody listens to, one by one."""
        vals_list = [{"name": f"Category {number}"} for number in range(MANY)]
        records = self.env[UNWATCHED].create(vals_list)
        return self._inside_hooks_of_each(
            records, records, lambda record: record.write({"color": 7})
        )

    def create_watched(self):
        """Create partners in one call, with one listener."""
        vals_list = [{"name": f"Partner {number}"} for number in range(MANY)]
        model = self.partners.browse()
        with self.tasks.listener():
            return self._inside_hooks(model, lambda: model.create(vals_list))

    def write_watched(self):
        """Write partners in one call, with one listener."""
        partners = self.partners
        with self.tasks.listener():
            return self._inside_hooks(
                partners, lambda: partners.write({"function": "Baker"})
            )

    def write_each_watched(self):
        """Write partners one by one, with one listener."""
        partners = self.partners
        with self.tasks.listener():
            return self._inside_hooks_of_each(
                partners, partners, lambda partner: partner.write({"function": "Cook"})
            )

    # === BINDERS === #

    def find_each(self):
        """Find bindings by external id, one by one."""
        return self._timed_cold(self.tasks.find_each, make_external_ids(MANY))

    def find_many(self):
        """Find bindings by external id, together."""
        return self._timed_cold(self.tasks.find_many, make_external_ids(MANY))

    def find_each_external(self):
        """Find external ids of normal records, one by one."""
        return self._timed_cold(self.tasks.find_each_external, self.bindings)

    def find_many_external(self):
        """Find external ids of normal records, together."""
        return self._timed_cold(self.tasks.find_many_external, self.bindings)

    def bind_each(self):
        """Bind one by one."""
        return self._timed_cold(self.tasks.bind_each, self._new_pairs())

    def bind_many(self):
        """Bind together."""
        return self._timed_cold(self.tasks.bind_many, self._new_pairs())

    # === THE CLOCK === #

    def _timed(self, function, *args):
        gc.collect()  # what others left is not this task's work
        wall, cpu = time.perf_counter(), time.process_time()
        function(*args)
        return {
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - cpu,
        }

    def _timed_cold(self, function, items):
        """Time with an empty cache, count the queries, and undo what was done."""
        self.env.flush_all()
        with closing(self.env.cr.savepoint()):
            self.env.invalidate_all()
            if hasattr(items, "odoo_id"):
                items.mapped("odoo_id")  # what the caller has at hand
            before = self.env.cr.sql_log_count
            answer = self._timed(self._and_flush, function, items)
            return {**answer, "queries": self.env.cr.sql_log_count - before}

    def _and_flush(self, function, items):
        function(items)
        self.env.flush_all()

    def _inside_hooks(self, model, function):
        """Return the time inside the addon's own create and write."""
        self.env.flush_all()
        with watching(type(model), self.tasks.hooks) as watch:
            function()
        return {"wall": watch.seconds}

    def _inside_hooks_of_each(self, model, items, function):
        """Return the same for many calls: so many times the median of one."""
        self.env.flush_all()
        seconds = [0.0]
        with watching(type(model), self.tasks.hooks) as watch:
            for item in items:
                function(item)
                seconds.append(watch.seconds)
        calls = [after - before for before, after in itertools.pairwise(seconds)]
        return {"wall": statistics.median(calls) * len(calls)}

    def _above_plain(self, model, function):
        """Return what calls cost above those of the same Odoo without the addon."""

        def call():
            for _time in range(EMPTY_CALLS):
                function()

        with without(type(model), self.tasks.hooks):
            plain = self._timed(call)
        hooked = self._timed(call)
        return {clock: hooked[clock] - plain[clock] for clock in plain}

    # === WHAT IS WORKED ON === #

    def _make_bindings(self):
        return self.env["bench.partner"].create(
            [
                {
                    "backend_id": self.tasks.backend.id,
                    "external_id": external_id,
                    "name": f"Contact {external_id}",
                }
                for external_id in make_external_ids(MANY)
            ]
        )

    def _new_pairs(self):
        return [(f"new-{binding.id}", binding) for binding in self.bindings]


def serve(clockwork):
    """Answer until the other end closes the pipe."""
    for line in sys.stdin:
        print(json.dumps(getattr(clockwork, line.strip())()), flush=True)


if __name__ == "__main__":
    serve(Clockwork(env))  # noqa: F821 given by what runs this file
