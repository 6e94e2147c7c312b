# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of our imports; runs inside our Odoo, beside the job processes."""

import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from odoo import fields

from odoo.addons.bench_remote import remote
from odoo.addons.connector.api import (
    BatchImporter,
    ExportOn,
    ImportMapper,
    RecordImporter,
)
from odoo.addons.connector.flows.exporting.trigger import forget_triggers

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there
from jobs_side.queue_watch import QueueWatch  # noqa: E402 found there

from flows_side.clock import PAGE, measure  # noqa: E402 found there
from flows_side.exports import Exports  # noqa: E402 found there

MODEL = "bench.contact"
MEMBER = "bench.member"
OFFER = "bench.offer"
LABELS = 3  # lines of a contact
PLAIN = range(PAGE)
LABELLED = range(PAGE, 2 * PAGE)
VERSIONED = range(2 * PAGE, 3 * PAGE)
NEW = range(3 * PAGE, 4 * PAGE)  # never committed
MEMBERS = range(100_000, 110_000)
WRITTEN = 20_000
BY_JOBS = 1_000_000  # the first of those that jobs import


class Ours(QueueWatch):
    """Imports contacts, in pages and in jobs.

    Args:
        env: an environment with the addon ``bench_flows``.
    """

    def __init__(self, env):
        super().__init__(env.cr.dbname)
        self.env = env
        self.shop = env["bench.shop"].create({"name": "Shop"})
        self.next_number = BY_JOBS
        for records in (remote.make_contacts(PLAIN), _labelled(), _versioned()):
            self._import(records, "created")
        env.cr.commit()

    # === PAGES === #

    def new(self) -> dict:
        """Import contacts that are not here."""
        return self._measure(remote.make_contacts(NEW), "created")

    def floor(self) -> dict:
        """Create the same contacts as Odoo does, from values that are there."""
        values = self._values_of(remote.make_contacts(NEW))
        contacts = self.env[MODEL]
        return measure(self.env, lambda: contacts.create(values))

    def unchanged(self) -> dict:
        """Import contacts that did not change, which their values say."""
        return self._measure(remote.make_contacts(PLAIN), "unchanged")

    def unchanged_version(self) -> dict:
        """Import contacts that did not change, which their version says."""
        return self._measure(_versioned(), "unchanged")

    def unchanged_lines(self) -> dict:
        """Import contacts whose lines did not change either."""
        return self._measure(_labelled(), "unchanged")

    def changed(self) -> dict:
        """Import contacts that moved to another town."""
        records = [
            {**record, "town": "Elsewhere"} for record in remote.make_contacts(PLAIN)
        ]
        return self._measure(records, "updated")

    def match(self) -> dict:
        """Bind members to partners that are here, by two keys."""
        self._create_partners()
        pages = [
            remote.make_contacts(MEMBERS[start : start + PAGE])
            for start in range(0, len(MEMBERS), PAGE)
        ]

        def work():
            for records in pages:
                self._import(records, "matched", MEMBER)

        return measure(self.env, work, len(MEMBERS))

    # === TRIGGERS === #

    def triggers(self) -> dict:
        """Write many records whose changes are exported, until the commit."""
        offers = self.env.registry[OFFER]
        offers._export_on = ExportOn(write=["price"])
        forget_triggers(self.env.registry)
        try:
            return self.plain_write()
        finally:
            del offers._export_on
            forget_triggers(self.env.registry)

    def plain_write(self) -> dict:
        """Write the same records where nobody listens."""
        ids = self._written_ids()

        def work():
            self.env["bench.ware"].browse(ids).write({"price": 12})
            self.env.cr.flush()

        return measure(self.env, work, len(ids))

    # === EXPORTS === #

    @cached_property
    def exports(self) -> Exports:
        """What is exported, and the server."""
        return Exports(self.env)

    def export(self, model: str) -> dict:
        """Export changed records."""
        return self.exports.export(model)

    def send(self, model: str) -> dict:
        """Send the same records without us."""
        return self.exports.send(model)

    # === JOBS === #

    def jobs(self) -> dict:
        """Import new contacts with a job for each, from the delay on."""
        delay_s = {}

        def delay():
            wall_s, cpu_s = time.perf_counter(), time.process_time()
            importer = self._unit(BatchImporter)
            importer.mode = "record"
            importer.run(self._next_numbers(PAGE))
            self.env.cr.commit()
            delay_s["wall"] = time.perf_counter() - wall_s
            delay_s["cpu"] = time.process_time() - cpu_s

        seconds = self.time_jobs(delay, PAGE)
        return {clock: seconds[clock] + delay_s[clock] / PAGE for clock in seconds}

    def run_pages(self, count: int) -> dict:
        """Import so many new contacts with a job for each page."""
        return self.time_jobs(lambda: self.delay_pages(count), count)

    def delay_pages(self, count: int) -> int:
        """Delay the import of so many new contacts; return how many came before."""
        before = self.count()
        self.shop.delayed().import_page(MODEL, self._next_numbers(count))
        self.env.cr.commit()
        return before

    def count(self) -> int:
        """Return how many contacts were created so far, taken back or not."""
        return self.ask("SELECT last_value FROM bench_contact_id_seq")

    # === HELPERS === #

    def _measure(self, records: list[dict], outcome: str) -> dict:
        return measure(self.env, lambda: self._import(records, outcome))

    def _import(self, records: list[dict], outcome: str, model: str = MODEL) -> None:
        result = self._unit(RecordImporter, model).run_page(records)
        if result.counts != {outcome: PAGE}:
            raise RuntimeError(f"{result}, expected {PAGE} {outcome}")

    def _values_of(self, records: list[dict]) -> list[dict]:
        mapper, now = self._unit(ImportMapper), fields.Datetime.now()
        known = {"backend_id": self.shop.id, "sync_date": now}
        return [
            {
                **mapper.map_record(record).values(for_create=True, leave_missing=True),
                **known,
                "external_id": record["id"],
            }
            for record in records
        ]

    def _written_ids(self) -> list[int]:
        """Return the wares that are written, created at the first call."""
        if not (offers := self.env[OFFER].search([])):
            offers = self.env[OFFER].create(
                [
                    {
                        "name": "Shirt",
                        "backend_id": self.shop.id,
                        "external_id": f"W-{number}",
                        "sync_state": "synced",
                    }
                    for number in range(WRITTEN)
                ]
            )
            self.env.cr.commit()
        return offers.odoo_id.ids

    def _create_partners(self) -> None:
        """Create the partners of the members, at the first call."""
        partners = self.env["res.partner"].with_context(tracking_disable=True)
        if partners.search_count([("ref", "=", f"R-{MEMBERS[0]}")]):
            return
        partners.create(
            [
                {"name": "Ada", "ref": one["number"], "email": one["mail"]}
                for one in remote.make_contacts(MEMBERS)
            ]
        )
        self.env.cr.commit()

    def _unit(self, role: Callable, model: str = MODEL):
        return self.shop.get_environment(model).get_connector_unit(role)

    def _next_numbers(self, count: int) -> list[int]:
        first, self.next_number = self.next_number, self.next_number + count
        return [first, self.next_number]


def _versioned() -> list[dict]:
    return [{**record, "version": 7} for record in remote.make_contacts(VERSIONED)]


def _labelled() -> list[dict]:
    return [
        {**record, "labels": _labels_of(record["id"])}
        for record in remote.make_contacts(LABELLED)
    ]


def _labels_of(external_id: str) -> list[dict]:
    return [
        {"id": f"{external_id}-{place}", "text": f"Label {place}", "color": place}
        for place in range(LABELS)
    ]


if __name__ == "__main__":
    serve(Ours(env))  # noqa: F821 given by what runs this file
