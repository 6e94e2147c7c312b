# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Measurement of a sync of 1,000 items; runs inside our Odoo.

Each task works on items that no other task has seen, and is undone.
"""

import gc
import itertools
import sys
from contextlib import ExitStack, closing
from pathlib import Path
from unittest import mock

from odoo.addons.connector.magic import Magic, on_sync_create, on_sync_update
from odoo.addons.connector.magic.sync.savepoints import ItemSavepoints

sys.path.append(str(Path(__file__).parents[1]))

from jobs_side.line_server import serve  # noqa: E402 found there

from magic_side.links import fill, tidy_up  # noqa: E402 found there
from magic_side.peer import PeerSync  # noqa: E402 found there
from magic_side.watch import SyncWatch  # noqa: E402 found there

ITEMS = 1_000
KNOWN = 10_000  # links whose records are there
RELATION = "bench_rel"


class Clockwork:
    """Measures the syncs of ours and of the peer.

    Args:
        env: an environment with the addon ``bench_magic``.
    """

    def __init__(self, env):
        self.env = env
        self._new_refs = (f"new-{number}" for number in itertools.count())
        self._starts = itertools.cycle(range(0, KNOWN, ITEMS))
        self.heard = 0
        for event in (on_sync_create, on_sync_update):
            event.subscribe(self._hear)

    def fill(self, count: int) -> int:
        """Have so many links; return how many there are."""
        self.env["bench.thing"].create([{"name": "x"} for _number in range(KNOWN)])
        self.env.flush_all()
        self.ids = self.env["bench.thing"].search([], order="id").ids
        filled = fill(self.env, RELATION, self.ids, count)
        self.env.cr.commit()
        tidy_up(self.env.cr.dbname)
        return filled

    def create(self) -> dict:
        """Create things of another system in Odoo."""
        return self._measure(self._sync_x2odoo, self._new_items(), True, False)

    def update(self) -> dict:
        """Update things of Odoo with those of another system."""
        return self._measure(self._sync_x2odoo, self._known_items(), False, True)

    def push(self) -> dict:
        """Update things of another system with those of Odoo."""
        return self._measure(self._sync_odoo2x, self._known_records())

    def peer_create(self) -> dict:
        """Do the same as ``create`` in the peer's way."""
        return self._measure(self._peer_x2odoo, self._new_items())

    def peer_update(self) -> dict:
        """Do the same as ``update`` in the peer's way."""
        return self._measure(self._peer_x2odoo, self._known_items())

    def peer_push(self) -> dict:
        """Do the same as ``push`` in the peer's way."""
        return self._measure(self._peer_odoo2x, self._known_records())

    # === THE SYNCS === #

    def _sync_x2odoo(self, watch, items, create, update):
        x = {"get_ref": watch.outside(_get_ref)}
        odoo = {
            "create": watch.outside(self._create),
            "update": watch.outside(_update),
        }
        info = {"relation": RELATION, "x": x, "odoo": odoo}
        result = Magic(self.env).sync_x2odoo(items, info, create, update)
        return result.created + result.updated

    def _sync_odoo2x(self, watch, records):
        info = {"relation": RELATION, "x": {"update": watch.outside(_push)}}
        return Magic(self.env).sync_odoo2x(records, info, update=True).updated

    def _peer_x2odoo(self, watch, items):
        calls = map(watch.outside, (_get_ref, self._create, _update))
        PeerSync(self.env, RELATION).sync_x2odoo(items, *calls)
        return len(items)

    def _peer_odoo2x(self, watch, records):
        PeerSync(self.env, RELATION).sync_odoo2x(records, watch.outside(_push))
        return len(records)

    def _create(self, item):
        return self.env["bench.thing"].create({"name": item["name"]})

    def _hear(self, _session, _model_name, _relation, _refs):
        self.heard += 1

    # === WHAT IS SYNCHRONIZED === #

    def _new_items(self):
        refs = itertools.islice(self._new_refs, ITEMS)
        return [{"ref": ref, "name": ref} for ref in refs]

    def _known_items(self):
        start = next(self._starts)
        places = range(start, start + ITEMS)
        return [{"ref": f"known-{place}", "name": f"{place}"} for place in places]

    def _known_records(self):
        start = next(self._starts)
        return self.env["bench.thing"].browse(self.ids[start : start + ITEMS])

    # === THE CLOCK === #

    def _measure(self, sync, items, *args) -> dict:
        """Sync items with a cold cache, and undo it."""
        cr = self.env.cr
        with ExitStack() as stack:
            stack.enter_context(closing(cr.savepoint()))
            self.env.invalidate_all()
            gc.collect()  # what others left is not this task's work
            watch = SyncWatch(cr)
            # a savepoint is made inside of the callback that needs it
            for name in ("_protect", "_protection"):
                method = watch.around(getattr(ItemSavepoints, name), on=True)
                stack.enter_context(mock.patch.object(ItemSavepoints, name, method))
            with watch.watching():
                done = sync(watch, items, *args)
            if done != ITEMS:
                raise ValueError(f"{done} items were done, expected {ITEMS}")
        return {
            "wall": watch.seconds,
            "queries": watch.queries / ITEMS,
            "savepoints": watch.savepoints / ITEMS,
        }


def _get_ref(item):
    return item["ref"]


def _update(record, item):
    record.name = item["name"]


def _push(ref, record):
    return ref


if __name__ == "__main__":
    serve(Clockwork(env))  # noqa: F821 given by what runs this file
