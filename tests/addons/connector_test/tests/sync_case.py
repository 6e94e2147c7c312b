# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Base of the tests of syncs: traces in Odoo, things in a shop."""

from odoo.addons.connector.magic import Magic

from ..models import sync
from .queue_case import QueueCase, QueueRaceCase

FIND_LINKS = """
SELECT x.ref, odoo.ref
  FROM connector_link_side AS x
  JOIN connector_link_side AS odoo ON odoo.link_id = x.link_id
 WHERE x.system = 'external' AND odoo.system = 'odoo'
 ORDER BY x.ref
"""


class SyncCase(QueueCase):
    """A test of syncs in one transaction."""

    def setUp(self):
        super().setUp()
        self.shop = sync.Shop()
        self.patch(sync, "SHOP", self.shop)
        self.magic = Magic(self.env)

    def pull(self, things, create=True, update=True, on_error="raise", **others):
        """Bring things of the shop to Odoo."""
        info = self.shop.sync_info(self.env, **others)
        return self.magic.sync_x2odoo(things, info, create, update, on_error=on_error)

    def push(self, traces, create=True, update=True, on_error="raise", **others):
        """Bring traces to the shop."""
        info = self.shop.sync_info(self.env, **others)
        return self.magic.sync_odoo2x(traces, info, create, update, on_error=on_error)

    def new_traces(self, *names):
        """Return traces with these names."""
        return self.traces.create([{"name": name} for name in names])

    def links(self) -> dict[str, int]:
        """Return ids of traces by the refs of their things."""
        self.env.cr.execute(FIND_LINKS)
        return {ref: int(record_id) for ref, record_id in self.env.cr.fetchall()}


class SyncRaceCase(QueueRaceCase):
    """A test of syncs that commit; all of it goes at the end."""

    def setUp(self):
        super().setUp()
        self.shop = sync.Shop()
        self.patch(sync, "SHOP", self.shop)

    def make_traces(self, *names) -> list[int]:
        """Commit traces with these names; return their ids."""
        env = self.open_env()
        ids = env[sync.TRACE].create([{"name": name} for name in names]).ids
        env.cr.commit()
        return ids

    def links(self) -> dict[str, int]:
        """Return ids of traces by the refs of their things, as committed now."""
        return {ref: int(record_id) for ref, record_id in self.query(FIND_LINKS)}

    def _delete(self):
        super()._delete()
        for table in ("link_side", "link", "relation"):
            self.query(f"DELETE FROM connector_{table}")


def returning(value):
    """Return a callback that returns a value."""
    return lambda *_args: value


def things(*names: str) -> list[dict]:
    """Return things of the shop, with the refs T1, T2…"""
    return [
        {"ref": f"T{number}", "name": name}
        for number, name in enumerate(names, start=1)
    ]
