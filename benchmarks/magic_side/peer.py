# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""Peer: a helper that looks up and writes each link separately.

The pattern of queries of Sync Studio's helpers, made again: one search for each item,
and for each new link three looks whether it is there and one create. It has no
savepoints, no events and no result.
"""

SYSTEM1, SYSTEM2 = "external", "odoo"


class PeerSync:
    """Syncs items one by one.

    Args:
        env: an environment with the addon ``bench_magic``.
        relation: of the links.
    """

    def __init__(self, env, relation: str):
        self._links = env["bench.link"]
        self._things = env["bench.thing"]
        self._relation = relation

    def sync_x2odoo(self, src_list, get_ref, create, update) -> None:
        """Create what has no link, update what has one."""
        for x in src_list:
            ref = get_ref(x)
            link = self._find(ref1=ref)
            if link:
                update(self._things.browse(int(link.ref2)), x)
            else:
                self._set_link(ref, create(x))

    def sync_odoo2x(self, src_list, update) -> None:
        """Update what has a link."""
        for record in src_list:
            link = self._find(ref2=str(record.id))
            if link:
                update(link.ref1, record)

    def _set_link(self, ref: str, record) -> None:
        ref2 = str(record.id)
        self._find(ref1=ref, ref2=ref2)
        self._find(ref1=ref)
        self._find(ref2=ref2)
        values = {
            "relation": self._relation,
            "system1": SYSTEM1,
            "system2": SYSTEM2,
            "model": record._name,
            "ref1": ref,
            "ref2": ref2,
        }
        self._links.create(values)

    def _find(self, **refs: str):
        domain = [
            ("relation", "=", self._relation),
            ("system1", "=", SYSTEM1),
            ("system2", "=", SYSTEM2),
            *((name, "=", ref) for name, ref in refs.items()),
        ]
        return self._links.search(domain)
