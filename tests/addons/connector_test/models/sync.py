# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Declared sync of traces with a shop, which tests replace."""

from odoo.addons.connector.magic import declare_sync

from .job import TRACE

REL = "shop_and_odoo_trace_rel"


class Shop:
    """The other system: what it was given stays, whatever becomes of transactions."""

    def __init__(self):
        self.things: dict[str, str] = {}
        self.calls: list[tuple] = []
        self.errors: dict[str, Exception] = {}
        """What is raised for a name."""

    def create_thing(self, record) -> str:
        """Create a thing; it gets the next ref."""
        self.hear("create", record.name)
        ref = f"A{len(self.things) + 1}"
        self.things[ref] = record.name
        return ref

    def update_thing(self, ref, record) -> str:
        """Update a thing."""
        self.hear("update", record.name)
        self.things[ref] = record.name
        return ref

    def create_trace(self, env, thing: dict):
        """Create the trace of a thing."""
        trace = env[TRACE].create({"name": thing["name"]})
        self.hear("create", thing["name"])
        return trace

    def update_trace(self, trace, thing: dict):
        """Make a trace like its thing."""
        trace.name = thing["name"]
        self.hear("update", thing["name"])
        return trace

    def hear(self, *call) -> None:
        """Note a call, and fail where the shop is to fail."""
        self.calls.append(call)
        if error := self.errors.get(call[-1]):
            raise error

    def sync_info(self, env, **others) -> dict:
        """Return how to sync with it.

        Args:
            others: in place of ``get_ref``, ``create_thing``, ``update_thing``,
                ``create_trace`` or ``update_trace``.
        """
        calls = {
            "get_ref": lambda thing: thing["ref"],
            "create_thing": self.create_thing,
            "update_thing": self.update_thing,
            "create_trace": lambda thing: self.create_trace(env, thing),
            "update_trace": self.update_trace,
            **others,
        }
        x, odoo = (
            {name: calls[f"{name}_{what}"] for name in ("create", "update")}
            for what in ("thing", "trace")
        )
        return {"relation": REL, "x": {"get_ref": calls["get_ref"], **x}, "odoo": odoo}


SHOP = Shop()


@declare_sync(REL)
def trace_sync(MAGIC):
    """Sync with the shop that is there now."""
    return SHOP.sync_info(MAGIC.env)
