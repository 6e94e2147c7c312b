# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of the peers' imports; runs inside the peers' Odoo."""

import sys
import time
from pathlib import Path

from odoo.modules.registry import Registry

from odoo.addons.bench_remote import remote

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.processor import backend_pids, processor_s  # noqa: E402 found there

from flows_side.clock import PAGE, measure  # noqa: E402 found there

KNOWN = range(PAGE)
NEW = range(PAGE, 2 * PAGE)  # never committed
ALONE = 1_000_000  # the first of those that are committed one by one


class Oca:
    """Imports contacts one by one, as the peers' connectors do.

    Args:
        env: an environment with the addon ``bench_flows``.
    """

    def __init__(self, env):
        self.env = env
        self.registry = Registry(env.cr.dbname)
        self.shop = env["bench.shop"].create({"name": "Shop"})
        self.next_number = ALONE
        self._import(remote.make_contacts(KNOWN))
        env.cr.commit()

    def new(self) -> dict:
        """Import contacts that are not here."""
        return self._measure(remote.make_contacts(NEW))

    def unchanged(self) -> dict:
        """Import contacts that did not change."""
        return self._measure(remote.make_contacts(KNOWN))

    def changed(self) -> dict:
        """Import contacts that moved to another town."""
        records = remote.make_contacts(KNOWN)
        return self._measure([{**record, "town": "Elsewhere"} for record in records])

    def new_alone(self) -> dict:
        """Import contacts that are not here, each in a transaction of its own."""
        first, self.next_number = self.next_number, self.next_number + PAGE
        with self.registry.cursor():  # the connection that the others take again
            pids = backend_pids(self.env.cr)
        server_s, cpu_s = processor_s(pids), time.process_time()
        start = time.perf_counter()
        for number in range(first, self.next_number):
            with self.registry.cursor() as cr:  # committed at the end
                self._import_one(self.env(cr=cr), f"C{number}")
        wall_s = time.perf_counter() - start
        cpu_s = time.process_time() - cpu_s + processor_s(pids) - server_s
        return {"wall": wall_s / PAGE, "cpu": cpu_s / PAGE}

    def _import_one(self, env, external_id: str) -> None:
        with self.shop.with_env(env).work_on("bench.contact") as work:
            work.component(usage="record.importer").run(external_id)

    def _measure(self, records: list[dict]) -> dict:
        return measure(self.env, lambda: self._import(records))

    def _import(self, records: list[dict]) -> None:
        remote.held = {record["id"]: record for record in records}
        with self.shop.work_on("bench.contact") as work:
            importer = work.component(usage="record.importer")
            for record in records:
                importer.run(record["id"])


if __name__ == "__main__":
    serve(Oca(env))  # noqa: F821 given by what runs this file
