# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Exports of changed records to a web server on this machine, beside bare requests."""

import atexit
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import requests

from odoo.addons.connector.api import Exporter
from odoo.addons.connector.flows.exporting.run_part import export_part

from flows_side.clock import PAGE, measure

from .shop_server import HOST

PARCEL = "bench.parcel"  # is only exported
LETTER = "bench.letter"  # goes both ways
FLOOR = "floor"
ALLOWED = "CONNECTOR_PRIVATE_NETWORKS"


class Exports:
    """Records that change here, and their server.

    Args:
        env: an environment with the addon ``bench_flows``.
    """

    def __init__(self, env):
        os.environ[ALLOWED] = HOST
        self.env = env
        server = subprocess.Popen(
            [sys.executable, Path(__file__).with_name("shop_server.py")],
            stdout=subprocess.PIPE,
            text=True,
        )
        atexit.register(server.kill)
        self.url = f"http://{HOST}:{int(server.stdout.readline())}"
        self.shop = env["bench.rest.shop"].create({"name": "Shop", "url": self.url})
        self.price = 1
        self.ids = {model: self._create(model) for model in (PARCEL, LETTER)}
        for model in self.ids:
            self._run(model, "updated")

    def export(self, model: str) -> dict:
        """Export records of which a field changed, and commit each."""
        self.price += 1
        self.env[model].browse(self.ids[model]).odoo_id.write({"price": self.price})
        self.env.cr.commit()
        return measure(self.env, lambda: self._run(model, "updated"))

    def send(self, model: str) -> dict:
        """Let Odoo read the same records, and send them without us.

        They go to other items: ours would find that somebody has changed them.
        """
        session = requests.Session()
        session.trust_env = False

        def work():
            for id_ in self.ids[model]:
                self.env.invalidate_all()
                record = self.env[model].browse(id_)
                data = {"name": record.name, "price": record.price}
                url = f"{self.url}/items/{record.external_id}-{FLOOR}"
                session.patch(url, json=data).raise_for_status()

        return measure(self.env, work)

    # === HELPERS === #

    def _create(self, model: str) -> list[int]:
        values = {"name": "Shirt", "backend_id": self.shop.id, "sync_state": "synced"}
        bindings = self.env[model].create(
            [{**values, "external_id": f"{model}-{one}"} for one in range(PAGE)]
        )
        self.env.cr.commit()
        return bindings.ids

    def _run(self, model: str, outcome: str) -> None:
        find: Callable = self.shop.get_environment(model).get_connector_unit
        done = export_part(find(Exporter), self.ids[model])
        if set(done.values()) != {outcome}:
            raise RuntimeError(f"{Counter(done.values())}, expected {PAGE} {outcome}")
